"""Reads a page as a strict reader would, and says what is wrong with its markup."""

from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
CLOSES_PARAGRAPH = {
    *("address", "article", "aside", "blockquote", "details", "div", "dl", "fieldset", "figure", "footer"),
    *(
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "header",
        "hr",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "ul",
    ),
}
CHILDREN = {  # what may stand directly in these
    "ul": {"li", "script", "template"},
    "ol": {"li", "script", "template"},
    "dl": {"dt", "dd", "div"},
    "table": {"caption", "colgroup", "thead", "tbody", "tfoot"},
    "tr": {"td", "th"},
    "thead": {"tr"},
    "tbody": {"tr"},
    "tfoot": {"tr"},
    "select": {"option", "optgroup", "hr"},
}
REFERS = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "headers", "list")
INTERACTIVE = {"a", "button", "select", "textarea", "label"}


class Markup(HTMLParser):
    """Collects what a page holds; `problems()` says what is wrong."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.open: list[str] = []
        self.ids: list[str] = []
        self.refers: list[tuple[str, str]] = []
        self.links: list[str] = []
        self.titles: list[str] = []
        self.heads: list[str] = []
        self.language = ""
        self.levels: list[int] = []
        self._listening: list[str] | None = None
        self.has_doctype = html.lstrip().lower().startswith("<!doctype html>")
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line = f"line {self.getpos()[0]} <{tag}>"
        names = [name for name, _value in attrs]
        given = dict(attrs)
        for name in {name for name in names if names.count(name) > 1}:
            self.found.append(f"{line}: attribute {name} twice")
        if "style" in given:
            self.found.append(f"{line}: style attribute")
        self.found += [f"{line}: {name}" for name in names if name.startswith("on")]
        if (given.get("href") or "").strip().lower().startswith("javascript:"):
            self.found.append(f"{line}: javascript: address")
        if tag == "style" or (
            tag == "script" and "src" not in given and "json" not in str(given.get("type"))
        ):
            self.found.append(f"{line}: inline")
        parent = self.open[-1] if self.open else ""
        if parent in CHILDREN and tag not in CHILDREN[parent]:
            self.found.append(f"{line} directly in <{parent}>")
        if tag in CLOSES_PARAGRAPH and "p" in self.open and "svg" not in self.open:
            self.found.append(f"{line} in <p>")
        if tag == "form" and "form" in self.open:
            self.found.append(f"{line} in <form>")
        if tag in INTERACTIVE and {"a", "button"} & set(self.open):
            self.found.append(f"{line} in a link or button")
        if tag == "img" and "alt" not in given:
            self.found.append(f"{line} without alt")
        if tag == "a" and "href" in given and not given["href"]:
            self.found.append(f"{line} leads nowhere")
        if given.get("id") is not None:
            self.ids.append(str(given["id"]))
        self.refers += [(name, word) for name in REFERS for word in str(given.get(name) or "").split()]
        if tag == "html":
            self.language = str(given.get("lang") or "")
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        if tag in ("h1", "title") and not (tag == "title" and "svg" in self.open):
            self._listening = self.titles if tag == "title" else self.heads
            self._listening.append("")
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.levels.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in ("h1", "title"):
            self._listening = None
        if tag in VOID:
            self.found.append(f"line {self.getpos()[0]}: </{tag}>")
        elif not self.open or self.open[-1] != tag:
            self.found.append(
                f"line {self.getpos()[0]}: </{tag}> closes <{self.open[-1] if self.open else ''}>"
            )
            if tag in self.open:
                while self.open.pop() != tag:
                    pass
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self._listening is not None:
            self._listening[-1] += data

    def problems(self) -> list[str]:
        found = list(self.found)
        found += [f"<{tag}> is never closed" for tag in self.open]
        found += [f"id {one} twice" for one in sorted({one for one in self.ids if self.ids.count(one) > 1})]
        found += [f"{name}={word} leads to no id" for name, word in self.refers if word not in self.ids]
        if not self.has_doctype:
            found.append("no doctype")
        if not self.language:
            found.append("no language")
        if len(self.titles) != 1 or not self.titles[0].strip():
            found.append(f"titles: {self.titles}")
        if len(self.heads) != 1 or not self.heads[0].strip():
            found.append(f"h1: {self.heads}")
        for before, level in zip(self.levels, self.levels[1:], strict=False):
            if level > before + 1:
                found.append(f"h{level} after h{before}")
        return found
