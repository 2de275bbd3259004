"""Plans for tests: plain functions with defaults. `make_plan()` first; the rest hangs on what it returned."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.cast import make_agency, make_node, moment

if TYPE_CHECKING:
    from lawang.areas.models import Area
    from lawang.measures.models import Series, Value
    from lawang.people.models import Agency
    from lawang.plans.models import (
        Framework,
        FrameworkNode,
        Indicator,
        Programme,
        QuickWin,
        Revision,
    )

AT = moment("2026-11-20 09:00")
DIMENSIONS = {  # code: (title, short, leaves)
    "tata-kelola": ("Tata kelola cerdas", "Tata kelola", ("Layanan publik", "Birokrasi")),
    "ekonomi": ("Ekonomi cerdas", "Ekonomi", ("Kesejahteraan rakyat", "Ekosistem transaksi")),
    "lingkungan": ("Lingkungan cerdas", "Lingkungan", ("Sampah", "Energi")),
}


def make_framework(code: str = "sc", **fields: Any) -> Framework:
    """Return a framework of three dimensions with two sub-dimensions each ("tata-kelola.1", ...)."""
    from lawang.plans.models import Framework, FrameworkNode

    if found := Framework.objects.filter(code=code).first():
        return found
    framework = Framework.objects.create(
        **({"code": code, "title": {"id": "Kota cerdas", "en": "Smart city"}} | fields)
    )
    for order, (name, (title, short, leaves)) in enumerate(DIMENSIONS.items()):
        top = FrameworkNode.objects.create(
            framework=framework,
            code=name,
            title={"id": title, "en": f"{title} (en)"},
            short={"id": short, "en": f"{short} (en)"},
            gloss={"id": f"Tentang {short.lower()}.", "en": f"About {short.lower()}."},
            order=order * 10,
        )
        for number, leaf in enumerate(leaves, 1):
            FrameworkNode.objects.create(
                framework=framework,
                code=f"{name}.{number}",
                parent=top,
                depth=1,
                title={"id": leaf, "en": f"{leaf} (en)"},
                order=order * 10 + number,
            )
    return framework


def make_plan(*, code: str = "RI", framework: Framework | None = None, **fields: Any) -> Revision:
    """Return the published first revision of a plan for 2024 to 2033, in force since 2024; a node is made too."""
    from lawang.plans.models import Plan, Revision

    make_node()
    plan = Plan.objects.filter(code=code).first() or Plan.objects.create(
        code=code,
        title={"id": "Rencana Induk Kabupaten Cerdas", "en": "Smart Regency Masterplan"},
        framework=framework or make_framework(),
        year_from=2024,
        year_to=2033,
    )
    given = {
        "number": 1,
        "status": Revision.Status.PUBLISHED,
        "in_force_from": date(2024, 1, 1),
        "made_at": datetime(2023, 12, 1, tzinfo=UTC),
        "published_at": datetime(2023, 12, 20, tzinfo=UTC),
        "legal_kind": "Peraturan Bupati",
        "legal_number": "12 Tahun 2023",
        "legal_date": date(2023, 12, 18),
        "vision": {"id": "Kabupaten yang menepati janji", "en": "A regency that keeps its word"},
    }
    return Revision.objects.create(plan=plan, **(given | fields))


def make_programme(
    revision: Revision,
    code: str = "P-01",
    title: str = "Air bersih sampai desa",
    *,
    node: FrameworkNode | str = "tata-kelola.1",
    lead: Agency | None = None,
    areas: tuple[Area, ...] = (),
    **fields: Any,
) -> Programme:
    """Return a programme of 2024 to 2028 placed in the plan's framework."""
    from lawang.plans.models import FrameworkNode, Placement, Programme

    framework = revision.plan.framework
    if isinstance(node, str):
        node = FrameworkNode.objects.get(framework=framework, code=node)
    given: dict[str, Any] = {
        "title": {"id": title},
        "summary": {"id": "Memasang pipa sampai rumah di desa."},
        "reason": {"id": "Warga berjalan jauh untuk mengambil air."},
        "lead": lead or make_agency(),
        "year_from": 2024,
        "year_to": 2028,
    }
    programme = Programme.objects.create(revision=revision, code=code, **(given | fields))
    Placement.objects.create(programme=programme, framework=framework, node=node)
    programme.areas.set(areas)
    return programme


