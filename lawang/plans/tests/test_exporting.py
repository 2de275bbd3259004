"""Export and import are each other's inverse."""

import io
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from lawang.lib.refused import Refused
from lawang.people.models import User
from lawang.plans.exporting import csv_zip, template, workbook
from lawang.plans.importing import check
from lawang.plans.models import Body, Plan, Revision
from lawang.plans.sheets import SHEETS
from lawang.plans.tables import Reader, Row, latest_revision
from lawang.plans.tests.books import AT, INDICATOR, PROGRAMME, load, make_plan, make_regency, sentences
from lawang.plans.tests.test_importing import EVERYTHING
from lawang.plans.workbook import clean, read
from lawang.plans.writing import apply
from tests.cast import make_membership, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def wayan() -> User:
    return make_regency()


def state(plan: Plan) -> dict[str, list[Row]]:
    """Return everything the sheets tell of a plan, to compare before and after."""
    tables = Reader(plan, latest_revision(plan)).tables()
    return {name: sorted(map(_comparable, table.rows.values()), key=repr) for name, table in tables.items()}


def _comparable(row: Row) -> Any:
    return {name: str(value) if value not in (None, ()) else None for name, value in row.items()}


def forget(plan: Plan) -> None:
    """Take the plan away, as if the file went to another regency."""
    from lawang.measures.models import Evidence, Series, Value
    from lawang.plans.models import Application, Meeting

    Evidence.objects.all().delete()
    Value.objects.all().delete()
    Meeting.objects.all().delete()
    Body.objects.all().delete()
    Revision.objects.all().delete()
    Application.objects.all().delete()
    Series.objects.all().delete()
    plan.delete()


@pytest.mark.parametrize("export", [workbook, csv_zip])
def test_export_then_import_is_the_identity(wayan: User, export: Any) -> None:
    plan = make_plan(wayan, **EVERYTHING)
    ratna = make_user("ratna")
    make_membership(ratna, role="planner")
    from lawang.measures.actions import approve
    from lawang.measures.models import Value

    for value in Value.objects.all():
        approve(value, by=ratna, at=AT)
    contents, before = export(plan, by=wayan), state(plan)
    again = check(read(contents, "x"), by=wayan)
    assert sentences(again) == []
    assert not again.changes_something
    assert again.remarks == []
    forget(plan)
    dry = check(read(contents, "x"), by=wayan)
    apply(dry, by=wayan, at=AT, approved_by=ratna)
    assert state(Plan.objects.get()) == before


def test_the_template_can_be_read_and_holds_every_sheet(wayan: User) -> None:
    file = load_workbook(io.BytesIO(template()))
    assert file.sheetnames == ["petunjuk", *(sheet.name for sheet in SHEETS), "pilihan"]
    page = file["program"]
    assert page.freeze_panes == "B2"
    assert page["A1"].comment is not None
    offered = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in page.data_validations.dataValidation}
    assert '"pendek,menengah,panjang"' in offered.values()
    assert any(formula.startswith("pilihan!") for formula in offered.values())
    assert check(read(template(), "templat.xlsx"), make_plan(wayan), by=wayan).counts["added"] == 0


def test_what_looks_like_a_formula_stays_text(wayan: User) -> None:
    words = ["=1+1", "+62 811", "-", "@semua"]
    rows = [{**PROGRAMME, "kode": f"P-{n}", "ringkasan": f"'{word}"} for n, word in enumerate(words)]
    plan = make_plan(wayan, program=rows)
    page = load_workbook(io.BytesIO(workbook(plan, by=wayan)))["program"]
    column = [cell.value for cell in page[1]].index("ringkasan") + 1
    found = [page.cell(row=n + 2, column=column) for n in range(4)]
    assert [cell.value for cell in found] == words
    assert {cell.data_type for cell in found} == {"s"}


def test_who_may_not_export_is_told(wayan: User) -> None:
    plan = make_plan(wayan)
    with pytest.raises(Refused):
        workbook(plan, by=make_user("budi"))


words = st.text(max_size=40).map(clean)
some_words = words.filter(bool)
years = st.integers(2024, 2033)
codes = st.from_regex(r"[A-Z]{1,3}-[0-9]{1,4}", fullmatch=True)
rupiah = st.integers(0, 10**18 - 1)
numbers = st.decimals(-(10**12), 10**12, places=6, allow_nan=False, allow_infinity=False)


@st.composite
def plans(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """Return the sheets of a small plan as a person could have typed them."""
    programmes = []
    for code in draw(st.lists(codes, min_size=1, max_size=3, unique=True)):
        first = draw(years)
        programmes.append(
            {
                **PROGRAMME,
                "kode": code,
                "judul": draw(some_words),
                "judul_en": draw(words),
                "ringkasan": draw(words),
                "tahun_mulai": first,
                "tahun_selesai": draw(st.integers(first, 2040)),
                "jangka": draw(st.sampled_from(["pendek", "menengah", "panjang", ""])),
                "mitra": "; ".join(draw(st.lists(st.sampled_from(["kominfo", "disdik"]), unique=True))),
                "kode_rpjmd": draw(words),
            }
        )
    owners = st.sampled_from([row["kode"] for row in programmes])
    budget = draw(
        st.lists(st.tuples(owners, years, st.sampled_from(["APBD", "CSR", "desa"])), unique=True, max_size=4)
    )
    indicators = [
        {
            **INDICATOR,
            "kode": code,
            "program": draw(owners),
            "judul": draw(some_words),
            "satuan": draw(some_words),
            "kondisi_awal": _typed(draw(numbers)),
        }
        for code in draw(st.lists(codes, max_size=3, unique=True))
    ]
    return {
        "program": [_escaped(row) for row in programmes],
        "anggaran": [
            {
                "program": code,
                "tahun": year,
                "sumber": source,
                "rencana": draw(rupiah),
                "per_tanggal": draw(st.dates(date(1950, 1, 1), date(2090, 1, 1))).isoformat(),
            }
            for code, year, source in budget
        ],
        "indikator": [_escaped(row) for row in indicators],
        "target": [
            {"indikator": row["kode"], "tahun": year, "target": _typed(draw(numbers))}
            for row in indicators
            for year in draw(st.lists(years, unique=True, max_size=3))
        ],
    }


def _typed(number: Any) -> str:
    return f"{number:f}".replace(".", ",")


def _escaped(row: dict[str, Any]) -> dict[str, Any]:
    from lawang.plans.workbook import escape

    return {name: escape(value) if isinstance(value, str) else value for name, value in row.items()}


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(sheets=plans())
def test_any_plan_survives_export_and_import(wayan: User, sheets: dict[str, list[dict[str, Any]]]) -> None:
    plan = Plan.objects.first()
    if plan:
        forget(plan)
    sheets = {name: rows for name, rows in sheets.items() if rows}
    dry = load(wayan, rencana=[{**_plan()}], **sheets)
    assert sentences(dry) == []
    plan = Plan.objects.select_related("framework").get()
    before = state(plan)
    for export in (workbook, csv_zip):
        contents = export(plan, by=wayan)
        again = check(read(contents, "x"), by=wayan)
        assert sentences(again) == []
        assert [(row.label, row.changes) for row in again.of_state("added", "changed")] == []
    forget(plan)
    apply(check(read(contents, "x"), by=wayan), by=wayan, at=AT)
    assert state(Plan.objects.select_related("framework").get()) == before


def _plan() -> dict[str, Any]:
    from lawang.plans.tests.books import PLAN

    return PLAN[0]
