"""What the regency's own system already knows about an item: the self-assessment begins with it, nobody retypes it.

Each function looks at the plan in force, surveys or agreements and says in a sentence what is there, with its basis
(what was counted) and its proofs (pages and papers). It never proposes a mark: what earns 1, 2, 3 or 4 is not
published.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lawang.areas.models import Area
from lawang.lib.dates import long_date
from lawang.lib.numbers import number, rupiah
from lawang.lib.text import say
from lawang.movement.exhibition.actions import collaborations
from lawang.movement.exhibition.models import Collaboration
from lawang.movement.instrument import Item
from lawang.people.models import Agency
from lawang.people.node import node
from lawang.plans.models import (
    Activity,
    Attendance,
    Body,
    BudgetLine,
    Meeting,
    Partner,
    Placement,
    Programme,
    QuickWin,
    Revision,
)
from lawang.plans.reading import Tree, tree
from lawang.record.models import File
from lawang.surveys.facts import ImpactFact, SkmYear, impact_year, skm_year

RAN = (Programme.State.RUNNING, Programme.State.DONE)
LISTED = 6  # names in a sentence


@dataclass(frozen=True)
class Proof:
    """Something that shows it: the address of a page of this installation, or of a kept paper."""

    title: str
    url: str


@dataclass(frozen=True)
class Proposal:
    """What is known about one item. `words` is "" when nothing is."""

    words: str = ""
    counts: dict[str, int] = field(default_factory=dict)  # the basis: what was counted
    proofs: tuple[Proof, ...] = ()
    value: Decimal | None = None  # the mean of a survey, which is the score of its item


class Known:
    """The plan in force and what stands around it, read once for all items: eighteen queries at any size."""

    def __init__(self, revision: Revision, year: int) -> None:
        self.revision, self.year = revision, year

    @cached_property
    def tree(self) -> Tree:
        return tree(self.revision.plan.framework_id)

    @cached_property
    def programmes(self) -> list[Any]:
        """Return the programmes with `node_id`, their place in the plan's own framework."""
        places = dict(
            Placement.objects.filter(
                programme__revision=self.revision, framework=self.revision.plan.framework_id
            ).values_list("programme", "node")
        )
        found: list[Any] = list(self.revision.programmes.select_related("lead"))
        for one in found:
            one.node_id = places.get(one.pk)
        return found

    @cached_property
    def activities(self) -> list[Activity]:
        return list(self.revision.activities.all())

    @cached_property
    def budget(self) -> list[BudgetLine]:
        return list(BudgetLine.objects.filter(programme__revision=self.revision, year=self.year))

    @cached_property
    def bodies(self) -> list[Body]:
        return list(Body.objects.filter(plan=self.revision.plan).prefetch_related("members"))

    @cached_property
    def meetings(self) -> list[Meeting]:
        """Return the meetings held in the year whose minutes are written, oldest first."""
        held = Meeting.objects.filter(
            body__plan=self.revision.plan, date__year=self.year, recorded_at__isnull=False
        )
        seats = Prefetch("attendance", Attendance.objects.select_related("member"))
        return list(held.select_related("minutes_file").prefetch_related(seats).order_by("date"))

    @cached_property
    def impact(self) -> dict[str, ImpactFact]:
        """Return what the closed impact surveys of the year say, by the key of the item."""
        return impact_year(self.year)

    @cached_property
    def satisfaction(self) -> SkmYear:
        return skm_year(self.year)

    @cached_property
    def home(self) -> Area | None:
        return node().area

    @cached_property
    def agreements(self) -> list[Collaboration]:
        """Return the agreements of this regency that booths of this installation recorded, in force in the year."""
        if self.home is None:
            return []
        rows = collaborations(self.home, "", self.year)
        return list(rows.select_related("area", "other", "file", "offer__booth__exhibition"))

    @cached_property
    def quick_wins(self) -> list[QuickWin]:
        rows = self.revision.quick_wins.select_related("programme")
        return list(rows.prefetch_related("partners", "risks", "resources"))

    def planned_in(self, year: int, node: str = "") -> list[Any]:
        """Return the programmes of the plan in a year, under a node or everywhere."""
        under = self._under(node)
        return [
            one
            for one in self.programmes
            if one.year_from <= year <= one.year_to and (under is None or one.node_id in under)
        ]

    def _under(self, node: str) -> set[int] | None:
        here = self.tree.find(node) if node else None
        if here is None:
            return set() if node else None
        return self.tree.under(here)


