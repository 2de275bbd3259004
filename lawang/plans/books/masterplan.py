"""Chapters of the masterplan and its summary: strategies, programmes, action plan, roadmap, money, bodies."""

from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lawang.documents.book import (
    Bar,
    Block,
    Cell,
    Column,
    Missing,
    Row,
    Section,
    Table,
    Timeline,
)
from lawang.documents.language import Facts
from lawang.lib.dates import short_date
from lawang.lib.numbers import number, percent, rupiah
from lawang.lib.text import say
from lawang.plans import reading
from lawang.plans.books.analysis import fact
from lawang.plans.books.builders import (
    Part,
    amount,
    builder,
    cell,
    count_programmes,
    dimension_sections,
    drawing,
    group,
    joined,
    money,
    nothing,
    offices,
    prose,
    row,
    short,
    status,
    title_of,
    told,
    total,
    with_unit,
    years_of,
)
from lawang.plans.books.material import Material
from lawang.plans.models import (
    Activity,
    Body,
    Colour,
    FrameworkNode,
    Indicator,
    Programme,
    Statement,
)
from lawang.plans.pictures import money_source, way_chart
from lawang.plans.standings import promise_of
from lawang.web.charts import ORDER, bar_chart, budget_bars
from lawang.web.status import status_word


def term_title(material: Material, term: str) -> str:
    """Return "Jangka menengah (5 tahun)"; the long one lasts as long as the plan."""
    years = {Programme.Term.SHORT: 1, Programme.Term.MEDIUM: 5}.get(Programme.Term(term), len(material.years))
    return _("%(term)s (%(years)s tahun)") % {
        "term": str(Programme.Term(term).label).capitalize(),
        "years": years,
    }


# Strategies


@builder
def strategy_by_dimension(material: Material) -> Part:
    """For each dimension its goals and strategies, and the programmes that carry them out."""
    by_id = {one.pk: one for one in material.statements}

    def top_of(one: Statement) -> FrameworkNode | None:
        step: Statement | None = one
        while step is not None:
            if step.node_id:
                return material.tree.top(step.node_id)
            step = by_id.get(step.parent_id) if step.parent_id else None
        return None

    strategies: dict[int | None, list[Statement]] = defaultdict(list)
    for one in material.statements:
        if one.kind == Statement.Kind.STRATEGY:
            top = top_of(one)
            strategies[top.pk if top else None].append(one)

    def rows_of(found: list[Statement]) -> list[Any]:
        rows = []
        for one in found:
            goal = by_id.get(one.parent_id) if one.parent_id else None
            serving = [row.code for row in material.programmes if goal and row.goal_id == goal.pk]
            rows.append(
                row(
                    cell(f"{goal.code} {say(goal.words)}" if goal else "", _("tanpa tujuan")),
                    f"{one.code} {say(one.words)}",
                    cell(", ".join(serving), _("belum ada program")),
                )
            )
        return rows

    columns = (Column(_("Tujuan"), 2.4), Column(_("Strategi"), 3), Column(_("Program"), 1.4))
    sections = []
    for top in material.tree.tops:
        rows = rows_of(strategies[top.pk])
        caption = _("Strategi %(dimension)s") % {"dimension": say(top.title)}
        block: Block = (
            Table(caption, columns, tuple(rows))
            if rows
            else Missing(_("Strategi dimensi ini belum ditulis."))
        )
        gloss = (prose(say(top.gloss)),) if top.gloss else ()
        sections.append(Section(say(top.title), (*gloss, block)))
    if strategies[None]:
        rows = rows_of(strategies[None])
        sections.append(
            Section(
                _("Strategi lintas dimensi"), (Table(_("Strategi lintas dimensi"), columns, tuple(rows)),)
            )
        )
    return Part(sections=tuple(sections))


# Programmes


