"""Load the demonstration movement through the ordinary verbs: published results, awards, a year being marked, a fair.

The results of 2022 and 2023 are the ministry's, with their source (demo/gerakan/); all else is invented and says so.
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from lawang.areas.models import Area
from lawang.lib.text import text
from lawang.movement import panel, tables
from lawang.movement.awards import demo as awards
from lawang.movement.cohorts import actions as cohorts
from lawang.movement.exhibition import demo as exhibition
from lawang.movement.models import Assessment, Instrument
from lawang.people import actions as people
from lawang.people.models import Agency, Node, Role, User
from lawang.people.node import day_of, node
from lawang.portal.demo import PASSWORD, Say

FOLDER = settings.ROOT / "demo" / "gerakan"
OPENED = date(2021, 1, 4)  # the secretariat and its accounts
PEOPLE = (  # username, role
    ("ketut", "movement-secretariat"),
    ("made", "assessor"),
    ("putu", "assessor"),
    ("komang", "mentor"),
    ("nyoman", "booth-keeper"),
    ("luh", "movement-head"),
    ("yusuf", "administrator"),
)
ENTERED = ("13.11", "16.03", "16.11", "74.04", "74.07")  # regencies of this year's evaluation


def is_loaded() -> bool:
    return node().is_demo and Agency.objects.filter(code="GERAKAN").exists()


@transaction.atomic
def load(*, at: datetime, say: Say) -> bool:
    """Fill an empty movement node; return False when it is filled already."""
    if is_loaded():
        return False
    users = make_accounts(at)
    say(_("%(count)s akun") % {"count": len(users)})
    secretary = users["ketut"]
    count = cohorts.take_in_history(by=secretary, at=at)
    say(_("%(count)s angkatan dari 2017") % {"count": count})
    count = sum(_results(year, track, secretary, at) for year, track in _published())
    say(_("%(count)s hasil yang diumumkan kementerian") % {"count": count})
    count = awards.load(secretary, users["luh"], [users["made"], users["putu"]], at=at)
    say(_("%(count)s penghargaan contoh") % {"count": count})
    _evaluation(users, at)
    say(_("%(count)s daerah sedang dinilai") % {"count": len(ENTERED)})
    fair = exhibition.load(secretary, {"16.11": users["nyoman"]}, at=at)
    say(_("%(count)s anjungan") % {"count": fair.booths.count()})
    return True


def make_accounts(at: datetime) -> dict[str, User]:
    """Make this installation a movement with its secretariat and people; return them by username."""
    here = Node.objects.get()
    people.set_up_node(
        name=here.name,
        area=None,
        kind=Node.Kind.MOVEMENT,
        base_url=here.base_url,
        time_zone=here.time_zone,
        theme=here.theme,
        is_demo=True,
        by=None,
        at=at,
    )
    office = people.add_agency(
        code="GERAKAN",
        name=text("Sekretariat gerakan", "Secretariat of the movement"),
        short_name="Sekretariat",
        kind=Agency.Kind.OPD,
        parent=None,
        area=None,
        aliases=[],
        phone="",
        valid_from=OPENED,
        by=None,
        at=at,
    )
    roles = {role.code: role for role in Role.objects.all()}
    users = {}
    for username, role in PEOPLE:
        user = people.add_user(username=username, name=f"{username.title()} Contoh", by=None, at=at)
        people.grant(user=user, agency=office, role=roles[role], area=None, from_date=OPENED, by=None, at=at)
        users[username] = user
    first = users["ketut"]
    people.set_password(first, PASSWORD, by=None, at=at)
    User.objects.filter(pk__in=[user.pk for user in users.values()]).update(password=first.password)
    return users


def _published() -> list[tuple[int, str]]:
    """Return year and track of the files with published results, older years first."""
    names = sorted(path.stem.split("-") for path in FOLDER.glob("hasil-*.csv"))
    return [(int(year), track) for _name, year, track in names]


def _results(year: int, track: str, by: User, at: datetime) -> int:
    instrument = Instrument.objects.filter(code=f"kominfo-{year}").order_by("-number").get()
    shape = instrument.shape
    content = (FOLDER / f"hasil-{year}-{track}.csv").read_bytes()
    scores = tables.read_results(content, shape.tracks[track], shape).scores
    areas = {area.code: area for area in Area.objects.valid(day_of(at)).filter(code__in=scores)}
    found = {areas[code]: one for code, one in scores.items()}
    return panel.import_results(instrument, year, track, found, by=by, at=at)


def _evaluation(users: dict[str, User], at: datetime) -> None:
    """Leave this year's evaluation in the hands of two assessors; one has begun."""
    secretary = users["ketut"]
    instrument = Instrument.objects.filter(code="kominfo-2023").order_by("-number").get()
    evaluation = panel.open_evaluation(
        instrument, at.year, answers_until=at + timedelta(days=20), by=secretary, at=at
    )
    areas = Area.objects.valid(day_of(at)).filter(code__in=ENTERED)
    panel.enter(evaluation, dict.fromkeys(areas, "reguler"), by=secretary, at=at)
    rows = list(Assessment.objects.whole().filter(evaluation=evaluation).order_by("area__code"))
    for username, nodes in (("made", ["tata-kelola", "citra", "ekonomi"]), ("putu", [])):
        panel.seat(evaluation, users[username], nodes=nodes, assessments=rows, by=secretary, at=at)
    panel.declare(rows[0], by=users["made"], at=at)
