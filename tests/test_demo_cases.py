"""Cases of the demonstration: the same every time, about as punctual as promised, of nobody real, rightly signed."""

import csv
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.models import Max
from pytest_django.plugin import DjangoDbBlocker

from lawang.areas.models import Area
from lawang.cases import answers, demo
from lawang.cases.definition import definition_of
from lawang.cases.models import Attachment, Case, Note, Service, Stay
from lawang.cases.synthetic import MARK
from lawang.cases.varied import NOBODYS
from lawang.documents.actions import file_of
from lawang.documents.models import Document, NumberSeries
from lawang.documents.numbers import gaps
from lawang.documents.validation import Verdict, validate
from lawang.lib import fields as lib
from lawang.people import parties
from lawang.people.node import now
from lawang.portal import demo as whole
from lawang.record.models import Entry, Outbox
from tests.cast import moment
from tests.world import drop_database, make_database, using

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

AT = moment("2026-11-20 10:00")  # a Friday
FEW = 2  # cases of each service in the last year, and of the one that is counted so many
COUNTED, MANY = "akta-kelahiran", 30


@dataclass(frozen=True)
class Told:
    filed: int
    refused: tuple[str, ...]
    habits: dict[str, demo.Habit]
    happened: list[Any]  # what can be compared between two installations


def small(folder: Path) -> Path:
    """Copy the demonstration's files; few cases of each service but one."""
    shutil.copytree(whole.FOLDER, folder, dirs_exist_ok=True)
    with (folder / "layanan.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder / "layanan.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]))
        out.writeheader()
        for row in rows:
            is_counted = row["layanan"] == COUNTED
            out.writerow(row | {"setahun": MANY if is_counted else FEW, "sebelumnya": 10 * is_counted})
    return folder


def live(folder: Path) -> Told:
    """Set up the regency and live through its cases, without a plan."""
    call_command(
        "packs", "install", *(str(settings.ROOT / "packs" / p) for p in ("nasional", "empat-lawang"))
    )
    loader = whole._Loader(folder, at=AT, say=lambda _words: None)
    loader._agencies()
    loader._accounts()
    year = demo._Year(folder, at=AT, citizen=loader.citizen)
    demo.open_services(folder, at=year.first_quarter)
    filed, habits = year.run(), {one.service: one for one in year.habits}
    return Told(filed, tuple(year.refused), habits, what_happened())


def what_happened() -> list[Any]:
    """Return rows without keys and ciphertext, which differ every time."""
    rows = Case.objects.order_by("number").values_list(
        "number", "code", "state", "outcome", "channel", "received_at", "decided_at", "due_at", "area__code"
    )
    letters = Document.objects.order_by("made_at", "number").values_list(
        "number", "state", "made_at", "issued_at"
    )
    return [list(rows), list(letters), Note.objects.count(), Attachment.objects.count()]


@pytest.fixture(scope="module")
def twice(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Told, Told]]:
    """Live through it in two databases of their own, and leave the tests in the second."""
    here = str(connections["default"].settings_dict["NAME"])
    first, second = f"{here}_cases1", f"{here}_cases2"
    with django_db_blocker.unblock():
        for name in (first, second):
            make_database(name, here)
        with using(first):
            told = live(small(tmp_path_factory.mktemp("demo")))
        drop_database(first)
        with using(second):
            yield told, live(small(tmp_path_factory.mktemp("demo")))
        drop_database(second)


@pytest.fixture
def lived(twice: tuple[Told, Told]) -> Told:
    return twice[1]


def test_it_is_the_same_every_time(twice: tuple[Told, Told]) -> None:
    first, second = twice
    assert second == first


def test_every_service_is_opened_and_asked_for(lived: Told) -> None:
    assert not Service.objects.filter(current=None).exists()
    assert set(lived.habits) <= set(Service.objects.values_list("code", flat=True))
    filed = Counter(Case.objects.values_list("service__code", flat=True))
    assert set(filed) == set(lived.habits)
    assert sum(filed.values()) == lived.filed
    assert filed[COUNTED] >= MANY
    assert lived.refused == ()  # whatever an example does can be done with other people on another day


