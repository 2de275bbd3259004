"""An exhibition for tests: two booths, one filled and kept by Kiki, the other empty; Ketut runs it."""

import io
from datetime import date, datetime, time
from typing import Any

from django.test import Client
from PIL import Image

from lawang.areas.models import Area
from lawang.lib.text import text
from lawang.movement.exhibition import actions, talks
from lawang.movement.exhibition.models import Booth, Exhibition
from lawang.pages.pictures import add_picture
from lawang.people.models import Agency, Role, User
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
    make_node(kind="movement")
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


def leave_exhibition_behind(agency: Agency, *, at: datetime) -> None:
    """Put an exhibition into the demonstration for tests: one booth with everything in it, and a talk with Kiki."""
    kiki, ketut = make_user("kiki", name="Kiki Contoh"), User.objects.get(username="ketut")
    make_membership(kiki, role=Role.objects.get(code="booth-keeper"), agency=agency)
    fair = actions.open_exhibition(
        at.year, text("Pameran Contoh", "Example Fair"), opens=at.date(), closes=at.date(), by=ketut, at=at
    )
    areas = Area.objects.valid(at.date()).filter(code__in=("16.11", "16.09", "33.74"))
    actions.give_booths(fair, [(area, 2020) for area in areas], by=ketut, at=at)
    booth = booth_of(fair)
    office = actions.Office("Dinas Contoh", (1, 2, 3, 4, 5), time(8), time(15), user=kiki)
    actions.set_representatives(booth, [office], by=ketut, at=at)
    out = io.BytesIO()
    Image.new("RGB", (400, 300), (38, 122, 138)).save(out, "PNG")
    poster = add_picture(out.getvalue(), name="a.png", alt=text("Warna air"), by=kiki, at=at)
    win = actions.ShownWin(title=text("Meter dibaca warga"), words=text("Cepat"), picture=poster.pk, href="")
    actions.fill_booth(
        booth, title=text("Air sampai desa"), poster=poster, wins=[win], is_example=True, by=kiki, at=at
    )
    table: dict[str, Any] = {"name": "a.csv", "by": kiki, "at": at}
    actions.add_exhibit(booth, "document", text("Tabel"), b"a,b\n1,2\n", **table)
    actions.make_offer(booth, "offers", "ekonomi", text("Katalog pasar"), by=kiki, at=at)
    talk = talks.ask(booth, "Boleh ditiru?", visitor=talks.visitor_of("contoh"), at=at)
    talks.answer(talk, "Boleh.", by=kiki, at=at)
