from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawang.lib.clock import Clock, Kind
from lawang.lib.steps import (
    CLOSED,
    DECIDED,
    DRAFT,
    OPEN,
    PHASES,
    WAITING,
    Edge,
    Graph,
    State,
    Step,
    Trouble,
)

TAKERS = ("applicant", "officer", "head", "clock")


def hk(count: int) -> Clock:
    return Clock(Kind.WORKING_DAYS, count)


BIRTH = Graph(
    (
        State("received", OPEN, "dukcapil", hk(1)),
        State("incomplete", WAITING, "dukcapil", hk(14)),
        State("in_siak", OPEN, "dukcapil", hk(2)),
        State("at_head", OPEN, "dukcapil", hk(1)),
        State("issued", DECIDED, "dukcapil"),
        State("refused", DECIDED, "dukcapil"),
        State("withdrawn", CLOSED, "dukcapil"),
        State("done", CLOSED, "dukcapil"),
    ),
    (
        Step("ask_for_more", ("received", "in_siak"), "incomplete", "officer", "ask"),
        Step("answer", ("incomplete",), "received", "applicant", "answer"),
        Step("send_to_siak", ("received",), "in_siak", "officer", "hand_over"),
        Step("return", ("at_head",), "in_siak", "head"),
        Step("propose", ("in_siak",), "at_head", "officer"),
        Step("record_result", ("at_head",), "issued", "head", "record_result"),
        Step("refuse", ("received", "at_head"), "refused", "head", "decide"),
        Step("withdraw", ("received", "incomplete", "in_siak"), "withdrawn", "applicant", "withdraw"),
        Step("lapse", ("incomplete",), "withdrawn", "clock", "lapse"),
        Step("extend", ("in_siak",), "in_siak", "head", "extend"),
        Step("close", ("issued", "refused"), "done", "clock", "close"),
        Step("correct", ("issued",), "in_siak", "head", "correct"),
        Step("reopen", ("done",), "received", "applicant", "reopen"),
    ),
    "received",
)


def without(graph: Graph, *codes: str) -> Graph:
    return replace(graph, steps=tuple(step for step in graph.steps if step.code not in codes))


def changed(graph: Graph, code: str, **fields: object) -> Graph:
    """Return the graph with other fields of one state or step."""
    return replace(
        graph,
        states=tuple(replace(one, **fields) if one.code == code else one for one in graph.states),  # type: ignore[arg-type]
        steps=tuple(replace(one, **fields) if one.code == code else one for one in graph.steps),  # type: ignore[arg-type]
    )


def found(graph: Graph) -> list[tuple[str, str]]:
    return [(problem.kind.value, problem.place) for problem in graph.problems(TAKERS)]


def names(way: tuple[Edge, ...] | None) -> list[str] | None:
    return None if way is None else [edge.step for edge in way]


def test_a_sound_service_has_no_problem() -> None:
    assert BIRTH.problems(TAKERS) == []
    assert BIRTH.problems() == []
    assert BIRTH.deadline_conflicts(hk(4)) == []


