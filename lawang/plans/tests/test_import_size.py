"""A workbook of 2,000 rows asks the database as often as one of 200, history apart."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lawang.people.models import User
from lawang.plans.exporting import workbook
from lawang.plans.importing import check
from lawang.plans.models import Plan
from lawang.plans.tests.books import AT, INDICATOR, PLAN, PROGRAMME, book, make_regency, sentences
from lawang.plans.workbook import Workbook, read
from lawang.plans.writing import apply

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def sized(rows: int) -> Workbook:
    """Return a workbook of that many rows: programmes, three years of money, two indicators with two targets."""
    programmes = [
        {**PROGRAMME, "kode": f"P-{n:04}", "mitra": "Diskominfo;Disdikbud", "lokasi": "Pendopo"}
        for n in range(rows // 10)
    ]
    indicators = [{**INDICATOR, "kode": f"I-{n:04}", "program": f"P-{n // 2:04}"} for n in range(rows // 5)]
    return book(
        rencana=PLAN,
        program=programmes,
        anggaran=[
            {"program": row["kode"], "tahun": year, "sumber": "APBD", "rencana": "1.000.000"}
            for row in programmes
            for year in (2024, 2025, 2026)
        ],
        indikator=indicators,
        target=[
            {"indikator": row["kode"], "tahun": year, "target": year}
            for row in indicators
            for year in (2025, 2026)
        ],
    )


def asked(queries: CaptureQueriesContext) -> int:
    """Return how many queries there were beside the history, which has one entry per thing."""
    return sum(
        "record_entry" not in query["sql"] and "SAVEPOINT" not in query["sql"]
        for query in queries.captured_queries
    )


def counts(wayan: User, rows: int) -> tuple[int, int, int]:
    file = sized(rows)
    with CaptureQueriesContext(connection) as checking:
        dry = check(file, by=wayan)
    assert sentences(dry) == []
    with CaptureQueriesContext(connection) as applying:
        apply(dry, by=wayan, at=AT)
    with CaptureQueriesContext(connection) as exporting:
        contents = workbook(Plan.objects.select_related("framework").get(), by=wayan)
    assert not check(read(contents, "x"), by=wayan).changes_something
    return asked(checking), asked(applying), asked(exporting)


@pytest.mark.parametrize("rows", [200, 2000])
def test_queries_do_not_grow_with_rows(rows: int) -> None:
    found: Any = counts(make_regency(), rows)
    assert found[0] <= 50
    assert found[1] <= 120
    assert found[2] <= 50
