"""What the tests of the desk share: somebody signed in, a page read, a form sent."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from lawang.cases.actions import file_case
from lawang.cases.definition import definition_of
from lawang.cases.models import Case, PaymentBatch, Reply, Service, ServiceVersion, Unit
from lawang.cases.reading import read_answers
from lawang.lib.codes import new_code
from lawang.people.actions import add_user
from lawang.people.models import Agency, Membership, Role, User
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


def body(answer: Any) -> str:
    """Return the page of an answer; "" for a redirect."""
    return "" if answer.status_code == 302 else str(answer.content.decode())


def leave_work_behind(agency: Agency, *, at: datetime) -> None:
    """Give an agency of the demonstration one of everything that the desk shows; world.py calls it."""
    version = ServiceVersion.objects.select_related("service").get(
        service__code="akta-kelahiran", state=ServiceVersion.State.PUBLISHED
    )
    definition = definition_of(version)
    example = version.definition["examples"][0]["answers"]
    case = file_case(
        version,
        read_answers(definition.fields, example, today=at.date()).answers,
        code=new_code(),
        at=at,
    )
    Case.objects.filter(pk=case.pk).update(office=agency, owner=agency, offices=[agency.pk], area=None)
    Reply.objects.create(agency=agency, title="Foto kabur", words="Foto yang lebih terang")
    service = Service.objects.get(code="santunan-kematian")
    teller = User.objects.filter(memberships__role__code="treasurer").first() or add_user(
        username="dwi", name="Dwi Contoh", by=None, at=at
    )
    dinsos = Agency.objects.get(code="DINSOS")
    Unit.objects.filter(code="dinsos", agency=None).update(agency=dinsos)
    if not teller.memberships.exists():
        treasurer = Role.objects.get(code="treasurer")
        Membership.objects.create(user=teller, agency=dinsos, role=treasurer, from_date=at.date())
    if not PaymentBatch.objects.exists():
        PaymentBatch.objects.create(
            service=service, number="BAYAR-1", year=at.year, made_by=teller, made_at=at
        )