@pytest.mark.parametrize(
    ("graph", "problems"),
    [
        (replace(BIRTH, start="filed"), [("unknown_start", "filed")]),
        (replace(BIRTH, states=(*BIRTH.states, BIRTH.states[0])), [("state_twice", "received")]),
        (replace(BIRTH, steps=(*BIRTH.steps, BIRTH.steps[0])), [("step_twice", "ask_for_more")]),
        (changed(BIRTH, "at_head", phase="done"), [("unknown_phase", "at_head")]),
        (changed(BIRTH, "withdraw", sources=("received", "filed")), [("unknown_source", "withdraw")]),
        (
            changed(BIRTH, "send_to_siak", to="siak"),
            [
                ("unknown_target", "send_to_siak"),
                ("unreachable", "in_siak"),
                ("unreachable", "at_head"),
                ("unreachable", "issued"),
            ],
        ),
        (changed(BIRTH, "propose", by="governor"), [("nobody", "propose")]),
        (changed(BIRTH, "propose", by=""), [("nobody", "propose")]),
        (changed(BIRTH, "correct", kind="move"), [("goes_back", "correct")]),
        (changed(BIRTH, "reopen", kind="move"), [("goes_back", "reopen")]),
        (changed(BIRTH, "reopen", to="issued", kind="move"), [("goes_back", "reopen")]),
        (changed(BIRTH, "reopen", to="issued"), []),
        (
            replace(BIRTH, states=(*BIRTH.states, State("lost", OPEN, "dukcapil"))),
            [("unreachable", "lost"), ("dead_end", "lost")],
        ),
        (
            without(BIRTH, "close"),
            [("unreachable", "done"), ("dead_end", "refused")],
        ),
        (
            without(BIRTH, "close", "withdraw", "lapse"),
            [
                ("unreachable", "withdrawn"),
                ("unreachable", "done"),
                ("never_closes", "received"),
                ("never_closes", "incomplete"),
                ("never_closes", "in_siak"),
                ("never_closes", "at_head"),
                ("never_closes", "issued"),
                ("dead_end", "refused"),
            ],
        ),
        (without(BIRTH, "answer"), [("no_way_back", "incomplete")]),
        (changed(BIRTH, "answer", to="refused"), [("no_way_back", "incomplete")]),
        (
            without(BIRTH, "answer", "withdraw", "lapse"),
            [("unreachable", "withdrawn"), ("dead_end", "incomplete"), ("no_way_back", "incomplete")],
        ),
    ],
)
def test_what_cannot_work_is_found(graph: Graph, problems: list[tuple[str, str]]) -> None:
    assert found(graph) == problems
    assert all(problem.place in problem.sentence for problem in graph.problems(TAKERS))


def test_nothing_handed_in_is_a_draft_again() -> None:
    states = (State("draft", DRAFT, ""), *BIRTH.states)
    steps = (Step("submit", ("draft",), "received", "applicant"), *BIRTH.steps)
    graph = Graph(states, steps, "draft")
    assert found(graph) == []
    back = Step("give_back", ("received",), "draft", "officer", "reopen")
    assert found(replace(graph, steps=(*steps, back))) == [("goes_back", "give_back")]


def test_a_problem_says_whether_it_is_a_step() -> None:
    assert [problem.is_step for problem in changed(BIRTH, "propose", by="").problems()] == [True]
    assert [problem.is_step for problem in without(BIRTH, "answer").problems()] == [False]


def test_deadlines_that_cannot_hold() -> None:
    """received 1 + in_siak 2 + at_head 1 is 4; waiting for the applicant takes no time."""
    (conflict,) = BIRTH.deadline_conflicts(hk(3))
    assert (conflict.kind, conflict.place) == (Trouble.TOO_LONG, "issued")
    assert conflict.sentence == (
        "Sampai “issued” batas waktu tiap keadaan berjumlah 4 hari kerja, lebih lama dari janji 3 hari kerja: "
        "received (1 hari kerja), in_siak (2 hari kerja), at_head (1 hari kerja)."
    )
    assert [one.place for one in BIRTH.deadline_conflicts(hk(0))] == ["issued", "refused"]


def test_a_decision_may_be_reached_by_a_quicker_way() -> None:
    quick = replace(BIRTH, steps=(*BIRTH.steps, Step("at_once", ("received",), "at_head", "officer")))
    assert quick.deadline_conflicts(hk(2)) == []
    assert [one.place for one in quick.deadline_conflicts(hk(1))] == ["issued"]
    slow = State("by_hand", OPEN, "dukcapil", hk(20))
    two = (
        Step("aside", ("received",), "by_hand", "officer"),
        Step("by_hand", ("by_hand",), "issued", "head"),
    )
    fewer = replace(BIRTH, states=(*BIRTH.states, slow), steps=(*two, *BIRTH.steps))
    assert fewer.deadline_conflicts(hk(4)) == []  # fewer steps are not quicker


