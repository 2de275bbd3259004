"""The drill, short: pages, worker, database and everything at once are killed while people work."""

from typing import Any

import pytest

from bench.drill import cases, figures
from bench.drill.faults import Strike
from bench.drill.people import Journal, PostOffice, Sending

WORKER = Strike("worker", ((100.0, 100.1),), 1, 0)
DATABASE = Strike("database", ((100.0, 100.1),), 1, 2)
PAGES = Strike("pages", ((100.0, 100.1),), 3, 2)


@pytest.mark.slow
def test_no_figure_that_was_acknowledged_is_lost_when_the_plug_is_pulled() -> None:
    assert figures.drill(4) == []


@pytest.mark.slow
def test_no_application_step_letter_or_message_is_lost_or_doubled_when_the_plug_is_pulled() -> None:
    assert cases.drill(cases.Goal(6, 60, phones=2, waits=False), pause=(0.2, 1.5)) == []


def test_the_drill_of_figures_notices_what_is_lost_doubled_or_half() -> None:
    """`make drill ARGS=--break` shows the same with a real database that acknowledges before it writes."""
    journal = figures.Journal(proposed=["1001", "1002"], approved=["1001"], imported=["500002"])
    found = {
        "proposed": {"1001": 1},
        "approved": {"1001": 2},
        "slots": {"500001": 23, "500000": 1},
        "files": {"aa": 5},
        "imports": {"aa": "done", "bb": "done"},
        "breaks": ["plans.programme:1 number 3"],
    }
    said = " / ".join(figures.complaints(journal, found))
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


def test_the_drill_of_cases_finds_nothing_wrong_with_what_is_right() -> None:
    assert said_of(lambda found, post: None) == ""


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda found, post: found["cases"].clear(), "acknowledged as U-1 and lost"),
        (lambda found, post: found["cases"].append(found["cases"][0]), "number U-1: 2 cases"),
        (lambda found, post: found["cases"][0].update(number="U-2"), "acknowledged as U-1, there is U-2"),
        (lambda found, post: found["cases"][0].update(sent="other"), "nobody sent it"),
        (lambda found, post: case(found)["photos"].clear(), "0 of 1 photos"),
        (lambda found, post: case(found).update(photos=["on its way"]), "photo 0, acknowledged: on its way"),
        (lambda found, post: case(found).update(photos=["is not what was sent"]), "is not what was sent"),
        (lambda found, post: case(found)["notes"].clear(), "note Halo was acknowledged and is lost"),
        (lambda found, post: case(found)["notes"].append("Halo"), "twice: Halo"),
        (lambda found, post: case(found)["entries"].append("case_decide grant"), "twice: case_decide grant"),
        (lambda found, post: case(found)["entries"].remove("case_decide grant"), "step grant was acknow"),
        (lambda found, post: found["documents"].clear(), "0 letters after 1 steps"),
        (lambda found, post: letter(found).update(is_whole=False), "is not the one that was issued"),
        (lambda found, post: letter(found).update(state="waiting"), "L-1: still waiting"),
        (lambda found, post: letter(found)["entries"].append("document_issued"), "document_issued twice"),
        (lambda found, post: found["documents"].append(letter(found)), "letter L-1: 2 of them"),
        (lambda found, post: found["series"][0].update(last=2), "series CABUT: nobody has [2] of 2"),
        (lambda found, post: found["series"][1].update(gaps=[1]), "series L: nobody has [1]"),
        (lambda found, post: found["voided"].append(["L-1", ""]), "voided, and without a reason"),
        (lambda found, post: found["messages"].pop(), "0 messages case_decide, 1 expected"),
        (lambda found, post: found["messages"][0].update(state="waiting"), "still waiting"),
        (lambda found, post: post.accepted.pop("m1"), "sent and never arrived"),
        (lambda found, post: post.accepted.update(m9=[1.0]), "something that is not there"),
        (lambda found, post: post.accepted.update(m1=[50.0, 99.0]), "nothing was cut off"),
        (lambda found, post: found["breaks"].append("number 3"), "history: number 3"),
    ],
)
def test_the_drill_of_cases_notices(spoil: Any, words: str) -> None:
    assert words in said_of(spoil)


def test_a_message_may_arrive_twice_only_when_the_worker_died_or_its_answer_was_lost() -> None:
    arrived = 99.5

    def twice(found: Any, post: PostOffice) -> None:
        post.accepted["m1"] = [arrived, 160.0]

    def unanswered(found: Any, post: PostOffice) -> None:
        twice(found, post)
        post.unanswered.append(("m1", arrived))

    assert "nothing was cut off" in said_of(twice)
    assert "nothing was cut off" in said_of(twice, PAGES)
    assert said_of(twice, WORKER) == ""
    arrived = 100.5  # it was on its way when the database went, and nothing could be committed
    assert said_of(twice, DATABASE) == ""
    arrived = 120.0
    assert "nothing was cut off" in said_of(twice, DATABASE)
    assert said_of(unanswered) == ""


def case(found: Any) -> Any:
    return found["cases"][0]


def letter(found: Any) -> Any:
    return found["documents"][0]


def said_of(spoil: Any, *strikes: Strike) -> str:
    """Spoil what is found after one application with photo, note, step and letter; return the complaints."""
    sending = Sending(2, key="k", code="c")  # number 2 has one photo
    journal = Journal(
        sendings={"k": sending},
        receipts={"k": [{"number": "U-1", "key": "a", "code": "c"}]},
        acts={("photo", "k", "0"), ("note", "a", "Halo"), ("step", "a", "grant"), ("message", "m1", "")},
    )
    post = PostOffice(journal, rate=0)
    post.accepted = {"m1": [50.0], "m2": [51.0]}
    found = {
        "cases": [
            {
                "sent": "k",
                "key": "a",
                "code": "c",
                "number": "U-1",
                "mark": sending.mark,
                "entries": ["case_filed", "case_note internal", "case_decide grant"],
                "notes": ["Halo"],
                "photos": ["whole"],
            }
        ],
        "documents": [
            {
                "key": "d",
                "number": "L-1",
                "state": "valid",
                "about": "cases.case:a",
                "entries": ["document_drafted", "document_issued"],
                "is_whole": True,
            }
        ],
        "series": [{"code": "CABUT", "last": 1, "gaps": []}, {"code": "L", "last": 1, "gaps": []}],
        "voided": [],
        "messages": [
            {"key": "m1", "about": "cases.case:a", "kind": "case_received", "state": "sent"},
            {"key": "m2", "about": "cases.case:a", "kind": "case_decide", "state": "sent"},
        ],
        "breaks": [],
    }
    spoil(found, post)
    return " / ".join(cases.complaints(journal, found, post, list(strikes)))
