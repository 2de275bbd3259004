"""Marks that processes leave for doctor: the worker lives, a backup was made, keys were exported."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(content))
    draft.replace(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _moment(path: Path) -> datetime | None:
    at = _read(path).get("at")
    return datetime.fromisoformat(at) if isinstance(at, str) else None


def beat(*, at: datetime) -> None:
    """Say that the worker lives."""
    _write(Path(settings.DATA) / "worker.mark", {"at": at.isoformat()})


def last_beat() -> datetime | None:
    return _moment(Path(settings.DATA) / "worker.mark")


def mark_backup(*, at: datetime, file: Path) -> None:
    """Say that a backup was finished."""
    _write(Path(settings.DATA) / "backup.mark", {"at": at.isoformat(), "file": str(file)})


def last_backup() -> datetime | None:
    return _moment(Path(settings.DATA) / "backup.mark")


def mark_export(*, at: datetime, keys: dict[str, str]) -> None:
    """Say which keys, by the hash of their contents, were exported."""
    _write(Path(settings.KEYS) / "exported.mark", {"at": at.isoformat(), "keys": keys})


def last_export() -> tuple[datetime | None, dict[str, str]]:
    """Return when keys were last exported, and the hash of each."""
    path = Path(settings.KEYS) / "exported.mark"
    return _moment(path), _read(path).get("keys", {})
