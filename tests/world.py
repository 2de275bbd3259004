"""The demonstration regency for tests that walk every page; conftest.py names this file as a plugin.

It is loaded once per run into a database of its own. `in_demo` lets the tests of a module see it; each test is rolled
back as always.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

# Who of the demonstration stands for which role; a visitor is nobody, a citizen has an account and no task.
ROLES = {
    "visitor": "",
    "citizen": "siti",
    "officer": "ratna",
    "agency-head": "wayan",
    "planner": "dewi",
    "steward": "arif",
    "administrator": "yusuf",
    "leader": "hasan",
    "council-member": "lina",
    "information-officer": "nurul",
    "data-protection-officer": "bambang",
    "auditor": "siska",
    "counter-officer": "joko",
    "district-officer": "andi",
    "village-officer": "yoga",
    "village-head": "sulaiman",
    "section-head": "rini",
    "division-head": "darwis",
    "treasurer": "tuti",
    "coordinator": "wira",
    "assessor": "made",
    "movement-secretariat": "ketut",
    "booth-keeper": "kiki",
}


@contextmanager
def using(name: str) -> Iterator[None]:
    """Let Django's connection lead to another database of the same server."""
    connection = connections["default"]
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def make_database(name: str, template: str) -> None:
    """Copy a database. Nobody may be connected to it meanwhile: a server that serves it is let go and comes back."""
    connection: Any = connections["default"]
    connection.close()
    quote = connection.ops.quote_name
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"drop database if exists {quote(name)} with (force)")
        cursor.execute(f"alter database {quote(template)} with allow_connections false")
        try:
            cursor.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [template]
            )
            cursor.execute(f"create database {quote(name)} template {quote(template)}")
        finally:
            cursor.execute(f"alter database {quote(template)} with allow_connections true")


def drop_database(name: str) -> None:
    connection: Any = connections["default"]
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"drop database if exists {connection.ops.quote_name(name)} with (force)")


@pytest.fixture(scope="session")
def demo_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Make a database that holds the demonstration and one of everything that people may leave behind."""
    here = str(connections["default"].settings_dict["NAME"])
    name = f"{here}_demo"
    with django_db_blocker.unblock():
        make_database(name, here)
        with using(name):
            call_command(
                "packs", "install", *(str(settings.ROOT / "packs" / p) for p in ("nasional", "empat-lawang"))
            )
            call_command("demo", "load")
            leave_something_behind()
            with connections["default"].cursor() as cursor:
                cursor.execute("vacuum analyze")
    yield name
    with django_db_blocker.unblock():
        drop_database(name)


@pytest.fixture(scope="module")
def in_demo(demo_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), using(demo_database):
        yield


def leave_something_behind() -> None:
    """Make what the demonstration does not have, so that every page has something to show."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from lawang.cases.models import Case
    from lawang.cases.tests.desk import leave_work_behind
    from lawang.cases.tests.privacy import leave_protection_behind
    from lawang.documents.tests.letters import leave_letters_behind
    from lawang.exchange.tests.sides import leave_nodes_behind
    from lawang.movement.cohorts.workshop import word_product
    from lawang.movement.exhibition.tests.fair import leave_exhibition_behind
    from lawang.movement.tests.behind import leave_panel_behind
    from lawang.pages.tests.making import leave_pages_behind
    from lawang.people import actions as people
    from lawang.people.models import Agency, Membership, User
    from lawang.plans import imports
    from lawang.plans.models import Plan, Programme, Subscription
    from lawang.plans.revising import start_revision
    from lawang.record.actions import keep_file, notify
    from lawang.record.models import Outbox, Privacy
    from lawang.surveys.tests.making import leave_answers_behind

    at = timezone.now()
    ratna, dewi = User.objects.get(username="ratna"), User.objects.get(username="dewi")
    siti = User.objects.filter(username="siti").first() or people.add_user(
        username="siti", name="Siti Contoh", by=None, at=at
    )
    User.objects.filter(pk=siti.pk).update(password=ratna.password)
    people.delegate(
        Membership.objects.get(user=dewi),
        to=User.objects.get(username="arif"),
        from_date=at.date() + timedelta(days=7),
        to_date=at.date() + timedelta(days=14),
        why="Cuti",
        by=dewi,
        at=at,
    )
    programme = Programme.objects.order_by("code")[0]
    keep_file(b"notulen", name="notulen.txt", about="demo.notulen:1", privacy=Privacy.PUBLIC, by=ratna, at=at)
    sent = notify(address="ratna@contoh.id", kind="test", subject="Uji", body="Uji", about=programme, at=at)
    Outbox.objects.filter(pk=sent.pk).update(state=Outbox.State.FAILED, trouble="Timeout")
    Subscription.objects.create(
        about=programme.key, address="siti@contoh.id", secret="rahasia-siti", asked_at=at, confirmed_at=at
    )
    sheet = f"kode,judul,sub_dimensi\n{programme.code},Judul yang lain,\n".encode()
    mine = imports.receive(SimpleUploadedFile("program.csv", sheet), plan=Plan.objects.get(), by=dewi, at=at)
    imports.examine(mine, at=at)
    start_revision(Plan.objects.get(), by=dewi, at=at)
    leave_books_behind(dewi, at)
    case_of(siti)
    leave_work_behind(Agency.objects.get(code="PDAM"), at=at)
    leave_protection_behind(
        User.objects.get(username="bambang"), Case.objects.filter(office__code="PDAM").latest("pk"), at=at
    )
    leave_letters_behind(Agency.objects.get(code="PDAM"), at=at)
    word_product(
        Agency.objects.get(code="PDAM"),
        title="Sambungan baru lewat HP",
        for_whom="Rumah tanpa sambungan air",
        problem="Warga datang tiga kali ke kantor.",
        how="Diajukan dari HP, petugas datang sekali.",
        by=ratna,
        at=at,
    )
    leave_panel_behind(Agency.objects.get(code="KOMINFO"), at=at)
    leave_answers_behind(ratna, at=at)
    leave_nodes_behind(settings.KEYS / "gerakan", at=at)
    leave_exhibition_behind(Agency.objects.get(code="KOMINFO"), at=at)
    leave_pages_behind(at=at)


