"""Awards for tests: a published year of a few regencies, categories, and the people around a jury."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.test import Client

from lawang.areas.models import Area
from lawang.documents import actions as documents
from lawang.documents.models import Template
from lawang.lib.text import text
from lawang.movement.awards import actions
from lawang.movement.awards.actions import Win
from lawang.movement.awards.models import Award, AwardCategory, AwardJuror, Nominee
from lawang.movement.cohorts.tests.cast import make_movement
from lawang.movement.models import Assessment, Evaluation, Mark, Seat, Sheet
from lawang.movement.tests.cast import make_instrument
from lawang.people.middleware import HAS_FACTOR
from lawang.people.models import Agency, User
from tests.cast import make_agency, make_membership, make_role, make_user, moment

AT = moment("2026-12-01 09:00")
LATER = AT + timedelta(days=3)
ROLES: dict[str, tuple[dict[str, str], list[str]]] = {
    "movement-secretariat": (
        {"movement.run": "all", "documents.see": "agency", "documents.issue": "agency"},
        [],
    ),
    "assessor": ({"movement.assess": "self"}, []),
    "movement-head": (
        {"documents.see": "agency", "documents.sign": "agency", "documents.issue": "agency"},
        ["head"],
    ),
}
JURY: dict[str, Any] = {
    "code": "uji",
    "title": {"id": "Juri uji", "en": "Test jury"},
    "source": "Susunan uji",
    "least": 1,
    "most": 5,
    "criteria": [
        {"code": "manfaat", "title": {"id": "Manfaat", "en": "Benefit"}, "weight": "60"},
        {"code": "lanjut", "title": {"id": "Terjaga", "en": "Kept up"}, "weight": "40"},
    ],
}


def office() -> Agency:
    return make_agency("gerakan", "Sekretariat Gerakan")


def person(role: str, username: str) -> User:
    user = make_user(username)
    if not user.memberships.exists():
        verbs, signs_as = ROLES[role]
        make_membership(user, role=make_role(role, verbs, signs_as=signs_as), agency=office())
    return user


def secretary() -> User:
    return person("movement-secretariat", "ketut")


def browser(user: User | None = None) -> Client:
    """Return a browser of somebody signed in with a second factor; of a visitor without a user."""
    client = Client()
    if user is not None:
        client.force_login(user, "lawang.people.login.Identified")
        session = client.session
        session[HAS_FACTOR] = True
        session.save()
    return client


def category(code: str = "keseluruhan", by: str = "final", **more: Any) -> AwardCategory:
    """Return a category as `packs.keep` leaves it."""
    title = more.pop("title", {"id": f"Terbaik {code}", "en": f"Best {code}"})
    definition = {
        "code": code,
        "title": title,
        "by": by,
        "about": [],
        "shortlist": 3,
        "per_track": False,
        "jury": JURY,
        "source": "Susunan uji",
    } | more
    order = AwardCategory.objects.count()
    return AwardCategory.objects.create(
        code=code, number=1, order=order, title=title, definition=definition, pack="uji", at=AT
    )


def make_year(year: int = 2026, **more: Any) -> Evaluation:
    """Return a published evaluation without regencies."""
    make_movement()
    given: dict[str, Any] = {"opened_at": AT, "answers_until": AT, "published_at": AT, "state": "published"}
    return Evaluation.objects.create(year=year, instrument=make_instrument(), **given | more)


def result(
    evaluation: Evaluation,
    code: str,
    name: str,
    final: str | None,
    *,
    track: str = "reguler",
    improvement: str | None = None,
    components: dict[str, str] | None = None,
    marks: dict[str, int] | None = None,
) -> Assessment:
    """Return a regency's published result; final None: it did not take part. `marks`: of one assessor, by item."""
    area = Area.objects.get_or_create(
        code=code, defaults={"name": name, "level": Area.Level.REGENCY, "valid_from": AT.date()}
    )[0]
    row = Assessment.objects.create(
        evaluation=evaluation,
        area=area,
        track=track,
        state=Assessment.State.PUBLISHED,
        took_part=final is not None,
        final=final and Decimal(final),
        improvement=improvement and Decimal(improvement),
        components=components or {},
    )
    if marks:
        seat = Seat.objects.get_or_create(evaluation=evaluation, user=person("assessor", "penilai"))[0]
        sheet = Sheet.objects.create(assessment=row, seat=seat, declared_at=AT, handed_in_at=AT)
        Mark.objects.bulk_create(Mark(sheet=sheet, item=item, mark=mark) for item, mark in marks.items())
    return row