Propose = Callable[[Known, Item], Proposal]
PROPOSALS: dict[str, Propose] = {}


def proposes(function: Propose) -> Propose:
    """Let instruments name this function."""
    PROPOSALS[function.__name__] = function
    return function


def listed(names: Iterable[str]) -> str:
    """Return some names for a sentence, and how many more there are."""
    known = list(names)
    words = ", ".join(known[:LISTED])
    return f"{words}, +{len(known) - LISTED}" if known[LISTED:] else words


def _paper(file: File) -> str:
    return reverse("record:file", args=[file.key])


def _days(meetings: Iterable[Meeting]) -> str:
    return listed(long_date(one.date) for one in meetings)


@proposes
def legal_basis(known: Known, item: Item) -> Proposal:
    """The regulation that the plan in force names."""
    revision = known.revision
    if not revision.legal_number:
        return Proposal()
    words = _(
        "Rencana induk ditetapkan dengan %(kind)s %(number)s tanggal %(date)s, berlaku sejak %(from)s."
    ) % {
        "kind": revision.legal_kind,
        "number": revision.legal_number,
        "date": long_date(revision.legal_date) if revision.legal_date else "…",
        "from": long_date(revision.in_force_from) if revision.in_force_from else "…",
    }
    proofs = [Proof(_("Rencana induk yang berlaku"), reverse("plan"))]
    if revision.legal_file:
        proofs.insert(0, Proof(f"{revision.legal_kind} {revision.legal_number}", _paper(revision.legal_file)))
    return Proposal(words, {}, tuple(proofs))


@proposes
def meetings(known: Known, item: Item) -> Proposal:
    """Meetings of a body in the year, `about` its kind, with who came from outside."""
    bodies = [body for body in known.bodies if body.kind == item.about]
    held = [one for one in known.meetings if one.body_id in {body.pk for body in bodies}]
    if not held:
        return Proposal()
    outside = {
        seat.member_id
        for meeting in held
        for seat in meeting.attendance.all()
        if seat.member.is_external and seat.was_present
    }
    offices = {
        seat.member.agency_id
        for meeting in held
        for seat in meeting.attendance.all()
        if seat.was_present and seat.member.agency_id
    }
    words = ngettext(
        "%(body)s bersidang %(count)s kali pada %(year)s: %(days)s.",
        "%(body)s bersidang %(count)s kali pada %(year)s: %(days)s.",
        len(held),
    ) % {"body": say(bodies[0].name), "count": len(held), "year": known.year, "days": _days(held)}
    words += " " + _("Hadir %(offices)s perangkat daerah dan %(outside)s anggota dari luar pemerintah.") % {
        "offices": len(offices),
        "outside": len(outside),
    }
    proofs = [Proof(say(body.name), reverse("body", args=[body.key])) for body in bodies]
    proofs += [
        Proof(_("Notulen %(day)s") % {"day": long_date(one.date)}, _paper(one.minutes_file))
        for one in held
        if one.minutes_file
    ]
    counts = {"meetings": len(held), "agencies": len(offices), "outside": len(outside)}
    return Proposal(words, counts, tuple(proofs))


