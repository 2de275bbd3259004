"""A year day by day: cases arrive, every office takes as many steps as it can, applicants answer or do not."""

import random
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from statistics import median

from django.utils.translation import gettext_lazy as _

from lawang.cases.definition import Definition, Step
from lawang.cases.rehearsal.applicants import YEAR, Applicant, outcome_of
from lawang.cases.rehearsal.finding import Finding, Wait, found
from lawang.cases.rehearsal.house import House
from lawang.cases.rules import TAKER_VERBS
from lawang.lib.clock import Clock, Pause, due
from lawang.people.models import Agency

PER_PERSON = 8  # steps that one person takes a working day, unless a parameter says otherwise
CAPACITY = "capacity_"  # parameter: steps a working day in the office of the unit named behind it
EXTENSION = "extension_days"
AFTER = 250  # days after the year in which what is begun is finished
ROUNDS = 60  # steps of one case; more is a circle
TWICE = 2  # how often a made-up case takes a step that is not the usual one, as being sent back
RARELY = 0.05  # of the decided: those to which an officer comes back
ANSWERS, WITHDRAWS = 0.83, 0.87  # of those who are asked: answer, withdraw, and the rest lapse


@dataclass
class Walk:
    """One made-up case on its way."""

    person: Applicant
    owner: Agency
    state: str
    office: Agency
    since: date
    received: datetime
    rounds: int = 0
    done: Counter[str] = field(default_factory=Counter)  # step -> how often
    extended: int = 0  # by how many days the promise was lengthened
    pauses: list[Pause] = field(default_factory=list)
    outcome: str = ""
    ended: date | None = None
    in_time: bool | None = None  # None: not decided, or ended by the applicant


