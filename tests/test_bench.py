"""The bench, small: pages ask the same for five programmes as for sixty, and never more than twelve queries."""

import pytest
from django.db import transaction
from django.utils import timezone

from bench.plan import complaints, measure
from bench.regency import MIDDLE, SMALL, Size, fill
from lawang.plans.standings import recompute

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("in_demo"), pytest.mark.django_db]

# The linter reads the whole plan and makes it up with seven queries of its own; only the planner sees these two.
KNOWN = ("planner asks", "planner, review asks")


def test_pages_ask_the_same_at_every_size() -> None:
    def at(size: Size) -> object:
        mark = transaction.savepoint()
        recompute(fill(size), at=timezone.now())
        found = measure(rounds=0)
        transaction.savepoint_rollback(mark)
        return found

    small, large = at(SMALL), at(MIDDLE)
    assert [words for words in complaints(small, large) if not words.startswith(KNOWN)] == []  # type: ignore[arg-type]
    grows = [name for name in small if small[name].queries != large[name].queries]  # type: ignore[attr-defined, index]
    assert grows == []
