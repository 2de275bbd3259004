"""How an application comes in: one way for the ordinary form, the phone's outbox, the counter and the paper entry.

The same idempotency key is one case, whatever is repeated; see `record.actions.once`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from lawang.areas.models import Area
from lawang.cases import actions, brakes
from lawang.cases.actions import Announced, Representative
from lawang.cases.definition import HAVE, Definition, Requirement, definition_of
from lawang.cases.models import Attachment, Case, ServiceVersion
from lawang.cases.reading import clean_words, files_asked, read_flat
from lawang.lib import codes
from lawang.lib import fields as lib
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people import parties
from lawang.people.identify import clean_phone
from lawang.people.models import User
from lawang.people.node import day_of, node
from lawang.record.actions import once
from lawang.record.models import Key

OLD_FORMS = timedelta(days=180)  # how long a form that a phone kept is still accepted
MOST_PAPERS = 20
MOST_BYTES = 20_000_000  # of one paper
FILE, BUNDLE = "cases.file", "cases.file_bundle"  # verbs under which keys are known

# Names in a form beside those of the answers; no field begins with "_".
FILES = ".files"  # after the path of a requirement: its photos; before it, the answer whether there is one
OTHER = (
    "_other"  # ticked when somebody asks for somebody else; "_other.name", "_other.phone", "_other.authority"
)
LANGUAGE = "_language"
ABOUT = "_about"  # tracking code of the case to which this one objects


class Unreadable(Refused):
    """The answers have mistakes: answer 422 with the sentences at their fields."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(_("Ada isian yang perlu diperbaiki. Periksa yang bertanda."))
        self.faults = dict(faults)


@dataclass(frozen=True)
class Sent:
    """What arrived. `data` are the flat form fields, name -> values."""

    service: str
    version: int
    code: str
    data: Mapping[str, list[str]]
    channel: str = Case.Channel.WEB
    language: str = "id"
    papers: Sequence[Announced] = ()
    representative: Representative | None = None
    original_date: date | None = None
    bundle: UUID | None = None
    objects_to: Case | None = None  # the caller has made sure that the sender may see it
    extra: Mapping[str, Any] = field(default_factory=dict)  # what else belongs to the content of the key


def version_for(service: str, number: int, *, at: datetime) -> ServiceVersion:
    """Return the version whose form was filled in: the one in force, or one that was in force until lately.

    Raise Refused when the form is too old or unknown.
    """
    found = (
        ServiceVersion.objects.select_related("service")
        .defer("definition", "rehearsal")
        .filter(service__code=service, number=number)
        .exclude(state=ServiceVersion.State.DRAFT)
        .first()
    )
    if found is None or (found.retired_at is not None and found.retired_at < at - OLD_FORMS):
        raise Refused(
            _("Formulir ini sudah tidak dipakai lagi. Buka formulir yang baru; isian Anda tetap ada.")
        )
    return found


def in_regency(code: str) -> bool:
    """Tell whether a code is a district or village of this regency."""
    home = node().area
    return (
        home is not None
        and Area.objects.filter(code=code, code__startswith=f"{home.code}.", valid_to=None).exists()
    )


def read(sent: Sent, version: ServiceVersion, *, at: datetime) -> lib.Answers:
    """Return the clean answers. Raise Unreadable with a sentence for each field that is not right."""
    definition = definition_of(version)
    answers, faults = read_flat(definition.fields, sent.data, today=day_of(at), places=in_regency)
    if sent.channel == Case.Channel.WEB:  # papers that come by hand lie on the counter
        faults |= papers_missing(definition, answers, sent.papers)
    faults |= representative_of(sent.data)[1]
    if faults:
        raise Unreadable(faults)
    return answers


def papers_missing(
    definition: Definition, answers: lib.Answers, papers: Sequence[Announced]
) -> dict[str, str]:
    """Return what is wrong with the papers that come with these answers, by the name of their field."""
    there = {one.paper for one in papers}
    faults: dict[str, str] = {}
    for one in definition.requirements:
        if not _is_asked(one, answers):
            continue
        choice = lib.look(answers, one.path) if one.substitutes else HAVE
        if choice is None:
            if one.required:
                faults[one.path] = _("Pilih: ada, atau apa penggantinya.")
            continue
        uploaded = is_uploaded(one, choice)
        if uploaded and one.path not in there and (one.required or one.substitutes):
            faults[f"{one.path}{FILES}"] = _("Lampirkan foto atau berkas “%(title)s”.") % {
                "title": title_of(one, choice)
            }
    for leaf in files_asked(definition.fields, answers):
        if leaf.field.required and leaf.path not in there:
            faults[leaf.path] = _("Lampirkan foto atau berkas “%(title)s”.") % {
                "title": say(leaf.field.title)
            }
    unknown = there - set(paper_names(definition, answers))
    if unknown:
        raise Refused(_not_asked())
    return faults