@builder
def programmes_overview(material: Material) -> Part:
    """How many programmes each dimension has, drawn, and in which term."""
    if not material.programmes:
        return nothing(_("Belum ada program dalam rencana ini."))
    points = [(short(top) if top else title_of(None), len(rows)) for top, rows in material.by_dimension]
    chart = bar_chart(points, title=_("Program per dimensi"), unit=_("program"))
    terms = list(Programme.Term)
    rows = []
    counts: Counter[str] = Counter()
    for top, programmes in material.by_dimension:
        own = Counter(programme.term for programme in programmes)
        counts += own
        rows.append(row(title_of(top), *(number(own[term]) for term in terms), number(len(programmes))))
    rows.append(
        total(_("Total"), *(number(counts[term]) for term in terms), number(len(material.programmes)))
    )
    columns = (
        Column(_("Dimensi"), 2),
        *(Column(term_title(material, term), 1.2, is_number=True) for term in terms),
        Column(_("Total"), 0.8, is_number=True),
    )
    blocks: list[Block] = [
        drawing(chart, _("Banyaknya program per dimensi"), accent=material.accent),
        Table(_("Program per dimensi dan jangka waktu"), columns, tuple(rows)),
    ]
    empty = [title_of(top) for top, found in material.by_dimension if not found]
    if empty:
        blocks.append(
            Missing(_("Dimensi yang belum punya program: %(names)s.") % {"names": ", ".join(empty)})
        )
    return Part(tuple(blocks))


def _first_indicator(material: Material, programme: Programme) -> str:
    """Return "Rumah tersambung: 1.200 (2023) → 3.000 rumah (2028)" of the first indicator."""
    found = material.indicators.get(programme.pk, [])
    if not found:
        return ""
    one = found[0]
    more = len(found) - 1
    after = ngettext("dan %(count)s lagi", "dan %(count)s lagi", more) % {"count": more} if more else ""
    return joined((f"{say(one.title)}: {_way(one)}", after))


def _way(one: Indicator) -> str:
    targets = list(one.targets.all())
    begin = f"{amount(one.series, one.baseline)} ({one.baseline_year})" if one.baseline is not None else "…"
    if not targets:
        return _("%(begin)s → target belum ada") % {"begin": begin}
    return f"{begin} → {with_unit(one.series, targets[-1].amount)} ({targets[-1].year})"


@builder
def programmes_by_dimension_and_term(material: Material) -> Part:
    """Every programme, by dimension and term: who, when, what is measured, how much money."""

    def make(top: FrameworkNode | None, programmes: list[Programme]) -> list[Block]:
        if not programmes:
            return [Missing(_("Dimensi ini belum punya program."))]
        rows: list[Any] = []
        for term in Programme.Term:
            own = [programme for programme in programmes if programme.term == term]
            if own:
                rows.append(group(term_title(material, term)))
            rows += [
                row(
                    one.code,
                    joined((say(one.title), material.where(one))),
                    offices(one),
                    years_of(one.year_from, one.year_to),
                    cell(_first_indicator(material, one), _("indikator belum ada")),
                    money(material.budget(one)),
                )
                for one in own
            ]
        columns = (
            Column(_("Kode"), 0.8),
            Column(_("Program"), 3),
            Column(_("Instansi"), 1.9),
            Column(_("Tahun"), 0.9),
            Column(_("Ukuran: awal → target"), 3),
            Column(_("Anggaran tercatat"), 1.5, is_number=True),
        )
        return [Table(_("Program %(dimension)s") % {"dimension": title_of(top)}, columns, tuple(rows))]

    return Part(sections=dimension_sections(material, make))


@builder
def programmes_short(material: Material) -> Part:
    """Every programme in one line, for the summary."""
    rows: list[Any] = []
    for top, programmes in material.by_dimension:
        rows.append(group(f"{title_of(top)}: {count_programmes(len(programmes))}"))
        rows += [
            row(
                one.code,
                say(one.title),
                cell(one.lead.short_name if one.lead else "", _("belum ditentukan")),
                years_of(one.year_from, one.year_to),
                status(material.colour(one)),
            )
            for one in programmes
        ]
    columns = (
        Column(_("Kode"), 0.8),
        Column(_("Program"), 3.4),
        Column(_("Instansi"), 1.3),
        Column(_("Tahun"), 1),
        Column(_("Keadaan"), 1.4),
    )
    return Part((Table(_("Semua program"), columns, tuple(rows)),))


@builder
def programme_profiles(material: Material) -> Part:
    """Each programme on its own: what, why, for whom, measures with their targets, activities, milestones, money."""
    return Part(
        sections=tuple(
            Section(title_of(top), sections=tuple(_profile(material, one) for one in programmes))
            for top, programmes in material.by_dimension
            if programmes
        )
    )


