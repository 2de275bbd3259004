"""The regency's own side of the bimtek: worksheets counted, comments answered, quick wins weighed, products worded.

The worksheets are the plan's own forms; this module only counts what they lack, by the plan's linter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import yaml
from django.db import transaction
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.lib.refused import Refused
from lawang.lib.text import Text
from lawang.movement.cohorts.models import Comment, Nomination, Product
from lawang.people.models import Agency, User
from lawang.people.permissions import demand
from lawang.plans.linter import RULES, Subject
from lawang.plans.models import QuickWin, Revision
from lawang.record.actions import record

MOST = 3  # of one criterion of the funnel; 0: not at all
CRITERIA: dict[
    str, Any
] = {  # strong lever, felt directly, under 12 months: programme of the movement, quick wins
    "lever": gettext_lazy("Daya ungkit: satu langkah membawa banyak perubahan"),
    "felt": gettext_lazy("Langsung dirasakan warga"),
    "soon": gettext_lazy("Selesai kurang dari 12 bulan"),
    "ready": gettext_lazy("Orang, uang, dan aturannya siap"),
    "shared": gettext_lazy("Dikerjakan bersama, ada mitranya"),
}
PRODUCTS = 50  # of one agency


@dataclass(frozen=True)
class Worksheet:
    """One form of the plan that a stage of the bimtek fills in."""

    code: str  # as in a pack's stages
    title: Any
    address: str  # URL name
    arguments: tuple[str, ...]
    rules: tuple[str, ...]  # of the plan's linter, which say what is missing

    @property
    def href(self) -> str:
        return reverse(self.address, args=self.arguments)


WORKSHEETS = {
    one.code: one
    for one in (
        Worksheet(
            "swot", gettext_lazy("Kesiapan dan SWOT per unsur"), "planner:rows", ("swot",), ("swot-complete",)
        ),
        Worksheet(
            "gap",
            gettext_lazy("Kesenjangan per subdimensi"),
            "planner:rows",
            ("kesenjangan",),
            ("gap-described",),
        ),
        Worksheet(
            "vision",
            gettext_lazy("Visi, misi, tujuan, strategi"),
            "planner:direction",
            (),
            ("direction", "goal-served"),
        ),
        Worksheet(
            "programmes",
            gettext_lazy("Program per subdimensi"),
            "planner:programmes",
            (),
            ("leaf-covered", "owner", "described", "in-rpjmd"),
        ),
        Worksheet(
            "activities",
            gettext_lazy("Rencana aksi: kegiatan dan indikator"),
            "planner:programmes",
            (),
            ("activities", "indicator", "target"),
        ),
        Worksheet(
            "quick_wins",
            gettext_lazy("Program percepatan"),
            "planner:rows",
            ("percepatan",),
            ("dimension-quick-win", "quick-win-length", "quick-win-risk"),
        ),
        Worksheet("budget", gettext_lazy("Anggaran per tahun dan sumber"), "planner:money", (), ("budget",)),
    )
}


@dataclass(frozen=True)
class Fullness:
    """How much of a worksheet is there: what was looked at, and what of it is fine."""

    looked: int
    fine: int

    @property
    def share(self) -> float | None:
        return self.fine / self.looked if self.looked else None


def fullness(subject: Subject) -> dict[str, Fullness]:
    """Return for each worksheet how full it is, by the plan's linter."""
    looks = {rule.code: list(rule.look(subject)) for rule in RULES}
    found = {}
    for code, sheet in WORKSHEETS.items():
        own = [look for rule in sheet.rules for look in looks[rule]]
        found[code] = Fullness(len(own), sum(look.trouble is None for look in own))
    return found


# What mentors said


@transaction.atomic
def reply(row: Comment, words: str, *, by: User, at: datetime) -> Comment:
    """Answer a mentor's comment; the next batch brings it. It can be corrected until the mentor settles the comment."""
    demand(by, "movement.reply")
    row = Comment.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.state == Comment.State.SETTLED:
        raise Refused(_("Komentar ini sudah selesai."))
    if not words.strip():
        raise Refused(_("Jawabannya masih kosong."))
    row.answer, row.answered_at, row.state = words.strip(), at, Comment.State.ANSWERED
    row.save(update_fields=["answer", "answered_at", "state"])
    record(row, "comment_answered", by=by, at=at)
    return row


# The funnel


@dataclass(frozen=True)
class Nominee:
    """One quick win of the plan as a nominee: its dimension, what it was given."""

    row: QuickWin
    dimension: str  # code
    dimension_title: Text
    nomination: Nomination | None

    @property
    def total(self) -> int | None:
        return sum(self.nomination.marks.values()) if self.nomination else None