def test_nothing_happens_after_the_moment_of_loading(lived: Told) -> None:
    latest: dict[str, datetime | None] = {}
    for model, columns in (
        (Case, ("received_at", "changed_at", "decided_at", "closed_at", "paused_at")),
        (Stay, ("entered_at", "left_at")),
        (Document, ("made_at", "issued_at", "revoked_at")),
        (Note, ("at",)),
        (Attachment, ("at",)),
        (Outbox, ("made_at",)),
    ):
        found = model.objects.aggregate(**{f"last_{name}": Max(name) for name in columns})
        latest |= {f"{model.__name__}.{name}": moment for name, moment in found.items()}
    told = Entry.objects.filter(thing__regex=r"^(cases.case|documents.document):")
    latest["Entry.at"] = told.aggregate(last=Max("at"))["last"]
    assert latest["Case.last_received_at"] is not None
    assert {name: at for name, at in latest.items() if at and at > AT} == {}


def test_numbers_rise_with_the_days(lived: Told) -> None:
    for service in Service.objects.all():
        numbers = (
            Case.objects.filter(service=service).order_by("received_at").values_list("number", flat=True)
        )
        assert list(numbers) == sorted(numbers)
    assert all(
        gaps(series) == [] for series in NumberSeries.objects.filter(pk__in=Document.objects.values("series"))
    )


def test_promises_are_kept_about_as_often_as_the_file_says(lived: Told) -> None:
    """Between the share at the beginning and the share now, with what chance does to a hundred cases."""
    first, last = lived.habits[COUNTED].on_time
    judged = Case.objects.filter(service__code=COUNTED, decided_on_time__isnull=False)
    assert judged.count() > MANY // 2
    kept = judged.filter(decided_on_time=True).count() / judged.count()
    assert min(first, last) - 0.12 <= kept <= max(first, last) + 0.12
    assert Case.objects.filter(decided_on_time=False).exists()


def test_some_wait_on_desks_today(lived: Told) -> None:
    running = Case.objects.filter(phase__in=("open", "waiting"))
    assert running.filter(service__code=COUNTED, due_at__date=AT.date()).exists()
    assert running.filter(due_at__lt=AT).exists()
    assert running.filter(account__isnull=False).exists()


def test_nobody_in_it_is_real(lived: Told) -> None:
    """Every NIK and family card is of an area that does not exist, and every name ends as made-up names do."""
    assert not Area.objects.filter(code=f"{NOBODYS[:2]}.{NOBODYS[2:4]}.{NOBODYS[4:]}").exists()
    seen = Counter[str]()
    for case in Case.objects.select_related("version", "applicant", "subject", "representative"):
        given = answers.opened(case) or {}
        for leaf in lib.leaves(definition_of(case.version).fields, lib.times_in(given)):
            value = lib.look(given, leaf.path)
            if value and (leaf.field.kind == lib.Kind.IDENTITY or leaf.field.format == "family_card"):
                assert value.startswith(NOBODYS), (case.number, leaf.path)
                seen["numbers"] += 1
        for party in (case.applicant, case.subject, case.representative):
            if party is None:
                continue
            who = parties.opened(party)
            assert party.name.casefold().endswith(MARK.casefold()), case.number
            assert who is None or not who.nik or who.nik.startswith(NOBODYS)
            seen["people"] += 1
    assert min(seen["numbers"], seen["people"]) > MANY


def test_every_letter_is_whole_and_says_that_it_is_an_example(lived: Told) -> None:
    signed = Counter[str]()
    for document in Document.objects.exclude(state=Document.State.DRAFT):
        assert document.is_example or document.origin == Document.Origin.ELSEWHERE, document.number
        report = validate(file_of(document), at=now())  # the test authority is as old as this run
        signatures = document.signatures.filter(state="signed").count()
        if document.state == Document.State.VALID and (signatures or document.origin == "elsewhere"):
            assert report.verdict == Verdict.EXAMPLE, document.number
            signed[str(document.origin)] += 1
            assert document.signatures.count() == signatures
        else:
            assert report.verdict in (Verdict.UNSIGNED, Verdict.EXAMPLE), document.number
    assert signed["ours"] > 0
    assert signed["elsewhere"] > 0


def test_the_citizen_with_an_account_finds_two_cases(lived: Told) -> None:
    mine = Case.objects.filter(account__isnull=False)
    assert {case.service.code for case in mine} == {"akta-kelahiran", "surat-keterangan-usaha"}
    assert len({case.account_id for case in mine}) == 1
