"""The step graph of a service: where a case can be, who takes it where, and what cannot work.

States are a service's own words, each inside a phase that code knows and that means the same everywhere: in `waiting`
the clock stands, `decided` has an outcome, with `closed` retention begins. Nothing here knows of cases or packs.
"""

import heapq
from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from django.utils.translation import gettext as _

from lawang.lib.clock import Clock, words

DRAFT, OPEN, WAITING, DECIDED, CLOSED = PHASES = ("draft", "open", "waiting", "decided", "closed")
RANK = {DRAFT: 0, OPEN: 1, WAITING: 1, DECIDED: 2, CLOSED: 3}
BACKWARDS = frozenset({"reopen", "correct"})  # kinds of steps that may undo a decision


@dataclass(frozen=True)
class State:
    """A label inside a phase."""

    code: str
    phase: str
    unit: str  # who holds the case there
    due: Clock | None = None  # how long it may stay there


@dataclass(frozen=True)
class Step:
    """A way from some states to another."""

    code: str
    sources: tuple[str, ...]
    to: str
    by: str  # who takes it
    kind: str = ""  # of interest here: "reopen" and "correct"


@dataclass(frozen=True)
class Edge:
    """One step taken from one state."""

    source: str
    step: str
    to: str


class Trouble(StrEnum):
    """What can be wrong with a graph."""

    STATE_TWICE = "state_twice"
    STEP_TWICE = "step_twice"
    UNKNOWN_START = "unknown_start"
    UNKNOWN_PHASE = "unknown_phase"
    UNKNOWN_SOURCE = "unknown_source"
    UNKNOWN_TARGET = "unknown_target"
    NOBODY = "nobody"
    GOES_BACK = "goes_back"
    UNREACHABLE = "unreachable"
    DEAD_END = "dead_end"
    NEVER_CLOSES = "never_closes"
    NO_WAY_BACK = "no_way_back"
    TOO_LONG = "too_long"
    NOT_COMPARABLE = "not_comparable"


OF_STEPS = frozenset(
    {Trouble.STEP_TWICE, Trouble.UNKNOWN_SOURCE, Trouble.UNKNOWN_TARGET, Trouble.NOBODY, Trouble.GOES_BACK}
)


@dataclass(frozen=True)
class Problem:
    """Something that cannot work, at a state or a step."""

    kind: Trouble
    place: str  # code of the state or step
    sentence: str  # for whoever writes the service, in the active language

    @property
    def is_step(self) -> bool:
        """Whether `place` names a step; otherwise a state."""
        return self.kind in OF_STEPS


@dataclass(frozen=True)
class Arrow:
    """All steps from one state to another, drawn as one line."""

    source: str
    to: str
    steps: tuple[str, ...]
    is_back: bool  # leads to an earlier layer, as an answer or a reopening does
    rows: tuple[int, ...]  # its row in every layer it touches, from the source's to the target's


@dataclass(frozen=True)
class Layout:
    """Where to draw what. A layer is a column of rows: a state's code, or "" where an arrow passes through."""

    layers: tuple[tuple[str, ...], ...]
    arrows: tuple[Arrow, ...]

    def place(self, state: str) -> tuple[int, int]:
        """Return layer and row of a state."""
        for layer, rows in enumerate(self.layers):
            if state in rows:
                return layer, rows.index(state)
        raise KeyError(state)


