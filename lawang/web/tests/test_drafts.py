"""Nothing typed is lost: a form with data-draft is kept in the browser until the server has it."""

import pytest
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import RequestContext, Template
from django.urls import path
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from lawang.web import errors
from lawang.web.forms import Form
from lawang.web.views import theme
from tests.browser import open_page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("lawang.web.tests.test_drafts"),
]
PAGE = """{% extends "web/base.html" %}{% block content %}
{% include "web/components/form.html" with draft="coba" %}{% endblock %}"""


class Short(Form):
    name = forms.CharField(label="Nama")
    mood = forms.ChoiceField(label="Cara", choices=[("a", "A"), ("lost", "Lost")], widget=forms.RadioSelect)


def _try(request: HttpRequest) -> HttpResponse:
    form = Short(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return HttpResponseRedirect("/coba/") if form.cleaned_data["mood"] == "a" else errors.failure(request)
    return HttpResponse(Template(PAGE).render(RequestContext(request, {"form": form})))


urlpatterns = [path("tema-<slug:digest>.css", theme, name="theme"), path("coba/", _try)]


def _send(page: Page, address: str, *, name: str, mood: str) -> None:
    page.goto(address)
    page.fill("#id_name", name)
    if mood:
        page.check(f"input[value={mood}]", force=True)
    page.get_by_text("Tersimpan di peramban ini").wait_for()
    with page.expect_navigation():
        page.locator("form[data-draft] button:not([type=button])").click()


def _offered(page: Page, address: str) -> bool:
    page.goto(f"{address}?lagi")
    page.locator("form[data-draft] .draft").wait_for(state="attached")
    return page.get_by_role("button", name="Kembalikan isian").count() == 1


def test_kept_until_the_server_has_it(browser: Browser, live_server: LiveServer) -> None:
    address = f"{live_server.url}/coba/"
    page = open_page(browser, address)
    assert not _offered(page, address)
    _send(page, address, name="Air bersih", mood="")  # refused: a choice is missing
    assert page.locator("[data-error-summary]").count() == 1
    assert _offered(page, address)
    _send(page, address, name="Air bersih", mood="lost")  # we broke
    assert "Ada yang rusak" in page.content()
    assert _offered(page, address)
    page.get_by_role("button", name="Kembalikan isian").click()
    assert page.input_value("#id_name") == "Air bersih"
    assert page.is_checked("input[value=lost]")
    _send(page, address, name="Air bersih", mood="a")  # received
    assert not _offered(page, address)
    assert page.evaluate("localStorage.length") == 0
    page.context.close()