class Year:
    def __init__(
        self,
        definition: Definition,
        parameters: Mapping[str, str],
        house: House,
        source: random.Random,
        people: Sequence[Applicant],
    ) -> None:
        self.definition = definition
        self.parameters = parameters
        self.house = house
        self.source = source
        self.arrivals: dict[date, list[Applicant]] = {}
        for one in people:
            self.arrivals.setdefault(one.received, []).append(one)
        self.walks: list[Walk] = []
        self.later: dict[date, list[Walk]] = {}  # day -> whom the applicant or the clock moves on then
        self.queues: dict[int, deque[Walk]] = {}  # agency -> who waits for an officer
        self.agencies: dict[int, Agency] = {}
        self.capacities: dict[int, int] = {}
        self.stays: dict[str, list[int]] = {}  # state -> working days in it
        self.taken: Counter[str] = Counter()  # step -> how often
        self.waited: dict[int, list[int]] = {}  # agency -> working days until somebody took a step
        self.longest: Counter[int] = Counter()  # agency -> longest queue at the end of a day
        self.left: dict[int, int] = {}  # agency -> queue when the year was over
        self.circles = 0

    def run(self) -> None:
        for number in range(YEAR + AFTER):
            today = self.house.day + timedelta(days=number)
            for person in self.arrivals.get(today, ()):
                self._arrive(person, today)
            for walk in self.later.pop(today, ()):
                self._go_on(walk, today)
            for office, queue in list(self.queues.items()):
                if self.house.days(self.agencies[office]).includes(today):
                    self._work(office, queue, today)
                self.longest[office] = max(self.longest[office], len(queue))
            if number == YEAR - 1:
                self.left = {office: len(queue) for office, queue in self.queues.items()}

    def _arrive(self, person: Applicant, today: date) -> None:
        start = self.definition.states[self.definition.start]
        owner = self.house.office(self.definition.unit, person.area)
        office = self.house.office(start.unit, person.area, owner) if owner else None
        if owner is None or office is None:
            return  # the house says so
        walk = Walk(person, owner, start.code, office, today, self._moment(today, 9))
        self.walks.append(walk)
        self._enter(walk, today)

    def _enter(self, walk: Walk, today: date) -> None:
        """Put a case where its state says: with the applicant, on a desk, or in the hands of the clock."""
        state = self.definition.states[walk.state]
        if state.phase == "waiting":
            last = self._after(self.definition.answer_within, walk, today)
            day = today + timedelta(days=self.source.randint(1, max(1, (last - today).days)))
            self.later.setdefault(day, []).append(walk)
        elif state.phase != "closed" and self._is_for_the_desk(walk):
            self.agencies[walk.office.pk] = walk.office
            self.queues.setdefault(walk.office.pk, deque()).append(walk)
        elif any(step.by == "clock" for step in self.definition.steps_from(walk.state)):
            span = state.due if state.phase == "decided" else None  # from open: signed on the next day
            self.later.setdefault(self._after(span, walk, today), []).append(walk)

    def _is_for_the_desk(self, walk: Walk) -> bool:
        """Tell whether an officer brings a case on from here.

        What is decided closes by the clock; what an officer could do there, when it is not the usual way, is rare.
        """
        onward = [step for step in self._desk_steps(walk) if step.to != walk.state]
        closes = self.definition.phase_of(walk.state) == "decided" and any(
            step.by == "clock" for step in self.definition.steps_from(walk.state)
        )
        if closes and not any(step.is_main for step in onward):
            return bool(onward) and self.source.random() < RARELY
        return bool(onward)

    def _desk_steps(self, walk: Walk) -> list[Step]:
        """Return the steps that an officer would take now; corrections are too rare to queue for.

        What leaves the case where it is, a letter written once more for example, is done once at most; what is not the
        usual way, twice. While a letter is being signed nobody takes a step: the case goes on by itself.
        """
        if self.definition.is_signing(walk.state):
            return []
        can = [
            step
            for step in self.definition.steps_from(walk.state)
            if step.by in TAKER_VERBS and step.kind != "correct"
        ]
        fresh = [step for step in can if not self._is_enough(walk, step)]
        return fresh or [one for one in can if one.to != walk.state and one.kind not in ("ask", "extend")]

    def _is_enough(self, walk: Walk, step: Step) -> bool:
        """Tell whether a step was taken as often as it usually is, or has no reason yet."""
        if step.kind == "extend":
            return bool(walk.extended) or not self._is_short(walk)
        if step.to == walk.state:
            return walk.done[step.code] > 0
        return not step.is_main and walk.done[step.code] >= TWICE

    def _is_short(self, walk: Walk) -> bool:
        end = self._due(walk)
        return end is not None and (end.date() - walk.since).days <= 2

    def _work(self, office: int, queue: deque[Walk], today: date) -> None:
        """Let an office take steps, oldest first; what stays there can go on the same day."""
        for _turn in range(self.capacity(office)):
            if not queue:
                return
            walk = queue.popleft()
            steps = self._desk_steps(walk)
            self.waited.setdefault(office, []).append(self.house.days(walk.office).between(walk.since, today))
            usual = next((step for step in steps if step.is_main), steps[0])
            weights = [6 if step is usual else 1 for step in steps]
            self._take(walk, self.source.choices(steps, weights)[0], today)

    def _go_on(self, walk: Walk, today: date) -> None:
        """Let the applicant answer or withdraw, or the clock take its step."""
        steps = {
            step.kind: step
            for step in self.definition.steps_from(walk.state)
            if step.by not in TAKER_VERBS and step.kind != "reopen"
        }
        order = ["close", "move", "decide"]
        if self.definition.phase_of(walk.state) == "waiting":
            chance = self.source.random()
            wanted = "answer" if chance < ANSWERS else "withdraw" if chance < WITHDRAWS else "lapse"
            order = [wanted, "answer", "lapse", "withdraw"]
        step = next((steps[kind] for kind in order if kind in steps), None)
        if step is not None:
            self._take(walk, step, today)

    def _take(self, walk: Walk, step: Step, today: date) -> None:
        self.taken[step.code] += 1
        walk.rounds += 1
        walk.done[step.code] += 1
        stayed = self.house.days(walk.office).between(walk.since, today)
        self.stays.setdefault(walk.state, []).append(stayed)
        now = self._moment(today, 15)
        if step.kind == "ask":
            walk.pauses.append(Pause(now, None))
        elif self.definition.phase_of(walk.state) == "waiting" and walk.pauses:
            walk.pauses[-1] = Pause(walk.pauses[-1].start, now)
        if step.kind == "extend":
            walk.extended += int(self.parameters.get(EXTENSION) or 0)
        walk.outcome = outcome_of(step, self.source.random()) or walk.outcome
        self._judge(walk, step, today, now)
        target = self.definition.states[step.to]
        walk.office = self.house.office(target.unit, walk.person.area, walk.office) or walk.office
        walk.state, walk.since = target.code, today
        if walk.rounds > ROUNDS:
            self.circles += 1
        else:
            self._enter(walk, today)

    def _judge(self, walk: Walk, step: Step, today: date, now: datetime) -> None:
        """Note when it was decided, and whether the promise was kept."""
        if self.definition.phase_of(step.to) not in ("decided", "closed"):
            if step.kind in ("reopen", "correct"):
                walk.ended, walk.in_time = None, None
        elif walk.ended is None:
            walk.ended = today
            if step.kind not in ("withdraw", "lapse"):
                end = self._due(walk)
                walk.in_time = end is not None and now <= end

    def _moment(self, day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour), self.house.at.tzinfo)

    def _after(self, clock: Clock | None, walk: Walk, today: date) -> date:
        """Return the day after a span that begins today."""
        if clock is None:
            return today + timedelta(days=1)
        days = self.house.days(walk.owner)
        end = due(clock, self._moment(today, 15), days=days, zone=self._zone)
        assert end is not None  # nothing pauses it
        return end.date() + timedelta(days=1)

    def _due(self, walk: Walk) -> datetime | None:
        promise = self.definition.clock
        clock = Clock(promise.kind, promise.count + walk.extended)
        days = self.house.days(walk.owner)
        return due(clock, walk.received, days=days, zone=self._zone, pauses=walk.pauses)

    @property
    def _zone(self) -> tzinfo:
        assert self.house.at.tzinfo
        return self.house.at.tzinfo

    def capacity(self, office: int) -> int:
        """Return how many steps a day an office takes: what the parameter says, else what its people can."""
        if office not in self.capacities:
            agency = self.agencies[office]
            named = [
                int(value)
                for name, value in self.parameters.items()
                if name.startswith(CAPACITY) and value.isdecimal() and self._does(name, agency)
            ]
            can = len(self.house.workers(agency)) * PER_PERSON
            self.capacities[office] = max(1, named[0] if named else can)
        return self.capacities[office]

    def _does(self, name: str, agency: Agency) -> bool:
        unit = name.removeprefix(CAPACITY)
        return any(
            office is not None and office.pk == agency.pk
            for (code, _place), office in self.house.offices.items()
            if code == unit
        )

    def waits(self) -> Iterator[Wait]:
        """Yield how each office got on, the slowest first."""
        for office, waited in sorted(self.waited.items(), key=lambda one: -median(one[1])):
            agency = self.agencies[office]
            yield Wait(
                office=agency.name,
                people=len(self.house.workers(agency)),
                capacity=self.capacity(office),
                steps=len(waited),
                queue=self.longest[office],
                median_days=float(median(waited)),
                left=self.left.get(office, 0),
            )

    def findings(self) -> Iterator[Finding]:
        if self.circles:
            words = _("%(count)s permohonan karangan berputar tanpa selesai.")
            yield found("circle", "", words, True, count=self.circles)
        for office, left in self.left.items():
            if left > max(20, 5 * self.capacity(office)):
                words = _(
                    "Antrean di %(office)s terus bertambah: setelah setahun %(count)s permohonan masih menunggu. "
                    "Perlu lebih banyak orang, atau lebih sedikit langkah."
                )
                yield found("queue_grows", "", words, office=self.agencies[office].name, count=left)
        judged = [one for one in self.walks if one.in_time is not None]
        late = sum(not one.in_time for one in judged)
        if late > len(judged) // 10:
            words = _(
                "%(late)s dari %(all)s permohonan karangan melewati janji, dengan petugas yang ada sekarang."
            )
            yield found("promise_breaks", "", words, late=late, all=len(judged))
