"""The public pages about kept promises: what they tell equals the statistics, and they never tell of a few."""

from datetime import date

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from lawang.areas.models import Area
from lawang.cases import published, statistics
from lawang.cases.models import Case, Service, Tally
from lawang.cases.tests.test_statistics import live
from lawang.lib.disclosure import LEAST
from lawang.people.models import User
from tests.case_factory import make_version
from tests.cast import make_agency, moment

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


@pytest.fixture
def service() -> Service:
    return make_version().service


def test_figures_equal_the_statistics_of_the_same_months(officer: User, head: User) -> None:
    live(officer, head, 60)
    statistics.fill(at=moment("2026-07-02 01:00"), anew=True)
    (one,) = published.published(TODAY).services
    assert one.twelve is not None
    window = one.twelve.window
    assert one.twelve.counted == statistics.performance(window.start, window.end, services=[one.pk])
    assert one.twelve.counted.overdue > 0
    assert one.year is not None
    assert one.year.counted == statistics.performance(
        one.year.window.start, one.year.window.end, services=[one.pk]
    )


def test_offices_and_districts_count_the_cases_of_the_services(officer: User, head: User) -> None:
    live(officer, head, 60)
    statistics.fill(at=moment("2026-07-02 01:00"), anew=True)
    found = published.published(TODAY)
    assert found.services[0].twelve is not None
    whole = found.services[0].twelve.counted
    for division in (found.offices, found.districts):
        assert division is not None
        assert (
            published.together(
                (one.counted for one in division), sum(one.counted.overdue for one in division)
            ).judged
            == whole.judged
        )
        assert all(one.counted.judged >= LEAST for one in division)
    assert found.districts is not None
    assert len(found.districts) == 3  # two districts, and those without a place
    named = {name for one in found.districts for name in one.names}
    assert named == {"tanpa tempat", *Area.objects.filter(level="district").values_list("name", flat=True)}


def test_a_case_is_late_at_the_end_of_a_month_as_in_the_statistics(officer: User, head: User) -> None:
    cases = live(officer, head, 40)
    service = cases[0].service
    late = published._Late(published.month_of(date(2026, 1, 1)), published.month_of(date(2026, 6, 1)), None)
    counts = []
    for month in range(1, 7):
        number = published.month_of(date(2026, month, 1))
        counts.append(late.at_end(number, service.pk).total())
        assert counts[-1] == statistics.overdue(published.last_day(number))
    assert any(counts)


def test_quiet_months_are_joined_and_the_last_few_wait(service: Service) -> None:
    for month, count in ((1, 6), (2, 3), (3, 2), (4, 5), (5, 3)):
        tally(service, date(2026, month, 1), count)
    (one,) = published.published(TODAY, service=service).services
    spans = [(told.window.start.month, told.window.end.month, told.counted.decided) for told in one.stretches]
    assert spans == [(1, 1, 6), (2, 3, 5), (4, 4, 5)]
    assert one.twelve is not None
    assert (one.twelve.counted.decided, one.twelve.window.end.month) == (16, 4)


def test_a_stretch_over_new_year_belongs_to_no_year(service: Service) -> None:
    for month, count in ((date(2025, 12, 1), 3), (date(2026, 1, 1), 4), (date(2026, 2, 1), 5)):
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


def test_the_line_beside_a_service_says_what_its_page_says(officer: User, head: User) -> None:
    live(officer, head, 60)
    statistics.fill(at=moment("2026-07-02 01:00"), anew=True)
    (one,) = published.published(TODAY).services
    assert one.twelve is not None
    share = one.twelve.counted.on_time_share
    assert share is not None
    lines = published.performance_lines([one.pk], TODAY)
    assert lines == {
        one.pk: f"{published.whole_percent(share)} tepat waktu ({one.twelve.window.months} bulan)"
    }


def test_nearly_all_is_not_a_hundred_percent() -> None:
    share = statistics.share
    assert published.whole_percent(share(999, 1000) or 0) == "99\u00a0%"  # type: ignore[arg-type]
    assert published.whole_percent(share(1, 1000) or 0) == "1\u00a0%"  # type: ignore[arg-type]
    assert published.whole_percent(share(5, 5) or 0) == "100\u00a0%"  # type: ignore[arg-type]


@pytest.fixture
def counted(officer: User, head: User) -> Service:
    """Return a service with sixty cases of the half-year before today."""
    live(officer, head, 60)
    shift = date.today().replace(day=1) - date(2026, 7, 1)  # noqa: DTZ011  a whole month more or less does not matter
    for case in Case.objects.all():
        for name in ("received_at", "due_at", "decided_at"):
            if value := getattr(case, name):
                setattr(case, name, value + shift)
        case.save()
    from django.utils import timezone

    statistics.fill(at=timezone.now(), anew=True)
    return Service.objects.get()


def test_the_page_tells_shares_with_what_they_are_of(
    counted: Service, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(12):
        page = client.get("/kinerja/").content.decode()
    assert "Peminjaman aula" in page
    assert "tanpa tempat" in page
    one = published.published(date.today()).services[0]  # noqa: DTZ011
    assert one.twelve is not None
    assert f"{one.twelve.counted.on_time} dari {one.twelve.counted.judged}" in page


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


def test_an_empty_regency_says_when_there_will_be_something(client: Client) -> None:
    make_version()
    page = client.get("/kinerja/").content.decode()
    assert "Belum ada angka." in page
    assert "Belum pernah dihitung." in page
    assert client.get("/kinerja/pinjam-aula/").status_code == 200
    assert client.get("/kinerja/tidak-ada/").status_code == 404
