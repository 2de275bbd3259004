"""Say what changed as a person would: public Entries become sentences."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lawang.lib.dates import short_date
from lawang.lib.text import is_text, say
from lawang.measures.models import Series
from lawang.plans.models import Indicator, Meeting, Placement, Programme, QuickWin, Revision
from lawang.plans.reading import Tree, placed_in
from lawang.plans.sentences import amount_of, say_period, with_unit
from lawang.record.models import Entry
from lawang.web.status import status_word

# Only these verbs are told to everybody. Nothing here names a person.
PUBLIC = (
    "value_approved",
    "values_imported",
    "colour_changed",
    "published",
    "revised",
    "milestone_done",
    "quick_win_moved",
    "meeting_recorded",
    "budget_realised",
)
TOGETHER_FROM = {
    "values_imported": 2,
    "colour_changed": 5,
    "revised": 1,
}  # so many at one moment become one sentence


@dataclass(frozen=True)
class Change:
    """One thing that changed, said."""

    id: int  # of the Entry
    at: datetime
    kind: str  # the verb
    sentence: str
    href: str = ""
    words: str = ""  # more about it
    node: str = ""  # code of the dimension
    tone: str = ""  # a colour, when it changed


@dataclass(frozen=True)
class Measured:
    """A series as a sentence about its figures needs it."""

    series: Series
    title: Any  # Text: of the indicator in the plan, else of the series
    href: str = ""
    programme: Any = None  # Text: title of its programme
    node_id: int | None = None


@dataclass
class Known:
    """What the entries are about, by key; a page that has it already hands it in."""

    measured: dict[str, Measured] = field(default_factory=dict)  # by key of the series
    programmes: dict[str, Any] = field(default_factory=dict)
    wins: dict[str, QuickWin] = field(default_factory=dict)
    meetings: dict[str, Meeting] = field(default_factory=dict)
    before: dict[tuple[str, str], Decimal] = field(
        default_factory=dict
    )  # (series key, start) -> figure before it


def entries_between(
    start: datetime, end: datetime, things: Iterable[str] | None = None, most: int = 400
) -> list[Entry]:
    """Return the public entries of a time, newest first; `things` keeps only those about them."""
    rows = Entry.objects.filter(verb__in=PUBLIC, at__gte=start, at__lt=end)
    if things is not None:
        rows = rows.filter(thing__in=list(things))
    return list(rows.order_by("-at", "-id")[:most])


def newest_entries(things: Iterable[str] | None = None, most: int = 20) -> list[Entry]:
    """Return the newest public entries, of some things or of all."""
    rows = Entry.objects.filter(verb__in=PUBLIC)
    if things is not None:
        rows = rows.filter(thing__in=list(things))
    return list(rows.order_by("-at", "-id")[:most])


def things_of(revision: Revision, tree: Tree, *, node: str = "", agency: str = "") -> list[str]:
    """Return the names of everything that hangs on the programmes of a dimension or of an agency. One query."""
    rows = Programme.objects.filter(revision=revision).annotate(node_id=placed_in(revision.plan.framework_id))
    if top := tree.find(node):
        rows = rows.filter(node_id__in=tree.under(top))
    if agency:
        rows = rows.filter(lead__code=agency)
    names: list[str] = []
    for key, series, win in rows.values_list("key", "indicators__series__key", "quick_wins__key"):
        names.append(f"plans.programme:{key}")
        if series:
            names.append(f"measures.series:{series}")
        if win:
            names.append(f"plans.quickwin:{win}")
    return sorted(set(names))


def tell(
    entries: Sequence[Entry],
    revision: Revision | None,
    tree: Tree | None = None,
    known: Known | None = None,
) -> list[Change]:
    """Return the entries as sentences, newest first; many of a kind at one moment are told as one.

    At most five queries, whatever the number of entries; with `known` handed in one.
    """
    known = known or _know(entries, revision)
    known.before = _figures_before(entries)

    def node_of(node_id: int | None) -> str:
        top = tree.top(node_id) if tree else None
        return top.code if top else ""

    told: list[Change] = []
    for (at, verb), some in itertools.groupby(entries, key=lambda entry: (entry.at, entry.verb)):
        group = list(some)
        if verb in _TOGETHER and len(group) >= TOGETHER_FROM[verb]:
            told.extend(_TOGETHER[verb](group, known, at))
            continue
        for entry in group:
            change = _ONE[verb](entry, known, node_of)
            if change is not None:
                told.append(change)
    return told


def _know(entries: Sequence[Entry], revision: Revision | None) -> Known:
    keys: dict[str, set[UUID]] = defaultdict(set)
    for entry in entries:
        noun, _colon, key = entry.thing.partition(":")
        try:
            keys[noun].add(UUID(key))
        except ValueError:
            continue
    known = Known()
    if series := keys.get("measures.series"):
        known.measured = _measured(series, revision)
    if programmes := keys.get("plans.programme"):
        rows = Programme.objects.filter(revision=revision, key__in=programmes).defer("search")
        if revision:
            rows = rows.annotate(node_id=placed_in(revision.plan.framework_id))
        known.programmes = {str(row.key): row for row in rows}
    if wins := keys.get("plans.quickwin"):
        known.wins = {str(row.key): row for row in QuickWin.objects.filter(revision=revision, key__in=wins)}
    if meetings := keys.get("plans.meeting"):
        rows_m = Meeting.objects.filter(key__in=meetings).select_related("body")
        known.meetings = {str(row.key): row for row in rows_m}
    return known


def _measured(keys: set[UUID], revision: Revision | None) -> dict[str, Measured]:
    """Return the series with the indicator of this edition that measures with them. One query."""
    place = Placement.objects.filter(
        programme=OuterRef("programme"), framework=revision.plan.framework_id if revision else None
    ).values("node")[:1]
    promised = Indicator.objects.filter(series=OuterRef("pk"), revision=revision).annotate(
        node=Subquery(place)
    )
    rows = Series.objects.filter(key__in=keys).annotate(
        promised=Subquery(
            promised.order_by("order", "code").values(
                json=JSONObject(key="key", title="title", programme="programme__title", node="node")
            )[:1]
        )
    )
    found = {}
    for row in rows:
        one: dict[str, Any] | None = row.promised  # type: ignore[attr-defined]
        found[str(row.key)] = (
            Measured(
                row, one["title"], reverse("indicator", args=[one["key"]]), one["programme"], one["node"]
            )
            if one
            else Measured(row, row.title)
        )
    return found


def _figures_before(entries: Sequence[Entry]) -> dict[tuple[str, str], Decimal]:
    """Return the approved total of the period just before each approved figure."""
    asked = [
        (entry.thing.partition(":")[2], entry.after.get("start"))
        for entry in entries
        if entry.verb == "value_approved" and "area" not in entry.after and "breakdown" not in entry.after
    ]
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select asked.key, asked.start, v.amount
            from unnest(%s::uuid[], %s::date[]) as asked(key, start)
            join measures_series s on s.key = asked.key
            cross join lateral (
                select amount from measures_value
                where series_id = s.id and is_current and area_id is null and breakdown = '' and "end" < asked.start
                order by "end" desc limit 1
            ) v
            """,
            [[key for key, _start in asked], [start for _key, start in asked]],
        )
        return {(str(key), start.isoformat()): amount for key, start, amount in cursor.fetchall()}


