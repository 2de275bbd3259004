"""What the server says to phones: which pages may be kept, tokens of now, the worker, the manifest."""

import json
import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory

from lawang.web import keep
from lawang.web.keep import may_be_kept
from lawang.web.tests import office as at_work

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lawang.web.tests.office")]
HERE = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def strict() -> Client:
    at_work.reset()
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def signed_in(strict: Client) -> Client:
    session = SessionStore()
    session["name"] = "Siti"
    session.create()
    assert session.session_key
    strict.cookies["sessionid"] = session.session_key
    return strict


def test_a_page_for_everybody_may_be_kept(strict: Client) -> None:
    answer = strict.get("/contoh/")
    assert answer.headers["X-Keep"] == "1"
    assert not answer.cookies
    assert "Cookie" not in answer.headers["Vary"]
    assert "csrfmiddlewaretoken" not in answer.text
    assert strict.get("/contoh/").content == answer.content


def test_without_a_session_a_form_needs_to_come_from_us_and_nothing_else(strict: Client) -> None:
    typed = {"name": "Siti", "village": "tanjung", "way": "web"}
    assert strict.post("/contoh/", typed).status_code == 403
    assert strict.post("/contoh/", typed, headers={"Origin": "https://jahat.example"}).status_code == 403
    foreign = {**HERE, "Sec-Fetch-Site": "cross-site"}
    assert strict.post("/contoh/", typed, headers=foreign).status_code == 403
    assert at_work.office.rows() == []
    assert strict.post("/contoh/", typed, headers=HERE).status_code == 302
    assert strict.post("/contoh/", typed, headers={"Referer": "http://testserver/contoh/"}).status_code == 302
    assert len(at_work.office.rows()) == 2


def test_with_a_session_the_token_is_asked_for(signed_in: Client) -> None:
    answer = signed_in.get("/contoh/")
    assert answer.headers["X-Keep"] == "copy"
    assert "no-store" in answer.headers["Cache-Control"]
    typed = {"name": "Siti", "village": "tanjung", "way": "web"}
    assert signed_in.post("/contoh/", typed, headers=HERE).status_code == 403
    token = signed_in.get("/token/").json()["token"]
    typed["csrfmiddlewaretoken"] = token
    assert signed_in.post("/contoh/", typed, headers=HERE).status_code == 302


def test_a_page_with_a_token_or_a_cookie_is_not_marked(rf: RequestFactory) -> None:
    def cookie(request: HttpRequest) -> HttpResponse:
        response = HttpResponse("a")
        response.set_cookie("a", "b")
        return response

    def with_token(request: HttpRequest) -> HttpResponse:
        return HttpResponse(get_token(request))

    def missing(request: HttpRequest) -> HttpResponse:
        return HttpResponse("a", status=404)

    for view in (cookie, with_token, missing):
        request = rf.get("/")
        request.user = AnonymousUser()
        assert "X-Keep" not in may_be_kept(view)(request).headers
    assert "X-Keep" not in may_be_kept(lambda request: HttpResponse("a"))(rf.post("/", headers=HERE)).headers


def test_the_token_is_of_now_and_kept_by_nobody(strict: Client) -> None:
    answer = strict.get("/token/")
    assert "no-store" in answer.headers["Cache-Control"]
    assert len(answer.json()["token"]) == 64
    assert answer.json()["now"].startswith("20")


def test_the_worker_names_what_it_keeps(strict: Client) -> None:
    answer = strict.get("/pekerja.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert (answer.headers["Service-Worker-Allowed"], answer.headers["Cache-Control"]) == ("/", "no-cache")
    said = dict(re.findall(r"const (\w+) = (.*);", answer.text))
    assert re.fullmatch(r'"[0-9a-f]{12}"', said["VERSION"])
    assert json.loads(said["PAGES"]) == ["/di-hp-ini/", "/luring/", "/en/di-hp-ini/", "/en/luring/"]
    assert json.loads(said["OFFLINE"]) == {"id": "/luring/", "en": "/en/luring/"}
    files = json.loads(said["SHELL"])
    assert re.search(
        r'importScripts\("/static/web/js/outbox[^"]*", "/static/web/js/worker[^"]*"\)', answer.text
    )
    for address in [*files, *json.loads(said["PAGES"])]:
        if address.startswith("/static/"):
            continue  # served in front of Django
        assert strict.get(address).status_code == 200, address
    assert any("/tema-" in address for address in files)
    assert strict.get("/pekerja.js", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_the_version_changes_with_what_is_kept() -> None:
    one, other = keep.version(["/a.css"]), keep.version(["/b.css"])
    assert one != other
    assert keep.version(["/a.css"]) == one


def test_every_script_of_a_page_is_in_the_shell() -> None:
    """Whatever these files import must be kept with them."""
    from pathlib import Path

    folder = Path(keep.__file__).parent / "static"
    names = {Path(name).name for name in keep.FILES}
    for name in keep.FILES:
        if name.endswith(".js"):
            imported = re.findall(r'(?:from |import |import\()"\./(.+?)"', (folder / name).read_text())
            assert set(imported) <= names, name


def test_the_manifest(strict: Client) -> None:
    answer = strict.get("/lawang.webmanifest")
    assert answer.headers["Content-Type"] == "application/manifest+json"
    told = answer.json()
    assert (told["lang"], told["start_url"], told["scope"]) == ("id", "/", "/")
    assert told["icons"][0]["src"]
    assert strict.get("/en/lawang.webmanifest").json()["start_url"] == "/en/"
    assert f'href="{"/lawang.webmanifest"}"' in strict.get("/di-hp-ini/").text


def test_the_policy_lets_the_worker_and_the_manifest_in(strict: Client) -> None:
    policy = strict.get("/di-hp-ini/").headers["Content-Security-Policy"]
    assert "worker-src 'self'" in policy
    assert "manifest-src 'self'" in policy
    assert "blob:" not in policy