def _profile(material: Material, one: Programme) -> Section:
    unwritten = _("belum ditulis")
    rows = [
        fact(_("Bidang"), material.where(one) or _("belum ditempatkan")),
        fact(_("Penanggung jawab"), say(one.lead.name) if one.lead else _("belum ditentukan")),
        fact(_("Koordinator"), say(one.coordinator.name) if one.coordinator else "–"),
        fact(_("Instansi pendukung"), ", ".join(agency.short_name for agency in one.supporting.all()) or "–"),
        fact(_("Tahun"), f"{years_of(one.year_from, one.year_to)}, {Programme.Term(one.term).label}"),
        fact(_("Yang dikerjakan"), say(one.summary) or unwritten),
        fact(_("Mengapa"), say(one.reason) or unwritten),
        fact(_("Untuk siapa"), say(one.beneficiaries) or unwritten),
        fact(_("Lokasi"), ", ".join(area.name for area in one.areas.all()) or unwritten),
    ]
    if needs := [f"{need.on.code} {say(need.on.title)}" for need in one.needs.all()]:
        rows.append(fact(_("Perlu dulu"), ", ".join(needs)))
    blocks: list[Block] = [Facts(tuple(rows))]
    measured = material.indicators.get(one.pk, [])
    blocks += _measures(material, one, measured)
    if activities := list(one.activities.all()):
        columns: tuple[Column, ...] = (
            Column(_("Kode"), 0.9),
            Column(_("Kegiatan"), 3),
            Column(_("Jalur"), 1.1),
            Column(_("Tahun"), 0.9),
            Column(_("Keluaran"), 2),
        )
        lines = tuple(
            row(
                each.code,
                say(each.title),
                Activity.Track(each.track).label,
                years_of(each.year_from, each.year_to),
                cell(each.output, unwritten),
            )
            for each in activities
        )
        blocks.append(Table(_("Kegiatan"), columns, lines, is_listed=False))
    else:
        blocks.append(Missing(_("Program ini belum punya kegiatan.")))
    if milestones := list(one.milestones.all()):
        columns = (Column(_("Tonggak"), 3), Column(_("Dijanjikan"), 1), Column(_("Tercapai"), 1))
        lines = tuple(
            row(
                say(each.title),
                short_date(each.due_date),
                cell(short_date(each.done_date) if each.done_date else "", _("belum")),
            )
            for each in milestones
        )
        blocks.append(Table(_("Tonggak"), columns, lines, is_listed=False))
    blocks += _own_money(material, one)
    return Section(f"{one.code} {say(one.title)}", tuple(blocks))


def _measures(material: Material, one: Programme, measured: list[Indicator]) -> list[Block]:
    if not measured:
        return [Missing(_("Program ini belum punya indikator, jadi kemajuannya belum dapat diukur."))]
    blocks: list[Block] = []
    first = measured[0]
    points = material.figures.get(first.series_id, [])
    if len(points) > 1:
        chart = way_chart(first, promise_of(first), material.standings.get(first.key), points)
        caption = _("%(title)s: awal, capaian, dan target") % {"title": say(first.title)}
        drawn = drawing(chart, caption, accent=material.accent, source=first.series.source_note, size="slim")
        blocks.append(replace(drawn, width=0.5, is_listed=False))
    rows = []
    for each in measured:
        standing = material.standings.get(each.key)
        targets = "; ".join(f"{t.year}: {amount(each.series, t.amount)}" for t in each.targets.all())
        rows.append(
            row(
                f"{say(each.title)} ({say(each.series.unit)})",
                cell(
                    f"{amount(each.series, each.baseline)} ({each.baseline_year})"
                    if each.baseline is not None
                    else "",
                    _("belum ada"),
                ),
                cell(targets, _("belum ada")),
                cell(amount(each.series, standing.amount) if standing else "", _("belum ada")),
                status(standing.colour if standing else Colour.NO_DATA),
            )
        )
    columns = (
        Column(_("Indikator"), 2.4),
        Column(_("Kondisi awal"), 1.1),
        Column(_("Target"), 2.2),
        Column(_("Capaian"), 1),
        Column(_("Keadaan"), 1.3),
    )
    return [*blocks, Table(_("Indikator"), columns, tuple(rows), is_listed=False)]


