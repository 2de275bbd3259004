"""What the tests of the desk share: somebody signed in, a page read, a form sent."""

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from lawang.cases.models import Case
from lawang.people.models import User
from tests.markup import Markup


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "lawang.people.login.Identified")
    return client


def page(client: Client, name: str, *args: Any, query: str = "", status: int = 200) -> str:
    """Return a page of the desk; its markup is checked on the way."""
    answer = client.get(reverse(f"desk:{name}", args=args) + query)
    assert answer.status_code == status, answer.content.decode()[:2000]
    html = str(answer.content.decode())
    assert Markup(html).problems() == []
    return html


def send(client: Client, name: str, /, *args: Any, **typed: Any) -> HttpResponse:
    answer = client.post(reverse(f"desk:{name}", args=args), typed)
    assert isinstance(answer, HttpResponse)
    return answer


def take(client: Client, case: Case, code: str, /, **typed: Any) -> HttpResponse:
    """Send the form of a step as the page has it."""
    case.refresh_from_db()
    return send(client, "step", case.key, code, **{"revision": case.revision, **typed})
