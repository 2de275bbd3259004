"""What a regency tells its movement is what its own pages tell everybody, and no more."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from lawang.cases.models import Tally
from lawang.exchange import outgoing
from lawang.exchange.incoming import rows_of
from lawang.exchange.models import Peer, ReceivedPart, ReceivedValue
from lawang.exchange.parts import Piece
from lawang.exchange.tests.sides import AT, Side, receive, seal
from tests.case_factory import DEFINITION, make_version
from tests.cast import make_agency

Pair = tuple[Side, Side]


def tally(service: str, counts: dict[tuple[int, int], int]) -> None:
    """Let a service decide so many cases a month, three of four of them on time, all within two days."""
    version = make_version({**DEFINITION, "code": service, "title": {"id": service.title()}})
    Tally.objects.bulk_create(
        Tally(
            service=version.service,
            owner=make_agency("umum"),
            month=date(year, month, 1),
            received=count,
            decided=count,
            on_time=count * 3 // 4,
            first_time=count // 2,
            days={"2": count},
        )
        for (year, month), count in counts.items()
    )


@pytest.fixture
def services(pair: Pair) -> None:
    """A busy service over two years, and one that hardly anybody asks for. It is November 2026."""
    tally(
        "akta",
        {(year, month): 40 for year in (2025, 2026) for month in range(1, 13) if (year, month) < (2026, 12)},
    )
    tally("sepi", {(2026, 3): 2, (2026, 7): 1})


def pieces(pair: Pair, write: Any) -> list[Piece]:
    with pair[0].here():
        return list(write(Peer(), AT))


@pytest.mark.usefixtures("services")
def test_statistics_are_those_of_the_public_page(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    found = pieces(pair, outgoing.statistics)
    assert [one.name for one in found] == ["statistics/2025", "statistics/2026"]
    rows = [row for one in found for row in rows_of(one.content)]
    shares = {row["start"][:7]: row for row in rows if row["series"] == "cases.on_time_share/akta"}
    with pair[0].here():
        monkeypatch.setattr("lawang.cases.performance.today", lambda: AT.date())
        page = json.loads(Client().get("/kinerja/akta.json").content)
    months = page["service"]["months"]
    assert len(months) > 5
    for month in months:
        row = shares[month["first_month"]]
        assert (row["end"][:7], row["counted"], row["whole"]) == (
            month["last_month"],
            month["on_time"],
            month["judged"],
        )
        assert round(Decimal(row["amount"]), 1) == Decimal(str(month["on_time_share"]))


@pytest.mark.usefixtures("services")
def test_of_a_few_people_nothing_is_told_and_nothing_of_this_month(pair: Pair) -> None:
    rows = [row for one in pieces(pair, outgoing.statistics) for row in rows_of(one.content)]
    assert not [row for row in rows if row["series"].endswith("/sepi")]
    assert max(row["end"] for row in rows) == "2026-10-31"
    assert min(Decimal(row["amount"]) for row in rows if row["series"] == "cases.decided/akta") >= 5


@pytest.mark.usefixtures("services")
def test_every_year_is_told_once_and_stays_when_time_goes_on(pair: Pair) -> None:
    before = {one.name: one.content for one in pieces(pair, outgoing.statistics)}
    with pair[0].here():
        later = {one.name: one.content for one in outgoing.statistics(Peer(), AT.replace(year=2028))}
    assert later["statistics/2025"] == before["statistics/2025"]
    received = [row for row in rows_of(later["statistics/2025"]) if row["series"] == "cases.received/akta"]
    assert sum(Decimal(row["amount"]) for row in received) == 12 * 40


@pytest.mark.usefixtures("services")
def test_statistics_and_the_list_of_services_arrive(pair: Pair) -> None:
    batch = receive(pair[1], seal(*pair))
    assert (batch.state, batch.reason) == ("taken", "")
    document = ReceivedPart.objects.get(kind="services").document
    assert document is not None
    assert [one["code"] for one in document["services"]] == ["akta", "sepi"]
    value = ReceivedValue.objects.filter(series="cases.first_time_share/akta").latest("end")
    assert (value.counted, value.whole, value.amount) == (20, 40, Decimal(50))


def test_the_same_state_is_always_the_same_bytes(pair: Pair) -> None:
    tally("akta", {(2026, month): 40 for month in range(1, 11)})
    for write in (outgoing.statistics, outgoing.services, outgoing.values, outgoing.plans):
        assert pieces(pair, write) == pieces(pair, write)
