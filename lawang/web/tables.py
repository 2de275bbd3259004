"""Lists: tables that become cards on a phone, pages, filters. A table is described once and shown or downloaded."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lawang.lib.text import is_text
from lawang.web.forms import Form
from lawang.web.templatetags import lawang as speak

Getter = str | Callable[[Any], Any]

_SAY: dict[str, Callable[[Any], Any]] = {
    "text": lambda value: "" if value is None else speak.say(value) if is_text(value) else value,
    "number": speak.number,
    "percent": speak.percent,
    "rupiah": speak.rupiah,
    "rupiah_short": speak.rupiah_short,
    "date": speak.short_date,
    "status": speak.status,
}
_RIGHT = {"number", "percent", "rupiah", "rupiah_short"}


def look(row: Any, getter: Getter) -> Any:
    """Return what `getter` finds in `row`: a function's answer, or a dotted path through keys and attributes."""
    if callable(getter):
        return getter(row)
    for step in getter.split("."):
        if row is None:
            return None
        row = row.get(step) if isinstance(row, dict) else getattr(row, step)
        row = row() if callable(row) else row
    return row


@dataclass(frozen=True)
class Column:
    """One column: its heading, where its value is, how it is said."""

    title: Any
    value: Getter
    kind: str = "text"  # text, number, percent, rupiah, rupiah_short, date, status
    href: Callable[[Any], str | None] | None = None
    sort: str = ""  # name in ?urut=; empty: cannot be sorted by
    is_head: bool = False  # names the row; the title of the card on a phone

    @property
    def css(self) -> str:
        return "number" if self.kind in _RIGHT else ""

    def show(self, row: Any) -> str | SafeString:
        """Return the cell as HTML."""
        said = _SAY[self.kind](look(row, self.value))
        href = self.href(row) if self.href else None
        return format_html('<a href="{}">{}</a>', href, said) if href else format_html("{}", said)


@dataclass
class Cell:
    column: Column
    html: str | SafeString


@dataclass
class Heading:
    column: Column
    href: str
    direction: str  # ascending, descending or ""


@dataclass
class Table:
    """What `{% table t %}` shows. `empty` is the sentence that invites when there are no rows."""

    columns: Sequence[Column]
    items: Iterable[Any]
    caption: Any = ""
    note: Any = ""
    empty: Any = ""
    dense: bool = False
    query: QueryDict | None = None  # of the request: makes headings sortable
    _rows: list[list[Cell]] | None = field(default=None, repr=False)

    def rows(self) -> list[list[Cell]]:
        if self._rows is None:
            self._rows = [[Cell(column, column.show(item)) for column in self.columns] for item in self.items]
        return self._rows

    def headings(self) -> list[Heading]:
        now = self.query.get("urut", "") if self.query is not None else ""
        found = []
        for column in self.columns:
            href, direction = "", ""
            if column.sort and self.query is not None:
                is_up = now == column.sort
                direction = "ascending" if is_up else "descending" if now == f"-{column.sort}" else ""
                href = with_query(self.query, urut=f"-{column.sort}" if is_up else column.sort, halaman=None)
            found.append(Heading(column, href, direction))
        return found

    def download(self) -> tuple[list[str], Iterable[list[Any]]]:
        """Return heading and raw rows, for web.download.csv_response."""
        return (
            [str(column.title) for column in self.columns],
            ([look(item, column.value) for column in self.columns] for item in self.items),
        )


def sorting(request: HttpRequest, allowed: dict[str, str], default: str) -> str:
    """Return the column to order by: ?urut=name or -name out of `allowed` {name: field}, else `default`."""
    asked = request.GET.get("urut", "")
    name = asked.removeprefix("-")
    if name not in allowed:
        return default
    return f"-{allowed[name]}" if asked.startswith("-") else allowed[name]


def with_query(query: QueryDict, **changes: str | int | None) -> str:
    """Return "?..." with some parameters replaced (None: left out)."""
    changed = query.copy()
    for name, value in changes.items():
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = str(value)
    return f"?{changed.urlencode()}" if changed else "?"


@dataclass(frozen=True)
class Step:
    number: int
    href: str
    is_here: bool


@dataclass(frozen=True)
class Page:
    """One page of a list, as `{% pagination page %}` needs it."""

    items: list[Any]
    number: int
    count: int  # pages
    total: int  # things
    query: QueryDict

    @property
    def has_others(self) -> bool:
        return self.count > 1

    def _href(self, number: int) -> str:
        return with_query(self.query, halaman=None if number == 1 else number)

    @property
    def previous_href(self) -> str:
        return self._href(self.number - 1) if self.number > 1 else ""

    @property
    def next_href(self) -> str:
        return self._href(self.number + 1) if self.number < self.count else ""

    @property
    def steps(self) -> list[Step | None]:
        """Return first, last and the neighbours; None stands for a gap."""
        wanted = sorted(
            {1, self.count, *range(self.number - 1, self.number + 2)} & set(range(1, self.count + 1))
        )
        steps: list[Step | None] = []
        for before, number in zip([0, *wanted], wanted, strict=False):
            if number - before > 1:
                steps.append(None)
            steps.append(Step(number, self._href(number), number == self.number))
        return steps

    def __iter__(self) -> Any:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


def paginate(request: HttpRequest, things: Any, per_page: int = 25) -> Page:
    """Return the page that ?halaman= asks for; a number that does not exist gives the nearest. Two queries."""
    pages = Paginator(things, per_page)
    page = pages.get_page(request.GET.get("halaman"))
    return Page(list(page.object_list), page.number, pages.num_pages, pages.count, request.GET)


@dataclass(frozen=True)
class Chip:
    """One filter in force, with the address without it."""

    words: str
    href: str


class Filters(Form):
    """A GET form above a list. Fields are all optional; a value that does not fit is ignored.

    Shown with `{% include "web/components/filters.html" with filters=f total=page.total %}`.
    """

    def __init__(self, request: HttpRequest, **kwargs: Any) -> None:
        self.query = request.GET
        super().__init__(request.GET, **kwargs)
        for one in self.fields.values():
            one.required = False

    def chosen(self) -> dict[str, Any]:
        """Return the filters in force, {} when there are none."""
        self.is_valid()
        return {
            name: value for name, value in self.cleaned_data.items() if value not in (None, "", [], False)
        }

    def chips(self) -> list[Chip]:
        """Return what is in force in words, each with the way to remove it."""
        chips = []
        for name, value in self.chosen().items():
            one = self.fields[name]
            labels = {str(key): str(label) for key, label in getattr(one, "choices", [])}
            said = labels.get(str(self.data.get(name)), str(value)) if labels else str(value)
            if value is True:
                said = _("ya")
            chips.append(
                Chip(f"{one.label}: {said}", with_query(self.query, **{name: None, "halaman": None}))
            )
        return chips

    @property
    def clear_href(self) -> str:
        return with_query(self.query, **dict.fromkeys([*self.fields, "halaman"]))