def test_waiting_takes_no_time_and_a_decision_is_no_way_to_another() -> None:
    """To `done_again` a case comes only after it was decided, which is when the promise was kept."""
    graph = Graph(
        (
            State("received", OPEN, "", hk(1)),
            State("asked", WAITING, "", hk(30)),
            State("checked", OPEN, "", hk(2)),
            State("granted", DECIDED, ""),
            State("correcting", OPEN, "", hk(50)),
            State("done_again", DECIDED, ""),
        ),
        (
            Step("ask", ("received",), "asked", "officer", "ask"),
            Step("answer", ("asked",), "checked", "applicant", "answer"),
            Step("grant", ("checked",), "granted", "head", "decide"),
            Step("correct", ("granted",), "correcting", "head", "correct"),
            Step("grant_again", ("correcting",), "done_again", "head", "decide"),
        ),
        "received",
    )
    assert graph.deadline_conflicts(hk(3)) == []
    assert [one.place for one in graph.deadline_conflicts(hk(2))] == ["granted"]


def test_other_kinds_of_deadline_are_not_compared() -> None:
    graph = changed(BIRTH, "in_siak", due=Clock(Kind.HOURS, 500))
    (problem,) = graph.deadline_conflicts(hk(2))
    assert (problem.kind, problem.place) == (Trouble.NOT_COMPARABLE, "in_siak")
    assert "500 jam" in problem.sentence
    found = {(one.kind, one.place) for one in graph.deadline_conflicts(Clock(Kind.HOURS, 48))}
    assert found == {
        (Trouble.TOO_LONG, "issued"),
        (Trouble.NOT_COMPARABLE, "received"),
        (Trouble.NOT_COMPARABLE, "at_head"),
    }


def test_shortest() -> None:
    assert names(BIRTH.shortest(OPEN)) == []
    assert names(BIRTH.shortest(WAITING)) == ["ask_for_more"]
    assert names(BIRTH.shortest(DECIDED)) == ["refuse"]
    assert names(without(BIRTH, "refuse").shortest(DECIDED)) == ["send_to_siak", "propose", "record_result"]
    assert BIRTH.shortest(DRAFT) is None
    assert replace(BIRTH, start="filed").shortest(OPEN) is None


def test_ways_take_every_step_from_every_state() -> None:
    ways = BIRTH.ways()
    assert {edge for way in ways for edge in way} == set(BIRTH.edges)
    for way in ways:
        assert way[0].source == "received"
        assert all(one.to == other.source for one, other in pairwise(way))
        assert BIRTH.by_code[way[-1].to].phase == CLOSED
    stuck = without(BIRTH, "close", "withdraw", "lapse", "reopen")
    assert {edge for way in stuck.ways() for edge in way} == set(stuck.edges)
    assert replace(BIRTH, start="filed").ways() == []


def test_layout_follows_the_usual_way() -> None:
    layout = BIRTH.layout()
    assert [sorted(state for state in layer if state) for layer in layout.layers] == [
        ["received"],
        ["in_siak"],
        ["at_head", "incomplete"],
        ["issued", "refused", "withdrawn"],
        ["done"],
    ]
    back = {(arrow.source, arrow.to) for arrow in layout.arrows if arrow.is_back}
    assert back == {
        ("incomplete", "received"),
        ("at_head", "in_siak"),
        ("issued", "in_siak"),
        ("done", "received"),
    }
    both = next(arrow for arrow in layout.arrows if (arrow.source, arrow.to) == ("incomplete", "withdrawn"))
    assert both.steps == ("withdraw", "lapse")
    with pytest.raises(KeyError, match="filed"):
        layout.place("filed")


