"""The public pages about kept promises: what they tell equals the statistics, and they never tell of a few."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from lawang.areas.models import Area
from lawang.cases import published, statistics
from lawang.cases.models import Case, Service, Tally
from lawang.cases.stretches import first_day, last_day, month_of
from lawang.cases.tests.test_statistics import live
from lawang.lib.disclosure import LEAST
from lawang.measures.actions import approve
from lawang.measures.models import Series
from lawang.measures.periods import parse
from lawang.measures.statistics import compute
from lawang.measures.tests.figures import make_series
from lawang.people.models import User
from lawang.people.node import today
from tests.case_factory import make_case, make_version
from tests.cast import make_agency, make_membership, make_user, moment

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 2)


def tally(
    service: Service, month: date, count: int, *, on_time: int | None = None, owner: str = "umum"
) -> None:
    """Write that so many came in and were decided in one month, in one day each."""
    Tally.objects.create(
        service=service,
        owner=make_agency(owner, owner.title()),
        month=month,
        received=count,
        decided=count,
        on_time=count if on_time is None else on_time,
        first_time=count,
        days={"1": count},
    )


def make_late(service: Service, due: datetime) -> None:
    """Leave one case open that was due at a moment."""
    case = make_case(at=due - timedelta(days=9))
    Case.objects.filter(pk=case.pk).update(due_at=due)


@pytest.fixture
def service() -> Service:
    return make_version().service


def test_what_is_told_equals_the_statistics(officer: User, head: User) -> None:
    live(officer, head, 40)
    statistics.fill(at=moment("2026-07-02 01:00"), anew=True)
    found = published.published(TODAY)
    (one,) = found.services
    assert one.twelve is not None
    assert one.year is not None
    for told in (one.twelve, one.year):
        assert told.counted == statistics.performance(told.window.start, told.window.end, services=[one.pk])
    assert one.twelve.counted.overdue > 0
    _same_cases_by_office_and_district(found, one.twelve.counted.judged)
    late = published._Late(month_of(date(2026, 1, 1)), month_of(date(2026, 6, 1)), None)
    for month in range(1, 7):
        number = month_of(date(2026, month, 1))
        assert late.at_end(number, one.pk).total() == statistics.overdue(last_day(number))


def _same_cases_by_office_and_district(found: published.Published, judged: int) -> None:
    assert found.offices is not None
    assert found.districts is not None
    for division in (found.offices, found.districts):
        assert sum(one.counted.judged for one in division) == judged
        assert all(one.counted.judged >= LEAST for one in division)
    named = {name for one in found.districts for name in one.names}
    assert named == {"tanpa tempat", *Area.objects.filter(level="district").values_list("name", flat=True)}


def test_quiet_quarters_are_told_whole_and_the_last_few_wait(service: Service) -> None:
    for month, count in (
        (date(2025, 8, 1), 3),
        (date(2025, 10, 1), 9),
        (date(2026, 1, 1), 8),
        (date(2026, 5, 1), 3),
    ):
        tally(service, month, count)
    (one,) = published.published(TODAY, service=service).services
    spans = [(told.window.start.month, told.window.end.month, told.counted.decided) for told in one.stretches]
    assert spans == [(7, 12, 12), (1, 3, 8)]
    assert one.twelve is not None
    assert (one.twelve.counted.decided, one.twelve.window.end.month) == (20, 3)


def test_a_stretch_over_new_year_belongs_to_no_year(service: Service) -> None:
    for month, count in ((date(2025, 12, 1), 3), (date(2026, 1, 1), 4), (date(2026, 4, 1), 5)):
        tally(service, month, count)
    (one,) = published.published(TODAY).services
    assert one.twelve is not None
    assert one.year is not None
    assert (one.twelve.counted.decided, one.year.counted.decided) == (12, 5)


def test_of_fewer_than_five_nothing_is_told(service: Service, client: Client) -> None:
    tally(service, date(2026, 3, 1), 4)
    found = published.published(TODAY)
    assert (found.told, found.waiting) == ((), found.services)
    assert not found.offices
    assert published.performance_lines([service.pk], TODAY) == {}


def test_an_office_that_would_tell_of_a_few_of_another_service_is_joined(service: Service) -> None:
    other = make_version(code="lain").service
    tally(service, date(2026, 3, 1), 20)
    tally(other, date(2026, 3, 1), 7, owner="balai")
    tally(other, date(2026, 3, 1), 2, owner="umum")
    found = published.published(TODAY)
    assert found.offices is not None
    assert [one.names for one in found.offices] == [("Bagian Umum", "Balai")]


def test_the_line_beside_a_service_says_what_its_page_says(service: Service) -> None:
    for month, on_time in ((1, 5), (2, 4), (4, 3)):
        tally(service, date(2026, month, 1), 5, on_time=on_time)
    make_late(service, moment("2026-04-20 16:00"))
    (one,) = published.published(TODAY).services
    assert one.twelve is not None
    assert (one.twelve.counted.on_time, one.twelve.counted.judged) == (12, 16)
    assert published.performance_lines([service.pk], TODAY) == {service.pk: "75\u00a0% tepat waktu (6 bulan)"}


def test_nearly_all_is_not_a_hundred_percent() -> None:
    share = statistics.share
    assert published.whole_percent(share(999, 1000) or 0) == "99\u00a0%"  # type: ignore[arg-type]
    assert published.whole_percent(share(1, 1000) or 0) == "1\u00a0%"  # type: ignore[arg-type]
    assert published.whole_percent(share(5, 5) or 0) == "100\u00a0%"  # type: ignore[arg-type]


@pytest.fixture
def counted(service: Service) -> Service:
    """Return a service that decided ten cases in each of the last three months, eight of them on time."""
    for back in (1, 2, 3):
        tally(service, first_day(month_of(today()) - back), 10, on_time=8)
    return service


def test_the_page_tells_shares_with_what_they_are_of(
    counted: Service, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(12):
        page = client.get("/kinerja/").content.decode()
    (one,) = published.published(today()).services
    assert one.twelve is not None
    kept = f"{one.twelve.counted.on_time} dari {one.twelve.counted.judged}"
    for words in ("Peminjaman aula", "tanpa tempat", kept, "80\u00a0%"):
        assert words in page


def test_the_page_of_one_service_asks_as_little(
    counted: Service, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(12):
        page = client.get(f"/kinerja/{counted.code}/").content.decode()
    assert "Janjinya 3 hari kerja" in page


def test_both_downloads_hold_the_same_figures(counted: Service, client: Client) -> None:
    found = client.get(f"/kinerja/{counted.code}.json").json()["service"]
    told = found["twelve_months"]
    assert told["judged"] >= told["on_time"] > 0
    lines = client.get(f"/kinerja/{counted.code}.csv?pemisah=koma")
    rows = [row.split(",") for row in b"".join(lines).decode("utf-8-sig").splitlines()]
    first = dict(zip(rows[0], rows[1], strict=True))
    assert (first["tepat_waktu"], first["dari"]) == (str(told["on_time"]), str(told["judged"]))
    assert len(rows) == 3 + len(found["months"])
    whole = client.get("/kinerja.json").json()
    assert whole["services"][0]["twelve_months"] == told
    assert b"".join(client.get("/kinerja.csv")).count(b"12 bulan") == 1


def test_a_figure_of_the_plan_opens_down_to_what_it_was_counted_from(
    service: Service, client: Client
) -> None:
    for month in (1, 2, 3):
        tally(service, date(2026, month, 1), 4, on_time=3)
    series = make_series(
        source=Series.Source.STATISTIC,
        statistic="cases.on_time_share",
        parameters={"service": service.code},
        approves_itself=True,
    )
    value = compute(series, parse("2026-T1"), at=moment("2026-04-02 01:00"))
    assert value is not None
    page = client.get(f"/angka/{value.pk}/").content.decode()
    assert "9 dari 12" in page
    assert "diputuskan tepat waktu ÷" in page
    assert f'href="/kinerja/{service.code}/"' in page
    series.parameters = {"service": "a,b"}
    assert statistics.page_of(series.parameters) == statistics.page_of({}) == "/kinerja/"


def test_a_later_count_that_differs_is_proposed_as_a_revision(service: Service) -> None:
    for month in (1, 2, 3):
        tally(service, date(2026, month, 1), 4, on_time=3)
    series = make_series(
        source=Series.Source.STATISTIC, statistic="cases.on_time_share", parameters={"service": service.code}
    )
    first = compute(series, parse("2026-T1"), at=moment("2026-04-02 01:00"))
    assert first is not None
    head = make_membership(make_user("wayan"), role="agency_head", agency=series.owner).user
    approve(first, by=head, at=moment("2026-04-03 08:00"))
    Tally.objects.filter(month=date(2026, 3, 1)).update(on_time=1)
    second = compute(series, parse("2026-T1"), at=moment("2026-05-02 01:00"))
    assert second is not None
    assert (second.revision, second.status) == (2, "proposed")
    first.refresh_from_db()
    assert first.is_current


def test_an_empty_regency_says_when_there_will_be_something(client: Client) -> None:
    make_version()
    page = client.get("/kinerja/").content.decode()
    assert "Belum ada angka." in page
    assert "Belum pernah dihitung." in page
    assert client.get("/kinerja/pinjam-aula/").status_code == 200
    assert client.get("/kinerja/tidak-ada/").status_code == 404