def nominees(revision: Revision) -> list[Nominee]:
    """Return the quick wins of an edition by dimension, those with the highest sum first. Four queries."""
    rows = list(
        revision.quick_wins.select_related("programme__lead").prefetch_related(
            "programme__placements__node__parent"
        )
    )
    weighed = {
        one.quick_win: one for one in Nomination.objects.filter(quick_win__in=[row.key for row in rows])
    }
    framework = revision.plan.framework_id
    found = []
    for row in rows:
        placed = [one.node for one in row.programme.placements.all() if one.framework_id == framework]
        top = (placed[0].parent or placed[0]) if placed else None
        found.append(
            Nominee(
                row,
                top.code if top else "",
                top.title if top else {"id": _("Tanpa dimensi")},
                weighed.get(row.key),
            )
        )
    return sorted(
        found, key=lambda one: (one.dimension, -(one.total if one.total is not None else -1), one.row.code)
    )


@transaction.atomic
def weigh(row: QuickWin, marks: Mapping[str, int], *, by: User, at: datetime) -> Nomination:
    """Give a nominee marks of 0 to 3 by the stated criteria. Raise Refused for a mark that is missing or outside."""
    demand(by, "movement.weigh")
    if set(marks) != set(CRITERIA):
        raise Refused(_("Isi semua kriterianya."))
    if any(not 0 <= mark <= MOST for mark in marks.values()):
        raise Refused(_("Setiap kriteria bernilai 0 sampai %(most)s.") % {"most": MOST})
    nomination, _is_new = Nomination.objects.update_or_create(
        quick_win=row.key, defaults={"marks": dict(marks), "by": by, "at": at}
    )
    record(row, "nominee_weighed", by=by, at=at, after={"marks": dict(marks)})
    return nomination


@transaction.atomic
def pick(row: QuickWin, revision: Revision, *, reason: str, by: User, at: datetime) -> Nomination:
    """Pick one nominee for its dimension; another that was picked there steps back.

    Raise Refused for one that was not weighed, and without a reason when another of the dimension has more.
    """
    demand(by, "movement.weigh")
    everyone = nominees(revision)
    mine = next((one for one in everyone if one.row.key == row.key), None)
    if mine is None or mine.nomination is None or mine.total is None:
        raise Refused(_("Timbang calonnya dulu."))
    rivals = [one for one in everyone if one.dimension == mine.dimension and one.row.key != row.key]
    best = max((one.total for one in rivals if one.total is not None), default=0)
    if best > mine.total and not reason.strip():
        raise Refused(
            _("Ada calon yang nilainya lebih tinggi di dimensi ini. Tulis mengapa yang ini dipilih.")
        )
    Nomination.objects.filter(quick_win__in=[one.row.key for one in rivals]).update(is_picked=False)
    mine.nomination.is_picked, mine.nomination.reason = True, reason.strip()[:300]
    mine.nomination.by, mine.nomination.at = by, at
    mine.nomination.save(update_fields=["is_picked", "reason", "by", "at"])
    record(row, "nominee_picked", by=by, at=at, after={"dimension": mine.dimension}, note=reason.strip())
    return mine.nomination


# Products


