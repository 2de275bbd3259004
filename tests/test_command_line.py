"""The command line before there are tables: one sentence that says what to do first, whatever was asked."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from tests.world import drop_database

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def empty_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    connection: Any = connections["default"]
    name = f"{connection.settings_dict['NAME']}_bare"
    with django_db_blocker.unblock():
        drop_database(name)
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"create database {connection.ops.quote_name(name)}")
        yield name
        drop_database(name)


def lawang(database: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl()
    return subprocess.run(
        [sys.executable, "-m", "lawang", *arguments],
        env=os.environ | {"DATABASE_URL": url, "LAWANG_DATA": str(settings.DATA)},
        cwd=settings.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("packs", "install", "packs/contoh"),
        ("packs", "list"),
        ("services", "list"),
        ("demo", "load"),
        ("backup", "/nowhere/cadangan.tar"),
        ("doctor",),
    ],
    ids=" ".join,
)
def test_without_tables_it_says_what_comes_first(arguments: tuple[str, ...], empty_database: str) -> None:
    answer = lawang(empty_database, *arguments)
    assert answer.returncode != 0
    assert "Traceback" not in answer.stderr
    assert "Jalankan dulu `lawang migrate` atau `lawang up`." in answer.stdout + answer.stderr


def test_it_says_so_in_english_when_asked(empty_database: str) -> None:
    answer = lawang(empty_database, "services", "--english", "list")
    assert "Run `lawang migrate` or `lawang up` first." in answer.stderr


def test_packs_are_checked_without_any_table(empty_database: str) -> None:
    assert lawang(empty_database, "packs", "check", "packs/nasional").returncode == 0


def test_a_mistake_of_ours_is_not_hidden_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from lawang import cli

    def falls(arguments: list[str]) -> None:
        raise IndexError("a mistake of ours")

    monkeypatch.setattr("django.core.management.execute_from_command_line", falls)
    with pytest.raises(IndexError, match="a mistake of ours"):
        cli._manage(["services", "list"])