@dataclass(frozen=True)
class Graph:
    """States and steps in the order of the definition; a case begins in `start`."""

    states: tuple[State, ...]
    steps: tuple[Step, ...]
    start: str

    @cached_property
    def by_code(self) -> dict[str, State]:
        found: dict[str, State] = {}
        for state in self.states:
            found.setdefault(state.code, state)
        return found

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """Every step from every state, where both states are known."""
        return tuple(
            Edge(source, step.code, step.to)
            for step in self.steps
            for source in dict.fromkeys(step.sources)
            if source in self.by_code and step.to in self.by_code
        )

    def problems(self, known_takers: Collection[str] | None = None) -> list[Problem]:
        """Return what cannot work; `known_takers` are all words that `by` may be (None: not asked).

        Deadlines are `deadline_conflicts`.
        """
        found = [*self._unknown(), *self._nobody(known_takers), *self._backwards()]
        if self.start in self.by_code:
            found += self._unreachable()
        return [*found, *self._dead_ends(), *self._without_way_back()]

    def deadline_conflicts(self, total: Clock) -> list[Problem]:
        """Return the decisions that cannot be reached in the promised time, if every state takes as long as it may.

        For each decided state the quickest way counts. Waiting takes no time, for the clock stands. Only deadlines of
        the promise's kind are added up; where a way has another kind, that is said, for it may still be too long.
        """
        found: list[Problem] = []
        for state in self.states:
            way = self._quickest(state.code, total) if state.phase == DECIDED else None
            if way is None:
                continue
            dues = [(edge.source, due) for edge in way if (due := self._time(edge.source))]
            needed = sum(due.count for _source, due in dues if due.kind == total.kind)
            if needed > total.count:
                found.append(
                    Problem(
                        Trouble.TOO_LONG,
                        state.code,
                        _(
                            "Sampai “%(state)s” batas waktu tiap keadaan berjumlah %(needed)s, lebih lama dari janji "
                            "%(promised)s: %(way)s."
                        )
                        % {
                            "state": state.code,
                            "needed": words(Clock(total.kind, needed)),
                            "promised": words(total),
                            "way": ", ".join(f"{source} ({words(due)})" for source, due in dues),
                        },
                    )
                )
            found += [
                Problem(
                    Trouble.NOT_COMPARABLE,
                    source,
                    _(
                        "Batas waktu “%(state)s” adalah %(due)s, sedangkan janjinya %(promised)s: tidak dapat "
                        "dijumlahkan. Tulis dalam satuan yang sama agar dapat diperiksa."
                    )
                    % {"state": source, "due": words(due), "promised": words(total)},
                )
                for source, due in dues
                if due.kind != total.kind
            ]
        return list(dict.fromkeys(found))

    def shortest(self, to_phase: str) -> tuple[Edge, ...] | None:
        """Return the way with the fewest steps from the start into a phase; None when there is none."""
        return self._way(self.start, lambda state: self.by_code[state].phase == to_phase)

    def ways(self) -> list[tuple[Edge, ...]]:
        """Return ways from the start to a closed state that together take every edge that can be taken.

        A way whose last edge leads where nothing can be closed ends there.
        """
        ways: list[tuple[Edge, ...]] = []
        usual = self.shortest(CLOSED)
        if usual:
            ways.append(usual)
        for edge in self.edges:
            if any(edge in way for way in ways):
                continue
            before = self._way(self.start, edge.source.__eq__)
            if before is not None:
                after = self._way(edge.to, self._is_closed)
                ways.append((*before, edge, *(after or ())))
        return ways

    def layout(self) -> Layout:
        """Return where to draw states and steps: each state one layer after the last that leads to it.

        Arrows that would make a circle lead back and do not count. The same graph is always drawn alike.
        """
        return _Drawing(self).layout()

    def _unknown(self) -> Iterator[Problem]:
        if self.start not in self.by_code:
            sentence = _("Keadaan awal “%(state)s” tidak ada di daftar keadaan.") % {"state": self.start}
            yield Problem(Trouble.UNKNOWN_START, self.start, sentence)
        for code in _twice(state.code for state in self.states):
            sentence = _("Keadaan “%(state)s” ditulis dua kali.") % {"state": code}
            yield Problem(Trouble.STATE_TWICE, code, sentence)
        for code in _twice(step.code for step in self.steps):
            sentence = _("Langkah “%(step)s” ditulis dua kali.") % {"step": code}
            yield Problem(Trouble.STEP_TWICE, code, sentence)
        for state in self.states:
            if state.phase not in PHASES:
                sentence = _(
                    "Keadaan “%(state)s” berada di tahap “%(phase)s”, padahal tahap hanya %(phases)s."
                )
                names = {"state": state.code, "phase": state.phase, "phases": ", ".join(PHASES)}
                yield Problem(Trouble.UNKNOWN_PHASE, state.code, sentence % names)
        for step in self.steps:
            for source in step.sources:
                if source not in self.by_code:
                    sentence = _("Langkah “%(step)s” berangkat dari “%(state)s”, keadaan yang tidak ada.")
                    names = {"step": step.code, "state": source}
                    yield Problem(Trouble.UNKNOWN_SOURCE, step.code, sentence % names)
            if step.to not in self.by_code:
                sentence = _("Langkah “%(step)s” menuju “%(state)s”, keadaan yang tidak ada.")
                names = {"step": step.code, "state": step.to}
                yield Problem(Trouble.UNKNOWN_TARGET, step.code, sentence % names)

    def _nobody(self, known_takers: Collection[str] | None) -> Iterator[Problem]:
        for step in self.steps:
            if not step.by or (known_takers is not None and step.by not in known_takers):
                sentence = _("Langkah “%(step)s” tidak dapat diambil siapa pun: “%(taker)s” tidak dikenal.")
                yield Problem(Trouble.NOBODY, step.code, sentence % {"step": step.code, "taker": step.by})

    def _backwards(self) -> Iterator[Problem]:
        """A decision is undone only by a step that says so, and nothing that was handed in is a draft again."""
        kinds = {step.code: step.kind for step in self.steps}
        for edge in self.edges:
            before, after = self.by_code[edge.source].phase, self.by_code[edge.to].phase
            if before not in RANK or after not in RANK or RANK[after] >= RANK[before]:
                continue
            if after == DRAFT or kinds[edge.step] not in BACKWARDS:
                sentence = _(
                    "Langkah “%(step)s” mundur dari “%(source)s” (%(before)s) ke “%(to)s” (%(after)s). "
                    "Yang sudah diputuskan hanya dibuka lagi oleh langkah berjenis reopen atau correct."
                )
                names = {"step": edge.step, "source": edge.source, "to": edge.to}
                names |= {"before": before, "after": after}
                yield Problem(Trouble.GOES_BACK, edge.step, sentence % names)

    def _unreachable(self) -> Iterator[Problem]:
        for state in self.by_code.values():
            if self._way(self.start, state.code.__eq__) is None:
                sentence = _("Keadaan “%(state)s” tidak pernah tercapai: tidak ada jalan dari keadaan awal.")
                yield Problem(Trouble.UNREACHABLE, state.code, sentence % {"state": state.code})

    def _dead_ends(self) -> Iterator[Problem]:
        for state in self.by_code.values():
            if self._way(state.code, self._is_closed) is not None:
                continue
            if all(edge.to == state.code for edge in self._from(state.code)):
                sentence = _("Keadaan “%(state)s” buntu: tidak ada langkah yang keluar darinya.")
                yield Problem(Trouble.DEAD_END, state.code, sentence % {"state": state.code})
            else:
                sentence = _("Dari “%(state)s” tidak ada jalan sampai selesai (tahap closed).")
                yield Problem(Trouble.NEVER_CLOSES, state.code, sentence % {"state": state.code})

    def _without_way_back(self) -> Iterator[Problem]:
        """Whoever answers must get back into work; only being lapsed or closed is no way."""
        for state in self.by_code.values():
            if state.phase == WAITING and self._way(state.code, self._is_open, (OPEN, WAITING)) is None:
                sentence = _(
                    "Dari “%(state)s”, tempat pemohon ditunggu, tidak ada jalan kembali ke pengerjaan."
                )
                yield Problem(Trouble.NO_WAY_BACK, state.code, sentence % {"state": state.code})

    def _is_closed(self, state: str) -> bool:
        return self.by_code[state].phase == CLOSED

    def _is_open(self, state: str) -> bool:
        return self.by_code[state].phase == OPEN

    def _from(self, state: str) -> tuple[Edge, ...]:
        return self._edges_from.get(state, ())

    @cached_property
    def _edges_from(self) -> dict[str, tuple[Edge, ...]]:
        return {state: tuple(edge for edge in self.edges if edge.source == state) for state in self.by_code}

    def _way(
        self, start: str, arrived: Callable[[str], bool], through: Collection[str] | None = None
    ) -> tuple[Edge, ...] | None:
        """Return the way with the fewest steps, passing states of some phases only; None when there is none."""
        if start not in self.by_code:
            return None
        queue: deque[tuple[str, tuple[Edge, ...]]] = deque([(start, ())])
        seen = {start}
        while queue:
            state, way = queue.popleft()
            if arrived(state):
                return way
            for edge in self._from(state):
                if edge.to not in seen and (through is None or self.by_code[edge.to].phase in through):
                    seen.add(edge.to)
                    queue.append((edge.to, (*way, edge)))
        return None

    def _time(self, state: str) -> Clock | None:
        """Return how long a case may stay in a state while the clock runs."""
        return self.by_code[state].due if self.by_code[state].phase == OPEN else None

    def _quickest(self, goal: str, total: Clock) -> tuple[Edge, ...] | None:
        """Return the way to a decided state whose deadlines add up to least, through undecided ones; else None."""
        if self.start not in self.by_code:
            return None
        ways: list[tuple[int, int, int, str, tuple[Edge, ...]]] = [(0, 0, 0, self.start, ())]
        pushed = 0
        done: set[str] = set()
        while ways:
            needed, length, _order, state, way = heapq.heappop(ways)
            if state == goal:
                return way
            if state in done or self.by_code[state].phase in (DECIDED, CLOSED):
                continue
            done.add(state)
            due = self._time(state)
            needed += due.count if due and due.kind == total.kind else 0
            for edge in self._from(state):
                pushed += 1  # what was pushed first comes first: the order of the definition
                heapq.heappush(ways, (needed, length + 1, pushed, edge.to, (*way, edge)))
        return None


