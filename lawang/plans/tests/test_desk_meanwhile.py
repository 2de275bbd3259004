"""Two planners on the same row: the second is told who changed what, loses nothing, and may save knowingly."""

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from lawang.people.models import User
from lawang.plans.models import Application, Revision, Risk
from lawang.plans.revising import start_revision
from tests.cast import make_agency, make_membership, make_user, moment
from tests.plan_factory import make_indicator, make_plan, make_programme, make_quick_win

pytestmark = pytest.mark.django_db
PROGRAMME = {
    "code": "P-01",
    "title_id": "Air bersih",
    "summary_id": "Pipa ke desa.",
    "year_from": "2025",
    "year_to": "2028",
    "term": "medium",
    "state": "planned",
}


@pytest.fixture
def dewi() -> User:
    agency = make_agency("bappeda", "Bappeda")
    return make_membership(make_user("dewi"), role="planner", agency=agency).user


@pytest.fixture
def eko() -> User:
    agency = make_agency("kominfo", "Dinas Kominfo")
    return make_membership(make_user("eko"), role="planner", agency=agency).user


@pytest.fixture
def draft(dewi: User) -> Revision:
    programme = make_programme(make_plan())
    make_indicator(programme)
    make_quick_win(programme)
    return start_revision(programme.revision.plan, by=dewi, at=moment("2026-11-20 09:00"))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "lawang.people.login.Identified")
    return client


def versi(answer: Any) -> str:
    """Return the stamp that the form of a page carries."""
    found = re.search(r'name="versi" value="([^"]+)"', answer.content.decode())
    assert found, answer.content.decode()[:300]
    return found[1]


def collide(
    address: str, dewi: User, eko: User, first: dict[str, Any], second: dict[str, Any]
) -> HttpResponse:
    """Let both open a page, Eko save `first`, then Dewi `second`; return the answer to Dewi."""
    one, two = signed_in(dewi), signed_in(eko)
    hers, his = versi(one.get(address)), versi(two.get(address))
    assert two.post(address, first | {"versi": his}).status_code == 302
    answer = one.post(address, second | {"versi": hers})
    assert isinstance(answer, HttpResponse)
    return answer


def test_the_second_planner_sees_both_and_may_save_knowingly(draft: Revision, dewi: User, eko: User) -> None:
    programme = draft.programmes.get()
    address = reverse("planner:programme", args=[programme.key])
    his, hers = PROGRAMME | {"title_id": "Air minum"}, PROGRAMME | {"summary_id": "Sumur bor."}
    answer = collide(address, dewi, eko, his, hers)
    html = answer.content.decode()
    assert answer.status_code == 409
    for words in ("Dinas Kominfo", "Air minum", "Air bersih", "Sumur bor."):
        assert words in html, words
    programme.refresh_from_db()
    assert programme.title["id"] == "Air minum"
    again = signed_in(dewi).post(address, hers | {"versi": versi(answer)})
    assert again.status_code == 302
    programme.refresh_from_db()
    assert (programme.title["id"], programme.summary["id"]) == ("Air bersih", "Sumur bor.")


def test_partners_areas_and_places_count_too(draft: Revision, dewi: User, eko: User) -> None:
    address = reverse("planner:programme", args=[draft.programmes.get().key])
    node = draft.plan.framework.nodes.get(code="ekonomi.1")
    his = PROGRAMME | {
        f"place_{draft.plan.framework_id}": node.pk,
        "supporting": [make_agency("pu", "Dinas PU").pk],
    }
    html = collide(address, dewi, eko, his, PROGRAMME).content.decode()
    assert "Tersimpan sekarang" in html
    assert "Dinas PU" in html


def test_the_same_words_twice_ask_nothing(draft: Revision, dewi: User, eko: User) -> None:
    address = reverse("planner:programme", args=[draft.programmes.get().key])
    his = PROGRAMME | {"title_id": "Air minum"}
    assert collide(address, dewi, eko, his, his).status_code == 302