def leave_books_behind(planner: Any, at: datetime) -> None:
    """Make and publish an edition of the shortest book, and give one of its chapters words of its own."""
    from lawang.plans.books import definitions, editions
    from lawang.plans.models import Revision

    revision = Revision.objects.get(status=Revision.Status.PUBLISHED)
    book = definitions.book("percepatan")
    assert book is not None
    made = editions.make(editions.start_edition(revision, book, by=planner, at=at), at=at)
    editions.publish_edition(made, by=planner, at=at)
    editions.change_text(
        revision.plan, book, "daftar", title={"id": "Yang dipercepat"}, words=None, seen=0, by=planner, at=at
    )


def case_of(citizen: Any) -> None:
    """File the first example of a birth certificate for somebody, in force even where nobody could publish it."""
    from lawang.cases.actions import file_case
    from lawang.cases.definition import definition_of
    from lawang.cases.models import Service, ServiceVersion, Unit
    from lawang.cases.reading import read_answers
    from lawang.lib.codes import new_code
    from lawang.people.models import Agency

    at = timezone.now()
    for service in Service.objects.filter(current=None):
        version = ServiceVersion.objects.filter(service=service).latest("number")
        ServiceVersion.objects.filter(pk=version.pk).update(state="published", published_at=at)
        Service.objects.filter(pk=service.pk).update(current=version)
    for unit in Unit.objects.filter(agency=None, code="dukcapil"):
        unit.agency = Agency.objects.get(code="DUKCAPIL")
        unit.save()
    version = ServiceVersion.objects.select_related("service").get(
        service__code="akta-kelahiran", state="published"
    )
    asked, example = definition_of(version).fields, version.definition["examples"][0]["answers"]
    answers = read_answers(asked, example, today=at.date()).answers
    file_case(version, answers, code=new_code(), at=at, account=citizen)


def client_of(role: str) -> Client:
    """Return a browser of somebody with this role, signed in with a second factor where one is asked for."""
    from lawang.people.middleware import HAS_FACTOR
    from lawang.people.models import User

    client = Client(raise_request_exception=False)
    if username := ROLES.get(role, role):
        client.force_login(User.objects.get(username=username), "lawang.people.login.Identified")
        session = client.session
        session[HAS_FACTOR] = True
        session["account_authentication_methods"] = [{"method": "password", "at": timezone.now().timestamp()}]
        session.save()
    return client


def finish(response: Any) -> None:
    """Read a streamed answer to its end, which closes its file."""
    if response.streaming:
        for _part in response:
            pass
