"""Numbers: none twice, none left out, not under fifty writers at once and not when some of them fail."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, connections, transaction

from lawang.documents import actions, numbers
from lawang.documents.models import Document, NumberSeries, VoidedNumber
from lawang.documents.tests.letters import AT, make_document, make_draft, make_template, make_village
from lawang.lib.refused import Refused
from tests.cast import make_agency, make_node, moment

WRITERS = 50


@pytest.mark.django_db
def test_numbers_follow_one_another_and_begin_anew_each_year_in_the_nodes_zone() -> None:
    make_node(time_zone="Asia/Jayapura")
    last_night = moment("2026-12-31 22:30", "Asia/Jakarta")  # half past midnight in Jayapura
    assert numbers.take_number("AKL", at=AT) == "AKL-2026-000001"
    assert numbers.take_number("AKL", at=AT) == "AKL-2026-000002"
    assert numbers.take_number("AKL", at=last_night) == "AKL-2027-000001"
    assert numbers.take_number("AKM", at=AT) == "AKM-2026-000001"


@pytest.mark.django_db
def test_each_office_counts_for_itself() -> None:
    one, other = make_agency("desa-1", "Desa Satu"), make_agency("desa-2", "Desa Dua")
    assert numbers.take_number("470", at=AT, office=one) == "470/001/Desa Satu/XI/2026"
    assert numbers.take_number("470", at=AT, office=other) == "470/001/Desa Dua/XI/2026"
    assert numbers.take_number("470", at=AT, office=one) == "470/002/Desa Satu/XI/2026"


@pytest.mark.django_db
def test_an_office_writes_its_numbers_its_own_way() -> None:
    desa = make_village()
    actions.set_pattern("470", "{code}.{number}/{year}", by=None, at=AT)
    assert numbers.take_number("470", at=AT, office=desa) == "470.1/2026"
    actions.set_pattern("470", "{number:04}-{month}-{year}", agency=desa, by=None, at=AT)
    assert numbers.take_number("470", at=AT, office=desa) == "0002-11-2026"
    actions.set_pattern("470", "", agency=desa, by=None, at=AT)
    assert numbers.take_number("470", at=AT, office=desa) == "470.3/2026"


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("{code}-{number}", "harus memuat"),
        ("{year}", "harus memuat"),
        ("{number}{year}{kota}", "tidak dikenal"),
        ("{number}{year}{0}", "tidak dikenal"),
        ("{number.__class__}{year}", "tidak dikenal"),
        ("{number!r}{year}{number}", "tidak dikenal"),
        ("{number:>99}{year}", "number:03"),
        ("{number", "kurung kurawal"),
        ("{number}{year}" + "x" * 80, "terlalu panjang"),
    ],
)
def test_a_pattern_says_what_is_wrong_with_it(pattern: str, says: str) -> None:
    assert says in " ".join(numbers.pattern_faults(pattern))


@pytest.mark.django_db(transaction=True)
def test_a_number_outside_of_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError):
        numbers.take_number("AKL", at=AT)


def _take_and_end(barrier: threading.Barrier, fails: bool) -> str | None:
    """Take a number as one writer of many; return it, or None when the writer failed after taking it."""
    try:
        barrier.wait(timeout=60)
        with transaction.atomic():
            number = numbers.take_number("RAMAI", at=AT)
            with connection.cursor() as cursor:
                cursor.execute("select pg_sleep(0.002)")
            if fails:
                raise InterruptedError
        return number
    except InterruptedError:
        return None
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_fifty_writers_at_once_get_fifty_numbers_and_those_who_fail_leave_no_gap() -> None:
    """Real threads, real connections; every third writer is rolled back after it took its number."""
    make_node()
    barrier = threading.Barrier(WRITERS)
    with ThreadPoolExecutor(WRITERS) as pool:
        taken = list(pool.map(_take_and_end, [barrier] * WRITERS, [n % 3 == 0 for n in range(WRITERS)]))

    kept = [number for number in taken if number]
    assert len(kept) == WRITERS - len(range(0, WRITERS, 3))
    assert sorted(kept) == [f"RAMAI-2026-{number:06}" for number in range(1, len(kept) + 1)]
    assert NumberSeries.objects.get().last == len(kept)


def _issue(barrier: threading.Barrier, pk: int) -> str:
    try:
        barrier.wait(timeout=60)
        return actions.issue(Document.objects.get(pk=pk), by=None, at=AT).number
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_letters_issued_at_once_have_numbers_without_a_gap() -> None:
    drafts = [make_draft().pk for _number in range(12)]
    barrier = threading.Barrier(len(drafts))
    with ThreadPoolExecutor(len(drafts)) as pool:
        found = list(pool.map(_issue, [barrier] * len(drafts), drafts))
    assert len(set(found)) == 12
    assert numbers.gaps(NumberSeries.objects.get()) == []
    assert list(Document.objects.order_by("sequence").values_list("sequence", flat=True)) == list(
        range(1, 13)
    )


@pytest.mark.django_db
def test_a_letter_that_is_given_up_before_it_was_signed_voids_its_number_with_the_reason() -> None:
    document = actions.issue(make_draft(make_template(signers=["head"])), by=None, at=AT)
    actions.revoke(document, by=None, at=AT, reason="Salah ketik nama.")
    row = VoidedNumber.objects.get()
    assert (row.number, row.reason) == (document.number, "Salah ketik nama.")
    assert make_document().sequence == 2
    assert numbers.gaps(NumberSeries.objects.get()) == []


@pytest.mark.django_db
def test_a_draft_takes_no_number_and_a_refused_issue_neither() -> None:
    draft = make_draft(values={"name": "Siti"})
    with pytest.raises(Refused, match="trade belum diisi"):
        actions.issue(draft, by=None, at=AT)
    assert not NumberSeries.objects.exists()


@pytest.mark.django_db
def test_a_hole_made_by_somebody_else_is_seen() -> None:
    document = make_document()
    assert document.series is not None
    NumberSeries.objects.filter(pk=document.series.pk).update(last=2)
    assert numbers.gaps(document.series) == [2]


@pytest.mark.django_db
@pytest.mark.parametrize("last", [0, 5])
def test_the_database_lets_a_series_only_rise_by_one(last: int) -> None:
    series = make_document().series
    assert series is not None
    with pytest.raises(IntegrityError, match="only rise"), transaction.atomic():
        NumberSeries.objects.filter(pk=series.pk).update(last=last)
    with pytest.raises(IntegrityError, match="only rise"), transaction.atomic():
        NumberSeries.objects.filter(pk=series.pk).update(year=2030)
