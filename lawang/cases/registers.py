"""Registers that a regulation asks for, made from the cases: one row a case, the columns of the official form.

Columns of the register of requests: the annex to the standard for public information (UU 14/2008; format as the
Attorney General's office published it in 2010). Columns of the register of objections: guide of PPID Sumatera Barat.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.cases import answers as kept
from lawang.cases.definition import Definition, definition_of, warm
from lawang.cases.letters import shown
from lawang.cases.models import Case
from lawang.lib import fields as lib
from lawang.lib.dates import short_date
from lawang.lib.numbers import rupiah
from lawang.people.privacy import masked_name
from lawang.record import sealing
from lawang.record.actions import thing_name
from lawang.record.models import Entry


@dataclass(frozen=True)
class Row:
    """One case as a register reads it. `is_open`: whether personal answers are in `answers`."""

    case: Case
    definition: Definition
    answers: lib.Answers
    work: dict[str, Any]  # step code -> what was entered with it
    decided_by: str
    reason: str
    is_open: bool

    def said(self, path: str) -> str:
        """Return an answer in words; "" for none."""
        leaf = self._leaf(path, self.definition.fields)
        return shown(leaf, lib.look(self.answers, path)) if leaf else ""

    def entered(self, name: str) -> str:
        """Return what officers entered under a name, with whichever step; in words."""
        for code, values in self.work.items():
            step = self.definition.steps.get(code)
            field = next((one for one in step.fields if one.name == name), None) if step else None
            if field is not None and values.get(name) not in (None, ""):
                return shown(field, values[name])
        return ""

    @staticmethod
    def _leaf(path: str, fields: tuple[lib.Field, ...]) -> lib.Field | None:
        return next((leaf.field for leaf in lib.leaves(fields) if leaf.path == path), None)


@dataclass(frozen=True)
class Column:
    title: str | Promise
    value: Callable[[Row], str]


@dataclass(frozen=True)
class Register:
    """`service` is the code of the service whose cases it lists."""

    service: str
    title: str | Promise
    columns: tuple[Column, ...]


def _name(row: Row) -> str:
    name = row.case.applicant.name
    if not row.is_open:
        return masked_name(name)
    return ", ".join(part for part in (name, row.said("organisation_name")) if part)


def _identity(row: Row) -> str:
    parts = (
        _name(row),
        row.said("reporter_nik"),
        row.said("reporter_occupation"),
        row.said("reporter_address"),
    )
    return "; ".join(part for part in (*parts, _contact(row)) if part)


def _contact(row: Row) -> str:
    return ", ".join(part for part in (row.said("reporter_phone"), row.said("reporter_email")) if part)


def _filed(row: Row) -> str:
    return short_date(row.case.original_date or row.case.received_at)


def _held(row: Row) -> str:
    """Whether the information is held here, as far as that was decided."""
    if row.case.result == Case.Outcome.NOT_HELD:
        holder = row.entered("holder")
        return _("Tidak dikuasai; ada di %(holder)s") % {"holder": holder} if holder else _("Tidak dikuasai")
    if row.case.result in (Case.Outcome.GRANTED, Case.Outcome.PARTLY, Case.Outcome.REFUSED):
        return _("Dikuasai")
    return ""


def _outcome(row: Row) -> str:
    return str(row.case.get_outcome_display()) if row.case.result else ""


def _ground(row: Row) -> str:
    return ". ".join(part for part in (row.entered("ground"), row.entered("redacted"), row.reason) if part)


def _decided(row: Row) -> str:
    return short_date(row.case.decided_at) if row.case.decided_at else ""


def _cost(row: Row) -> str:
    cost, payment = row.entered("cost"), row.entered("payment")
    if not cost and not payment:
        return ""
    return ", ".join(part for part in (cost or rupiah(0), payment) if part)


def _decision(row: Row) -> str:
    return ". ".join(part for part in (_outcome(row), row.entered("decision"), row.reason) if part)


def _proxy(row: Row) -> str:
    return ", ".join(part for part in (row.said("proxy_name"), row.said("proxy_address")) if part)


def _reaction(row: Row) -> str:
    return ", ".join(part for part in (row.entered("reaction"), row.entered("reaction_on")) if part)


def _answer(path: str) -> Callable[[Row], str]:
    return lambda row: row.said(path)


def _work(name: str) -> Callable[[Row], str]:
    return lambda row: row.entered(name)


REQUESTS = Register(
    "informasi-publik",
    gettext_lazy("Register permohonan informasi publik"),
    (
        Column(gettext_lazy("No. pendaftaran"), lambda row: row.case.number),
        Column(gettext_lazy("Tanggal"), _filed),
        Column(gettext_lazy("Nama"), _name),
        Column(gettext_lazy("Alamat"), _answer("reporter_address")),
        Column(gettext_lazy("Nomor kontak"), _contact),
        Column(gettext_lazy("Pekerjaan"), _answer("reporter_occupation")),
        Column(gettext_lazy("Informasi yang diminta"), _answer("info_asked")),
        Column(gettext_lazy("Tujuan penggunaan"), _answer("info_purpose")),
        Column(gettext_lazy("Status informasi"), _held),
        Column(gettext_lazy("Bentuk yang dikuasai"), _work("held_form")),
        Column(gettext_lazy("Melihat atau salinan"), _answer("info_way")),
        Column(gettext_lazy("Keputusan"), _outcome),
        Column(gettext_lazy("Alasan penolakan"), _ground),
        Column(gettext_lazy("Hari pemberitahuan tertulis"), _decided),
        Column(gettext_lazy("Hari pemberian informasi"), _work("delivered_on")),
        Column(gettext_lazy("Biaya dan cara bayar"), _cost),
    ),
)

OBJECTIONS = Register(
    "keberatan-informasi",
    gettext_lazy("Register keberatan"),
    (
        Column(gettext_lazy("No. registrasi"), lambda row: row.case.number),
        Column(gettext_lazy("Tanggal"), _filed),
        Column(gettext_lazy("Identitas pemohon"), _identity),
        Column(gettext_lazy("Kuasa"), _proxy),
        Column(gettext_lazy("No. permohonan informasi"), _answer("request_number")),
        Column(gettext_lazy("Informasi yang diminta"), _answer("info_asked")),
        Column(gettext_lazy("Tujuan penggunaan"), _answer("info_purpose")),
        Column(gettext_lazy("Alasan keberatan"), _answer("objection_ground")),
        Column(gettext_lazy("Keputusan atasan PPID"), _decision),
        Column(gettext_lazy("Hari tanggapan"), _decided),
        Column(gettext_lazy("Nama dan jabatan atasan PPID"), lambda row: row.decided_by),
        Column(gettext_lazy("Tanggapan pemohon"), _reaction),
    ),
)

REGISTERS = {one.service: one for one in (REQUESTS, OBJECTIONS)}


def rows_of(cases: Iterable[Case], *, is_open: bool) -> list[Row]:
    """Return the rows of a register; with `is_open` personal answers are read, which the caller writes down.

    Cases come with version, owner and applicant. Three queries at most, whatever their number.
    """
    found = list(cases)
    warm(case.version for case in found)
    things = [thing_name(case) for case in found]
    keys = sealing.find_keys(things) if is_open else {}
    decided = dict(
        Entry.objects.filter(thing__in=things, verb="case_decide", by__isnull=False)
        .order_by("number")
        .values_list("thing", "by__name")
    )
    return [
        _row(case, keys.get(thing_name(case)), str(decided.get(thing_name(case)) or "")) for case in found
    ]


def _row(case: Case, key: bytes | None, decider: str) -> Row:
    definition = definition_of(case.version)
    if key is None:
        work = {name: value for name, value in case.work.items() if not name.startswith("_")}
        return Row(case, definition, dict(case.answers), work, decider, "", False)
    return Row(
        case,
        definition,
        kept.opened(case, (lib.Class.PERSONAL,), key=key) or dict(case.answers),
        {name: value for name, value in (kept.work(case, key=key) or {}).items() if not name.startswith("_")},
        f"{decider}, {case.owner.short_name}" if decider else "",
        kept.open_words(case, case.outcome_reason, key=key).replace("\n", " ") if case.result else "",
        True,
    )


def year_bounds(year: int) -> tuple[date, date]:
    """Return the first day of a year and of the next."""
    return date(year, 1, 1), date(year + 1, 1, 1)
