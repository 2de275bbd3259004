"""The bench, small: pages ask the same for five programmes as for sixty, and never more than twelve queries."""

import pytest
from django.db import transaction
from django.utils import timezone

from bench.plan import Measured, complaints, measure
from bench.regency import MIDDLE, SMALL, Size, fill
from lawang.plans.standings import recompute

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
