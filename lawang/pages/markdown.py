"""Markdown to HTML, safely: no HTML of the writer's passes through, headings begin at the second level.

docs/decisions/1101-markdown-it.md says why this library.
"""

from functools import lru_cache
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

LONGEST = 60_000  # characters of one text


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    """Return CommonMark with tables, without HTML and without pictures: those have a place and words of their own."""
    reader = (
        MarkdownIt("commonmark", {"html": False})
        .enable("table")
        .disable(["image", "html_block", "html_inline"])
    )
    reader.validateLink = _may_lead  # type: ignore[method-assign, assignment]
    reader.add_render_rule("link_open", _link)
    return reader


def _may_lead(href: str) -> bool:
    """Tell whether a link may lead there: to a page of ours, the web, a mailbox or a telephone."""
    return href.strip().lower().startswith(("/", "#", "https://", "http://", "mailto:", "tel:"))


def _link(self: Any, tokens: list[Token], index: int, options: Any, env: Any) -> str:
    if str(tokens[index].attrGet("href")).startswith(("http:", "https:")):
        tokens[index].attrSet("rel", "nofollow noopener")
    return str(self.renderToken(tokens, index, options, env))


def html(words: str) -> SafeString:
    """Return the words as HTML. The writer's highest headings become <h2>: the page has its own <h1>."""
    reader = _reader()
    env: dict[str, Any] = {}
    tokens = reader.parse(words[:LONGEST], env)
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    least = min((int(token.tag[1]) for token in headings), default=1)
    for token in headings:
        token.tag = f"h{min(6, int(token.tag[1]) - least + 2)}"
    return mark_safe(str(reader.renderer.render(tokens, reader.options, env)))  # noqa: S308  html is off: all text is escaped