def test_targets_of_an_indicator(draft: Revision, dewi: User, eko: User) -> None:
    indicator = draft.indicators.get()
    address = reverse("planner:indicator", args=[indicator.key])
    series = indicator.series
    names = (
        "code",
        "decimals",
        "direction",
        "frequency",
        "adds_up_over_time",
        "adds_up_over_area",
        "due_working_days",
    )
    typed = {f"ukuran-{name}": getattr(series, name) for name in names} | {
        "ukuran-title_id": series.title["id"],
        "ukuran-unit_id": series.unit["id"],
        "ukuran-owner": series.owner_id,
        "code": indicator.code,
        "title_id": "Rumah",
    }
    answer = collide(address, dewi, eko, typed | {"target-2026": "70"}, typed | {"target-2026": "80"})
    html = answer.content.decode()
    assert answer.status_code == 409, html
    assert ">70<" in html
    assert ">80<" in html


def test_rows_under_a_quick_win_and_registers(draft: Revision, dewi: User, eko: User) -> None:
    risk = Risk.objects.create(
        quick_win=draft.quick_wins.get(), words={"id": "Kemarau"}, likelihood="high", impact="low"
    )
    typed: dict[str, Any] = {"words_id": "Kemarau", "likelihood": "high", "impact": "low"}
    address = reverse("planner:row", args=["risiko", risk.pk])
    answer = collide(address, dewi, eko, typed | {"impact": "high"}, typed | {"mitigation_id": "Tandon"})
    assert answer.status_code == 409
    app = Application.objects.create(code="a", name="A", agency=make_agency(), purpose={"id": "x"})
    address = reverse("planner:row", args=["aplikasi", app.pk])
    typed = {
        "code": "a",
        "name": "A",
        "agency": app.agency_id,
        "purpose_id": "x",
        "origin": "own",
        "status": "running",
    }
    answer = collide(address, dewi, eko, typed | {"name": "B"}, typed | {"name": "C"})
    assert answer.status_code == 409
    win = draft.quick_wins.get()
    address = reverse("planner:quick_win", args=[win.key])
    typed = {
        "code": win.code,
        "kind": win.kind,
        "stage": win.stage,
        "progress": "5",
        "name": "Satu",
    }
    typed |= {
        f"{name}_{part}": number
        for name in ("starts", "ends")
        for part, number in (("day", "1"), ("month", "3"))
    }
    typed |= {"starts_year": "2026", "ends_year": "2027"}
    answer = collide(address, dewi, eko, typed, typed | {"name": "Dua"})
    assert answer.status_code == 409


def test_a_stamp_that_nobody_made_is_no_reason_to_fail(draft: Revision, dewi: User) -> None:
    address = reverse("planner:programme", args=[draft.programmes.get().key])
    for stamp in ("", ".", "x.y", "²." + "a" * 20, "9" * 50 + ".a", "\x00.\x00"):
        assert signed_in(dewi).post(address, PROGRAMME | {"versi": stamp}).status_code in (302, 409), stamp


def test_two_planners_on_one_budget(draft: Revision, dewi: User, eko: User) -> None:
    programme = draft.programmes.get()
    address = reverse("planner:budget", args=[programme.key])
    answer = collide(address, dewi, eko, {"planned-2026-apbd": "1.000.000"}, {"planned-2026-csr": "5"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "1.000.000" in html
    assert [(line.source, line.planned) for line in programme.budget.all()] == [("apbd", 1_000_000)]
    both = {"planned-2026-apbd": "1.000.000", "planned-2026-csr": "5", "versi": versi(answer)}
    assert signed_in(dewi).post(address, both).status_code == 302
    assert programme.budget.count() == 2


def test_the_vision_and_the_legal_basis(draft: Revision, dewi: User, eko: User) -> None:
    answer = collide(reverse("planner:direction"), dewi, eko, {"vision_id": "Maju"}, {"vision_id": "Adil"})
    assert answer.status_code == 409
    typed = {"on_track_from": "0,90", "slipping_from": "0,60", "stale_after_days": "30"}
    his, hers = typed | {"legal_number": "7"}, typed | {"legal_number": "8"}
    assert collide(reverse("planner:basis"), dewi, eko, his, hers).status_code == 409