def make_indicator(
    programme: Programme,
    code: str = "I-01",
    *,
    series: Series | None = None,
    targets: dict[int, int] | None = None,
    **fields: Any,
) -> Indicator:
    """Return an indicator of homes with water: 1,200 at the end of 2023, 3,000 at the end of 2028."""
    from lawang.measures.models import Series
    from lawang.plans.models import Indicator, Target

    owner = programme.lead or make_agency()
    series = series or Series.objects.create(
        code=f"s-{code.lower()}",
        title={"id": "Rumah tersambung air bersih", "en": "Homes with clean water"},
        definition={"id": "Jumlah rumah dengan sambungan yang mengalir."},
        unit={"id": "rumah", "en": "homes"},
        owner=owner,
        source_note="PDAM",
    )
    given = {"title": series.title, "baseline": Decimal(1200), "baseline_year": 2023}
    indicator = Indicator.objects.create(
        revision=programme.revision, programme=programme, code=code, series=series, **(given | fields)
    )
    goals = {2024: 1600, 2025: 2000, 2026: 2600, 2027: 2800, 2028: 3000} if targets is None else targets
    Target.objects.bulk_create(
        Target(indicator=indicator, year=year, amount=Decimal(amount)) for year, amount in goals.items()
    )
    return indicator


def make_value(
    thing: Indicator | Series, period: str = "2026-T3", amount: int | str = 2140, **fields: Any
) -> Value:
    """Return an approved figure of an indicator or series for a period such as 2026-T3 or 2025."""
    from lawang.measures.models import Series, Value
    from lawang.measures.periods import parse

    series = thing if isinstance(thing, Series) else thing.series
    when = parse(period)
    given: dict[str, Any] = {"status": Value.Status.APPROVED, "is_current": True, "decided_at": AT}
    return Value.objects.create(
        series=series, start=when.start, end=when.end, amount=Decimal(amount), **(given | fields)
    )


def make_quick_win(programme: Programme, code: str = "Q-01", **fields: Any) -> QuickWin:
    from lawang.plans.models import QuickWin

    given: dict[str, Any] = {
        "name": "Sambungan seratus hari",
        "kind": QuickWin.Kind.PROGRAMME,
        "stage": QuickWin.Stage.IMPLEMENT,
        "progress": 60,
        "starts": date(2026, 2, 1),
        "ends": date(2026, 12, 15),
    }
    return QuickWin.objects.create(
        revision=programme.revision, programme=programme, code=code, **(given | fields)
    )


def judge(revision: Revision, at: datetime = AT) -> None:
    """Compute how every indicator of the revision stands."""
    from lawang.plans.standings import recompute

    recompute(revision, at=at)


def make_living_plan(count: int = 5, *, quarters: int = 8) -> Revision:
    """Return a plan with `count` programmes over all sub-dimensions, one indicator each, quarterly figures, colours."""
    from lawang.measures.models import Series, Value
    from lawang.measures.periods import before, parse
    from lawang.plans.models import BudgetLine, FrameworkNode, Indicator, Placement, Programme, Target

    revision = make_plan()
    framework = revision.plan.framework
    leaves = list(FrameworkNode.objects.filter(framework=framework, depth=1).order_by("order"))
    agencies = [make_agency(f"opd-{n}", f"Dinas Nomor {n}") for n in range(3)]
    programmes = Programme.objects.bulk_create(
        Programme(
            revision=revision,
            code=f"P-{n:03}",
            title={"id": f"Program layanan nomor {n}", "en": f"Service programme number {n}"},
            summary={"id": "Ringkasan program."},
            lead=agencies[n % 3],
            year_from=2024 + n % 3,
            year_to=2028 + n % 4,
            order=n,
        )
        for n in range(1, count + 1)
    )
    Placement.objects.bulk_create(
        Placement(programme=row, framework=framework, node=leaves[n % len(leaves)])
        for n, row in enumerate(programmes)
    )
    BudgetLine.objects.bulk_create(
        BudgetLine(programme=row, year=year, source="apbd", planned=10**9 + year, realised=6 * 10**8)
        for row in programmes
        for year in (2025, 2026)
    )
    series = Series.objects.bulk_create(
        Series(
            code=f"s-{row.code}",
            title={"id": f"Ukuran {row.code}", "en": f"Measure {row.code}"},
            unit={"id": "orang", "en": "people"},
            owner=row.lead,
        )
        for row in programmes
    )
    indicators = Indicator.objects.bulk_create(
        Indicator(
            revision=revision,
            programme=row,
            code=f"I-{row.code}",
            title=kind.title,
            series=kind,
            baseline=Decimal(1000),
            baseline_year=2023,
        )
        for row, kind in zip(programmes, series, strict=True)
    )
    Target.objects.bulk_create(
        Target(indicator=row, year=year, amount=Decimal(1000 + 400 * (year - 2023)))
        for row in indicators
        for year in range(2024, 2029)
    )
    when = parse("2026-T3")
    for step in range(quarters):
        Value.objects.bulk_create(
            Value(
                series=kind,
                start=when.start,
                end=when.end,
                amount=Decimal(2050 - step * 90 - (n % 5) * 220),
                status=Value.Status.APPROVED,
                is_current=True,
                decided_at=AT,
            )
            for n, kind in enumerate(series)
        )
        when = before(when)
    judge(revision)
    return revision