@proposes
def body(known: Known, item: Item) -> Proposal:
    """Whether a body exists by decree and does its work, `about` its kind."""
    bodies = [one for one in known.bodies if one.kind == item.about]
    if not bodies:
        return Proposal()
    sentences, members, held = [], 0, 0
    for one in bodies:
        seats = [member for member in one.members.all() if member.to_date is None]
        own = [meeting for meeting in known.meetings if meeting.body_id == one.pk]
        members, held = members + len(seats), held + len(own)
        basis = one.legal_basis or _("tanpa surat keputusan yang dicatat")
        sentences.append(
            _(
                "%(body)s (%(basis)s): %(members)s anggota, %(outside)s dari luar; "
                "bersidang %(count)s kali pada %(year)s."
            )
            % {
                "body": say(one.name),
                "basis": basis,
                "members": len(seats),
                "outside": sum(seat.is_external for seat in seats),
                "count": len(own),
                "year": known.year,
            }
        )
    proofs = tuple(Proof(say(one.name), reverse("body", args=[one.key])) for one in bodies)
    return Proposal(" ".join(sentences), {"members": members, "meetings": held}, proofs)


@proposes
def agencies_active(known: Known, item: Item) -> Proposal:
    """Agencies that lead a programme of the year, and how many programmes name their place in a Renstra."""
    planned = known.planned_in(known.year)
    leads = {one.lead_id: one.lead for one in planned if one.lead and one.lead.kind != Agency.Kind.VILLAGE}
    if not leads:
        return Proposal()
    named = sum(1 for one in planned if one.renstra_code)
    words = _(
        "%(agencies)s perangkat daerah memimpin %(programmes)s program pada %(year)s (%(names)s); "
        "%(named)s program menyebut kode Renstra."
    ) % {
        "agencies": len(leads),
        "programmes": len(planned),
        "year": known.year,
        "names": listed(sorted(one.short_name for one in leads.values())),
        "named": named,
    }
    counts = {"agencies": len(leads), "programmes": len(planned), "in_renstra": named}
    return Proposal(words, counts, (Proof(_("Daftar program"), reverse("programmes")),))


@proposes
def budget(known: Known, item: Item) -> Proposal:
    """Money of the year, `about` "apbd" or everything else; the attribution share is applied."""
    is_apbd = item.about == "apbd"
    lines = [line for line in known.budget if (line.source == BudgetLine.Source.APBD) == is_apbd]
    if not lines:
        return Proposal()
    planned = sum(
        int((line.planned if line.revised is None else line.revised) * line.share / 100) for line in lines
    )
    spent = sum(int(line.realised * line.share / 100) for line in lines if line.realised is not None)
    words = _("%(planned)s direncanakan dan %(spent)s terpakai pada %(year)s untuk %(count)s program.") % {
        "planned": rupiah(planned),
        "spent": rupiah(spent),
        "year": known.year,
        "count": len({line.programme_id for line in lines}),
    }
    if is_apbd:
        words += " " + _("Tambahkan total APBD agar bagiannya bisa dihitung.")
    else:
        sources = sorted({BudgetLine.Source(line.source).label for line in lines})
        words += " " + _("Sumber: %(sources)s.") % {"sources": ", ".join(map(str, sources))}
    return Proposal(
        words, {"planned": planned, "realised": spent}, (Proof(_("Anggaran"), reverse("budget")),)
    )


def _running(known: Known, year: int, node: str) -> Proposal:
    planned = known.planned_in(year, node)
    if not planned:
        return Proposal()
    ran = [one for one in planned if one.state in RAN]
    idle = [one for one in planned if one.state not in RAN]
    words = _("%(ran)s dari %(planned)s program yang direncanakan untuk %(year)s berjalan atau selesai.") % {
        "ran": len(ran),
        "planned": len(planned),
        "year": year,
    }
    if idle:
        words += " " + _("Belum atau tidak berjalan: %(names)s.") % {
            "names": listed(one.code for one in idle)
        }
    url = reverse("dimension", args=[node]) if node else reverse("programmes")
    return Proposal(words, {"planned": len(planned), "ran": len(ran)}, (Proof(_("Daftar program"), url),))


@proposes
def programmes_running(known: Known, item: Item) -> Proposal:
    """Programmes of the year that run, of those the plan has there; under the item's node."""
    return _running(known, known.year, item.node)


@proposes
def programmes_last_year(known: Known, item: Item) -> Proposal:
    """Programmes that the plan had for the year before, and how many of them run or are done."""
    return _running(known, known.year - 1, "")


