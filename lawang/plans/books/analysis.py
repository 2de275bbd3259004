"""Chapters of the analysis: how the region stands, what is coming, what is missing, where the plan comes from."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lawang.areas.maps import MapValue, district_map
from lawang.documents.book import Block, Column, Figure, Footnote, Gallery, Missing, Prose, Section, Table
from lawang.documents.language import Emphasis, Facts, Item, Words
from lawang.lib.dates import period_name, short_date
from lawang.lib.numbers import number
from lawang.lib.text import say
from lawang.measures.models import Series
from lawang.people.node import node
from lawang.plans import reading
from lawang.plans.books.builders import (
    Part,
    builder,
    cell,
    count_programmes,
    dimension_sections,
    drawing,
    group,
    joined,
    nothing,
    prose,
    row,
    short,
    title_of,
    told,
    with_unit,
)
from lawang.plans.books.material import Material
from lawang.plans.colours import Point
from lawang.plans.models import FrameworkNode, Programme, ReadinessElement, Statement, Swot
from lawang.plans.pictures import series_chart

MOST_CHARTS = 8  # of a region's figures
ENOUGH_POINTS = 3  # below that a line tells nothing
KINDS = (Swot.Kind.STRENGTH, Swot.Kind.WEAKNESS, Swot.Kind.OPPORTUNITY, Swot.Kind.THREAT)


def fact(label: str, value: str | Promise) -> Item:
    return Item((Words(str(value)),), (Words(label),))


@builder
def about_plan(material: Material) -> Part:
    """The plan, its period, legal basis and framework."""
    plan, revision = material.plan, material.revision
    legal = " ".join(filter(None, (revision.legal_kind, _("Nomor"), revision.legal_number)))
    rows = [
        fact(_("Rencana"), say(plan.title)),
        fact(_("Masa rencana"), f"{plan.year_from}–{plan.year_to}"),
        fact(_("Dasar hukum"), legal if revision.legal_number else _("belum ada")),
        fact(
            _("Revisi"),
            _("draf revisi %(number)s") % {"number": revision.number}
            if material.is_draft or revision.in_force_from is None
            else _("revisi %(number)s, berlaku sejak %(day)s")
            % {"number": revision.number, "day": short_date(revision.in_force_from)},
        ),
        fact(_("Kerangka"), say(plan.framework.title)),
        fact(_("Isi"), count_programmes(len(material.programmes))),
    ]
    blocks: list[Block] = [Facts(tuple(rows))]
    if plan.framework.is_draft:
        blocks.append(
            Prose(
                (
                    Words(_("Kerangka ini masih rancangan dan dapat berubah.")),
                    Footnote(plan.framework.source or _("Sumbernya belum dicatat.")),
                )
            )
        )
    if not revision.legal_number:
        blocks.append(
            Missing(_("Dasar hukum rencana ini belum dicatat. Tanpa dasar hukum rencana tidak mengikat."))
        )
    return Part(tuple(blocks))


# Readiness and SWOT


def _lines(material: Material) -> dict[tuple[int, str], list[Swot]]:
    found: dict[tuple[int, str], list[Swot]] = defaultdict(list)
    for line in material.swot:
        found[line.element_id, line.kind].append(line)
    return found


def _newest(material: Material, series: Series) -> str:
    points = material.figures.get(series.pk, [])
    if not points:
        return ""
    return f"{with_unit(series, points[-1].amount)} ({points[-1].end.year})"


@builder
def readiness_by_element(material: Material) -> Part:
    """How ready each element is: how much was found for and against, and the figures that support it."""
    if not material.elements:
        return nothing(_("Kerangka rencana ini belum punya unsur kesiapan. Pasang paketnya."))
    lines = _lines(material)
    columns = (
        Column(_("Unsur"), 3),
        *(Column(str(kind.label).capitalize(), 1, is_number=True) for kind in KINDS),
    )
    rows = [
        row(
            joined((say(element.title), say(element.gloss))),
            *(
                cell(number(len(found)) if (found := lines[element.pk, kind]) else "", _("belum ada"))
                for kind in KINDS
            ),
        )
        for element in material.elements
    ]
    blocks: list[Block] = [Table(_("Banyaknya temuan per unsur kesiapan"), columns, tuple(rows))]
    empty = [say(one.title) for one in material.elements if not any(lines[one.pk, kind] for kind in KINDS)]
    if empty:
        blocks.append(Missing(_("Unsur yang belum dianalisis: %(names)s.") % {"names": ", ".join(empty)}))
    supporting = _supporting(material)
    if supporting:
        blocks.append(
            Table(
                _("Angka yang mendasari analisis kesiapan"),
                (Column(_("Angka"), 3), Column(_("Terakhir"), 1.6), Column(_("Sumber"), 2.4)),
                tuple(supporting),
            )
        )
    return Part(tuple(blocks))


def _supporting(material: Material) -> list[Any]:
    rows = []
    for element in material.elements:
        found = {
            one.pk: one
            for line in material.swot
            if line.element_id == element.pk
            for one in line.series.all()
        }
        if found:
            rows.append(group(say(element.title)))
        rows += [
            row(
                say(one.title),
                cell(_newest(material, one), _("belum ada angka")),
                cell(one.source_note, _("sumber belum dicatat")),
            )
            for one in found.values()
        ]
    return rows


@builder
def future_by_element(material: Material) -> Part:
    """What is coming: the opportunities and threats of each element side by side."""
    if not material.elements:
        return nothing(_("Kerangka rencana ini belum punya unsur kesiapan. Pasang paketnya."))
    lines = _lines(material)

    def words(element: ReadinessElement, kind: str) -> str:
        return joined(say(line.words) for line in lines[element.pk, kind])

    rows = [
        row(
            say(element.title),
            cell(words(element, Swot.Kind.OPPORTUNITY), _("peluang belum ditulis")),
            cell(words(element, Swot.Kind.THREAT), _("ancaman belum ditulis")),
        )
        for element in material.elements
    ]
    columns = (Column(_("Unsur"), 1), Column(_("Peluang"), 2.6), Column(_("Ancaman"), 2.6))
    return Part((Table(_("Peluang dan ancaman di depan"), columns, tuple(rows)),))


@builder
def swot_by_element(material: Material) -> Part:
    """A table of strengths, weaknesses, opportunities and threats for each element."""
    if not material.elements:
        return nothing(_("Kerangka rencana ini belum punya unsur kesiapan. Pasang paketnya."))
    lines, unknown = _lines(material), _("belum ada angka")
    sections = []
    for element in material.elements:
        rows = []
        for kind in KINDS:
            rows.append(group(str(kind.label).capitalize()))
            rows += [
                row(
                    line.code,
                    say(line.words),
                    joined(
                        f"{say(one.title)}: {_newest(material, one) or unknown}" for one in line.series.all()
                    )
                    or "–",
                )
                for line in lines[element.pk, kind]
            ]
            if not lines[element.pk, kind]:
                rows.append(row("–", cell("", _("belum ditulis")), "–"))
        columns = (Column(_("Kode"), 0.7), Column(_("Pernyataan"), 4), Column(_("Angka pendukung"), 2.3))
        table = Table(_("SWOT %(element)s") % {"element": say(element.title)}, columns, tuple(rows))
        gloss = (prose(say(element.gloss)),) if element.gloss else ()
        sections.append(Section(say(element.title), (*gloss, table)))
    return Part(sections=tuple(sections))


@builder
def gap_by_dimension(material: Material) -> Part:
    """For every leaf of the framework: how it is, how it should be, what the plan answers."""

    def make(top: FrameworkNode | None, _programmes: list[Programme]) -> list[Block]:
        if top is None:
            return []
        rows = []
        for leaf in material.leaves(top):
            gap = material.gaps.get(leaf.pk)
            unwritten = _("belum ditulis")
            rows.append(
                row(
                    say(leaf.title),
                    told(gap.present if gap else None, unwritten),
                    told(gap.wanted if gap else None, unwritten),
                    told(gap.answer if gap else None, unwritten),
                )
            )
        columns = (
            Column(_("Bidang"), 1.3),
            Column(_("Sekarang"), 2),
            Column(_("Yang diinginkan"), 2),
            Column(_("Jawaban rencana"), 2),
        )
        return [Table(_("Kesenjangan %(dimension)s") % {"dimension": title_of(top)}, columns, tuple(rows))]

    sections = dimension_sections(material, make)
    return Part(sections=tuple(section for section in sections if section.blocks))


# Where the plan comes from


@builder
def vision(material: Material) -> Part:
    """The vision as it stands in the plan."""
    words = say(material.revision.vision)
    if not words:
        return nothing(_("Visi rencana ini belum ditulis."))
    return Part((Prose((Emphasis((Words(f"“{words}”"),)),)),))


@builder
def vision_mission_goals(material: Material) -> Part:
    """The vision, then each mission with its goals and strategies and the programmes that serve them."""
    children: dict[int | None, list[Statement]] = defaultdict(list)
    known = {one.pk for one in material.statements}
    for one in material.statements:
        children[one.parent_id if one.parent_id in known else None].append(one)
    serving: dict[int, list[str]] = defaultdict(list)
    for programme in material.programmes:
        if programme.goal_id:
            serving[programme.goal_id].append(programme.code)
    rows: list[Any] = []

    def tell(one: Statement) -> None:
        label = f"{str(Statement.Kind(one.kind).label).capitalize()} {one.code}"
        if one.kind == Statement.Kind.MISSION:
            rows.append(group(f"{label}. {say(one.words)}"))
        else:
            codes = ", ".join(serving[one.pk])
            lacks = _("belum ada program") if one.kind == Statement.Kind.GOAL else "–"
            rows.append(row(label, say(one.words), cell(codes, lacks)))
        for child in children[one.pk]:
            tell(child)

    for one in children[None]:
        tell(one)
    blocks = list(vision(material).blocks)
    if rows:
        columns = (Column(_("Arah"), 1.2), Column(_("Pernyataan"), 4), Column(_("Program"), 1.8))
        blocks.append(Table(_("Misi, tujuan, dan strategi"), columns, tuple(rows)))
    else:
        blocks.append(Missing(_("Misi, tujuan, dan strategi belum ditulis.")))
    return Part(tuple(blocks))


@builder
def rpjmd_links(material: Material) -> Part:
    """Which programmes are found in the five-year plan of the region and in the plans of its offices."""
    rows, loose = [], []
    for top, programmes in material.by_dimension:
        if programmes:
            rows.append(group(title_of(top)))
        for programme in programmes:
            if not programme.rpjmd_code:
                loose.append(programme.code)
            rows.append(
                row(
                    programme.code,
                    say(programme.title),
                    cell(programme.rpjmd_code, _("belum ada")),
                    cell(programme.renstra_code, _("belum ada")),
                    cell(programme.sipd_code, "–"),
                )
            )
    if not rows:
        return nothing(_("Belum ada program dalam rencana ini."))
    columns = (
        Column(_("Kode"), 0.8),
        Column(_("Program"), 3),
        Column("RPJMD", 1.4),
        Column("Renstra", 1.4),
        Column("SIPD", 1.4),
    )
    blocks: list[Block] = [Table(_("Kaitan program dengan RPJMD, Renstra, dan SIPD"), columns, tuple(rows))]
    if loose:
        blocks.append(
            Missing(
                _(
                    "Program yang belum dikaitkan dengan RPJMD: %(codes)s. Program di luar RPJMD sulit dibiayai."
                )
                % {"codes": ", ".join(loose)}
            )
        )
    return Part(tuple(blocks))


# The region


def _points(one: Series) -> list[tuple[date, date, Decimal]]:
    """Return the newest figures of a series of the profile, oldest first."""
    found = [
        (date.fromisoformat(each["start"]), date.fromisoformat(each["end"]), Decimal(each["amount"]))
        for each in one.newest  # type: ignore[attr-defined]
    ]
    return found[::-1]


@builder
def regional_figures(material: Material) -> Part:
    """The figures of the region's profile with their sources, the longer ones drawn, and a map of the programmes."""
    rows: list[Any] = []
    charts: list[Figure] = []
    topic = None
    for one in material.profile:
        if one.topic != topic:
            topic = one.topic
            rows.append(group(topic or _("Lainnya")))
        points = _points(one)
        newest = points[-1] if points else None
        rows.append(
            row(
                say(one.title),
                cell(with_unit(one, newest[2]) if newest else "", _("belum ada angka")),
                period_name(newest[0], newest[1]) if newest else "–",
                cell(one.source_note, _("sumber belum dicatat")),
            )
        )
        if len(points) >= ENOUGH_POINTS and len(charts) < MOST_CHARTS:
            chart = series_chart(one, [Point(end, amount) for _start, end, amount in points])
            charts.append(
                drawing(chart, say(one.title), accent=material.accent, source=one.source_note, size="slim")
            )
    if not rows:
        blocks: list[Block] = [Missing(_("Profil kabupaten belum punya angka."))]
    else:
        columns = (
            Column(_("Ukuran"), 2.6),
            Column(_("Angka"), 1.4, is_number=True),
            Column(_("Periode"), 1),
            Column(_("Sumber"), 2.4),
        )
        blocks = [Table(_("Angka daerah"), columns, tuple(rows))]
    if charts:
        blocks.append(Gallery(tuple(charts)))
    return Part(tuple(blocks))


