from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from lawang.record import pulse
from lawang.record.actions import keep_file, notify, record
from lawang.record.doctor import Finding, Level, Visit, examine, register_check
from lawang.record.files import path_of
from lawang.record.models import Outbox

pytestmark = pytest.mark.django_db


def found(id: str, at: datetime) -> Finding:
    return next(result.finding for result in examine(at=at) if result.id == id)


@pytest.mark.parametrize("id", ["database", "migrations", "clock", "keys", "debug", "chains", "files"])
def test_a_fresh_installation_is_healthy(id: str) -> None:
    record("a.b:1", "made", by=None, at=timezone.now(), sealed={"nik": "1"})
    finding = found(id, timezone.now())
    if id == "database" and "fsync" in finding.sentence:
        pytest.skip("the server of the tests is forgetful on purpose")
    assert finding.level == Level.GOOD, finding


def test_whatever_is_not_good_says_how_to_mend_it() -> None:
    for result in examine(at=timezone.now()):
        assert result.finding.level == Level.GOOD or result.finding.mend.endswith(
            (".", "migrate", "BERKAS", "noinput", "/*")
        )


def test_a_silent_worker_is_noticed(at: datetime) -> None:
    pulse.beat(at=at)
    assert found("worker", at + timedelta(minutes=1)).level == Level.GOOD
    assert found("worker", at + timedelta(minutes=5)).level == Level.BAD


def test_failed_messages_are_noticed(at: datetime) -> None:
    message = notify(address="a@b.id", kind="x", subject="s", body="b", about="a.b:1", at=at)
    assert found("outbox", at).level == Level.GOOD
    Outbox.objects.filter(pk=message.pk).update(state=Outbox.State.FAILED)
    assert found("outbox", at).level == Level.BAD


def test_a_message_that_should_have_left_is_noticed(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lawang.record.facts.ready_channels", lambda: ["email"])
    notify(address="a@b.id", kind="x", subject="s", body="b", about="a.b:1", at=at)
    assert found("outbox", at + timedelta(minutes=10)).level == Level.GOOD
    assert found("outbox", at + timedelta(minutes=20)).level == Level.BAD


def test_history_of_tomorrow_means_a_wrong_clock(at: datetime) -> None:
    record("a.b:1", "made", by=None, at=at + timedelta(days=1))
    assert found("clock", at).level == Level.BAD
    assert found("clock", at + timedelta(days=2)).level == Level.GOOD


def test_a_check_that_fails_is_a_finding(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    from lawang.record import doctor

    def fails(visit: Visit) -> Finding:
        raise RuntimeError("boom")

    monkeypatch.setattr(doctor, "_checks", {})
    register_check("x", lambda: "X", fails)
    assert found("x", at).level == Level.BAD


def test_the_command_ends_with_1_when_something_is_bad(
    settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DEBUG = True
    with pytest.raises(SystemExit) as ending:
        call_command("doctor")
    assert ending.value.code == 1
    assert "LAWANG_DEBUG" in capsys.readouterr().out


def test_a_file_that_lies_encrypted_is_not_missing_and_a_shorter_one_is(media: Path, at: datetime) -> None:
    kept = keep_file(
        b"rahasia", name="a.txt", about="a.b:1", privacy="personal", by=None, at=at, is_sealed=True
    )
    assert found("files", at).level == Level.GOOD
    path_of(kept.sha256).write_bytes(b"terpotong")
    assert found("files", at).level == Level.BAD
