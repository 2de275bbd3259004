"""What people see and press: the form, the tablet at the counter, the invitation after a case, the public figures."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern

from lawang.cases.models import Case
from lawang.cases.tests.test_views_follow import holding
from lawang.people.node import now
from lawang.record.limits import count
from lawang.record.models import Key
from lawang.surveys import actions, urls, views
from lawang.surveys.models import Response, Survey
from lawang.surveys.tests.making import AT, make_impact, make_skm, receive
from tests.case_factory import make_case, make_version
from tests.cast import make_agency, moment
from tests.markup import Markup

pytestmark = pytest.mark.django_db


@pytest.fixture
def running() -> Survey:
    return make_skm(from_date=date(2026, 1, 1), to_date=date(2099, 12, 31), population=480)


def page(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.status_code
    words = response.content.decode()
    assert Markup(words).problems() == []
    return words


def key_in(words: str) -> str:
    found = re.search(r'name="_key" value="([^"]+)"', words)
    assert found
    return found[1]


def filled(survey: Survey, mark: int = 3, **more: str) -> dict[str, str]:
    return {**{f"t_{code}": str(mark) for code in survey.questions}, **more}


# Answering


def test_somebody_answers_by_the_link_and_twice_pressed_is_once_answered(
    client: Client, running: Survey
) -> None:
    path = f"/survei/{running.code}/"
    words = page(client, path)
    assert "Nama Anda tidak ditanyakan" in words
    given = filled(running, 4, _key=key_in(words), sex="male", comment="Baik")
    for _time in range(2):
        assert client.post(path, given)["Location"] == f"{path}terima-kasih/"
    kept = Response.objects.get()
    assert (kept.answers, kept.source, kept.sex, kept.respondent) == ([4] * 9, "link", "male", "")
    assert "Terima kasih" in page(client, f"{path}terima-kasih/")
    assert "Response" not in str(Key.objects.values_list("result", flat=True))


def test_a_form_with_a_gap_is_shown_again_with_what_was_pressed(client: Client, running: Survey) -> None:
    given = filled(running, 2)
    del given["t_waktu"]
    response = client.post(f"/survei/{running.code}/", given)
    assert response.status_code == 422
    words = response.content.decode()
    assert "Pilih satu jawaban" in words
    assert words.count(" checked") == 8
    assert Markup(words).problems() == []
    assert not Response.objects.exists()


@pytest.mark.parametrize("bad", ["5", "0", "-1", "", "9" * 50, "\x00", "²"])
def test_marks_out_of_the_scale_are_not_taken(client: Client, running: Survey, bad: str) -> None:
    response = client.post(f"/survei/{running.code}/", filled(running, t_waktu=bad))
    assert response.status_code == 422
    assert not Response.objects.exists()


def test_the_form_is_in_english_too(client: Client, running: Survey) -> None:
    words = page(client, f"/en/survei/{running.code}/")
    assert "Was it finished quickly?" in words


def test_a_code_is_found_however_it_is_typed_and_a_wrong_one_is_not(client: Client, running: Survey) -> None:
    typed = f"{running.code[:4].lower()}-{running.code[4:]}"
    assert client.get(f"/survei/{typed}/")["Location"] == f"/survei/{running.code}/"
    assert client.get("/survei/AAAA/").status_code == 404
    assert client.get(f"/survei/{running.counter_code}/").status_code == 404


def test_the_counter_asks_for_no_words_and_is_ready_again(client: Client, running: Survey) -> None:
    path = f"/survei/loket/{running.counter_code}/"
    words = page(client, path)
    assert "<textarea" not in words
    response = client.post(path, filled(running, 3, _key=key_in(words)))
    thanks = client.get(response["Location"])
    assert thanks["Refresh"].endswith(f"url={path}")
    assert Markup(thanks.content.decode()).problems() == []
    client.post(path, filled(running, 4, _key=key_in(words)))  # the next one pressed "back"
    assert list(Response.objects.values_list("source", "number")) == [("counter", 1), ("counter", 2)]
    assert " checked" not in page(client, path)


def test_a_flood_from_one_address_is_slowed_for_one_survey(client: Client, running: Survey) -> None:
    path, other = f"/survei/{running.code}/", make_skm(agency=make_agency("rsud"), to_date=date(2099, 1, 1))
    limit = views.PUBLIC
    for _time in range(limit.most):
        count((limit, f"{running.code} 127.0.0.1"), at=now())
    response = client.post(path, filled(running))
    assert response.status_code == 429
    assert "Coba lagi satu jam lagi" in response.content.decode()
    assert client.post(f"/survei/{other.code}/", filled(other)).status_code == 302
    assert client.post(f"/survei/loket/{running.counter_code}/", filled(running)).status_code == 302


def test_a_survey_that_is_over_says_so(client: Client) -> None:
    survey = receive(make_skm(to_date=date(2026, 3, 31)), *[3] * 5)
    words = page(client, f"/survei/{survey.code}/")
    assert "sudah selesai" in words
    assert "<form" not in words.split("<main", 1)[1]
    assert client.post(f"/survei/{survey.code}/", filled(survey)).status_code == 200
    assert Response.objects.count() == 5


def test_an_impact_survey_asks_for_users_only_and_keeps_a_hash(client: Client) -> None:
    survey = make_impact(to_date=date(2099, 1, 1))
    path = f"/survei/{survey.code}/"
    assert "Wisata Lawang" in page(client, path)
    mine = {"is_user": "yes", "is_staff": "no", "respondent": "0812 3456 7890"}
    for bad in ({"is_user": "no"}, {"is_staff": "yes"}, {"respondent": "0812"}, {"respondent": ""}):
        response = client.post(path, filled(survey, 0, **{**mine, **bad}))
        assert response.status_code == 422
        assert Markup(response.content.decode()).problems() == []
    assert client.post(path, filled(survey, 0, **mine)).status_code == 302
    again = client.post(path, filled(survey, 4, **{**mine, "respondent": "+6281234567890"}))
    assert again["Location"] == f"{path}terima-kasih/"  # nobody learns whether a number has answered
    assert "Setiap orang dihitung sekali" in page(client, f"{path}terima-kasih/")
    assert "81234567890" not in str(Response.objects.values().get())


# After a case


def decided(**given: Any) -> Case:
    """Return a case that was granted a moment ago."""
    case = make_case(**given)
    at = now()
    Case.objects.filter(pk=case.pk).update(
        phase="decided", state="done", outcome="granted", decided_at=at, days_taken=1, decided_on_time=True
    )
    case.refresh_from_db()
    return case


def survey_of(case: Case, **given: Any) -> Survey:
    today = now().date()
    return make_skm(
        agency=case.owner,
        from_date=date(today.year, 1, 1),
        to_date=date(today.year, 12, 31),
        at=now(),
        **given,
    )


def test_after_a_case_one_is_asked_once() -> None:
    case = decided()
    survey = survey_of(case, service=case.service)
    client = holding(case)
    words = page(client, f"/lacak/{case.code}/")
    assert f"/survei/lacak/{case.code}/" in words
    path = f"/survei/lacak/{case.code}/"
    given = filled(survey, 4, _key=key_in(page(client, path)))
    assert client.post(path, given)["Location"] == f"/lacak/{case.code}/"
    words = page(client, f"/lacak/{case.code}/")
    assert "Jawaban survei Anda sudah masuk" in words
    assert path not in words
    assert client.get(path)["Location"] == f"/lacak/{case.code}/"
    assert client.post(path, filled(survey, 1)).status_code == 302
    kept = Response.objects.get()
    assert (kept.source, kept.respondent) == ("case", actions.case_hash(case.key))
    assert str(case.key) not in str(Response.objects.values().get())


def test_without_a_ticket_nobody_answers_for_a_case() -> None:
    case = decided()
    survey = survey_of(case, service=case.service)
    stranger = Client()
    assert stranger.get(f"/survei/lacak/{case.code}/")["Location"] == f"/lacak/{case.code}/"
    stranger.post(f"/survei/lacak/{case.code}/", filled(survey))
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "withdrawn"},
        {"outcome": "lapsed"},
        {"phase": "open", "outcome": ""},
        {"decided_at": moment("2020-01-01 10:00")},
    ],
)
def test_who_was_not_served_now_is_not_asked(change: dict[str, Any]) -> None:
    case = decided()
    survey_of(case, service=case.service)
    Case.objects.filter(pk=case.pk).update(**change)
    client = holding(case)
    assert "/survei/lacak/" not in page(client, f"/lacak/{case.code}/")
    assert client.get(f"/survei/lacak/{case.code}/").status_code == 302


def test_the_survey_of_the_service_comes_before_that_of_the_unit() -> None:
    case = decided()
    unit = survey_of(case)
    client = holding(case)
    client.post(f"/survei/lacak/{case.code}/", filled(unit))
    assert Response.objects.get().survey == unit
    other = decided()
    service = survey_of(other, service=other.service)
    holding(other, client).post(f"/survei/lacak/{other.code}/", filled(service))
    assert Response.objects.order_by("-pk")[0].survey == service


def test_the_page_of_a_service_leads_to_what_people_say(client: Client) -> None:
    version = make_version()
    survey = make_skm(service=version.service)
    assert "Survei kepuasan" not in page(client, "/layanan/pinjam-aula/")
    receive(survey, *[3] * 5)
    assert f"/kepuasan/{survey.key}/" in page(client, "/layanan/pinjam-aula/")


# The figures


def test_nothing_is_told_of_fewer_than_five(client: Client, running: Survey) -> None:
    receive(running, *[[1] * 9] * 4)
    for path in (f"/kepuasan/{running.key}/", "/kepuasan/", "/kepuasan/2026/"):
        words = page(client, path)
        assert "Belum cukup untuk diceritakan" in words
        assert "25,00" not in words.split('id="cara"')[0]
    csv = b"".join(client.get(f"/kepuasan/{running.key}.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert csv.splitlines()[1] == "indeks;;;0;4"


def test_the_page_tells_index_need_and_elements(client: Client, running: Survey) -> None:
    receive(running, *[[4, 3, 2, 4, 3, 3, 3, 3, 3]] * 30, *[[1] * 9] * 2)
    words = page(client, f"/kepuasan/{running.key}/")
    assert "77,78" in words
    assert "Baik" in words
    assert "Perlu 214 responden dari 480 pemohon; baru 32." in words
    assert "Paling rendah: Waktu penyelesaian" in words
    assert "Lihat tabelnya" in words
    year = page(client, "/kepuasan/2026/")
    assert "77,78" in year
    assert f"/kepuasan/{running.key}/" in year
    csv = b"".join(client.get("/kepuasan/2026.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert csv.splitlines()[1].endswith("2026-01-01;2099-12-31;32;30;480;214;77,78;B")
    assert "Requirements" in page(client, f"/en/kepuasan/{running.key}/")


def test_a_grade_waits_for_enough_answers(client: Client, running: Survey) -> None:
    receive(running, *[4] * 25)
    words = page(client, f"/kepuasan/{running.key}/")
    assert "belum dinilai" in words
    assert "baru 25 dari paling sedikit 30 jawaban" in words


def test_who_answered_is_shown_once_it_is_closed(client: Client) -> None:
    survey = receive(make_skm(), *[3] * 10)
    assert "Siapa yang menjawab" not in page(client, f"/kepuasan/{survey.key}/")
    actions.close(survey, by=None, at=moment(AT))
    assert "Perempuan: 10" in page(client, f"/kepuasan/{survey.key}/")


def test_an_impact_survey_and_a_year_without_surveys_have_no_page(client: Client, running: Survey) -> None:
    assert client.get(f"/kepuasan/{make_impact().key}/").status_code == 404
    for year in ("2019", "0", "99999999"):
        assert client.get(f"/kepuasan/{year}/").status_code == 404
        assert client.get(f"/kepuasan/{year}.csv").status_code == 404


def test_empty_pages_invite(client: Client) -> None:
    make_agency()
    assert "Belum ada survei kepuasan" in page(client, "/kepuasan/")


def test_every_form_of_surveys_is_sent_once() -> None:
    """A double press is one change, at every address that takes a form."""
    takes = {
        *(
            "answer",
            "counter",
            "after_case",
            "open_skm",
            "open_impact",
            "change",
            "fill_in",
            "hand_in",
            "close",
        ),
    }
    patterns = [one for one in urls.urlpatterns if isinstance(one, URLPattern)]
    assert {one.name for one in patterns if getattr(one.callback, "is_sent_once", False)} == takes
