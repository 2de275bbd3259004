"""The drill, short: pages, worker, database and everything at once are killed while people work."""

import pytest

from bench.drill import Journal, complaints, drill


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_when_the_plug_is_pulled() -> None:
    assert drill(4) == []


def test_the_drill_notices_what_is_lost_doubled_or_half() -> None:
    """`make drill ARGS=--break` shows the same with a real database that acknowledges before it writes."""
    journal = Journal(proposed=["1001", "1002"], approved=["1001"], imported=["500002"])
    found = {
        "proposed": {"1001": 1},
        "approved": {"1001": 2},
        "slots": {"500001": 23, "500000": 1},
        "files": {"aa": 5},
        "imports": {"aa": "done", "bb": "done"},
        "breaks": ["plans.programme:1 number 3"],
    }
    said = " / ".join(complaints(journal, found))
    for words in (
        "1002: proposed",
        "approved 2 times",
        "mixed",
        "5 of 6 series",
        "500002 was",
        "bb is done",
        "number 3",
    ):
        assert words in said
