"""Pictures and Markdown in templates of this noun and of those below: `{% load pages %}`."""

from django import template
from django.utils.safestring import SafeString

from lawang.lib.text import Text
from lawang.lib.text import say as say_text
from lawang.pages import markdown, pictures
from lawang.pages.models import Picture

register = template.Library()


@register.simple_tag
def picture(one: Picture, sizes: str = "100vw", first: bool = False, css: str = "") -> SafeString:
    """Return <picture> with its words, width and height; `first`: on the first screen, loaded at once."""
    return pictures.show(one, sizes, is_first=first, css=css)


@register.filter("markdown")
def markdown_filter(value: Text | str | None) -> SafeString:
    """Return Markdown as HTML; whatever looks like HTML in it stays text."""
    return markdown.html(say_text(value) if isinstance(value, dict) else value or "")