def _not_asked() -> str:
    return _("Ada berkas yang tidak diminta formulir ini. Muat ulang halaman, lalu pilih lagi.")


def paper_names(definition: Definition, answers: lib.Answers) -> Iterator[str]:
    """Yield the path of every paper that may come with these answers."""
    yield from (one.path for one in definition.requirements)
    most = lambda _path, group: group.most_times  # noqa: E731
    yield from (leaf.path for leaf in lib.leaves(definition.fields, most) if leaf.field.kind == lib.Kind.FILE)


def _is_asked(one: Requirement, answers: lib.Answers) -> bool:
    shown = lib.Field(one.code, lib.Kind.FILE, one.title, show_when=one.show_when)
    return lib.is_asked(lib.Leaf(one.path, shown), answers)


def is_uploaded(one: Requirement, choice: str) -> bool:
    """Tell whether the choice (HAVE, "none" or the code of a substitute) is a paper that comes as a file."""
    if choice == HAVE:
        return one.is_uploaded
    return any(other.code == choice and other.is_uploaded for other in one.substitutes)


def title_of(one: Requirement, choice: str) -> str:
    return next((say(other.title) for other in one.substitutes if other.code == choice), say(one.title))


def representative_of(data: Mapping[str, list[str]]) -> tuple[Representative | None, dict[str, str]]:
    """Return who acts for the applicant, as a form says it, and what is wrong with that, by field."""
    typed = {
        part: clean_words((data.get(f"{OTHER}.{part}") or [""])[-1])
        for part in ("name", "phone", "authority")
    }
    if not ((data.get(OTHER) or [""])[-1] or any(typed.values())):
        return None, {}
    faults: dict[str, str] = {}
    if not typed["name"]:
        faults[f"{OTHER}.name"] = _("Tulis nama Anda, yang mengajukan.")
    if not typed["authority"]:
        faults[f"{OTHER}.authority"] = _("Tulis mengapa Anda yang mengajukan, misalnya: anak kandung.")
    for part, most in (("name", 200), ("authority", 200)):
        if len(typed[part]) > most:
            faults[f"{OTHER}.{part}"] = _(
                "Paling banyak %(most)s huruf. Anda menulis %(count)s; singkatkan."
            ) % {
                "most": most,
                "count": len(typed[part]),
            }
    try:
        phone = clean_phone(typed["phone"]) or ""
    except Refused as refused:
        faults[f"{OTHER}.phone"] = refused.sentence
        phone = ""
    if faults:
        return None, faults
    return Representative(parties.Identity(typed["name"], phone=phone), typed["authority"]), {}


def paper_of(field_name: str) -> str:
    """Return the path of the paper that comes in a field of the form."""
    return field_name.removesuffix(FILES)


def receive(
    key: str, sent: Sent, *, by: User | None = None, account: User | None = None, at: datetime
) -> tuple[Case, bool]:
    """File what was sent, once; return the case and whether it is new.

    Raise Unreadable, SentDifferently (the key is known with other content) or Refused, also TooMany of one contact.
    Nothing is remembered then.
    """
    version = version_for(sent.service, sent.version, at=at)
    check_papers(sent.papers)
    made: list[Case] = []

    def do() -> dict[str, Any]:
        answers = read(sent, version, at=at)
        if by is None:
            brakes.count_filing(definition_of(version), answers, at=at)
        case = actions.file_case(
            version,
            answers,
            code=sent.code,
            at=at,
            by=by,
            channel=sent.channel,
            account=account,
            representative=sent.representative or representative_of(sent.data)[0],
            papers=sent.papers,
            original_date=sent.original_date,
            bundle=sent.bundle,
            language=sent.language,
        )
        if sent.objects_to is not None:
            actions.object_to(case, sent.objects_to, by=account, at=at)
        made.append(case)
        return {"case": str(case.key)}

    # Not the account: whoever sends again after the login has ended gets the same receipt.
    result, fresh = once(key, FILE, by, _content(sent), at, do)
    return made[0] if fresh else _filed().get(key=result["case"]), fresh


def _filed() -> QuerySet[Case]:
    """Return cases with what a receipt tells; the definition is known to this process and not read again."""
    return Case.objects.select_related("service", "version").defer(
        "version__definition", "version__rehearsal", "search"
    )


