"""An exhibition for tests: two booths, one filled and kept by Kiki, the other empty; Ketut runs it."""

from datetime import date, datetime, time

from django.test import Client

from lawang.areas.models import Area
from lawang.lib.text import text
from lawang.movement.exhibition import actions
from lawang.movement.exhibition.models import Booth, Exhibition
from lawang.people.models import User
from tests.cast import make_agency, make_membership, make_node, make_role, make_user, moment
from tests.plan_factory import make_framework

AT = moment("2026-11-24 10:00")  # a Tuesday
NIGHT = moment("2026-11-24 21:00")
SECRETARY = {"movement.exhibit": "all", "movement.fill_booth": "all"}
KEEPER = {"movement.fill_booth": "self", "movement.represent": "self"}


def make_area(code: str, name: str) -> Area:
    return Area.objects.get_or_create(
        code=code, defaults={"name": name, "level": Area.Level.REGENCY, "valid_from": date(2017, 1, 1)}
    )[0]


def person(username: str, role: str, verbs: dict[str, str]) -> User:
    user = make_user(username)
    if not user.memberships.exists():
        make_membership(user, role=make_role(role, verbs), agency=make_agency("gerakan", "Sekretariat"))
    return user


def secretary() -> User:
    return person("ketut", "sekretariat-uji", SECRETARY)


def keeper(username: str = "kiki") -> User:
    return person(username, "petugas-uji", KEEPER)


def make_fair(opens: date = date(2026, 11, 20), closes: date = date(2026, 12, 20)) -> Exhibition:
    make_node()
    make_framework()
    fair = actions.open_exhibition(
        2026, text("Pameran Uji"), opens=opens, closes=closes, by=secretary(), at=AT
    )
    areas = [
        (make_area("16.11", "Kabupaten Empat Lawang"), 2022),
        (make_area("16.09", "Kabupaten Lahat"), 2019),
    ]
    actions.give_booths(fair, areas, by=secretary(), at=AT)
    fair.refresh_from_db()
    return fair


def booth_of(fair: Exhibition, code: str = "16.11") -> Booth:
    return fair.booths.select_related("area", "exhibition").get(area__code=code)


def fill(booth: Booth, *, at: datetime = AT, closes: time = time(15), user: User | None = None) -> Booth:
    """Fill a booth, kept by Kiki on working days from eight to three."""
    office = actions.Office("Dinas Uji", (1, 2, 3, 4, 5), time(8), closes, "uji", user or keeper())
    actions.set_representatives(booth, [office], by=secretary(), at=at)
    return actions.fill_booth(
        booth,
        title=text("Air sampai desa", "Water for villages"),
        words=text("Cerita **singkat**. <script>alert(1)</script>"),
        dimension="ekonomi",
        indicators=[
            {
                "title": text("Rumah tersambung"),
                "value": "2.140",
                "unit": "rumah",
                "target": "2.600",
                "colour": "slipping",
                "href": "",
            }
        ],
        by=user or keeper(),
        at=at,
    )


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "lawang.people.login.Identified")
    return client