MAP_STYLE = """<style>.map-sea{fill:#e8f1f8}.map-land{fill:#f3f4f1}.map-near{fill:#e9ebe6;stroke:#d5d9d0}
.map-area{fill:#fff;stroke:#8a94a0;stroke-width:1.2}.map-inset{fill:none;stroke:#8a94a0}
.map-scale{fill:none;stroke:#465262;stroke-width:1.5}.map-narrow{display:none}
text{text-anchor:middle;fill:#1d2733}
.map-share-1{fill:#F1}.map-share-2{fill:#F2}.map-share-3{fill:#F3}.map-share-4{fill:#F4}.map-share-5{fill:#F5}</style>"""


@builder
def programme_map(material: Material) -> Part:
    """How many programmes each district has, drawn and as a table."""
    regency = node().area
    counts: dict[str, int] = defaultdict(int)
    everywhere = 0
    for code, _colour, count in reading.districts_with_counts(material.revision, regency):
        if regency is not None and code == regency.code:
            everywhere += count
        else:
            counts[code] += count
    if regency is None or not counts:
        return nothing(_("Lokasi program belum diisi, jadi petanya belum dapat digambar."))
    most = max(counts.values())
    values = {
        code: MapValue(count_programmes(count), share=count / most - 0.001) for code, count in counts.items()
    }
    drawn = district_map(regency, values, title=_("Program per kecamatan"))
    rows = tuple(row(one.area.name, number(counts.get(one.area.code, 0))) for one in drawn.rows)
    said = "; ".join(f"{one.area.name}: {counts.get(one.area.code, 0)}" for one in drawn.rows)
    blocks: list[Block] = []
    if drawn.svg:
        style = MAP_STYLE
        for step, share in enumerate((0.08, 0.18, 0.28, 0.38, 0.5), 1):
            style = style.replace(f"#F{step}", _mixed(material.accent, share))
        svg = str(drawn.svg).replace("><path", f">{style}<path", 1)
        caption = _("Program per kecamatan")
        blocks.append(Figure(caption, svg, f"{caption}. {said}", drawn.credit, 0.62))
    blocks.append(
        Table(
            _("Banyaknya program per kecamatan"),
            (Column(_("Kecamatan"), 3), Column(_("Program"), 1, is_number=True)),
            rows,
        )
    )
    if everywhere:
        blocks.append(
            prose(
                _("%(count)s lain berjalan di seluruh kabupaten dan tidak dihitung per kecamatan.")
                % {"count": count_programmes(everywhere)}
            )
        )
    return Part(tuple(blocks))


def _mixed(colour: str, share: float) -> str:
    """Return a colour thinned with white."""
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(255 + (part - 255) * share):02x}" for part in parts)


@builder
def dimensions(material: Material) -> Part:
    """The framework in which the plan is made."""
    rows: list[Any] = []
    for top in material.tree.tops:
        below = material.tree.below(top)
        if below:
            rows.append(group(say(top.title)))
        rows += [row(say(one.title), cell(say(one.gloss), "–")) for one in below or [top]]
    if not rows:
        return nothing(_("Kerangka rencana ini masih kosong."))
    columns = (Column(_("Bidang"), 2), Column(_("Isinya"), 4))
    names = ", ".join(short(top) for top in material.tree.tops)
    return Part(
        (
            prose(_("Dimensi rencana ini: %(names)s.") % {"names": names}),
            Table(_("Dimensi dan bidangnya"), columns, tuple(rows), material.plan.framework.source),
        )
    )