def receive_bundle(
    key: str, sent: Sent, services: Sequence[tuple[str, int]], *, account: User | None = None, at: datetime
) -> tuple[list[Case], bool]:
    """File several services that were asked for with one form, all or none, once.

    `services` are codes with the version of their form; each gets all answers and the papers that it asks for, the
    first the code of the device. Return the cases in that order and whether they are new. Raise as `receive` does; the
    sentences of all are together.
    """
    versions = [version_for(service, number, at=at) for service, number in services]

    def do() -> dict[str, Any]:
        parts = split(sent, versions)
        faults: dict[str, str] = {}
        clean = []
        for one, version in zip(parts, versions, strict=True):
            check_papers(one.papers)
            try:
                clean.append(read(one, version, at=at))
            except Unreadable as unreadable:
                faults |= unreadable.faults
        if faults:
            raise Unreadable(faults)
        bundle = uuid4()
        brakes.count_filing(definition_of(versions[0]), clean[0], at=at)
        made = [
            actions.file_case(
                version,
                answers,
                code=one.code,
                at=at,
                account=account,
                representative=representative_of(one.data)[0],
                papers=one.papers,
                bundle=bundle,
                language=one.language,
            )
            for one, version, answers in zip(parts, versions, clean, strict=True)
        ]
        return {
            "cases": [str(case.key) for case in made],
            "papers": [
                [
                    [place, number]
                    for place, part in enumerate(parts)
                    for number, other in enumerate(part.papers)
                    if other is one
                ]
                for one in sent.papers
            ],
        }

    content = _content(sent) | {"service": [service for service, _number in services]}
    result, fresh = once(key, BUNDLE, None, content, at, do)
    cases = {str(one.key): one for one in _filed().filter(key__in=result["cases"])}
    return [cases[one] for one in result["cases"]], fresh


def split(sent: Sent, versions: Sequence[ServiceVersion]) -> list[Sent]:
    """Return what each service of a bundle gets. Raise Refused for a paper that none of them asks for."""
    parts = [
        replace(
            sent,
            service=version.service.code,
            version=version.number,
            code=sent.code if place == 0 else codes.new_code(),
            papers=papers_for(definition_of(version), sent.papers),
        )
        for place, version in enumerate(versions)
    ]
    if any(not any(one is other for part in parts for other in part.papers) for one in sent.papers):
        raise Refused(_not_asked())
    return parts


def papers_for(definition: Definition, papers: Sequence[Announced]) -> list[Announced]:
    """Return those of the papers that a service asks for, in their order."""
    names = set(paper_names(definition, {}))
    return [one for one in papers if one.paper in names]


def attachments_of(key: str, number: int) -> list[Attachment]:
    """Return the papers that the `number`-th file sent under a key becomes: one, or in a bundle one for each case."""
    known = Key.objects.filter(key=key, verb__in=(FILE, BUNDLE)).first()
    if known is None:
        return []
    if known.verb == FILE:
        places = [(known.result.get("case"), number)]
    else:
        papers = known.result.get("papers", [])
        there = papers[number] if number < len(papers) else []
        places = [(known.result["cases"][place], own) for place, own in there]
    wanted = Q()
    for case, own in places:
        wanted |= Q(case__key=case, number=own)
    return list(Attachment.objects.filter(wanted).order_by("pk")) if places else []


def check_papers(papers: Sequence[Announced]) -> None:
    """Raise Refused for more or larger papers than we take."""
    if len(papers) > MOST_PAPERS:
        raise Refused(_("Paling banyak %(most)s berkas dalam satu permohonan.") % {"most": MOST_PAPERS})
    for one in papers:
        if not 0 < one.size <= MOST_BYTES:
            raise Refused(_("Berkas “%(name)s” kosong atau lebih dari 20 MB.") % {"name": one.name[:80]})


def _content(sent: Sent) -> dict[str, Any]:
    return {
        "service": sent.service,
        "code": sent.code,
        "data": {name: list(values) for name, values in sent.data.items()},
        "papers": [[one.paper, one.size, one.sha256] for one in sent.papers],
        **sent.extra,
    }


def receipt(case: Case) -> dict[str, Any]:
    """Return what the device keeps as proof."""
    with override(case.language):
        url = reverse("cases:track", args=[case.code])
    return {
        "number": case.number,
        "code": case.code,
        "key": str(case.key),
        "received_at": case.received_at.astimezone(UTC).isoformat(),
        "due": case.due_at.astimezone(UTC).isoformat() if case.due_at else None,
        "url": url,
    }
