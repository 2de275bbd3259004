"""Whose installation this is, and which day it is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from lawang.lib.text import text
from lawang.people.models import Node

_remembered: ContextVar[list[Node] | None] = ContextVar("node", default=None)


@contextmanager
def remembered() -> Iterator[None]:
    """Ask the database for the node at most once inside; the middleware wraps every request in it."""
    token = _remembered.set([])
    try:
        yield
    finally:
        _remembered.reset(token)


def node() -> Node:
    """Return the one row, or an unsaved one with defaults while the installation is not set up."""
    shelf = _remembered.get()
    if shelf:
        return shelf[0]
    found = Node.objects.select_related("area").order_by("pk").first() or Node(name=text("Lawang"))
    if shelf is not None:
        shelf.append(found)
    return found


def forget() -> None:
    """Ask the database again; for the verbs that change the node."""
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
