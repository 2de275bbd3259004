"""A prepared query gives what the ordinary one gives, for every value, in every thread."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import Permission
from django.contrib.postgres.fields import ArrayField
from django.db import connection, transaction
from django.db.models import CharField, F, IntegerField, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.test.utils import CaptureQueriesContext

from lawang.lib.prepared import Prepared, Slot, Slots

pytestmark = pytest.mark.django_db


def ordinary(app: str, names: list[str], more: int) -> QuerySet[Permission]:
    return (
        Permission.objects.filter(content_type__app_label=app, codename__in=names)
        .select_related("content_type")
        .annotate(model=F("content_type__model"), more=Value(more))
        .order_by("-codename")
    )


def prepared() -> Prepared[Permission]:
    return Prepared(
        lambda: (
            Permission.objects.filter(
                content_type__app_label=Slot("app", CharField()),
                codename__in=Slots("names", CharField(max_length=100)),
            )
            .select_related("content_type")
            .annotate(model=F("content_type__model"), more=RawSQL("%s::int", [Slot("more", IntegerField())]))
            .order_by("-codename")
        )
    )


VALUES = [
    ("people", ["add_user", "change_user", "add_role"], 1),
    ("cases", ["view_case"], 2),
    ("cases", [], 3),
    ("o'clock\"; --", ["%s"], 4),
    ("people", ["delete_user"] * 3, 5),
]


def told(rows: list[Permission]) -> list[tuple[object, ...]]:
    return [(row, row.codename, row.content_type, row.model, row.more) for row in rows]  # type: ignore[attr-defined]


def test_it_gives_what_the_ordinary_query_gives() -> None:
    ask = prepared()
    found = [told(ask(app=app, names=names, more=more)) for app, names, more in VALUES]
    assert found == [told(list(ordinary(*values))) for values in VALUES]
    assert [len(rows) for rows in found] == [3, 1, 0, 0, 1]


def test_one_question_each_time_with_the_joins() -> None:
    ask = prepared()
    for app, names, more in VALUES[:2]:
        with CaptureQueriesContext(connection) as asked:
            assert all(row.content_type.app_label == app for row in ask(app=app, names=names, more=more))
        assert len(asked) == 1


def test_it_is_composed_once() -> None:
    composed = []

    def compose() -> QuerySet[Permission]:
        composed.append(1)
        return Permission.objects.filter(codename=Slot("name", CharField()))

    ask = Prepared(compose)
    assert not composed  # models are not ready when modules are read
    assert ask.first(name="add_user") == Permission.objects.get(codename="add_user")
    assert ask.first(name="nothing") is None
    assert composed == [1]


def test_a_value_that_is_not_given_is_a_bug() -> None:
    with pytest.raises(KeyError, match="names"):
        prepared()(app="people", more=1)


def test_what_was_compared_as_an_array() -> None:
    ids = IntegerField()
    ask = Prepared(
        lambda: Permission.objects.alias(
            both=RawSQL("array[auth_permission.id]", [], ArrayField(ids))
        ).filter(both__overlap=Slot("ids", ArrayField(ids)))
    )
    some = list(Permission.objects.order_by("pk")[:3])
    assert set(ask(ids=[row.pk for row in some])) == set(some)
    assert ask(ids=[]) == []


def test_a_lock_is_taken() -> None:
    ask = Prepared(
        lambda: Permission.objects.select_for_update(of=("self",)).filter(codename=Slot("name", CharField()))
    )
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        ask(name="add_user")
        ask(name="view_case")
    assert all("FOR UPDATE OF" in one["sql"] for one in asked)


def test_every_thread_asks_over_its_own_connection() -> None:
    ask = prepared()
    app, names, more = VALUES[0]
    expected = told(ask(app=app, names=names, more=more))

    def work(_number: int) -> tuple[int, bool]:
        same = told(ask(app=app, names=names, more=more)) == expected
        process = connection.connection.info.backend_pid
        connection.close()
        return process, same

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(work, range(4)))
    assert all(same for _process, same in answers)
    assert connection.connection.info.backend_pid not in {process for process, _same in answers}
