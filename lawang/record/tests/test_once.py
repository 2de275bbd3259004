from datetime import datetime
from typing import Any

import pytest

from lawang.record.actions import SentDifferently, once
from lawang.record.models import Key

pytestmark = pytest.mark.django_db


def test_the_same_key_twice_is_one_change(at: datetime) -> None:
    calls = []

    def do() -> dict[str, Any]:
        calls.append(1)
        return {"number": len(calls)}

    assert once("k", "file", None, {"a": 1}, at, do) == ({"number": 1}, True)
    assert once("k", "file", None, {"a": 1}, at, do) == ({"number": 1}, False)


def test_the_same_key_with_other_content_is_refused(at: datetime) -> None:
    once("k", "file", None, "one", at, dict)
    with pytest.raises(SentDifferently):
        once("k", "file", None, "two", at, dict)


def test_nothing_is_remembered_of_a_failure(at: datetime) -> None:
    def fail() -> dict[str, Any]:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        once("k", "file", None, "one", at, fail)
    assert not Key.objects.exists()
