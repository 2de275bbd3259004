"""A movement's first page: what is there, what is open, and nothing of a regency's services and plan."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lawang.movement.cohorts.models import Cohort
from lawang.movement.cohorts.tests.cast import make_movement
from lawang.movement.exhibition.models import Exhibition
from lawang.movement.models import Assessment, Evaluation
from lawang.movement.tests.cast import make_area, make_instrument
from tests.markup import Markup

pytestmark = pytest.mark.django_db


def home() -> str:
    answer = Client().get("/")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert Markup(page).problems() == []
    return page


def test_an_empty_movement_says_so_and_offers_no_services() -> None:
    make_movement()
    page = home()
    assert "Belum ada angkatan." in page
    for absent in ("/layanan/", "Anak lahir", "/rencana/", "rencana yang berlaku"):
        assert absent not in page
    assert "/hasil-evaluasi/" in page


def test_it_tells_who_was_chosen_what_came_of_it_and_what_is_open(
    django_assert_max_num_queries: object,
) -> None:
    make_movement()
    now = timezone.now()
    for year, chosen in ((2018, 50), (2019, 25), (2019, None)):
        Cohort.objects.create(
            year=year,
            track="" if chosen else "lain",
            title={"id": f"Angkatan {year}"},
            state=Cohort.State.FINISHED,
            from_history=True,
            chosen=chosen,
        )
    called = Cohort.objects.create(
        year=now.year,
        title={"id": "Angkatan terbuka"},
        state=Cohort.State.APPLYING,
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=9),
    )
    evaluation = Evaluation.objects.create(
        year=2025,
        instrument=make_instrument(),
        opened_at=now,
        answers_until=now,
        state=Evaluation.State.PUBLISHED,
    )
    for code, final in (("16.11", "3.10"), ("16.03", None)):
        Assessment.objects.create(
            evaluation=evaluation,
            area=make_area(code, code),
            track="reguler",
            final=final,
            took_part=final is not None,
        )
    make_movement()
    today = now.date()
    Exhibition.objects.create(
        year=today.year,
        title={"id": "Pameran uji"},
        opens=today - timedelta(days=2),
        closes=today + timedelta(days=2),
    )
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        page = home()
    assert "75 daerah terpilih sejak 2018." in page
    assert "1 daerah dinilai." in page
    assert "Hasil evaluasi 2025" in page
    assert "Masuk Pameran uji" in page
    assert f"/gerakan/angkatan/{called.key}/" in page
    assert "0 dari 0 anjungan" in page