def _own_money(material: Material, one: Programme) -> list[Block]:
    lines = list(one.budget.all())
    if not lines:
        return [Missing(_("Anggaran program ini belum dicatat."))]
    columns = (
        Column(_("Tahun"), 0.7),
        Column(_("Sumber"), 1.6),
        Column(_("Rencana"), 1.6, is_number=True),
        Column(_("Sesudah perubahan"), 1.6, is_number=True),
        Column(_("Terpakai"), 1.6, is_number=True),
    )
    rows = tuple(
        row(
            str(line.year),
            money_source(line.source),
            rupiah(line.planned),
            "–" if line.revised is None else rupiah(line.revised),
            cell(rupiah(line.realised) if line.realised is not None else "", _("belum ada")),
        )
        for line in lines
    )
    return [Table(_("Anggaran"), columns, rows, is_listed=False)]


# Action plan, roadmap, money


@builder
def action_plan_tracks(material: Material) -> Part:
    """The activities of the action plan in its four tracks."""
    found: dict[str, list[tuple[Programme, Activity]]] = defaultdict(list)
    for programme in material.programmes:
        for activity in programme.activities.all():
            found[activity.track].append((programme, activity))
    columns = (
        Column(_("Kode"), 0.9),
        Column(_("Kegiatan"), 2.8),
        Column(_("Pelaksana"), 1.2),
        Column(_("Tahun"), 0.9),
        Column(_("Keluaran"), 2),
        Column(_("Berjalan"), 0.9),
    )
    sections = []
    for track in Activity.Track:
        label = str(track.label)
        title = label[:1].upper() + label[1:]
        rows: list[Any] = []
        last = None
        for programme, activity in found[track]:
            if programme != last:
                rows.append(group(f"{programme.code} {say(programme.title)}"))
                last = programme
            rows.append(
                row(
                    activity.code,
                    say(activity.title),
                    cell(activity.agency.short_name if activity.agency else "", _("belum ditentukan")),
                    years_of(activity.year_from, activity.year_to),
                    cell(activity.output, _("belum ditulis")),
                    _("ya") if activity.is_running else _("tidak"),
                )
            )
        block: Block = (
            Table(_("Rencana aksi %(track)s") % {"track": title}, columns, tuple(rows))
            if rows
            else Missing(_("Belum ada kegiatan pada jalur ini."))
        )
        sections.append(Section(title, (block,)))
    return Part(sections=tuple(sections))


@builder
def roadmap(material: Material) -> Part:
    """What is done when, drawn over the years of the plan, one drawing per dimension."""

    def make(top: FrameworkNode | None, programmes: list[Programme]) -> list[Block]:
        if not programmes:
            return [Missing(_("Dimensi ini belum punya program."))]
        bars: list[Bar | str] = []
        for term in Programme.Term:
            own = [one for one in programmes if one.term == term]
            if own:
                bars.append(term_title(material, term))
            bars += [
                Bar(
                    f"{one.code} {say(one.title)}",
                    one.year_from,
                    one.year_to,
                    years_of(one.year_from, one.year_to),
                )
                for one in own
            ]
        caption = _("Peta jalan %(dimension)s") % {"dimension": title_of(top)}
        return [Timeline(caption, material.years, tuple(bars), _("Program"))]

    return Part(sections=dimension_sections(material, make))


@builder
def milestones(material: Material) -> Part:
    """Every promised step with its day, by year."""
    found = sorted(
        ((each.due_date, programme.code, say(each.title), each.done_date) for programme in material.programmes
         for each in programme.milestones.all()),
        key=lambda each: each[:2],
    )  # fmt: skip
    if not found:
        return nothing(_("Belum ada tonggak yang dijanjikan."))
    rows: list[Any] = []
    year = None
    for due, code, title, done in found:
        if due.year != year:
            year = due.year
            rows.append(group(str(year)))
        late = _("lewat, belum tercapai") if due < material.today else _("belum")
        rows.append(row(short_date(due), code, title, cell(short_date(done) if done else "", late)))
    columns = (
        Column(_("Dijanjikan"), 1),
        Column(_("Program"), 0.8),
        Column(_("Tonggak"), 3.4),
        Column(_("Tercapai"), 1.6),
    )
    return Part((Table(_("Tonggak menurut tahun"), columns, tuple(rows)),))