@proposes
def activities_last_year(known: Known, item: Item) -> Proposal:
    """Activities of the action plan that the plan had for the year before."""
    planned = [one for one in known.activities if one.year_from <= known.year - 1 <= one.year_to]
    if not planned:
        return Proposal()
    tracks = {track: sum(1 for one in planned if one.track == track) for track in Activity.Track}
    words = _("%(count)s kegiatan rencana aksi dijadwalkan pada %(year)s: %(tracks)s.") % {
        "count": len(planned),
        "year": known.year - 1,
        "tracks": ", ".join(f"{Activity.Track(track).label} {count}" for track, count in tracks.items()),
    }
    return Proposal(words, {"planned": len(planned)}, (Proof(_("Peta jalan"), reverse("roadmap")),))


@proposes
def action_plan(known: Known, item: Item) -> Proposal:
    """Activities of one track of the action plan, `about` the track, that run in the year."""
    planned = [
        one
        for one in known.activities
        if one.track == item.about and one.year_from <= known.year <= one.year_to
    ]
    if not planned:
        return Proposal()
    running = [one for one in planned if one.is_running]
    words = _(
        "%(running)s dari %(planned)s kegiatan rencana aksi %(track)s untuk %(year)s berjalan: %(names)s."
    ) % {
        "running": len(running),
        "planned": len(planned),
        "track": Activity.Track(item.about).label,
        "year": known.year,
        "names": listed(say(one.title) for one in running) or "–",
    }
    counts = {"planned": len(planned), "running": len(running)}
    return Proposal(words, counts, (Proof(_("Peta jalan"), reverse("roadmap")),))


@proposes
def survey(known: Known, item: Item) -> Proposal:
    """The mean of one statement of the impact survey, and what makes it weak."""
    fact = known.impact.get(item.key)
    if fact is None or fact.mean is None:
        return Proposal()
    words = _("Rata-rata %(mean)s dari 4 menurut %(count)s pemakai.") % {
        "mean": number(fact.mean, 2),
        "count": number(fact.n),
    }
    if fact.findings:
        words += " " + _("Yang perlu dijelaskan: %(what)s") % {
            "what": " ".join(one.sentence for one in fact.findings[:3])
        }
    proof = Proof(say(fact.survey.title), reverse("surveys:survey", args=[fact.survey.key]))
    return Proposal(words, {"n": fact.n}, (proof,), fact.mean)


@proposes
def partners(known: Known, item: Item) -> Proposal:
    """Agencies elsewhere with which quick wins of a dimension are made, and agreements recorded at booths of the
    exhibition; under the item's node.
    """
    under = known.tree.under(here) if (here := known.tree.find(item.node)) else set()
    places = {one.pk: one.node_id for one in known.programmes}
    found = [
        (win, partner)
        for win in known.quick_wins
        if places.get(win.programme_id) in under
        for partner in win.partners.all()
        if partner.kind in (Partner.Kind.AGENCY, Partner.Kind.CENTRAL)
    ]
    branches = {one.code for one in known.tree.nodes if one.pk in under}
    agreed = [one for one in known.agreements if one.dimension in branches]
    if not found and not agreed:
        return Proposal()
    sentences = []
    if found:
        words = _("Kerja sama tercatat pada quick win: %(names)s.")
        sentences.append(words % {"names": listed(f"{win.name} ({partner.name})" for win, partner in found)})
    if agreed:
        words = _("Perjanjian tercatat di anjungan pameran: %(names)s.")
        sentences.append(words % {"names": listed(_agreement(known, one) for one in agreed)})
    sentences.append(_("Sebutkan mana yang dengan daerah sekawasan."))
    proofs = {win.key: Proof(win.name, reverse("quick_win", args=[win.key])) for win, _partner in found}
    papers = [proof for one in agreed if (proof := _paper_of(one))]
    counts = {"partners": len(found), "agreements": len(agreed)}
    return Proposal(" ".join(sentences), counts, (*proofs.values(), *papers))


