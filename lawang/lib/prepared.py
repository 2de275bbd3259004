"""Queries that nearly every request asks: composed once in a process, not each time.

Django puts a query together anew whenever it is asked: joins, columns, words. For those that stand in the way of every
page this was a third of the processor's time of a request (docs/decisions/0611-queries-composed-once.md).
"""

from collections.abc import Callable
from copy import copy
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field, Model, QuerySet

M = TypeVar("M", bound=Model)


class Slot(Expression):
    """The place of a value that comes when the query is asked. Stands where an expression may, also among RawSQL's."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]


class Slots(Slot):
    """The place of several values that come as one list: `office__in=Slots("offices", BigIntegerField())`."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return f"(select unnest(%s::{self.output_field.db_type(connection)}[]))", [self]


class Prepared(Generic[M]):
    """A query for rows of a model, with select_related and annotations, whose values are Slots.

    `compose` is called at the first use. Nothing in the query may depend on who asks, when, or in which language: all
    that belongs into Slots.
    """

    def __init__(self, compose: Callable[[], QuerySet[M]]) -> None:
        self.compose = compose
        self.composed: tuple[QuerySet[M], Any, str, tuple[Any, ...]] | None = None

    def __call__(self, **values: Any) -> list[M]:
        """Return the rows. `values` are the Slots' by name, as the database takes them."""
        if self.composed is None:
            rows = self.compose()
            compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
            self.composed = (rows, compiler, *compiler.as_sql())
        rows, compiler, sql, places = self.composed
        given = tuple(values[one.name] if isinstance(one, Slot) else one for one in places)
        asked = rows.all()
        asked._query = _Asked(compiler, sql, given)  # type: ignore[attr-defined]
        return list(asked)

    def first(self, **values: Any) -> M | None:
        """Return the first row, or None; the query itself says how many are fetched."""
        return next(iter(self(**values)), None)


class _Asked:
    """Takes the place of a queryset's Query, and hands out the compiler that is finished already."""

    def __init__(self, compiler: Any, sql: str, given: tuple[Any, ...]) -> None:
        self.compiler = copy(compiler)
        self.compiler.as_sql = lambda *_, **__: (sql, given)

    def get_compiler(self, using: str, **_: Any) -> Any:
        self.compiler.connection = connections[using]  # each thread has its own
        return self.compiler