def _key(entry: Entry) -> str:
    return entry.thing.partition(":")[2]


def _day(words: object) -> date | None:
    try:
        return date.fromisoformat(str(words)[:10])
    except ValueError:
        return None


def _decimal(words: object) -> Decimal | None:
    try:
        return Decimal(str(words))
    except InvalidOperation:
        return None


NodeOf = Callable[[int | None], str]


def _value(entry: Entry, known: Known, node_of: NodeOf) -> Change | None:
    measured = known.measured.get(_key(entry))
    amount = _decimal(entry.after.get("amount"))
    if measured is None or amount is None:
        return None
    series, name = measured.series, say(measured.title)
    start, end = _day(entry.after.get("start")), _day(entry.after.get("end"))
    when = say_period(start, end) if start and end else ""
    now = with_unit(series, amount)
    old = _decimal(entry.before.get("amount")) if entry.before else None
    previous = known.before.get((_key(entry), str(entry.after.get("start"))))
    if old is not None:
        words = _("%(name)s %(when)s diperbaiki: %(old)s → %(now)s")
        given = {"old": amount_of(series, old)}
    elif previous is not None and previous != amount and "area" not in entry.after:
        words = (
            _("%(name)s naik %(old)s → %(now)s")
            if amount > previous
            else _("%(name)s turun %(old)s → %(now)s")
        )
        given = {"old": amount_of(series, previous)}
    elif previous is not None:
        words, given = _("%(name)s tetap %(now)s"), {}
    else:
        words, given = _("%(name)s %(when)s: %(now)s"), {}
    about = say(measured.programme)
    return Change(
        entry.pk,
        entry.at,
        entry.verb,
        words % {"name": name, "when": when, "now": now, **given},
        measured.href,
        f"{about}, {when}" if about and when else about or when,
        node_of(measured.node_id),
    )


