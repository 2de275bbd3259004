"""Some hundred cases of people who do not exist, for the demonstration: filed and handled by the ordinary verbs.

Each case lives a worked example of its service (what is asked, answered, refused, reopened), with other names,
numbers, places and days. What happens is done in the order of time, so that numbers rise with the days, and nothing
happens after the moment at which the demonstration is loaded: what is not finished by then stands on officers' desks.
"""

import csv
import heapq
import io
import random
import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count, cycle
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from lawang.areas.models import Area
from lawang.cases import actions, escalation, publishing, statistics, uploads
from lawang.cases.actions import Given
from lawang.cases.definition import Definition, Requirement, Step, definition_of
from lawang.cases.models import RUNNING, Case, Note, Service, ServiceVersion, Unit
from lawang.cases.offices import BY_PLACE, days_of
from lawang.cases.reading import read_answers
from lawang.cases.rules import TAKER_VERBS
from lawang.cases.synthetic import MARK
from lawang.cases.varied import NOBODYS, Varied
from lawang.cases.worked import moment
from lawang.documents import letterheads, signatures, signers
from lawang.documents.actions import edit_letterhead
from lawang.documents.authority import authority
from lawang.documents.models import Document
from lawang.documents.signing import Person
from lawang.lib.clock import Kind
from lawang.lib.codes import ALPHABET, BODY, check_character
from lawang.lib.refused import Refused
from lawang.people.models import Agency, Membership, User
from lawang.people.node import node, zone
from lawang.record.actions import thing_name

Say = Callable[[str], None]
SEED = 1611
QUARTERS = 8  # of which the plan's figures are counted, the present one included
OPENS, SHUTS = time(8), time(15, 30)  # of an office
PICTURE = (900, 1200)  # points of the paper that is drawn
MOST_PAPERS = 36
MOST_RESULTS = 6  # certificates of the national system that are attached as PDF
AFTER_HOURS = timedelta(hours=1)  # the clock's steps are taken soon after their moment


@dataclass(frozen=True)
class Habit:
    """How one service goes in the demonstration; a row of layanan.csv."""

    service: str
    year: int  # cases in the last twelve months
    before: int  # in the months before, from which the plan's figures are counted
    on_time: tuple[float, float]  # share at the beginning and now
    preset: str  # of the parameters


def habits(folder: Path) -> list[Habit]:
    return [
        Habit(
            row["layanan"],
            int(row["setahun"]),
            int(row["sebelumnya"]),
            (int(row["tepat_dulu"]) / 100, int(row["tepat_kini"]) / 100),
            row["pilihan"],
        )
        for row in _rows(folder, "layanan")
    ]


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# Opening


def open_services(folder: Path, *, at: datetime) -> int:
    """Say who does the work of each unit, set what the regency sets, and publish every service; return how many.

    Safe to run again: what is there stays, and new versions that packs brought are published. A service that the
    rehearsal finds unable to work stays a draft.
    """
    agencies = {agency.code: agency for agency in Agency.objects.filter(valid_to=None)}
    for row in _rows(folder, "satuan"):
        unit = Unit.objects.filter(code=row["satuan"]).first()
        if unit is not None and unit.agency_id is None and row["instansi"] in agencies:
            publishing.assign_unit(unit, agencies[row["instansi"]], by=None, at=at)
    for row in _rows(folder, "kop"):
        agency = agencies.get(row["instansi"])
        if agency is not None and not hasattr(agency, "letterhead"):
            lines = letterheads.letterhead_of(agency).lines
            edit_letterhead(
                agency,
                lines=lines,
                address=row["alamat"],
                contact=row["kontak"],
                place=row["tempat"],
                by=None,
                at=at,
            )
    presets = {habit.service: habit.preset for habit in habits(folder) if habit.preset}
    opened = 0
    for version in ServiceVersion.objects.filter(state=ServiceVersion.State.DRAFT).select_related("service"):
        service = version.service
        if service.code in presets and not service.settings.exists():
            chosen = publishing.preset(service, presets[service.code])
            publishing.set_parameters(service, chosen, by=None, at=at)
        publishing.rehearse(version, at=at)
        try:
            publishing.publish(version, by=None, at=at)
        except Refused:
            continue
        opened += 1
    return opened