def test_arrows_that_need_not_cross_do_not() -> None:
    """In the order of their states c to e and d to f would cross."""
    states = tuple(State(code, OPEN, "") for code in "sabcdfe")
    steps = (
        Step(pair, (pair[0],), pair[1], "officer") for pair in ("sa", "sb", "ac", "bd", "ce", "df", "se")
    )
    layout = Graph(states, tuple(steps), "s").layout()
    lines = [
        (layer, upper, lower)
        for arrow in layout.arrows
        for layer, (upper, lower) in enumerate(pairwise(arrow.rows), layout.place(arrow.source)[0])
    ]
    assert len(lines) == 9
    for one, other in combinations(lines, 2):
        assert one[0] != other[0] or (one[1] - other[1]) * (one[2] - other[2]) >= 0


CODES = "abcdefgh"
STATES = st.lists(st.sampled_from(PHASES), min_size=1, max_size=8).map(
    lambda phases: tuple(State(code, phase, "") for code, phase in zip(CODES, phases, strict=False))
)
WORD = st.sampled_from(CODES)
PAIRS = st.lists(st.tuples(st.lists(WORD, max_size=3), WORD), max_size=14)


def graph_of(states: tuple[State, ...], pairs: list[tuple[list[str], str]], start: str) -> Graph:
    steps = (
        Step(f"step{number}", tuple(sources), to, "officer") for number, (sources, to) in enumerate(pairs)
    )
    return Graph(states, tuple(steps), start)


GRAPHS = st.builds(graph_of, STATES, PAIRS, WORD)


@given(GRAPHS)
def test_layers_hold_for_any_graph(graph: Graph) -> None:
    layout = graph.layout()
    assert layout == graph.layout()
    drawn = [state for layer in layout.layers for state in layer if state]
    assert sorted(drawn) == sorted(graph.by_code)
    assert {(arrow.source, arrow.to) for arrow in layout.arrows} == {
        (one.source, one.to) for one in graph.edges
    }
    before: dict[str, int] = dict.fromkeys(drawn, 0)
    bends: list[tuple[int, int]] = []
    for arrow in layout.arrows:
        (first, row), (last, end) = layout.place(arrow.source), layout.place(arrow.to)
        assert len(set(arrow.steps)) == len(arrow.steps)
        assert (last < first) == arrow.is_back
        assert (last == first) == (arrow.source == arrow.to)
        assert len(arrow.rows) == abs(last - first) + 1
        assert (arrow.rows[0], arrow.rows[-1]) == (row, end)
        direction = -1 if arrow.is_back else 1
        bends += [(first + direction * far, row) for far, row in enumerate(arrow.rows)][1:-1]
        if last > first:
            before[arrow.to] = max(before[arrow.to], first + 1)
    assert before == {state: layout.place(state)[0] for state in drawn}  # the longest way, and no further
    assert len(set(bends)) == len(bends)  # no two arrows bend in the same row
    assert all(layout.layers[layer][row] == "" for layer, row in bends)


@given(GRAPHS)
def test_problems_agree_with_all_pairs(graph: Graph) -> None:
    """Reachability counted by Warshall's closure instead of ways."""
    reach = {(code, code) for code in graph.by_code} | {(edge.source, edge.to) for edge in graph.edges}
    for middle in graph.by_code:
        reach |= {
            (one, other)
            for one in graph.by_code
            for other in graph.by_code
            if {(one, middle), (middle, other)} <= reach
        }
    kinds: dict[Trouble, set[str]] = {}
    for problem in graph.problems():
        kinds.setdefault(problem.kind, set()).add(problem.place)
    if graph.start in graph.by_code:
        unreachable = {code for code in graph.by_code if (graph.start, code) not in reach}
        assert kinds.get(Trouble.UNREACHABLE, set()) == unreachable
    closed = {state.code for state in graph.states if state.phase == CLOSED}
    stuck = {code for code in graph.by_code if not any((code, end) in reach for end in closed)}
    ends = {code for code in graph.by_code if not any(one == code and other != code for one, other in reach)}
    assert kinds.get(Trouble.DEAD_END, set()) == stuck & ends
    assert kinds.get(Trouble.NEVER_CLOSES, set()) == stuck - ends
    taken = {edge for way in graph.ways() for edge in way}
    assert taken == {edge for edge in graph.edges if (graph.start, edge.source) in reach}