def _imported(entry: Entry, known: Known, node_of: NodeOf) -> Change | None:
    measured = known.measured.get(_key(entry))
    if measured is None:
        return None
    count = int(entry.after.get("count") or 0)
    words = ngettext("%(name)s: %(count)s angka baru", "%(name)s: %(count)s angka baru", count) % {
        "name": say(measured.title),
        "count": count,
    }
    return Change(
        entry.pk,
        entry.at,
        entry.verb,
        words,
        measured.href,
        say(measured.programme),
        node_of(measured.node_id),
    )


def _imported_together(group: list[Entry], known: Known, at: datetime) -> list[Change]:
    figures = sum(int(entry.after.get("count") or 0) for entry in group)
    words = _("%(figures)s angka untuk %(count)s ukuran masuk sekaligus") % {
        "figures": figures,
        "count": len(group),
    }
    names = [say(known.measured[_key(entry)].title) for entry in group[:3] if _key(entry) in known.measured]
    more = ", ".join(names) + (" …" if len(group) > len(names) else "")
    return [Change(group[0].pk, at, "values_imported", words, reverse("programmes"), more)]


def _colour(entry: Entry, known: Known, node_of: NodeOf) -> Change | None:
    programme = known.programmes.get(_key(entry))
    new = str(entry.after.get("colour", ""))
    if programme is None or not new:
        return None
    words = _("%(name)s: dari %(old)s menjadi %(new)s") % {
        "name": say(programme.title),
        "old": status_word(str(entry.before.get("colour", ""))).lower(),
        "new": status_word(new).lower(),
    }
    return Change(
        entry.pk,
        entry.at,
        entry.verb,
        words,
        programme.get_absolute_url(),
        "",
        node_of(getattr(programme, "node_id", None)),
        new,
    )


def _colours_together(group: list[Entry], known: Known, at: datetime) -> list[Change]:
    counts = Counter(str(entry.after.get("colour", "")) for entry in group if _key(entry) in known.programmes)
    changes = []
    for colour, count in counts.most_common():
        first = next(entry for entry in group if entry.after.get("colour") == colour)
        words = ngettext(
            "%(count)s program menjadi %(colour)s", "%(count)s program menjadi %(colour)s", count
        ) % {"count": count, "colour": status_word(colour).lower()}
        href = f"{reverse('programmes')}?colour={colour}"
        changes.append(Change(first.pk, at, "colour_changed", words, href, "", "", colour))
    return changes


def _revision(entry: Entry, known: Known, node_of: NodeOf) -> Change | None:
    if not entry.thing.startswith("plans.plan:"):
        return None
    number = entry.after.get("revision") or ""
    start = _day(entry.after.get("in_force_from"))
    words = _("Revisi %(number)s rencana diberlakukan") % {"number": number}
    if start:
        words = _("Revisi %(number)s rencana berlaku sejak %(day)s") % {
            "number": number,
            "day": short_date(start),
        }
    return Change(entry.pk, entry.at, entry.verb, " ".join(words.split()), reverse("revisions"))


