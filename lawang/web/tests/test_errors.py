import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import override_settings
from django.urls import path

from lawang.lib.refused import Refused
from lawang.web import errors
from lawang.web.views import components, theme

pytestmark = pytest.mark.django_db


def _refuse(request: HttpRequest) -> HttpResponse:
    raise Refused("Hanya kepala dinas yang menyetujui.")


def _break(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("boom")


urlpatterns = [
    path("tema-<slug:digest>.css", theme, name="theme"),
    path("isi/", components),
    path("tolak/", _refuse),
    path("rusak/", _break),
]
handler404 = errors.not_found
handler500 = errors.failure


@pytest.fixture
def strict() -> Client:
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


@override_settings(ROOT_URLCONF=__name__)
def test_refusals_have_a_page_and_bugs_a_plain_one(strict: Client) -> None:
    refused = strict.get("/tolak/")
    assert refused.status_code == 403
    assert "Hanya kepala dinas yang menyetujui." in refused.text
    broken = strict.get("/rusak/")
    assert broken.status_code == 500
    assert "Ada yang rusak di pihak kami" in broken.text
    assert strict.get("/tidak-ada/").status_code == 404


@override_settings(ROOT_URLCONF=__name__)
def test_a_lost_token_keeps_what_was_typed(strict: Client) -> None:
    typed = {"name": "Air <b>bersih</b>", "districts": ["1", "2"], "password": "jangan-tampil"}
    answer = strict.post(
        "/isi/", typed, headers={"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    )
    assert answer.status_code == 403
    assert 'name="name" value="Air &lt;b&gt;bersih&lt;/b&gt;"' in answer.text
    assert answer.text.count('name="districts"') == 2
    assert "jangan-tampil" not in answer.text
    again = {"name": "Air", "csrfmiddlewaretoken": strict.cookies["csrftoken"].value}
    assert strict.post("/isi/", again, headers={"Origin": "http://testserver"}).status_code == 200


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://jahat.example"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_form_of_another_site_gets_no_second_chance(strict: Client, headers: dict[str, str]) -> None:
    answer = strict.post("/isi/", {"name": "Air"}, headers=headers)
    assert answer.status_code == 403
    assert 'name="name"' not in answer.text.partition("<main")[2]


def test_headers(client: Client) -> None:
    answer = client.get("/tidak-ada/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Vary" not in answer.headers or "ookie" not in answer.headers["Vary"]


def test_the_theme_may_be_kept_for_ever(client: Client) -> None:
    from lawang.web import shell

    digest = shell.theme_hash(shell.brand().accent)
    assert "immutable" in client.get(f"/tema-{digest}.css").headers["Cache-Control"]
    assert "immutable" not in client.get("/tema-0000000000.css").headers["Cache-Control"]


def test_a_page_that_did_not_change_is_not_sent_again(client: Client) -> None:
    from lawang.web import shell

    address = f"/tema-{shell.theme_hash(shell.brand().accent)}.css"
    tag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


def test_too_much_is_told_apart(rf: RequestFactory) -> None:
    from django.core.exceptions import RequestDataTooBig

    request = rf.get("/")
    assert errors.bad_request(request, RequestDataTooBig()).status_code == 413
    assert errors.bad_request(request).status_code == 400
