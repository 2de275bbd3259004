"""Everything templates need to speak: `{% load lawang %}`."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lawang.lib import dates, numbers
from lawang.lib.text import Text, spoken_in
from lawang.lib.text import say as say_text
from lawang.web.charts import progress_bar
from lawang.web.forms import ONCE
from lawang.web.shell import has_session
from lawang.web.status import STATUSES, shape, status_word

register = template.Library()
register.filter(status_word)


@register.simple_tag
def status(colour: str) -> SafeString:
    """Return the tag of a plan's colour: word, shape and colour."""
    word, css, _shape = STATUSES.get(colour, STATUSES["no_data"])
    return format_html(
        '<span class="status {}">{}{}</span>', css, shape(colour if colour in STATUSES else "no_data"), word
    )


@register.filter
def say(value: Text | str | None) -> str | SafeString:
    """Return a Text in the active language; what is not translated is marked as Indonesian and says so."""
    if not isinstance(value, dict):
        return str(value or "")
    words = say_text(value)
    if spoken_in(value) == (get_language() or "id")[:2]:
        return words
    return format_html(
        '<span lang="id">{}</span> <small class="muted">({})</small>', words, _("belum diterjemahkan")
    )


@register.filter
def indonesian(value: str | None) -> str | SafeString:
    """Return what people wrote in one language only, marked as Indonesian on an English page."""
    if not value or (get_language() or "id").startswith("id"):
        return value or ""
    return format_html('<span lang="id">{}</span>', value)


@register.filter
def words(value: Text | str | None) -> str:
    """Return a Text without markup, for titles and attributes."""
    return say_text(value) if isinstance(value, dict) else str(value or "")


def _missing(value: object) -> bool:
    return value is None or value == ""


@register.filter
def number(value: Any, decimals: int | None = None) -> str:
    """Return 53592.5 as "53.592,5"; with an argument, with that many decimals; nothing as "–"."""
    if _missing(value):
        return "–"
    return numbers.as_is(value) if decimals is None else numbers.number(value, decimals)


@register.filter
def percent(value: Any, decimals: int = 0) -> str:
    """Return 32.7 (already percent) as "32,7 %"."""
    return "–" if _missing(value) else numbers.percent(value, decimals)


@register.filter
def rupiah(value: Any) -> str:
    return "–" if _missing(value) else numbers.rupiah(value)


@register.filter
def rupiah_short(value: Any) -> str:
    return "–" if _missing(value) else numbers.rupiah_short(value)


@register.filter
def long_date(value: date | datetime | None) -> str:
    return dates.long_date(value) if value else "–"


@register.filter
def short_date(value: date | datetime | None) -> str:
    return dates.short_date(value) if value else "–"


@register.filter
def long_moment(value: datetime | None) -> str:
    return dates.long_moment(value) if value else "–"


@register.filter
def iso(value: date | datetime | None) -> str:
    """Return the machine's form, for <time datetime>."""
    return value.isoformat() if value else ""


@register.filter
def period(start: date, end: date) -> str:
    """Return the name of a period: {{ value.start|period:value.end }}."""
    return dates.period_name(start, end)


@register.simple_tag(takes_context=True)
def token(context: template.Context) -> SafeString:
    """Return the hidden CSRF field when there is a session, nothing otherwise: for pages that web.keep may keep."""
    if not has_session(context["request"]):
        return mark_safe("")
    return format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', context["csrf_token"])


@register.simple_tag
def once() -> SafeString:
    """Return the hidden key by which a form sent twice is one change; not on pages that are the same for everybody."""
    return format_html('<input type="hidden" name="{}" value="{}">', ONCE, uuid4())


@register.inclusion_tag("web/components/error_summary.html")
def error_summary(form: Any) -> dict[str, Any]:
    """Say on top what is wrong in `form`, with links to the fields."""
    return {"form": form}


@register.inclusion_tag("web/components/pagination.html")
def pagination(page: Any) -> dict[str, Any]:
    """Show the pages of a web.tables.Page."""
    return {"page": page}


@register.inclusion_tag("web/components/table.html")
def table(shown: Any) -> dict[str, Any]:
    """Show a web.tables.Table."""
    return {"table": shown}


@register.simple_tag
def progress(share: float | None, label: str = "") -> SafeString:
    """Return a bar filled to `share` (0 to 1, more is shown as full) with its percentage in words."""
    return progress_bar(share, label)