def _twice(codes: Iterator[str]) -> list[str]:
    seen: dict[str, int] = {}
    for code in codes:
        seen[code] = seen.get(code, 0) + 1
    return [code for code, count in seen.items() if count > 1]


Spot = str | tuple[str, str, int]  # a state, or where the arrow (source, to) passes through a layer


class _Drawing:
    """Layers by the longest way, rows for arrows that pass layers, few crossings: Sugiyama's method, in short."""

    def __init__(self, graph: Graph) -> None:
        self.states = list(graph.by_code)
        self.steps: dict[tuple[str, str], list[str]] = {}  # (source, to) -> steps between them
        for edge in graph.edges:
            self.steps.setdefault((edge.source, edge.to), []).append(edge.step)
        self.back: set[tuple[str, str]] = set()
        self.layer = dict.fromkeys(self.states, 0)
        self._stack(graph.start)

    def layout(self) -> Layout:
        layers: list[list[Spot]] = [[] for _layer in range(max(self.layer.values(), default=-1) + 1)]
        for state in self.states:
            layers[self.layer[state]].append(state)
        lines = {pair: self._line(*pair, layers) for pair in self.steps}
        _untangle(layers, list(lines.values()))
        row = {spot: number for layer in layers for number, spot in enumerate(layer)}
        return Layout(
            tuple(tuple(spot if isinstance(spot, str) else "" for spot in layer) for layer in layers),
            tuple(
                Arrow(*pair, tuple(steps), pair in self.back, tuple(row[spot] for spot in lines[pair]))
                for pair, steps in self.steps.items()
            ),
        )

    def _stack(self, start: str) -> None:
        """Find which arrows lead back, from the start in the order of steps, and put every state in its layer."""
        following: dict[str, list[str]] = {}
        for source, to in self.steps:
            following.setdefault(source, []).append(to)
        on_the_way: list[tuple[str, Iterator[str]]] = []
        seen: set[str] = set()
        left: list[str] = []  # in this order, last first, every arrow that does not lead back points onward
        for root in (start, *self.states):
            if root in self.layer and root not in seen:
                seen.add(root)
                on_the_way.append((root, iter(following.get(root, ()))))
            while on_the_way:
                state, onward = on_the_way[-1]
                new = next(onward, None)
                if new is None:
                    left.append(on_the_way.pop()[0])
                elif new not in seen:
                    seen.add(new)
                    on_the_way.append((new, iter(following.get(new, ()))))
                elif new != state and any(new == earlier for earlier, _onward in on_the_way):
                    self.back.add((state, new))
        for state in reversed(left):
            for to in following.get(state, ()):
                if to != state and (state, to) not in self.back:
                    self.layer[to] = max(self.layer[to], self.layer[state] + 1)

    def _line(self, source: str, to: str, layers: list[list[Spot]]) -> list[Spot]:
        """Return the spots of an arrow from its source on, taking rows in the layers between."""
        if source == to:
            return [source]
        direction = 1 if self.layer[source] < self.layer[to] else -1
        bends: list[Spot] = []
        for number in range(self.layer[source] + direction, self.layer[to], direction):
            bends.append((source, to, number))
            layers[number].append(bends[-1])
        return [source, *bends, to]


def _untangle(layers: list[list[Spot]], lines: list[list[Spot]]) -> None:
    """Order each layer by the middle of what it is joined to, down and up again, so that few arrows cross."""
    joined: dict[Spot, list[Spot]] = {}
    for line in lines:
        for one, other in pairwise(line):
            joined.setdefault(one, []).append(other)
            joined.setdefault(other, []).append(one)
    down = list(pairwise(range(len(layers))))
    up = [(lower, upper) for upper, lower in reversed(down)]
    for fixed, moved in (down + up) * 4:
        place = {spot: number for number, spot in enumerate(layers[fixed])}
        middle = {}
        for number, spot in enumerate(layers[moved]):
            found = [place[other] for other in joined.get(spot, ()) if other in place]
            middle[spot] = sum(found) / len(found) if found else number
        layers[moved].sort(key=middle.__getitem__)