def _milestone(entry: Entry, known: Known, node_of: NodeOf) -> Change | None:
    programme = known.programmes.get(_key(entry))
    if programme is None:
        return None
    title = entry.after.get("title")
    words = _("Tercapai: %(title)s") % {"title": say(title) if is_text(title) else title}
    done, due = _day(entry.after.get("done_date")), _day(entry.after.get("due_date"))
    late = ""
    if done and due:
        late = _("tepat waktu") if done <= due else _("%(days)s hari terlambat") % {"days": (done - due).days}
    more = f"{say(programme.title)}, {late}" if late else say(programme.title)
    return Change(
        entry.pk,
        entry.at,
        entry.verb,
        words,
        programme.get_absolute_url(),
        more,
        node_of(getattr(programme, "node_id", None)),
    )


def _win(entry: Entry, known: Known, node_of: NodeOf) -> Change | None:
    win = known.wins.get(_key(entry))
    if win is None:
        return None
    old, new = entry.before.get("progress"), entry.after.get("progress")
    words = _("%(name)s maju: %(old)s%% → %(new)s%%")
    return Change(
        entry.pk,
        entry.at,
        entry.verb,
        words % {"name": win.name, "old": old, "new": new},
        win.get_absolute_url(),
    )


def _meeting(entry: Entry, known: Known, node_of: NodeOf) -> Change | None:
    meeting = known.meetings.get(_key(entry))
    if meeting is None:
        return None
    words = _("%(body)s rapat pada %(day)s: %(title)s") % {
        "body": say(meeting.body.name),
        "day": short_date(meeting.date),
        "title": meeting.title,
    }
    came = _("%(present)s dari %(invited)s undangan hadir") % {
        "present": entry.after.get("present", "–"),
        "invited": entry.after.get("invited", "–"),
    }
    return Change(entry.pk, entry.at, entry.verb, words, reverse("body", args=[meeting.body.key]), came)


def _money(entry: Entry, known: Known, node_of: NodeOf) -> Change | None:
    from lawang.lib.numbers import rupiah_short

    programme = known.programmes.get(_key(entry))
    spent = _decimal(entry.after.get("realised"))
    if programme is None or spent is None:
        return None
    words = _("%(name)s: anggaran %(year)s terpakai %(spent)s") % {
        "name": say(programme.title),
        "year": entry.after.get("year", ""),
        "spent": rupiah_short(spent),
    }
    return Change(
        entry.pk,
        entry.at,
        entry.verb,
        words,
        programme.get_absolute_url(),
        "",
        node_of(getattr(programme, "node_id", None)),
    )


def _revised(entry: Entry, known: Known, node_of: NodeOf) -> Change | None:
    return next(iter(_revised_together([entry], known, entry.at)), None)


def _revised_together(group: list[Entry], known: Known, at: datetime) -> list[Change]:
    """Say what a new edition changed: of one programme what it was, of many only how many."""
    number = group[0].after.get("revision", "")
    mine = [known.programmes[_key(entry)] for entry in group if _key(entry) in known.programmes]
    if len(mine) == 1 and len(group) == 1:
        words = _("%(name)s berubah dalam revisi %(number)s") % {"name": say(mine[0].title), "number": number}
        return [Change(group[0].pk, at, "revised", words, mine[0].get_absolute_url())]
    words = ngettext(
        "%(count)s program berubah dalam revisi %(number)s",
        "%(count)s program berubah dalam revisi %(number)s",
        len(group),
    ) % {"count": len(group), "number": number}
    return [Change(group[0].pk, at, "revised", words, reverse("revisions"))]


_ONE: dict[str, Callable[[Entry, Known, NodeOf], Change | None]] = {
    "value_approved": _value,
    "values_imported": _imported,
    "colour_changed": _colour,
    "published": _revision,
    "revised": _revised,
    "milestone_done": _milestone,
    "quick_win_moved": _win,
    "meeting_recorded": _meeting,
    "budget_realised": _money,
}
_TOGETHER: dict[str, Callable[[list[Entry], Known, datetime], list[Change]]] = {
    "values_imported": _imported_together,
    "colour_changed": _colours_together,
    "revised": _revised_together,
}