@builder
def budget(material: Material) -> Part:
    """The money of the plan by year and source and by dimension; what is spent of it."""
    lines = reading.money(material.revision)
    if not lines:
        return nothing(_("Anggaran rencana ini belum dicatat."))
    years = sorted({line.year for line in lines})
    sums = []
    for year in years:
        own = [line for line in lines if line.year == year]
        spent = [line.realised for line in own if line.realised is not None]
        sums.append((str(year), sum(line.planned for line in own), sum(spent) if spent else None))
    chart = budget_bars(sums, title=_("Anggaran per tahun"))
    amounts = {(line.source, line.year): line.planned for line in lines}
    columns = (
        Column(_("Juta rupiah"), 2.4),
        *(Column(str(year), 1, is_number=True) for year in years),
        Column(_("Total"), 1.1, is_number=True),
    )
    by_source = [
        _money_row(money_source(source), [amounts.get((source, year), 0) for year in years])
        for source in sorted({line.source for line in lines}, key=money_source)
    ]
    by_source.append(_money_row(_("Total"), [planned for _year, planned, _spent in sums], kind="total"))
    by_source.append(_money_row(_("Terpakai"), [spent or 0 for _year, _planned, spent in sums]))
    by_dimension = [
        _money_row(title_of(top), [sum(material.budget(one, year) for one in programmes) for year in years])
        for top, programmes in material.by_dimension
    ]
    without = [one.code for one in material.programmes if not one.budget.all()]
    blocks: list[Block] = [
        drawing(chart, _("Anggaran per tahun: rencana dan yang terpakai"), accent=material.accent),
        Table(_("Anggaran menurut sumber dan tahun"), columns, tuple(by_source)),
        Table(_("Anggaran menurut dimensi dan tahun"), columns, tuple(by_dimension)),
    ]
    if without:
        blocks.append(
            Missing(_("Program yang anggarannya belum dicatat: %(codes)s.") % {"codes": ", ".join(without)})
        )
    return Part(tuple(blocks), ())


def _money_row(label: str, amounts: list[int], kind: str = "") -> Row:
    """Return a row of millions of rupiah with its sum."""
    cells = [number(one / 1_000_000) if one else "–" for one in (*amounts, sum(amounts))]
    return Row((Cell(label), *(Cell(one) for one in cells)), kind)


# How it stands


@builder
def standing(material: Material) -> Part:
    """How many programmes of each dimension keep their promise now."""
    rows = []
    counts: Counter[str] = Counter()
    for top, programmes in material.by_dimension:
        own = Counter(material.colour(one) for one in programmes)
        counts += own
        rows.append(row(title_of(top), *(number(own[colour]) for colour in ORDER), number(len(programmes))))
    rows.append(
        total(_("Total"), *(number(counts[colour]) for colour in ORDER), number(len(material.programmes)))
    )
    columns = (
        Column(_("Dimensi"), 2),
        *(Column(status_word(colour), 1, is_number=True) for colour in ORDER),
        Column(_("Total"), 0.8, is_number=True),
    )
    as_of = (
        _("Angka terakhir yang disetujui: %(day)s.") % {"day": short_date(material.figures_as_of)}
        if material.figures_as_of
        else _("Belum ada angka yang disetujui.")
    )
    rule = _(
        "Sesuai jalur: paling sedikit %(on_track)s dari jalan yang seharusnya sudah ditempuh. Melambat: paling sedikit "
        "%(slipping)s. Di bawahnya tertinggal. Warna program adalah warna ukurannya yang paling tertinggal."
    ) % {
        "on_track": percent(material.revision.on_track_from * 100),
        "slipping": percent(material.revision.slipping_from * 100),
    }
    table = Table(_("Keadaan program per dimensi"), columns, tuple(rows))
    return Part((prose(f"{as_of} {rule}"), table))


@builder
def headline_targets(material: Material) -> Part:
    """The first measure of every programme: from where to where."""
    rows: list[Any] = []
    for top, programmes in material.by_dimension:
        rows.append(group(title_of(top)))
        for one in programmes:
            found = material.indicators.get(one.pk, [])
            rows.append(
                row(
                    one.code,
                    cell(say(found[0].title) if found else "", _("indikator belum ada")),
                    _way(found[0]) if found else "–",
                )
            )
    columns = (Column(_("Program"), 0.8), Column(_("Ukuran utama"), 3.4), Column(_("Awal → target"), 2.4))
    return Part((Table(_("Ukuran utama setiap program"), columns, tuple(rows)),))


# Bodies and applications