def _agreement(known: Known, one: Collaboration) -> str:
    """Say with whom, about what, by which agreement; the regency may stand on either side of it."""
    return _("%(other)s, %(subject)s (%(number)s)") % {
        "other": (one.other if one.area == known.home else one.area).title,
        "subject": say(one.subject),
        "number": one.number,
    }


def _paper_of(one: Collaboration) -> Proof | None:
    """Return the signed paper, else the page of the exhibition that shows it."""
    if one.file is not None:
        return Proof(one.number, _paper(one.file))
    if one.offer is not None:
        return Proof(one.number, reverse("movement:offers", args=[one.offer.booth.exhibition.year]))
    return None


def _says(*names: str) -> Callable[[QuickWin], bool]:
    return lambda win: any(say(getattr(win, name)) for name in names)


def _has(kind: str) -> Callable[[QuickWin], bool]:
    return lambda win: bool(getattr(win, kind).all())


CRITERIA: dict[str, Callable[[QuickWin], bool]] = {  # of a quick win, by what its sheet says
    "formulation": _says("formulation"),
    "appeal": _says("appeal"),
    "benefit": lambda win: bool(say(win.benefit)) or win.users_after is not None,
    "uniqueness": _says("uniqueness"),
    "partnership": _has("partners"),
    "scale_up": _says("scale_up"),
    "continuity": _says(
        "continuity_rule", "continuity_institution", "continuity_resources", "business_model"
    ),
    "resources": _has("resources"),
    "risk_identification": _has("risks"),
    "risk_mitigation": lambda win: any(say(risk.mitigation) for risk in win.risks.all()),
}


@proposes
def quick_wins(known: Known, item: Item) -> Proposal:
    """Quick wins whose sheet answers a criterion, `about` the criterion."""
    wins = known.quick_wins
    if not wins:
        return Proposal()
    first, last = date(known.year, 1, 1), date(known.year, 12, 31)
    if item.about == "still_running":
        fitting = [win for win in wins if win.starts < first and win.programme.state in RAN]
        words = _("%(count)s quick win yang dimulai sebelum %(year)s masih berjalan: %(names)s.")
    elif item.about == "new_count":
        fitting = [win for win in wins if first <= win.starts <= last]
        words = _("%(count)s quick win baru pada %(year)s: %(names)s.")
    else:
        fitting = [win for win in wins if CRITERIA[item.about](win)]
        words = _("%(count)s dari %(all)s lembar quick win menjawab ini: %(names)s.")
    words %= {
        "count": len(fitting),
        "all": len(wins),
        "year": known.year,
        "names": listed(win.name for win in fitting) or "–",
    }
    proofs = tuple(Proof(win.name, reverse("quick_win", args=[win.key])) for win in fitting)
    return Proposal(words, {"all": len(wins), "fitting": len(fitting)}, proofs)


@proposes
def satisfaction(known: Known, item: Item) -> Proposal:
    """The year's satisfaction index (SKM) over all services; with `about`, beside the quick wins that answer it."""
    wins = quick_wins(known, item) if item.about else Proposal()
    regency = known.satisfaction.regency
    if regency is None or regency.index is None:
        return wins
    words = _(
        "Survei kepuasan masyarakat (SKM) %(year)s: indeks %(index)s%(grade)s menurut %(n)s jawaban."
    ) % {
        "year": known.year,
        "index": number(regency.index, 2),
        "grade": f" ({regency.band.grade}, {say(regency.band.title)})" if regency.band else "",
        "n": number(regency.n),
    }
    weighed = [one for one in known.satisfaction.services if one.index is not None]
    words += " " + ngettext(
        "Dihitung untuk %(count)s layanan atau unit.",
        "Dihitung untuk %(count)s layanan atau unit.",
        len(weighed),
    ) % {"count": len(weighed)}
    page = Proof(
        _("Kepuasan masyarakat %(year)s") % {"year": known.year}, reverse("surveys:year", args=[known.year])
    )
    counts = {**wins.counts, "answers": regency.n, "surveyed": len(weighed)}
    return Proposal(f"{wins.words} {words}".strip(), counts, (*wins.proofs, page))
