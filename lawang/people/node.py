"""Whose installation this is, and which day it is there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.utils import timezone

from lawang.lib.prepared import Prepared
from lawang.lib.text import text
from lawang.people.models import Node

_columns: dict[str, Any] = {}
_remembered: ContextVar[dict[str, Any] | None] = ContextVar("remembered", default=None)
T = TypeVar("T")


@contextmanager
def remembered() -> Iterator[None]:
    """Ask the database at most once inside for what hardly ever changes; the middleware wraps every request in it."""
    token = _remembered.set({})
    try:
        yield
    finally:
        _remembered.reset(token)


def memo(name: str, find: Callable[[], T]) -> T:
    """Return what `find` gives, asked once inside `remembered`; elsewhere every time."""
    shelf = _remembered.get()
    if shelf is None:
        return find()
    if name not in shelf:
        shelf[name] = find()
    found: T = shelf[name]
    return found


def provide(**columns: Any) -> None:
    """Let the node's row bring these columns, which every page needs and people, above on the street, cannot name.

    Expressions over Node, handed in once from AppConfig.ready; an unsaved node does not have them.
    """
    _columns.update(columns)


def node() -> Node:
    """Return the one row, or an unsaved one with defaults while the installation is not set up."""
    return memo("node", _find)


def _find() -> Node:
    return _row.first() or Node(name=text("Lawang"))


_row = Prepared(lambda: Node.objects.select_related("area").annotate(**_columns).order_by("pk")[:1])


def is_movement() -> bool:
    """Tell whether this installation runs the movement and gathers what regencies send."""
    return node().kind == Node.Kind.MOVEMENT


def forget() -> None:
    """Ask the database again; for the verbs that change what is remembered."""
    shelf = _remembered.get()
    if shelf is not None:
        shelf.clear()


def zone() -> ZoneInfo:
    return ZoneInfo(node().time_zone)


def now() -> datetime:
    """Return this moment. Called at the edge only: views, tasks, commands."""
    return timezone.now()


def today() -> date:
    """Return the date on the wall of the town hall, whatever the server's clock is set to."""
    return day_of(now())


def day_of(at: datetime) -> date:
    """Return the node's date at that moment."""
    return at.astimezone(zone()).date()
