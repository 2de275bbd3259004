"""A movement's installation for tests: a small form, criteria, programme, and the people around a cohort."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lawang.areas.models import Area
from lawang.movement.cohorts import actions, mentoring, selection
from lawang.movement.cohorts.models import Ballot, Blueprint, Cohort, Juror, Participant
from lawang.movement.tests import letters
from lawang.people.models import Node, User
from lawang.record.models import Outbox
from tests.cast import make_agency, make_membership, make_node, make_role, make_user, moment

AT = moment("2026-06-01 09:00")
OPENS, CLOSES = moment("2026-06-02 00:00"), moment("2026-07-01 23:59")
DURING, AFTER = moment("2026-06-10 10:00"), moment("2026-07-02 08:00")
VERBS = {
    "movement-secretariat": {"movement.run": "all"},
    "assessor": {"movement.assess": "self"},
    "mentor": {"movement.mentor": "self"},
}
FORM: dict[str, Any] = {
    "code": "uji",
    "title": {"id": "Formulir uji"},
    "source": "uji",
    "scale": [{"code": code, "title": {"id": code.title()}} for code in ("baik", "sedang", "buruk")],
    "parts": [
        {
            "code": "struktur",
            "title": {"id": "Struktur"},
            "gloss": None,
            "questions": [
                {"code": "pemimpin", "title": {"id": "Apakah kepala daerah memimpin?"}, "hint": None},
                {"code": "anggaran", "title": {"id": "Adakah anggaran?"}, "hint": {"id": "Sebutkan DPA."}},
            ],
        },
        {
            "code": "budaya",
            "title": {"id": "Budaya"},
            "gloss": {"id": "Adat dan kebiasaan."},
            "questions": [{"code": "literasi", "title": {"id": "Seberapa terbiasa warga?"}, "hint": None}],
        },
    ],
}
CRITERIA: dict[str, Any] = {
    "code": "uji",
    "title": {"id": "Kriteria uji"},
    "source": "uji",
    "least": 1,
    "most": 5,
    "criteria": [
        {"code": "visi", "title": {"id": "Visi"}, "weight": "70"},
        {"code": "uang", "title": {"id": "Anggaran"}, "weight": "30"},
    ],
}
PROGRAMME: dict[str, Any] = {
    "code": "uji",
    "title": {"id": "Dua bimtek"},
    "source": "uji",
    "stages": [
        {
            "code": "i",
            "title": {"id": "Bimtek I"},
            "content": {"id": "Analisis"},
            "worksheets": ["swot", "gap"],
            "deliverables": [{"code": "bahan", "title": {"id": "Bahan Buku 1"}}],
        },
        {
            "code": "ii",
            "title": {"id": "Bimtek II"},
            "content": {"id": "Program"},
            "worksheets": ["programmes"],
            "deliverables": [{"code": "kerangka", "title": {"id": "Kerangka Buku 2"}}],
        },
    ],
}


def blueprint(kind: str, definition: dict[str, Any]) -> Blueprint:
    return Blueprint.objects.get_or_create(
        kind=kind,
        code=definition["code"],
        number=1,
        defaults={"title": definition["title"], "definition": definition, "pack": "uji", "at": AT},
    )[0]


def make_movement() -> Node:
    """Make this installation a movement's."""
    node = make_node(kind=Node.Kind.MOVEMENT, name={"id": "Gerakan"}, base_url="https://gerakan.example")
    Node.objects.update(kind=Node.Kind.MOVEMENT)
    return node


def person(role: str, username: str) -> User:
    """Return somebody who holds one of the roles."""
    user = make_user(username)
    if not user.memberships.exists():
        make_membership(user, role=make_role(role, VERBS[role]), agency=make_agency("gerakan", "Sekretariat"))
    return user


def secretary() -> User:
    return person("movement-secretariat", "ketut")


def make_area(code: str = "13.06", name: str = "Kabupaten Agam", level: str = Area.Level.REGENCY) -> Area:
    make_movement()
    return Area.objects.get_or_create(
        code=code, defaults={"name": name, "level": level, "valid_from": AT.date()}
    )[0]


