"""The bench, small: pages ask the same for five programmes as for sixty, and never more than twelve queries.

Nor do the demonstration's pages for everybody, when an officer or a citizen is signed in.
"""

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.plan import MOST_QUERIES, Measured, complaints, count, measure
from bench.regency import MIDDLE, SMALL, Size, fill
from lawang.plans.standings import recompute
from tests.addresses import every
from tests.test_permissions import EVERYBODY, TABLE
from tests.world import client_of, finish

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("in_demo"), pytest.mark.django_db]


def test_pages_ask_the_same_at_every_size() -> None:
    def at(size: Size) -> dict[str, Measured]:
        mark = transaction.savepoint()
        recompute(fill(size), at=timezone.now())
        found = measure(rounds=0)
        transaction.savepoint_rollback(mark)
        return found

    small, large = at(SMALL), at(MIDDLE)
    assert complaints(small, large) == []


def queries_of(client: Client, path: str) -> int:
    """Return how many queries a page asks the second time, also while it is streamed."""
    mark = transaction.savepoint()
    finish(client.get(path))
    with CaptureQueriesContext(connection) as asked:
        finish(client.get(path))
    transaction.savepoint_rollback(mark)
    return count(asked)


@pytest.mark.parametrize("role", ["officer", "citizen"])
def test_who_is_signed_in_asks_no_more_than_agreed(role: str) -> None:
    client = client_of(role)
    asked = {
        name: queries_of(client, every()[name].example())
        for name in TABLE
        if TABLE[name] == EVERYBODY and "logout" not in name
    }
    assert len(asked) > 60
    assert {name: number for name, number in asked.items() if number > MOST_QUERIES} == {}
