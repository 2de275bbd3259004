"""The services of packs/nasional in a small regency, for tests: their definitions, offices, and who works there."""

from datetime import date, datetime
from functools import cache
from typing import Any

import yaml
from django.conf import settings

from lawang.areas.models import Area
from lawang.cases import publishing
from lawang.cases.actions import Given, applicant_step, clock_step, file_case, take_step
from lawang.cases.letters import waiting
from lawang.cases.models import Case, ServiceVersion, Unit
from lawang.cases.reading import read_answers
from lawang.cases.worked import moment as at_moment
from lawang.documents.signatures import sign
from lawang.lib.codes import new_code
from lawang.packs.kinds import package_days
from lawang.packs.reader import read_file
from lawang.packs.registry import KINDS
from lawang.packs.schema import Reading
from lawang.people.models import Agency, Node, User
from tests.case_factory import make_holidays
from tests.cast import make_agency, make_membership, make_node, make_role, make_user, moment

FOLDER = settings.ROOT / "packs" / "nasional"
CODES = tuple(sorted(path.stem for path in (FOLDER / "services").glob("*.yaml")))
OFFICES = {  # agency -> what it does; the licensing office is front and back
    "dukcapil": ("dukcapil",),
    "dinsos": ("dinsos",),
    "dpmptsp": ("front_office", "back_office"),
    "dinkes": ("dinkes",),
    "kominfo": ("ppid", "dpo", "complaints"),
    "setda": ("ppid_superior",),
    "pupr": ("public_works", "transport", "education", "drinking_water", "environment"),
}
AREAS = (
    ("16", "Sumatera Selatan", Area.Level.PROVINCE),
    ("16.11", "Empat Lawang", Area.Level.REGENCY),
    ("16.11.03", "Ulu Musi", Area.Level.DISTRICT),
    ("16.11.03.2007", "Padang Contoh", Area.Level.VILLAGE),
    ("16.11.04", "Tebing Tinggi", Area.Level.DISTRICT),
    ("16.11.04.2001", "Lubuk Contoh", Area.Level.VILLAGE),
)
VERBS = dict.fromkeys(
    (
        "cases.see",
        "cases.handle",
        "cases.verify",
        "cases.validate",
        "cases.decide",
        "cases.hear",
        "cases.pay",
        "documents.see",
        "documents.issue",
        "documents.sign",
    ),
    "agency",
)
SIGNS = ["section_head", "division_head", "head"]
START = moment("2026-01-02 08:00")
REHEARSED: dict[str, dict[str, Any]] = {}


@cache
def definition(code: str) -> dict[str, Any]:
    """Return the plain data of a service, as the pack checker reads them."""
    reading = Reading(folder=FOLDER, file=f"services/{code}.yaml", needs_english=True)
    data = read_file(KINDS["services"].shape, reading)
    assert not reading.problems, [str(one) for one in reading.problems]
    assert isinstance(data, dict)
    return data


def make_regency() -> dict[str, User]:
    """Make areas, offices and one person in each who may do everything there; return agency -> that person."""
    found: dict[str, Area] = {}
    for code, name, level in AREAS:
        found[code], _new = Area.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "level": level,
                "decree": "contoh",
                "parent": found.get(code.rpartition(".")[0]),
                "valid_from": date(2007, 1, 1),
            },
        )
    make_node()
    Node.objects.update(area=found["16.11"])
    make_holidays(*package_days(2026), *package_days(2027))
    for one in yaml.safe_load((FOLDER / "units.yaml").read_text()):
        Unit.objects.get_or_create(code=one["code"], defaults={"title": one["title"]})
    for code, units in OFFICES.items():
        Unit.objects.filter(code__in=units).update(agency=make_agency(code, code.title()))
    for code, name, level in AREAS:
        if level in (Area.Level.DISTRICT, Area.Level.VILLAGE):
            kind = Agency.Kind.VILLAGE if level == Area.Level.VILLAGE else Agency.Kind.DISTRICT
            make_agency(f"kantor-{code}", f"Kantor {name}", kind=kind, area=found[code])
    role = make_role("everything", VERBS, highest_privacy="sensitive", signs_as=SIGNS)
    people: dict[str, User] = {}
    for agency in Agency.objects.all():
        people[agency.code] = make_user(f"contoh-{agency.code}".replace(".", "-"))
        if not people[agency.code].memberships.exists():
            make_membership(people[agency.code], role=role, agency=agency)
    return people


def make_published(code: str) -> ServiceVersion:
    """Return the service in force, as it comes out of the pack, rehearsed once for all tests."""
    version = publishing.bring(definition(code), pack="nasional", at=START)
    if version.state == ServiceVersion.State.DRAFT:
        if code not in REHEARSED:
            REHEARSED[code] = publishing.rehearse(version, at=START).as_json()
        ServiceVersion.objects.filter(pk=version.pk).update(rehearsal=REHEARSED[code])
        version = publishing.publish(version, by=None, at=START)
    return version


def make_national_case(
    code: str, example: int = 0, *, at: datetime | None = None, change: dict[str, Any] | None = None
) -> Case:
    """File a worked example of a service, with the answers of `change` in place of its own."""
    version = make_published(code)
    item = definition(code)["examples"][example]
    received = at or at_moment(item["received"])
    assert received is not None
    from lawang.cases.definition import definition_of

    read = read_answers(
        definition_of(version).fields, {**item["answers"], **(change or {})}, today=received.date()
    )
    assert not read.faults, read.faults
    return file_case(version, read.answers, code=new_code(), at=received)


def walk(case: Case, people: dict[str, User], taken: list[dict[str, Any]]) -> Case:
    """Take the steps of a worked example by whoever takes them, in the office that holds the case."""
    for one in taken:
        at = at_moment(one["at"])
        assert at is not None
        case = take(case, people, one["take"], at=at, outcome=one.get("outcome", ""), values=one["fields"])
    return case


def signed(case: Case, people: dict[str, User], *, at: datetime) -> Case:
    """Let the head of the office that answers for the case sign what waits; return the case as it is then."""
    for letter in waiting(case):
        sign(letter, by=people[case.owner.code], at=at)
    return Case.objects.select_related("version__service", "service", "owner", "office").get(pk=case.pk)


def take(
    case: Case,
    people: dict[str, User],
    code: str,
    *,
    at: datetime,
    outcome: str = "",
    values: dict[str, Any] | None = None,
    duplicate_of: Case | None = None,
) -> Case:
    """Take one step with what its kind asks for."""
    from lawang.cases.definition import definition_of

    case = Case.objects.select_related("version", "office").get(pk=case.pk)
    step = definition_of(case.version).steps[code]
    if step.by == "clock":
        return clock_step(case, at=at)
    read = read_answers(step.fields, values or {}, today=at.date())
    assert not read.faults, read.faults
    given = Given(
        note="Alasan contoh.",
        outcome=outcome,
        values=read.answers,
        items=("Foto yang lebih terang",),
        reference="CONTOH-1",
        duplicate_of=duplicate_of,
    )
    if step.by == "applicant":
        return applicant_step(case, step.kind, given, at=at)
    return take_step(case, code, given, by=people[case.office.code], at=at)