# Living


@dataclass
class Life:
    """One case as it is to go: a worked example, and how many working days its offices take for each step."""

    service: Service
    version: ServiceVersion
    definition: Definition
    example: Mapping[str, Any]
    filed_at: datetime
    waits: list[int] = field(default_factory=list)
    held: int | None = None  # it stops after so many steps: what is on the desk on the day of loading
    account: User | None = None
    story: Mapping[str, Any] = field(default_factory=dict)
    person: Varied | None = None
    case: Case | None = None
    taken: int = 0
    script: list[Mapping[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.script = list(self.example["steps"])


class _Year:
    def __init__(self, folder: Path, *, at: datetime, citizen: User | None) -> None:
        self.at = at
        self.zone = zone()
        self.citizen = citizen
        self.source = random.Random(SEED)  # noqa: S311  the same demonstration every time
        self.serials = count(1)
        self.habits = habits(folder)
        self.stories = yaml.safe_load((folder / "cerita.yaml").read_text(encoding="utf-8"))
        self.told = {
            code: cycle(found["stories"])
            for code, found in self.stories.items()
            if isinstance(found, dict) and found.get("stories")
        }
        self.officers = _officers(at.astimezone(self.zone).date())
        self.villages = _villages()
        self.events: list[tuple[datetime, int, Life, Callable[[Life, datetime], None]]] = []
        self.order = count()
        self.refused: list[str] = []
        self.papers = 0
        self.results = 0
        self.lives: list[Life] = []
        self.pictures: dict[str, bytes] = {}

    def run(self) -> int:
        """Live through everything that happened until now; return how many cases were filed."""
        for habit in self.habits:
            service = (
                Service.objects.filter(code=habit.service, current__isnull=False)
                .select_related("current")
                .first()
            )
            if service is not None:
                self._plan(habit, service)
        while self.events:
            at, _number, life, do = heapq.heappop(self.events)
            if at > self.at:
                break
            try:
                do(life, at)
            except Refused as refused:  # it stays as it is; the tests look at how many there are
                self.refused.append(f"{life.service.code}: {refused.sentence}")
        self._on_desks()
        escalation.go_on(at=self.at)
        return sum(life.case is not None for life in self.lives)

    # -- what is to happen -------------------------------------------------------------------------------------

    def _plan(self, habit: Habit, service: Service) -> None:
        """Make the lives of one service: spread over the time, and some that are on the desk on this day."""
        assert service.current is not None
        definition = definition_of(service.current)
        examples = [
            one
            for one in definition.data["examples"]
            if _comes_to_an_end(definition, one)
            and not one.get("parameters")
            and one.get("preset", "") in ("", habit.preset)
        ]
        if not examples:
            return
        year_ago = self.at - timedelta(days=365)
        quarter = self.first_quarter
        moments = [
            *self._spread(quarter, year_ago, habit.before),
            *self._spread(year_ago, self.at, habit.year),
        ]
        for at in moments:
            self._begin(habit, service, definition, self._example(examples), at)
        for days, held in self._desk(definition):
            if (then := self._worked_before(definition, days)) is not None:
                self._begin(habit, service, definition, examples[0], then, held=held)
        if self.citizen is not None and definition.code in ("akta-kelahiran", "surat-keterangan-usaha"):
            asked = next(
                (one for one in examples if "ask" in [step["take"] for step in one["steps"]]), examples[0]
            )
            is_birth = definition.code == "akta-kelahiran"
            at = self._office_hour(self._days_before(3 if is_birth else 12))
            life = self._begin(habit, service, definition, asked if is_birth else examples[0], at)
            life.account = self.citizen
            if is_birth:
                life.held = next(
                    n + 1
                    for n, one in enumerate(asked["steps"])
                    if definition.steps[one["take"]].kind == "ask"
                )
                life.waits = [0] * len(life.waits)

    @property
    def first_quarter(self) -> datetime:
        """When the first case may come in: with the first quarter of which the plan's figures are counted."""
        here = self.at.astimezone(self.zone)
        month = here.year * 12 + (here.month - 1) // 3 * 3 - 3 * (QUARTERS - 1)
        return datetime(month // 12, month % 12 + 1, 1, tzinfo=self.zone)

    def _spread(self, start: datetime, end: datetime, wanted: int) -> Iterator[datetime]:
        """Yield so many moments between two, evenly but for a jitter, on waking hours."""
        if end <= start:
            return
        for number in range(wanted):
            at = start + (end - start) * ((number + self.source.uniform(0.1, 0.9)) / wanted)
            day = at.astimezone(self.zone).date()
            found = datetime.combine(
                day, time(self.source.randint(7, 16), self.source.randint(0, 59)), self.zone
            )
            yield min(found, self.at)

    def _example(self, examples: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
        """Choose an example: the usual way most often, lapsing and refusing seldom."""
        weights = []
        for number, one in enumerate(examples):
            steps = {step["take"] for step in one["steps"]}
            seldom = steps & {"lapse", "refuse", "merge", "decline", "hand_over", "archive", "correct"}
            weights.append(8.0 if number == 0 else 0.6 if seldom else 4.5 if "ask" in steps else 1.2)
        return self.source.choices(examples, weights)[0]

    def _desk(self, definition: Definition) -> list[tuple[int, int]]:
        """Return (working days ago, steps taken) of cases that stand on desks today: due today, and overdue."""
        promise = definition.clock.count if definition.clock.kind == Kind.WORKING_DAYS else 0
        if not promise:
            return []
        if definition.code == "akta-kelahiran":
            return [(promise, 0), (promise, 1), (promise, 2), (promise + 3, 1), (1, 0)]
        if definition.code in ("pengaduan", "izin-praktik", "informasi-publik"):
            return [(promise, 1), (promise + 4, 1)]
        return [(promise, 1)]

    def _begin(
        self,
        habit: Habit,
        service: Service,
        definition: Definition,
        example: Mapping[str, Any],
        at: datetime,
        *,
        held: int | None = None,
    ) -> Life:
        assert service.current is not None
        life = Life(service, service.current, definition, example, at, held=held)
        life.waits = self._waits(habit, life, at)
        if definition.code in self.told:
            life.story = next(self.told[definition.code])
        self.lives.append(life)
        self._later(at, life, self._file)
        return life

    def _waits(self, habit: Habit, life: Life, at: datetime) -> list[int]:
        """Return for each step of officers until the decision how many working days it takes."""
        definition = life.definition
        steps = []
        for one in life.script:
            step = definition.steps[one["take"]]
            if step.by in TAKER_VERBS and step.kind != "pay":
                steps.append(step)
        if not steps:
            return []
        begin = self.first_quarter
        progress = (at - begin) / max(self.at - begin, timedelta(days=1))
        first, last = habit.on_time
        promise = _working_days_of(definition)
        if self.source.random() < first + (last - first) * progress:
            total = self.source.randint(promise // 3, promise)
        else:
            total = promise + 1 + min(int(self.source.expovariate(0.4)), 10)
        waits = [0] * len(steps)
        elsewhere = [
            3.0 if definition.states[step.sources[0]].unit not in (definition.unit, "same") else 1.0
            for step in steps
        ]
        for chosen in self.source.choices(range(len(steps)), elsewhere, k=total):
            waits[chosen] += 1
        return waits

    def _later(self, at: datetime, life: Life, do: Callable[[Life, datetime], None]) -> None:
        heapq.heappush(self.events, (at, next(self.order), life, do))

    # -- days and hours ----------------------------------------------------------------------------------------

    def _days_before(self, days: int) -> date:
        return (self.at - timedelta(days=days)).astimezone(self.zone).date()

    def _office_hour(self, day: date, after: datetime | None = None) -> datetime:
        """Return a moment of a day in office hours, later than `after` and never after now."""
        minutes = self.source.randint(0, (SHUTS.hour - OPENS.hour) * 60)
        found = datetime.combine(day, OPENS, self.zone) + timedelta(minutes=minutes)
        if after is not None and found <= after:
            found = after + timedelta(minutes=self.source.randint(15, 90))
        return found

    def _working(self, at: datetime, days: int, office: Agency) -> datetime:
        """Return a moment so many working days of an office later; for none the same day while it is open."""
        calendar = days_of(office)
        here = at.astimezone(self.zone)
        if days == 0 and calendar.includes(here.date()):
            soon = max(here, datetime.combine(here.date(), OPENS, self.zone)) + timedelta(
                minutes=self.source.randint(15, 120)
            )
            if soon.time() <= time(16):
                return soon
            days = 1
        return self._office_hour(calendar.add(here.date(), days), after=at)

    def _worked_before(self, definition: Definition, days: int) -> datetime | None:
        """Return a moment on the day whose promise falls so many working days later on today; None on days off."""
        today = self.at.astimezone(self.zone).date()
        owner = Unit.objects.select_related("agency__calendar").filter(code=definition.unit).first()
        office = owner.agency if owner else Agency.objects.filter(kind=Agency.Kind.VILLAGE).first()
        if office is None or not days_of(office).includes(today):
            return None
        day = today
        while days_of(office).between(day, today) < days or not days_of(office).includes(day):
            day -= timedelta(days=1)
        return self._office_hour(day) if days else self.at - timedelta(hours=1)

    # -- what happens ------------------------------------------------------------------------------------------

    def _file(self, life: Life, at: datetime) -> None:
        definition = life.definition
        received, filed_on = moment(life.example["received"]), at.astimezone(self.zone).date()
        assert received is not None
        home = str(_look(life.example["answers"], definition.area) or "") if definition.area else ""
        at_home = self.source.choice(self._homes(definition))
        life.person = Varied(
            life.example["answers"],
            received=received.date(),
            filed=filed_on,
            source=self.source,
            villages=self.villages,
            home=home,
            at_home=at_home,
            serials=self.serials,
        )
        answers = {**life.person.answers, **life.story.get("answers", {})}
        if life.account is not None:
            answers[definition.applicant["name"]] = life.account.name
        needs_email = life.account is not None or any(
            one.required for section in definition.sections for one in section.fields if one.format == "email"
        )
        if not needs_email:
            answers.pop(definition.applicant.get("email", ""), None)
        read = read_answers(definition.fields, answers, today=filed_on)
        if read.faults:
            path, sentence = next(iter(read.faults.items()))
            raise Refused(f"{path}: {sentence}")
        channel, by = self._channel(life, at_home)
        life.case = actions.file_case(
            life.version,
            read.answers,
            code=self._code(),
            at=at,
            by=by,
            channel=channel,
            account=life.account,
            original_date=at.astimezone(self.zone).date() - timedelta(days=1)
            if channel == Case.Channel.PAPER
            else None,
        )
        if self.papers < MOST_PAPERS and at > self.at - timedelta(days=30) and channel == Case.Channel.WEB:
            self._papers(life, read.answers, at)
        self._go_on(life, at)

    def _homes(self, definition: Definition) -> Sequence[str]:
        """Return the villages from which cases come; of services of villages those whose office has people."""
        if definition.unit not in BY_PLACE:
            return self.villages
        return sorted(
            area
            for agency, area in Agency.objects.filter(kind=Agency.Kind.VILLAGE, valid_to=None).values_list(
                "pk", "area__code"
            )
            if self.officers.get((agency, TAKER_VERBS["head"])) and area
        )

    def _channel(self, life: Life, village: str) -> tuple[str, User | None]:
        """Choose how a case comes in, and who files it for the applicant."""
        helpers = self.officers.get((None, "cases.file_for"), [])
        if life.account is not None or not helpers or self.source.random() < 0.62:
            return Case.Channel.WEB, None
        channel = self.source.choice(
            (Case.Channel.VILLAGE, Case.Channel.VILLAGE, Case.Channel.COUNTER, Case.Channel.PAPER)
        )
        return channel, self.source.choice(helpers)

    def _code(self) -> str:
        body = "".join(self.source.choice(ALPHABET) for _place in range(BODY))
        return body + check_character(body)

    def _go_on(self, life: Life, at: datetime) -> None:
        """Put down what happens next with a case, if anything does."""
        assert life.case is not None
        case = life.case
        if life.held is not None and life.taken >= life.held:
            return
        chosen = self._choose(life)
        if chosen is None:
            return
        step, scripted = chosen
        if step.by == "clock":
            until = case.answer_until if step.kind == "lapse" else case.stage_due_at
            if until is None:
                return
            when = until + AFTER_HOURS
        elif step.by == "applicant":
            hours = self.source.randint(6, 100)
            when = at + timedelta(hours=hours, minutes=self.source.randint(0, 59))
        else:
            when = self._working(
                at, life.waits.pop(0) if life.waits else self.source.randint(0, 1), case.office
            )
        self._later(when, life, lambda life, at: self._take(life, step, scripted, at))

    def _choose(self, life: Life) -> tuple[Step, Mapping[str, Any]] | None:
        """Return the next step of the example, or else the usual one; None when nothing more happens."""
        assert life.case is not None
        here = {step.code: step for step in life.definition.steps_from(life.case.state)}
        while life.script:
            scripted = life.script.pop(0)
            step = here.get(scripted["take"])
            if step is not None and step.kind != "pay":
                return step, scripted
        for step in here.values():
            match life.case.phase:
                case Case.Phase.OPEN:
                    fits = step.by in TAKER_VERBS and step.is_main
                case Case.Phase.WAITING:
                    fits = step.kind == "answer"
                case _:
                    fits = step.by == "clock"
            if fits:
                return step, self._as_elsewhere(life, step)
        return None

    def _as_elsewhere(self, life: Life, step: Step) -> Mapping[str, Any]:
        """Return what another example of the service gives with a step."""
        for example in life.definition.data["examples"]:
            for one in example["steps"]:
                if one["take"] == step.code:
                    return dict(one)
        return {"take": step.code, "at": life.example["received"], "fields": {}}

    def _take(self, life: Life, step: Step, scripted: Mapping[str, Any], at: datetime) -> None:
        assert life.case is not None
        assert life.person is not None
        if step.by == "clock":
            life.case = actions.clock_step(life.case, at=at, kinds=(step.kind,))
        elif step.by == "applicant":
            note = (
                Given(note=_("Sudah saya kirim ulang, mohon diperiksa.")) if step.kind == "answer" else None
            )
            life.case = actions.applicant_step(life.case, step.kind, note, by=life.account, at=at)
        else:
            by = self._officer(step, life.case.office)
            if by is None:
                return
            life.case = actions.take_step(
                life.case, step.code, self._given(life, step, scripted, at), by=by, at=at
            )
        life.taken += 1
        if step.letter:
            at = self._sign(life, at)
        self._go_on(life, at)

    def _instead(self, life: Life, step: Step) -> Step | None:
        """Return the other way to the same outcome, as when this year's budget is used up; None when there is none."""
        assert life.case is not None
        for one in life.definition.steps_from(life.case.state):
            if one.code != step.code and (one.kind, one.by, one.outcomes) == (
                step.kind,
                step.by,
                step.outcomes,
            ):
                return one if step.kind == "decide" else None
        return None

    def _officer(self, step: Step, office: Agency) -> User | None:
        found = self.officers.get((office.pk, TAKER_VERBS[step.by]))
        return self.source.choice(found) if found else None

    def _given(self, life: Life, step: Step, scripted: Mapping[str, Any], at: datetime) -> Given:
        """Return what an officer gives with a step: what the example gives, and the sentences of the demonstration."""
        assert life.person is not None
        assert life.case is not None
        day = at.astimezone(self.zone).date()
        then = moment(scripted["at"])
        assert then is not None
        values = {
            **life.person.entered(scripted.get("fields") or {}, then=then.date(), now=day),
            **life.story.get("steps", {}).get(step.code, {}),
        }
        known = self.stories.get(life.service.code) or {}
        outcome = scripted.get("outcome") or (step.outcomes[0] if step.outcomes else "")
        reason = self.source.choice(known.get("refuse") or [_("Tidak memenuhi syarat.")])
        is_refusal = outcome in (Case.Outcome.REFUSED, Case.Outcome.NOT_HELD, Case.Outcome.PARTLY)
        asks = known.get("ask") or [_("Foto berkas yang lebih jelas.")]
        duplicate = None
        if outcome == Case.Outcome.DUPLICATE:
            duplicate = (
                Case.objects.filter(service=life.service).exclude(pk=life.case.pk).order_by("pk").last()
            )
        upload = None
        if step.kind == "record_result" and self.results < MOST_RESULTS and at > self.at - timedelta(days=30):
            self.results += 1
            upload = self._certificate(life)
        return Given(
            note=reason if is_refusal else _("Perlu diperiksa sekali lagi.") if step.needs_reason else "",
            outcome=outcome,
            values=read_answers(step.fields, values, today=day).answers if step.fields else {},
            items=self.source.sample(asks, self.source.randint(1, min(2, len(asks))))
            if step.kind == "ask"
            else (),
            reference=self._reference(life, step, day),
            upload=upload,
            duplicate_of=duplicate,
        )

    def _reference(self, life: Life, step: Step, day: date) -> str:
        """Return a number as the other system would give it, of a regency that does not exist."""
        if step.kind not in ("record_result", "hand_over"):
            return ""
        serial = 9000 + next(self.serials) % 1000
        if life.definition.series == "AKL":
            return f"1699-LU-{day:%d%m%Y}-{serial}"
        if life.definition.series == "AKM":
            return f"1699-KM-{day:%d%m%Y}-{serial}"
        return f"{NOBODYS}{day:%d%m%y}{serial}"

    def _sign(self, life: Life, at: datetime) -> datetime:
        """Let everybody sign the letter that was just written, in order; return when the last one did."""
        assert life.case is not None
        document = Document.objects.filter(about=thing_name(life.case), state=Document.State.WAITING).first()
        while document is not None and (place := signatures.next_place(document)) is not None:
            who = signers.expected(place.office, place.agency, on=at.astimezone(self.zone).date())
            if who is None:
                return at
            signed_at = at + timedelta(minutes=self.source.randint(5, 40))
            if signed_at > self.at:
                return at
            at = signed_at
            document = signatures.sign(document, by=who.user, at=at)
        life.case.refresh_from_db()
        return at

    # -- papers ------------------------------------------------------------------------------------------------

    def _papers(self, life: Life, answers: Mapping[str, Any], at: datetime) -> None:
        """Attach a drawn picture for each paper that this applicant has, at most two."""
        assert life.case is not None
        for one in life.definition.requirements[:2]:
            has = _look(answers, one.path) if one.substitutes else "have"
            if has == "have" and one.is_uploaded and (one.show_when is None or has):
                if one.show_when and _look(answers, one.show_when.name) not in one.show_when.values:
                    continue
                self.papers += 1
                name = f"{one.code}.jpg"
                uploads.attach(life.case, self._picture(one), paper=one.path, name=name, by=None, at=at)

    def _picture(self, one: Requirement) -> bytes:
        title = one.title["id"]
        if title not in self.pictures:
            self.pictures[title] = draw_paper(title)
        return self.pictures[title]

    def _certificate(self, life: Life) -> bytes:
        """Return a PDF as the national system would send it, signed by our test authority."""
        assert life.case is not None
        subject = life.case.subject.name if life.case.subject else life.case.applicant.name
        page = draw_paper(life.definition.product["id"].split(",")[0], lines=(subject,), kind="PDF")
        registrar = Person(
            f"Pejabat {MARK}", "Pejabat Pencatatan Sipil", "Dinas Kependudukan dan Pencatatan Sipil"
        )
        return authority().sign(page, person=registrar, reason="Kutipan akta")

    # -- the desks on the day of loading -----------------------------------------------------------------------

    def _on_desks(self) -> None:
        """Give some of the running cases to an officer, and write a few notes."""
        notes = cycle(self.stories.get("notes") or [_("Dicek.")])
        running = Case.objects.filter(phase__in=RUNNING).select_related("office").order_by("received_at")
        for number, case in enumerate(running):
            people = self.officers.get((case.office_id, TAKER_VERBS["officer"]))
            if not people or case.phase != Case.Phase.OPEN:
                continue
            by = people[number % len(people)]
            if number % 2:
                actions.assign(case, by, by=by, at=self.at)
            if number % 5 == 0:
                actions.add_note(case, next(notes), reader=Note.Reader.INTERNAL, by=by, at=self.at)


def _comes_to_an_end(definition: Definition, example: Mapping[str, Any]) -> bool:
    """Tell whether an example is of an application that is received, and decided in the end."""
    state = definition.states.get(example.get("state") or "")
    is_over = state is not None and state.phase in (Case.Phase.DECIDED, Case.Phase.CLOSED)
    return is_over and not example.get("faults")


def _working_days_of(definition: Definition) -> int:
    """Return a promise as about so many working days."""
    match definition.clock.kind:
        case Kind.WORKING_DAYS:
            return definition.clock.count
        case Kind.CALENDAR_DAYS:
            return max(1, definition.clock.count * 5 // 7)
    return max(1, definition.clock.count // 24)


def _look(answers: Mapping[str, Any], path: str) -> Any:
    """Return the answer at a path of names; None where there is none."""
    found: Any = answers
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _villages() -> list[str]:
    home = node().area
    assert home is not None
    found = Area.objects.filter(level=Area.Level.VILLAGE, code__startswith=f"{home.code}.", valid_to=None)
    return list(found.order_by("code").values_list("code", flat=True))


def _officers(day: date) -> dict[tuple[int | None, str], list[User]]:
    """Return (office, verb) -> who may do it there; for a verb that holds everywhere the office is None."""
    found: dict[tuple[int | None, str], list[User]] = defaultdict(list)
    rows = Membership.objects.filter(from_date__lte=day, to_date=None, user__is_active=True)
    for one in rows.select_related("user", "role").order_by("pk"):
        for verb, reach in one.role.verbs.items():
            if verb.startswith("cases."):
                found[None if reach == "all" else one.agency_id, verb].append(one.user)
    return found


def draw_paper(title: str, *, lines: Sequence[str] = (), kind: str = "JPEG") -> bytes:
    """Return a drawn page that says what it stands for and that it is an example, as a picture or a PDF."""
    page = Image.new("L", PICTURE, 250)
    pen = ImageDraw.Draw(page)
    pen.rectangle((40, 40, PICTURE[0] - 40, PICTURE[1] - 40), outline=120, width=3)
    large, small = ImageFont.load_default(34), ImageFont.load_default(26)
    y = 110
    for words in textwrap.wrap(title, 38):
        pen.text((90, y), words, font=large, fill=30)
        y += 48
    y += 40
    for words in (*lines, "CONTOH, bukan dokumen resmi"):
        pen.text((90, y), words, font=small, fill=60)
        y += 44
    for number in range(12):
        pen.line(
            (90, y + 40 + number * 52, PICTURE[0] - 90 - number % 3 * 90, y + 40 + number * 52),
            fill=190,
            width=4,
        )
    found = io.BytesIO()
    page.save(found, kind, **({"quality": 70} if kind == "JPEG" else {"resolution": 100}))
    return found.getvalue().replace(b" 65536 f", b" 65535 f")  # the one number that pyHanko is strict about


def load(folder: Path, *, at: datetime, citizen: User | None, say: Say) -> None:
    """Open the services, live through two years of cases, and count them. The caller holds a transaction."""
    year = _Year(folder, at=at, citizen=citizen)
    opened = open_services(folder, at=year.first_quarter - timedelta(days=7))
    say(_("%(count)s layanan terbit") % {"count": opened})
    filed = year.run()
    statistics.fill(at=at, anew=True)
    say(_("%(count)s permohonan") % {"count": filed})