NAMES = (("13.06", "Kabupaten Agam"), ("16.03", "Kabupaten Muara Enim"), ("16.11", "Kabupaten Empat Lawang"))


def make_award(*finals: str, by: str = "final", **more: Any) -> Award:
    """Return an award that is being nominated, of the regencies of NAMES with these finals."""
    evaluation = make_year()
    for (code, name), final in zip(NAMES, finals or ("3.50", "3.10", "2.90"), strict=True):
        result(evaluation, code, name, final, components={"baseline": final})
    made, _empty = actions.open_awards(evaluation, [category(by=by, **more)], by=secretary(), at=AT)
    return made[0]


def nominee(award: Award, code: str = "13.06") -> Nominee:
    return Nominee.objects.select_related("award", "assessment__area").get(
        award=award, assessment__area__code=code
    )


def seat(award: Award, *usernames: str) -> list[AwardJuror]:
    return [actions.seat_juror(award, person("assessor", name), by=secretary(), at=AT) for name in usernames]


def judging(award: Award, *usernames: str) -> list[AwardJuror]:
    """Seat these jurors and let them begin."""
    jurors = seat(award, *(usernames or ("made", "putu")))
    actions.begin_judging(award, by=secretary(), at=AT)
    return jurors


def judge(
    juror: AwardJuror, *, conflicts: dict[str, str] | None = None, **marks: tuple[int, int]
) -> AwardJuror:
    """Declare, mark and hand in: `_13_06=(4, 5)` for the two criteria, 3 and 3 where nothing is said."""
    given = {code.strip("_").replace("_", "."): pair for code, pair in marks.items()}
    named = list(juror.award.nominees.filter(is_dropped=False).select_related("assessment__area"))
    against = conflicts or {}
    declared = {one.pk: against.get(one.assessment.area.code, "") for one in named}
    actions.declare(juror, declared, by=juror.user, at=AT)
    sheet = {}
    for one in named:
        if not declared[one.pk]:
            benefit, kept = given.get(one.assessment.area.code, (3, 3))
            sheet[one.pk] = {"manfaat": benefit, "lanjut": kept}
    actions.mark(juror, sheet, by=juror.user, at=AT)
    return actions.hand_in(juror, by=juror.user, at=AT)


def decided(award: Award | None = None, code: str = "13.06", reason: str = "Warga merasakannya.") -> Award:
    """Return an award that two jurors judged and one regency won."""
    award = award or make_award()
    for juror in judging(award):
        judge(juror)
    win = Win(nominee(award, code).pk, 1, text(reason, "Residents feel it."))
    return actions.decide(award, [win], by=secretary(), at=AT)


def published(award: Award | None = None) -> Award:
    return actions.publish(decided(award), by=secretary(), at=AT)


def make_template() -> Template:
    names = ("region", "category", "year", "reason", "subject")
    return documents.install_template(
        "gerakan/award",
        kind="award",
        title={"id": "Piagam penghargaan", "en": "Certificate of award"},
        body={
            "id": "Diberikan kepada **{{region}}** sebagai {{category}} tahun {{year}}.\n\n"
            "[[subject: Untuk {{subject}}.]]\n\nAlasan: {{reason}}\n",
            "en": "Given to **{{region}}**: {{category}}, {{year}}.\n\n[[subject: For {{subject}}.]]\n\n"
            "Reasons: {{reason}}\n",
        },
        series="",
        signers=["head"],
        names={name: {"id": name} for name in names},
        at=AT,
    )