class _Plain(yaml.SafeDumper):
    """Writes what is the same twice in full; packs have no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


@transaction.atomic
def word_product(
    agency: Agency,
    *,
    title: str,
    for_whom: str,
    problem: str,
    how: str,
    row: Product | None = None,
    by: User,
    at: datetime,
) -> Product:
    """Word a service product of an agency, or word it anew. Raise Refused for an empty part and too many."""
    row = row or Product(agency=agency)
    demand(by, "movement.word_product", row)
    parts = [words.strip() for words in (title, for_whom, problem, how)]
    if not all(parts):
        raise Refused(_("Isi keempatnya: apa, untuk siapa, masalahnya, caranya."))
    if row.pk is None and agency.products.count() >= PRODUCTS:
        raise Refused(_("Paling banyak %(most)s produk satu instansi.") % {"most": PRODUCTS})
    row.title, row.for_whom = parts[0][:120], parts[1][:200]
    row.problem, row.how, row.by, row.at = parts[2], parts[3], by, at
    row.save()
    record(row, "product_worded", by=by, at=at, after={"title": row.title, "agency": row.agency.code})
    return row


@transaction.atomic
def drop_product(row: Product, *, by: User, at: datetime) -> None:
    """Take a product away; its history stays."""
    demand(by, "movement.word_product", row)
    record(row, "product_dropped", by=by, at=at, before={"title": row.title})
    row.delete()


def draft_service(product: Product, *, unit: str) -> str:
    """Return a service definition as YAML that begins with a product's words; what nobody knows says so.

    It follows the format of packs; the one step it knows is: received, then granted or refused. `unit` is a code of
    units.yaml.
    """
    to_fill = _("(belum diisi)")
    unknown = {"id": to_fill}
    code = slugify(product.title)[:50].strip("-") or "layanan-baru"
    if not code[0].isalpha():
        code = f"layanan-{code}"
    source = to_fill
    series = "".join(part[0] for part in code.split("-") if part[0].isalpha())[:6].upper()
    definition: dict[str, Any] = {
        "code": code,
        "series": f"{series}X" if len(series) < 2 else series,
        "title": {"id": product.title},
        "summary": {"id": f"{product.problem} {product.how}"[:600]},
        "keywords": [word for word in code.split("-") if len(word) > 3] or [code],
        "unit": unit,
        "product": {"id": product.title},
        "clock": {"kind": "working_days", "count": 5, "source": source},
        "answer_within": {"kind": "calendar_days", "count": 7, "source": source},
        "fee": 0,
        "standard": {
            "legal_basis": [{"title": to_fill}],
            **dict.fromkeys(
                (
                    *("facilities", "competence", "supervision", "complaints"),
                    *("staff", "guarantee", "safety", "evaluation"),
                ),
                unknown,
            ),
        },
        "sections": [
            {
                "code": "who",
                "title": {"id": _("Anda")},
                "fields": [
                    {
                        "name": "name",
                        "type": "text",
                        "title": {"id": _("Nama lengkap")},
                        "example": "Siti Contoh",
                    },
                    {
                        "name": "phone",
                        "type": "text",
                        "format": "phone",
                        "title": {"id": _("Nomor telepon")},
                        "example": "0812 3456 7890",
                    },
                ],
            },
            {
                "code": "what",
                "title": {"id": product.title},
                "fields": [
                    {
                        "name": "wish",
                        "type": "text",
                        "privacy": "internal",
                        "title": {"id": _("Apa yang Anda perlukan?")},
                        "example": product.for_whom[:80],
                    }
                ],
            },
        ],
        "applicant": {"name": "name", "phone": "phone"},
        "start": "received",
        "states": [
            _state("received", _("Diperiksa"), _("Permohonan Anda sedang kami periksa."), "open", unit, 5),
            _state(
                "incomplete",
                _("Menunggu jawaban Anda"),
                _("Kami membutuhkan jawaban Anda."),
                "waiting",
                "same",
            ),
            _state("granted", _("Dikabulkan"), _("Permohonan Anda dikabulkan."), "decided", "same", 30),
            _state("refused", _("Ditolak"), _("Alasannya tertulis di halaman ini."), "decided", "same", 30),
            _state("closed", _("Selesai"), _("Permohonan ini sudah selesai."), "closed", "same"),
        ],
        "steps": [
            _step("grant", _("Kabulkan"), "decide", ["received"], "granted", "head", outcomes=["granted"]),
            _step(
                "refuse",
                _("Tolak"),
                "decide",
                ["received"],
                "refused",
                "head",
                outcomes=["refused"],
                needs_reason=True,
            ),
            _step("ask", _("Minta dilengkapi"), "ask", ["received"], "incomplete", "officer"),
            _step("answer", _("Kirim jawaban"), "answer", ["incomplete"], "received", "applicant"),
            _step("withdraw", _("Batalkan"), "withdraw", ["received", "incomplete"], "closed", "applicant"),
            _step("lapse", _("Gugur karena tidak dijawab"), "lapse", ["incomplete"], "closed", "clock"),
            _step("close", _("Tutup"), "close", ["granted", "refused"], "closed", "clock"),
        ],
        "retention": {"years": 2, "source": source},
        "processing": {"purpose": {"id": product.problem[:300]}, "basis": "public_service"},
        "examples": [
            {
                "title": _("Dikabulkan"),
                "received": _first_monday(product.at.year),
                "answers": {"name": "Siti Contoh", "phone": "0812 3456 7890", "wish": product.for_whom[:80]},
                "steps": [
                    {"take": "grant", "at": _first_monday(product.at.year, "14:00"), "outcome": "granted"}
                ],
                "state": "granted",
            },
            {
                "title": _("Ditolak"),
                "received": _first_monday(product.at.year),
                "answers": {"name": "Budi Contoh", "phone": "0812 3456 7891", "wish": product.for_whom[:80]},
                "steps": [
                    {"take": "refuse", "at": _first_monday(product.at.year, "14:00"), "outcome": "refused"}
                ],
                "state": "refused",
            },
        ],
    }
    head = _(
        "# Rancangan dari produk layanan %(agency)s. Lengkapi setiap “(belum diisi)” sebelum diterbitkan."
    ) % {"agency": product.agency.short_name}
    body: str = yaml.dump(definition, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=110)
    return f"{head}\n{body}"


def _state(
    code: str, title: str, citizen: str, phase: str, unit: str, count: int | None = None
) -> dict[str, Any]:
    due = (
        {}
        if count is None
        else {"due": {"kind": "working_days" if phase == "open" else "calendar_days", "count": count}}
    )
    return {
        "code": code,
        "title": {"id": title},
        "citizen": {"id": citizen},
        "phase": phase,
        "unit": unit,
        **due,
    }


def _step(
    code: str, title: str, kind: str, before: list[str], after: str, by: str, **more: Any
) -> dict[str, Any]:
    return {"code": code, "title": {"id": title}, "kind": kind, "from": before, "to": after, "by": by, **more}


def _first_monday(year: int, hour: str = "09:00") -> str:
    """Return the first Monday of March, a working day in every year of the calendar unless a holiday falls on it."""
    day = next(date(year, 3, number) for number in range(1, 8) if date(year, 3, number).weekday() == 0)
    return f"{day.isoformat()} {hour}"