@builder
def bodies(material: Material) -> Part:
    """Who steers and carries out the plan: members, and how often they met."""
    if not material.bodies:
        return nothing(_("Belum ada dewan, tim, atau forum yang dicatat."))
    return Part(sections=tuple(_body(material, one) for one in material.bodies))


def _body(material: Material, body: Body) -> Section:
    members = [one for one in body.members.all() if one.to_date is None or one.to_date >= material.today]
    meetings = [one for one in body.meetings.all() if one.recorded_at is not None]
    this_year = sum(one.date.year == material.today.year for one in meetings)
    facts = Facts(
        (
            fact(_("Jenis"), Body.Kind(body.kind).label),
            fact(_("Dasar hukum"), body.legal_basis or _("belum ada")),
            fact(_("Sekretariat"), say(body.agency.name) if body.agency else _("belum ditentukan")),
            fact(
                _("Rapat yang tercatat"),
                _("%(all)s, tahun ini %(some)s") % {"all": len(meetings), "some": this_year},
            ),
        )
    )
    columns = (Column(_("Jabatan"), 3), Column(_("Kedudukan"), 1.4), Column(_("Dari luar pemerintah"), 1.2))
    rows = tuple(
        row(one.office, cell(one.part, "–"), _("ya") if one.is_external else _("tidak")) for one in members
    )
    blocks: list[Block] = [facts]
    if rows:
        blocks.append(Table(_("Anggota %(body)s") % {"body": say(body.name)}, columns, rows))
    else:
        blocks.append(Missing(_("Anggota lembaga ini belum dicatat.")))
    if not this_year:
        blocks.append(Missing(_("Belum ada rapat yang tercatat tahun ini.")))
    return Section(say(body.name), tuple(blocks))


@builder
def applications(material: Material) -> Part:
    """The register of applications that the offices run."""
    if not material.applications:
        return nothing(_("Belum ada aplikasi yang dicatat."))
    rows = tuple(
        row(
            one.name,
            one.agency.short_name,
            told(one.purpose),
            cell(number(one.users) if one.users is not None else "", _("tidak tercatat")),
            str(one.get_status_display()),
        )
        for one in material.applications
    )
    columns = (
        Column(_("Aplikasi"), 1.6),
        Column(_("Instansi"), 1.2),
        Column(_("Kegunaan"), 3),
        Column(_("Pemakai setahun"), 1, is_number=True),
        Column(_("Keadaan"), 1.1),
    )
    return Part((Table(_("Daftar aplikasi"), columns, rows),))


# Appendix


@builder
def indicator_metadata(material: Material) -> Part:
    """What every indicator means: definition and formula, source, baseline, targets."""

    def make(top: FrameworkNode | None, programmes: list[Programme]) -> list[Block]:
        rows: list[Any] = []
        for programme in programmes:
            found = material.indicators.get(programme.pk, [])
            if found:
                rows.append(group(f"{programme.code} {say(programme.title)}"))
            rows += [_metadata(one) for one in found]
        if not rows:
            return [Missing(_("Belum ada indikator pada dimensi ini."))]
        columns = (
            Column(_("Indikator"), 2.2),
            Column(_("Definisi dan rumus"), 3),
            Column(_("Satuan, arah, kekerapan"), 1.5),
            Column(_("Sumber dan penanggung jawab"), 1.9),
            Column(_("Kondisi awal"), 1.2),
            Column(_("Target"), 2.4),
        )
        return [Table(_("Indikator %(dimension)s") % {"dimension": title_of(top)}, columns, tuple(rows))]

    return Part(sections=dimension_sections(material, make))


def _metadata(one: Indicator) -> Any:
    series = one.series
    source = series.source_note or str(series.get_source_display())
    baseline = ""
    if one.baseline is not None:
        baseline = joined((f"{amount(series, one.baseline)} ({one.baseline_year})", one.baseline_source))
    targets = "; ".join(f"{each.year}:\u00a0{amount(series, each.amount)}" for each in one.targets.all())
    return row(
        Cell(joined((one.code, say(one.title)))),
        told(series.definition, _("definisi belum ditulis")),
        joined((say(series.unit), str(series.get_direction_display()), str(series.get_frequency_display()))),
        joined((source, series.owner.short_name)),
        cell(baseline, _("belum ada")),
        cell(targets, _("belum ada")),
    )
