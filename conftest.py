"""Tests run on a real PostgreSQL: the one in DATABASE_URL, or an embedded one that lives as long as the run.

The process that starts first (with pytest-xdist: the controller) starts the server and hands its address to the others
through DATABASE_URL; each of them has a database of its own.
"""

import contextlib
import os
import shutil
import tempfile
import warnings
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from lawang import settings as chosen
from lawang.database import temporary
from tests.cast import moment

pytest_plugins = ["tests.browser", "tests.world", "tests.house", "tests.town"]
stack = contextlib.ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    if not os.environ.get("DATABASE_URL"):
        server = stack.enter_context(temporary(chosen.PG_BIN))
        os.environ["DATABASE_URL"] = server.url()
        connections["default"].settings_dict.update(chosen.database(server.url()))
    folder = Path(tempfile.mkdtemp(prefix="lwt"))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    settings.DATA = folder
    settings.KEYS = folder / "keys"
    settings.BACKUPS = folder / "backups"
    settings.MEDIA_ROOT = str(folder / "files")
    settings.STATIC_ROOT = str(folder / "static")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # only fast
    settings.SMTP_URL = ""
    warnings.filterwarnings("ignore", "No directory at", module="whitenoise")


def pytest_unconfigure(config: pytest.Config) -> None:
    for connection in connections.all(initialized_only=True):
        connection.close()
    stack.close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Let the flush between transactional tests empty the history; nothing else may."""
    if not str(connections["default"].settings_dict["NAME"]).startswith("test_"):
        pytest.fail("Mark these tests django_db: they would work in a database that is not theirs")
    with django_db_blocker.unblock(), connections["default"].cursor() as cursor:
        name = connections["default"].ops.quote_name(connections["default"].settings_dict["NAME"])
        cursor.execute(f"alter database {name} set lawang.may_empty = 'on'")
        cursor.execute("set lawang.may_empty = 'on'")


@pytest.fixture
def at() -> datetime:
    """One moment for tests that need just any: a Tuesday morning in Jakarta."""
    return moment("2026-03-17 10:00")


@pytest.fixture
def siti(db: None) -> Any:
    """A citizen who may log in and nothing more."""
    from tests import cast

    return cast.make_user("siti", name="Siti Aminah")


@pytest.fixture
def budi(db: None) -> Any:
    """A stranger: another citizen, who must not see what is Siti's."""
    from tests import cast

    return cast.make_user("budi", name="Budi Santoso")


@pytest.fixture
def ratna(db: None) -> Any:
    """An officer of the health agency."""
    from tests import cast

    user = cast.make_user("ratna", name="Ratna Dewi")
    cast.make_membership(user, role="officer", agency=cast.make_agency("dinkes", "Dinas Kesehatan"))
    return user


@pytest.fixture
def wayan(db: None) -> Any:
    """The head of the health agency."""
    from tests import cast

    user = cast.make_user("wayan", name="Wayan Sudana")
    cast.make_membership(user, role="agency_head", agency=cast.make_agency("dinkes", "Dinas Kesehatan"))
    return user


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    """An empty folder of files for this test alone."""
    settings.MEDIA_ROOT = str(tmp_path / "files")
    return tmp_path / "files"
