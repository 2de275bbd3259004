"""The pages of awards in a browser: axe finds nothing, nothing is wider than a phone."""

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from lawang.movement.awards import actions
from lawang.movement.awards.tests.cast import (
    AT,
    category,
    judge,
    judging,
    make_award,
    person,
    published,
    secretary,
)
from lawang.movement.awards.tests.cast import browser as signed_in
from tests.browser import axe, open_page, photograph, wider_than

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_pages_are_for_everybody(browser: Browser, live_server: LiveServer) -> None:
    award = published(make_award())
    evaluation = award.evaluation
    wanted = [category("dinilai", shortlist=2), category("selesai", shortlist=2), category("daftar")]
    in_play, complete, listed = actions.open_awards(evaluation, wanted, by=secretary(), at=AT)[0]
    made, _putu = judging(in_play)
    actions.declare(made, {one.pk: "" for one in in_play.nominees.all()}, by=made.user, at=AT)
    for juror in judging(complete):
        judge(juror, _13_06=(5, 2))
    desk, jury = "/kelola/penghargaan/", "/kelola/penghargaan/juri/"
    pages: dict[str, str] = {
        "/penghargaan/": "",
        "/penghargaan/2026/": "",
        desk: "ketut",
        f"{desk}{award.key}/": "ketut",
        f"{desk}{listed.key}/": "ketut",
        f"{desk}{listed.key}/juri/": "ketut",
        f"{desk}{complete.key}/": "ketut",
        f"{desk}{complete.key}/putuskan/": "ketut",
        jury: "made",
        f"{jury}{in_play.key}/": "made",
        f"{jury}{in_play.key}/?ubah=1": "made",
        f"{jury}{complete.key}/": "made",
    }
    roles = {"ketut": "movement-secretariat", "made": "assessor"}
    wrong: list[str] = []
    for number, (path, username) in enumerate(pages.items()):
        cookies = []
        if username:
            session = signed_in(person(roles[username], username)).cookies["sessionid"].value
            cookies = [{"name": "sessionid", "value": session, "url": live_server.url}]
        scheme = "dark" if number % 2 else "light"
        page = open_page(browser, f"{live_server.url}{path}", scheme=scheme, cookies=cookies)
        photograph(page, f"penghargaan-{number:02}-phone")
        wrong += [f"{path}: {found}" for found in axe(page)]
        wrong += [f"{path}: {said}" for said in page.complaints]  # type: ignore[attr-defined]
        for width in (320, 1280):
            if over := wider_than(page, width):
                wrong.append(f"{path}: {over} pixels wider than {width}")
        photograph(page, f"penghargaan-{number:02}-desk")
        page.context.close()
    assert wrong == []
