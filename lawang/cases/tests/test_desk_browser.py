"""The desk in a browser: by keyboard, without scripts, nothing for axe, nothing wider than a phone, light enough."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from lawang.cases.actions import Given, applicant_step, take_step
from lawang.cases.models import Case, PaymentBatch, Reply, Service
from lawang.people.models import User
from lawang.people.node import now
from tests.browser import axe, open_page, photograph, weigh, wider_than
from tests.case_factory import VERBS, make_case, make_version
from tests.cast import make_agency, make_membership, make_role, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ratna(transactional_db: None) -> User:
    make_version()
    verbs = {**VERBS, "cases.pay": "agency"}
    role = make_role("case-officer", verbs, highest_privacy="sensitive")
    return make_membership(make_user("ratna"), role=role, agency=make_agency("umum")).user


def cookies_of(user: User, live_server: LiveServer) -> list[Any]:
    client = Client()
    client.force_login(user, "lawang.people.login.Identified")
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    return [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}]


def test_the_pages_of_the_desk_look_well(browser: Browser, live_server: LiveServer, ratna: User) -> None:
    cases = [make_case(at=now()) for _ in range(30)]
    case = take_step(cases[0], "ask", Given(items=["Foto KTP"]), by=ratna, at=now())
    case = applicant_step(case, "answer", Given(note="Ini"), at=now())
    reply = Reply.objects.create(agency=make_agency("umum"), title="Kabur", words="Foto lebih terang")
    service = Service.objects.get()
    batch = PaymentBatch.objects.create(
        service=service, number="B-1", year=2026, made_by=ratna, made_at=now()
    )
    cookies = cookies_of(ratna, live_server)
    pages: dict[str, tuple[Any, ...]] = {
        "list": (),
        "case": (case.key,),
        "correct": (case.key,),
        "slip": (case.key,),
        "record": (),
        "entry": ("pinjam-aula",),
        "replies": (),
        "reply": (reply.pk,),
        "payments": (),
        "registers": (),
    }
    assert batch.pk
    for number, (name, args) in enumerate(pages.items()):
        address = live_server.url + reverse(f"desk:{name}", args=args)
        for size, width in (("phone", 360), ("desk", 1280)):
            scheme = "dark" if (number + (size == "desk")) % 2 else "light"
            page = open_page(browser, address, size=size, scheme=scheme, cookies=cookies)
            photograph(page, f"desk-{name}-{size}-{scheme}")
            assert axe(page) == [], name
            assert wider_than(page, width) == 0, name
            assert page.complaints == [], name  # type: ignore[attr-defined]
            page.context.close()
        weight = weigh(browser, address, cookies=cookies)
        assert weight["total"] <= 60, (name, weight)


def test_the_desk_by_keyboard_alone(browser: Browser, live_server: LiveServer, ratna: User) -> None:
    first, second = (make_case(at=now()) for _ in range(2))
    page = open_page(
        browser,
        live_server.url + reverse("desk:list") + "?lihat=unit",
        size="desk",
        cookies=cookies_of(ratna, live_server),
    )
    focused = "document.activeElement.textContent.trim()"
    page.keyboard.press("j")
    assert page.evaluate(focused) == first.number
    page.keyboard.press("j")
    page.keyboard.press("j")  # there is no third
    assert page.evaluate(focused) == second.number
    page.keyboard.press("k")
    page.keyboard.press("x")
    assert page.locator("[data-row] input:checked").count() == 1
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('desk:case', args=[first.key])}")
    page.go_back()
    page.keyboard.press("/")
    page.keyboard.type("jk Budi")  # letters are letters while one types
    assert page.input_value("#id_q") == "jk Budi"
    page.context.close()


def test_a_case_is_handled_without_scripts(browser: Browser, live_server: LiveServer, ratna: User) -> None:
    case = make_case(at=now())
    page = open_page(
        browser,
        live_server.url + reverse("desk:case", args=[case.key]),
        cookies=cookies_of(ratna, live_server),
        script=False,
    )
    page.click("text=Ambil, saya yang memegang")
    page.click("summary:has-text('Minta dilengkapi')")
    page.fill("#ask-_items", "Foto KTP")
    page.click("#langkah-ask button.button")
    assert "Belum lengkap" in page.inner_text("main")
    assert "Menunggu jawaban pemohon" in page.inner_text("main")
    page.context.close()
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.handler) == ("incomplete", ratna)


def test_an_error_takes_the_focus_and_leads_to_its_field(
    browser: Browser, live_server: LiveServer, ratna: User
) -> None:
    case = make_case(at=now())
    page = open_page(
        browser,
        live_server.url + reverse("desk:case", args=[case.key]),
        size="desk",
        cookies=cookies_of(ratna, live_server),
    )
    page.click("summary:has-text('Minta dilengkapi')")
    page.click("#langkah-ask button.button")
    page.wait_for_selector("[data-error-summary]")
    assert page.evaluate("document.activeElement.matches('[data-error-summary]')")
    page.click("[data-error-summary] a")
    assert page.evaluate("document.activeElement.id") == "ask-_items"
    assert axe(page) == []
    page.context.close()
