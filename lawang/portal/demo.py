"""Load the demonstration regency through the ordinary verbs, with moments as if people had entered it over the years.

The plan is imported and published at the end of 2023. Then time goes on quarter by quarter: meetings, finished
milestones, figures. The figures of the last quarter are handed in by officers and approved by their heads one by one.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from lawang.areas.models import Area
from lawang.cases import demo as cases
from lawang.cases.models import ServiceVersion
from lawang.lib.refused import Refused
from lawang.lib.text import text
from lawang.measures import actions as measures
from lawang.measures import periods
from lawang.measures.models import Series, Value
from lawang.measures.statistics import compute_all
from lawang.movement import demo as movement
from lawang.people import actions as people
from lawang.people.models import Agency, Node, Role, User
from lawang.people.node import day_of, node, remembered, zone
from lawang.plans import importing, writing
from lawang.plans.actions import finish_milestone
from lawang.plans.cells import typed
from lawang.plans.dry_run import State
from lawang.plans.models import Framework, Milestone, Plan, Revision
from lawang.plans.revising import publish
from lawang.plans.sheets import BY_NAME
from lawang.plans.standings import recompute
from lawang.plans.workbook import RawRow, RawSheet, Workbook, read_folder
from lawang.surveys import demo as surveys

FOLDER = settings.ROOT / "demo" / "empat-lawang"
PASSWORD = "lawang-contoh-2026"  # noqa: S105  shared by all demonstration accounts, shown on their login page
OPENED = date(2023, 12, 4)  # agencies and accounts
IN_FORCE = date(2024, 1, 1)
REPORTING_DAYS = 12  # from a period's end to its figures
LATER = ("angka", "rapat", "hadir", "bukti")  # sheets that come in as time goes on

Say = Callable[[str], None]


@dataclass
class Quarter:
    """What came in after one quarter."""

    end: date
    rows: dict[str, list[RawRow]]  # sheet name -> rows
    milestones: list[tuple[str, str, date]]  # programme, title, day done


def is_loaded() -> bool:
    return node().is_demo and Plan.objects.filter(is_demo=True).exists()


def load(*, at: datetime, say: Say, folder: Path = FOLDER) -> bool:
    """Load everything in one transaction; return False when it is there already.

    Raise Refused when the installation holds a regency's own data, or its packs are not installed.
    """
    if is_loaded():
        return False
    _check_empty()
    with transaction.atomic(), remembered():  # thousands of permissions ask which day it is here
        _Loader(folder, at=at, say=say).load()
    return True


def brings_services() -> bool:
    """Tell whether packs brought services that this demonstration has not looked at yet; never true elsewhere."""
    fresh = ServiceVersion.objects.filter(state=ServiceVersion.State.DRAFT, rehearsal={})
    return fresh.exists() and is_loaded()


def open_new_services(*, at: datetime, folder: Path = FOLDER) -> int:
    """Publish what packs brought since the demonstration was loaded; return how many services.

    A regency publishes its own by hand, after it has read them: there this does nothing.
    """
    if not is_loaded() or not ServiceVersion.objects.filter(state=ServiceVersion.State.DRAFT).exists():
        return 0
    with transaction.atomic(), remembered():
        return cases.open_services(folder, at=at)


def _check_empty() -> None:
    if Plan.objects.exists() or User.objects.exists() or Agency.objects.exists():
        raise Refused(
            _("Instalasi ini sudah berisi data daerah. Data contoh hanya dimuat ke instalasi yang kosong.")
        )
    if node().area is None or not Role.objects.exists() or not Framework.objects.exists():
        raise Refused(_("Pasang paketnya dulu: lawang packs install packs/nasional packs/empat-lawang"))


class _Loader:
    def __init__(self, folder: Path, *, at: datetime, say: Say) -> None:
        self.folder = folder
        self.at = at
        self.say = say
        self.today = day_of(at)
        self.zone = zone()
        self.people: dict[tuple[str, str], User] = {}  # (role, agency code) -> the first who holds it
        self.citizen: User | None = None  # who has an account and no task

    def load(self) -> None:
        self._agencies()
        self._accounts()
        cases.load(self.folder, at=self.at, citizen=self.citizen, say=self.say)
        book = read_folder(self.folder)
        self._plan(book)
        surveys.load(self.folder, at=self.at, say=self.say)
        quarters = self._quarters(book)
        for quarter in quarters:
            if quarter in quarters[-2:]:  # the last that is over, and the present one
                self._hand_in(quarter)
            self._go_on(quarter)
            self._count(quarter)
        self._waiting()
        judged = recompute(Revision.objects.get(), at=self.at)
        self.say(_("%(count)s indikator dinilai") % {"count": judged})
        assessment = movement.load(self.people["coordinator", "KOMINFO"], at=self.at)
        self.say(_("%(count)s butir penilaian mandiri") % {"count": assessment.answers.count()})

    def _moment(self, day: date, hour: int = 9, minute: int = 0) -> datetime:
        """Return a moment of a day at the town hall, never later than now."""
        return min(datetime.combine(day, time(hour, minute), tzinfo=self.zone), self.at)

    def _rows(self, name: str) -> list[dict[str, str]]:
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    # -- who ---------------------------------------------------------------------------------------------------

    def _agencies(self) -> None:
        at = self._moment(OPENED, 8)
        here = Node.objects.get()
        people.set_up_node(
            name=here.name,
            area=here.area,
            kind=here.kind,
            base_url=here.base_url,
            time_zone=here.time_zone,
            theme=here.theme,
            is_demo=True,
            by=None,
            at=at,
        )
        areas = self._areas()
        made: dict[str, Agency] = {}
        for row in self._rows("instansi.csv"):
            made[row["kode"]] = people.add_agency(
                code=row["kode"],
                name=text(row["nama"], row["nama_en"]),
                short_name=row["singkatan"],
                kind=row["jenis"],
                parent=made[row["induk"]] if row["induk"] else None,
                area=areas[row["wilayah"]] if row["wilayah"] else None,
                aliases=row["alias"].split(";"),
                phone=row["telepon"],
                valid_from=date(2023, 1, 1),
                by=None,
                at=at,
            )
        self.agencies = made
        self.say(_("%(count)s instansi") % {"count": len(made)})

    def _areas(self) -> dict[str, Area]:
        home = node().area
        assert home is not None
        return {area.code: area for area in [home, *Area.objects.valid(self.today).below(home)]}

    def _accounts(self) -> None:
        at = self._moment(OPENED, 10)
        roles = {role.code: role for role in Role.objects.all()}
        areas = self._areas()
        users: dict[str, User] = {}
        for row in self._rows("orang.csv"):
            user = users.get(row["username"]) or people.add_user(
                username=row["username"], name=row["nama"], by=None, at=at
            )
            users[user.username] = user
            if not row["peran"]:  # a citizen with an account
                self.citizen = user
                continue
            people.grant(
                user=user,
                agency=self.agencies[row["instansi"]],
                role=roles[row["peran"]],
                area=areas[row["wilayah"]] if row["wilayah"] else None,
                from_date=OPENED,
                by=None,
                at=at,
            )
            self.people.setdefault((row["peran"], row["instansi"]), user)
        first = next(iter(users.values()))
        people.set_password(first, PASSWORD, by=None, at=at)
        # All share one password, so they share its hash: hashing it for each would take longer than all the rest.
        User.objects.filter(pk__in=[user.pk for user in users.values()]).update(password=first.password)
        self.say(_("%(count)s akun") % {"count": len(users)})

    @property
    def planner(self) -> User:
        return self.people["planner", "BAPPEDA"]

    @property
    def steward(self) -> User:
        return self.people["steward", "KOMINFO"]

    # -- the plan ----------------------------------------------------------------------------------------------

    def _plan(self, book: Workbook) -> None:
        """Import what was promised; what happened afterwards waits for its day."""
        first = replace(book, sheets={name: raw for name, raw in book.sheets.items() if name not in LATER})
        milestones = first.sheets["tonggak"]
        first.sheets["tonggak"] = replace(
            milestones,
            rows=[RawRow(row.number, {**row.cells, "selesai": None}) for row in milestones.rows],
        )
        self._import(first, self._moment(date(2023, 12, 19)))
        publish(
            Revision.objects.get(),
            in_force_from=IN_FORCE,
            changed=text("Rencana pertama.", "The first edition."),
            by=self.planner,
            at=self._moment(date(2023, 12, 28)),
        )
        self.say(_("rencana: %(count)s baris") % {"count": first.size})

    def _import(self, book: Workbook, at: datetime) -> None:
        dry = importing.check(book, by=self.planner)
        for row in dry.of_state(State.REJECTED):
            raise Refused(f"{row.sheet}.csv: {row.problems[0].sentence}")
        if dry.questions:
            question = dry.questions[0]
            raise Refused(f"{', '.join(question.cells)}: {question.words}?")
        writing.apply(dry, by=self.planner, at=at, approved_by=self.steward)

    # -- time goes on ------------------------------------------------------------------------------------------

    def _quarters(self, book: Workbook) -> list[Quarter]:
        """Sort what came later into the quarters in which it happened, oldest first."""
        found: dict[date, Quarter] = {}

        def quarter(day: date) -> Quarter:
            end = periods.containing(max(day, IN_FORCE), Series.Frequency.QUARTER).end
            return found.setdefault(end, Quarter(end, defaultdict(list), []))

        for name in LATER:
            for row in self._later(book, name):
                day = self._day(name, row)
                if day <= self.today:
                    quarter(day).rows[name].append(row)
        for row in book.sheets["tonggak"].rows:
            done = typed(BY_NAME["tonggak"].column("selesai"), row.cells["selesai"])
            if isinstance(done, date) and done <= self.today:
                quarter(done).milestones.append((str(row.cells["program"]), str(row.cells["judul"]), done))
        self.book = book
        return [found[end] for end in sorted(found)]

    def _later(self, book: Workbook, name: str) -> Iterator[RawRow]:
        yield from book.sheets[name].rows
        if name == "angka":
            more = read_folder(self.folder / "menyusul").sheets["angka"].rows
            yield from (row for row in more if self._day(name, row) + timedelta(REPORTING_DAYS) <= self.today)

    def _day(self, name: str, row: RawRow) -> date:
        if name == "angka":
            return periods.parse(str(row.cells["periode"])).end
        day = typed(BY_NAME[name].column("tanggal"), row.cells["tanggal"])
        assert isinstance(day, date)
        return day

    def _go_on(self, quarter: Quarter) -> None:
        for code, title, day in quarter.milestones:
            milestone = Milestone.objects.select_related("programme__lead").get(
                programme__code=code, title__id=title
            )
            lead = milestone.programme.lead
            officer = self.people.get(("officer", lead.code)) if lead else None
            finish_milestone(
                milestone, done_date=day, by=officer or self.planner, at=self._moment(day, 15, 20)
            )
        sheets = {
            name: RawSheet(BY_NAME[name], self.book.sheets[name].letters, rows)
            for name, rows in quarter.rows.items()
            if rows
        }
        if sheets:
            book = replace(self.book, sheets={name: sheets[name] for name in LATER[::-1] if name in sheets})
            book.sheets = {name: sheets[name] for name in BY_NAME if name in sheets}
            self._import(book, self._moment(quarter.end + timedelta(REPORTING_DAYS), 10))
        self.say(f"{quarter.end:%Y-%m}: {sum(map(len, quarter.rows.values()))}")

    def _count(self, quarter: Quarter) -> None:
        """Let the figures that nobody types be counted in the night after the quarter was reported."""
        start = periods.containing(quarter.end, Series.Frequency.QUARTER).start
        at = self._moment(quarter.end + timedelta(REPORTING_DAYS + 1), 0, 30)
        compute_all(at=at, since=start)
        waiting = Value.objects.filter(
            series__source=Series.Source.STATISTIC, status=Value.Status.PROPOSED, end__gte=start
        )
        for value in waiting.select_related("series__owner"):
            if pair := self._pair(value.series.owner.code):
                measures.approve(value, by=pair[1], at=min(at + timedelta(hours=9), self.at))

    def _hand_in(self, quarter: Quarter) -> None:
        """Let officers hand in the whole-regency figures of the last quarter, and their heads approve them."""
        rest = []
        totals = [
            row for row in quarter.rows["angka"] if not row.cells["wilayah"] and not row.cells["rincian"]
        ]
        series = {
            row.code: row
            for row in Series.objects.select_related("owner").filter(
                code__in={str(row.cells["deret"]) for row in totals}
            )
        }
        chosen = {id(row) for row in totals}
        for number, row in enumerate(quarter.rows["angka"]):
            one = series.get(str(row.cells["deret"]))
            pair = self._pair(one.owner.code) if one and id(row) in chosen else None
            if one is None or pair is None:
                rest.append(row)
                continue
            officer, head = pair
            end = periods.parse(str(row.cells["periode"])).end
            handed_in = self._moment(end + timedelta(3 + number % 9), 8 + number % 7, number * 7 % 60)
            value = self._write(one, row.cells, by=officer, at=handed_in)
            if link := row.cells["bukti"]:
                measures.prove(
                    value,
                    proves=str(row.cells["bukti_tentang"]),
                    date=end,
                    link=str(link),
                    is_public=row.cells.get("bukti_terbuka") == "ya",
                    by=officer,
                    at=handed_in,
                )
            measures.approve(value, by=head, at=min(handed_in + timedelta(1 + number % 3), self.at))
        quarter.rows["angka"] = rest

    def _pair(self, agency: str) -> tuple[User, User] | None:
        officer, head = self.people.get(("officer", agency)), self.people.get(("agency-head", agency))
        return (officer, head) if officer and head else None

    def _write(
        self, series: Series, cells: dict[str, object], *, by: User, at: datetime, hand_in: bool = True
    ) -> Value:
        amount = typed(BY_NAME["angka"].column("nilai"), cells["nilai"])
        assert isinstance(amount, Decimal)
        return measures.write(
            series,
            periods.parse(str(cells["periode"])),
            amount,
            by=by,
            at=at,
            note=str(cells["catatan"] or ""),
            hand_in=hand_in,
        )

    def _waiting(self) -> None:
        """Leave some figures undecided, so that officers and heads have something to do."""
        count = 0
        for number, row in enumerate(self._rows("usulan.csv")):
            period = periods.parse(row["periode"])
            series = Series.objects.select_related("owner").get(code=row["deret"])
            pair = self._pair(series.owner.code)
            if (
                pair is None
                or Value.objects.filter(series=series, end__gte=period.end, is_current=True).exists()
            ):
                continue
            officer, head = pair
            at = self._moment(period.end + timedelta(11 + number), 11, 30)
            if at.date() <= period.start:
                continue
            value = self._write(series, dict(row), by=officer, at=at, hand_in=row["keadaan"] != "draf")
            if row["keadaan"] == "dikembalikan":
                measures.send_back(value, reason=row["alasan"], by=head, at=min(at + timedelta(2), self.at))
            count += 1
        self.say(_("%(count)s angka menunggu keputusan") % {"count": count})
