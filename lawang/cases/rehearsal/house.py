"""The regency as it is today: which office does what, and who may take which step there."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import accumulate

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lawang.areas.models import Area
from lawang.cases.definition import Definition, Step
from lawang.cases.models import Unit
from lawang.cases.offices import BY_PLACE, SAME, days_of, office_for
from lawang.cases.rehearsal.finding import Finding, found
from lawang.cases.rules import verb_of
from lawang.documents import signers
from lawang.lib.refused import Refused
from lawang.people.calendar import WorkingDays
from lawang.people.models import Agency, Membership
from lawang.people.node import node, zone
from lawang.people.permissions import AGENCY, ALL, AREA, Grant, agencies_below

PLACES = 20  # villages from which the made-up applicants come
SHOWN = 3  # names in a sentence
COUNTED = 700  # days that are counted beforehand: the year and what follows


class Counted:
    """Working days of an office, counted once for the days of a rehearsal; asked thousands of times."""

    def __init__(self, days: WorkingDays, first: date) -> None:
        self.days = days
        self.first = first.toordinal()
        self.sums = list(
            accumulate(int(days.includes(first + timedelta(days=number))) for number in range(COUNTED))
        )

    def includes(self, day: date) -> bool:
        return self.days.includes(day)

    def add(self, day: date, count: int) -> date:
        return self.days.add(day, count)

    def between(self, start: date, end: date) -> int:
        first, last = start.toordinal() - self.first, end.toordinal() - self.first
        if first >= 0 and last < COUNTED:
            return self.sums[last] - self.sums[first]
        return self.days.between(start, end)


class House:
    """Looks each thing up once, so that a year of cases asks the database a few questions only."""

    def __init__(self, definition: Definition, at: datetime) -> None:
        self.definition = definition
        self.at = at.astimezone(zone())
        self.day = self.at.date()
        self.offices: dict[tuple[str, int | None], Agency | None] = {}
        self.calendars: dict[int, Counted] = {}

    @cached_property
    def places(self) -> list[Area]:
        """Some villages of this regency, from all over it, the same ones every time."""
        home = node().area
        if home is None:
            return []
        villages = list(
            Area.objects.filter(
                level=Area.Level.VILLAGE, code__startswith=f"{home.code}.", valid_to=None
            ).order_by("code")
        )
        return villages[:: max(1, len(villages) // PLACES)][:PLACES]

    def places_of(self, unit: str) -> list[Area | None]:
        return list(self.places) if unit in BY_PLACE else [None]

    def office(self, unit: str, area: Area | None, holds: Agency | None = None) -> Agency | None:
        """Return who does the work of a unit for a place, None when nobody was named."""
        if unit == SAME and holds is not None:
            return holds
        key = (unit, area.pk if area and unit in BY_PLACE else None)
        if key not in self.offices:
            try:
                self.offices[key] = office_for(unit, area)
            except Refused:
                self.offices[key] = None
        return self.offices[key]

    def days(self, office: Agency) -> "Counted":
        if office.pk not in self.calendars:
            self.calendars[office.pk] = Counted(days_of(office), self.day)
        return self.calendars[office.pk]

    def offices_of(self, state: str) -> list[Agency]:
        """Return the offices that can hold a case in a state, over the places of the made-up applicants."""
        offices: dict[int, Agency] = {}
        for unit in self._units(state, set()):
            for area in self.places_of(unit):
                if office := self.office(unit, area):
                    offices[office.pk] = office
        return list(offices.values())

    def _units(self, state: str, seen: set[str]) -> set[str]:
        """Return the units that can hold a case in a state; "same" is whoever held it before."""
        states, steps = self.definition.states, self.definition.steps.values()
        if states[state].unit != SAME:
            return {states[state].unit}
        seen.add(state)
        before = {source for step in steps if step.to == state for source in step.sources if source in states}
        units = {self.definition.unit} if state == self.definition.start else set()
        return units.union(*(self._units(source, seen) for source in before - seen))

    @cached_property
    def _memberships(self) -> list[Membership]:
        held = Q(from_date__lte=self.day) & (Q(to_date__isnull=True) | Q(to_date__gte=self.day))
        return list(
            Membership.objects.filter(held, user__is_active=True).select_related(
                "role", "agency__area", "area"
            )
        )

    @cached_property
    def _below(self) -> dict[int, frozenset[int]]:
        return agencies_below({one.agency_id for one in self._memberships}, on=self.day)

    @cached_property
    def _takers(self) -> dict[tuple[str, int], frozenset[int]]:
        return {}

    def who_may(self, verb: str, office: Agency) -> frozenset[int]:
        """Return the ids of the people who may take a step that needs a verb in an office."""
        key = (verb, office.pk)
        if key not in self._takers:
            self._takers[key] = frozenset(
                one.user_id for one in self._memberships if self._covers(one, verb, office)
            )
        return self._takers[key]

    def _takes_place_in(self, step: Step) -> dict[int, Agency]:
        """Return the offices whose people take a step, by id: who holds the case; for payments, who answers for it."""
        if step.kind == "pay":
            return self._owners
        return {office.pk: office for state in step.sources for office in self.offices_of(state)}

    @cached_property
    def _owners(self) -> dict[int, Agency]:
        """The offices that answer for cases, over the places of the made-up applicants."""
        unit = self.definition.unit
        return {office.pk: office for area in self.places_of(unit) if (office := self.office(unit, area))}

    def _covers(self, one: Membership, verb: str, office: Agency) -> bool:
        scope = Grant(one).scope(verb)
        if scope == AGENCY:
            return office.pk in self._below[one.agency_id]
        if scope == AREA:
            area = one.area or one.agency.area
            return bool(area and office.area and f"{office.area.code}.".startswith(f"{area.code}."))
        return scope == ALL

    def workers(self, office: Agency) -> frozenset[int]:
        """Return who takes steps in an office, in any of the states that it can hold."""
        people: frozenset[int] = frozenset()
        for step in self.definition.steps.values():
            verb = verb_of(step)
            if verb is not None and office.pk in self._takes_place_in(step):
                people |= self.who_may(verb, office)
        return people

    def findings(self) -> Iterator[Finding]:
        if self.definition.area and not self.places:
            words = _("Belum ada desa atau kelurahan kabupaten ini. Pasang paket wilayahnya dulu.")
            yield found("no_places", "", words, True)
        yield from self._without_agency()
        yield from self._nobody_may()
        yield from self._nobody_signs()

    def _without_agency(self) -> Iterator[Finding]:
        """Work that no office does, or not in every village."""
        units = {self.definition.unit, *(state.unit for state in self.definition.states.values())} - {SAME}
        titles = dict(Unit.objects.filter(code__in=units).values_list("code", "title"))
        for unit in sorted(units):
            places = self.places_of(unit)
            without = [area for area in places if self.office(unit, area) is None]
            if not without:
                continue
            if unit not in BY_PLACE:
                words = _("Belum ditetapkan instansi mana yang mengerjakan “%(unit)s”.")
                yield found("unit_without_agency", f"unit:{unit}", words, True, unit=titles.get(unit, unit))
                continue
            words = _("%(count)s dari %(all)s desa yang dicoba belum punya kantor: %(names)s.")
            names = ", ".join(area.title for area in without[:SHOWN] if area)
            yield found(
                "place_without_office",
                f"unit:{unit}",
                words,
                len(without) == len(places),
                count=len(without),
                all=len(places),
                names=names,
            )

    def _nobody_may(self) -> Iterator[Finding]:
        """Steps that no person of this regency may take today."""
        for step in self.definition.steps.values():
            verb = verb_of(step)
            if verb is None:
                continue
            offices = self._takes_place_in(step)
            without = [office for office in offices.values() if not self.who_may(verb, office)]
            if without:
                words = _(
                    "Hari ini tidak ada orang yang boleh mengambil langkah “%(step)s” di %(count)s kantor: %(names)s."
                )
                yield found(
                    "nobody_may",
                    f"step:{step.code}",
                    words,
                    len(without) == len(offices),
                    step=step.title,
                    count=len(without),
                    names=_names(without),
                )

    def _nobody_signs(self) -> Iterator[Finding]:
        """Letters for which not exactly one person holds the office that signs."""
        used = {step.letter for step in self.definition.steps.values()}
        owners = self._owners
        for letter in self.definition.letters.values():
            for word in letter.signers if letter.code in used else ():
                without = [
                    office
                    for office in owners.values()
                    if signers.expected(word, office, on=self.day) is None
                ]
                if without:
                    words = _(
                        "“%(letter)s” ditandatangani oleh: %(office)s. Di %(names)s pejabat itu belum ada, "
                        "atau lebih dari satu orang."
                    )
                    yield found(
                        "nobody_signs",
                        f"letter:{letter.code}",
                        words,
                        len(without) == len(owners),
                        letter=letter.title,
                        office=signers.OFFICES.get(word, word),
                        names=_names(without),
                    )


def _names(offices: list[Agency]) -> str:
    names = sorted({office.short_name for office in offices})
    return ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