def make_cohort(year: int = 2026, **more: Any) -> Cohort:
    """Return a cohort that is called."""
    make_movement()
    given: dict[str, Any] = {
        "year": year,
        "title": {"id": f"Angkatan {year}"},
        "call": {"id": "Ayo mendaftar."},
        "track": "",
        "areas": [],
        "areas_note": "",
        "opens_at": OPENS,
        "closes_at": CLOSES,
        "form": blueprint("forms", FORM),
        "criteria": blueprint("criteria", CRITERIA),
        "by": secretary(),
        "at": AT,
    }
    return actions.call_cohort(**(given | more))


def invite(cohort: Cohort, area: Area | None = None, *, at: Any = AT) -> tuple[Participant, str]:
    """Invite a region; return it with the secret of its link."""
    row = actions.invite(
        cohort,
        area or make_area(),
        contact="kominfo@agam.example",
        contact_office="Dinas Kominfo",
        by=secretary(),
        at=at,
    )
    mail = Outbox.objects.filter(kind="cohort_invited").latest("pk")
    return row, mail.body.split("/undangan/")[1].split("/")[0]


ANSWERS = {code: {"level": "sedang", "words": "Ada."} for code in ("pemimpin", "anggaran", "literasi")}


def apply(participant: Participant, **more: Any) -> Participant:
    """Write and send a whole form."""
    given: dict[str, Any] = {
        "answers": ANSWERS,
        "applications": [{"name": "e-Surat", "agency": "Kominfo", "users": 40}],
        "by_office": "Dinas Kominfo",
        "at": DURING,
    }
    actions.write(participant, **(given | more))
    actions.send(participant, at=DURING)
    participant.refresh_from_db()
    return participant


def advance(cohort: Cohort, state: str) -> Cohort:
    while cohort.state != state:
        cohort = actions.move_on(cohort, by=secretary(), at=DURING)
    return cohort


def make_applied(*areas: Area, cohort: Cohort | None = None) -> tuple[Cohort, list[Participant]]:
    """Return a cohort in assessment with these regions applied."""
    cohort = cohort or make_cohort()
    rows = [invite(cohort, area)[0] for area in areas or (make_area(),)]
    cohort = advance(cohort, Cohort.State.APPLYING)
    for row in rows:
        apply(row)
    cohort = advance(cohort, Cohort.State.ASSESSING)
    return cohort, list(Participant.objects.filter(cohort=cohort).select_related("cohort", "area"))


def seat(participant: Participant, username: str) -> tuple[Juror, User]:
    user = person("assessor", username)
    return selection.seat(participant.cohort, user, [participant], by=secretary(), at=DURING), user


def hand_in(participant: Participant, user: User, visi: int, uang: int) -> Ballot:
    """Declare, mark and hand in one assessor's sheet."""
    ballot = selection.declare(participant, conflict="", by=user, at=DURING)
    selection.mark(ballot, {"visi": visi, "uang": uang}, by=user, at=DURING)
    return selection.hand_in(ballot, by=user, at=DURING)


def decide(participant: Participant, *, is_chosen: bool = True) -> Participant:
    letters.install(AT)
    selection.decide(participant, is_chosen=is_chosen, reason="Siap bekerja.", by=secretary(), at=AFTER)
    participant.refresh_from_db()
    return participant


def make_mentored(*usernames: str) -> Participant:
    """Return a region that is mentored, by these mentors."""
    _cohort, (row,) = make_applied()
    _juror, wayan = seat(row, "wayan")
    hand_in(row, wayan, 4, 4)
    row = decide(row)
    cohort = advance(Cohort.objects.get(pk=row.cohort_id), Cohort.State.DECIDED)
    mentoring.begin(cohort, blueprint("programmes", PROGRAMME), by=secretary(), at=AFTER)
    mentors: Iterable[User] = [person("mentor", name) for name in usernames]
    row = Participant.objects.select_related("cohort", "area").get(pk=row.pk)
    return mentoring.give_mentors(row, mentors, by=secretary(), at=AFTER)


def csv_of(*lines: str, name: str = "angka.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join(lines).encode(), content_type="text/csv")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "lawang.people.login.Identified")
    return client


LATER = AFTER + timedelta(days=30)
