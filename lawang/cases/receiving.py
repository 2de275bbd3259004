"""How an application comes in: one way for the ordinary form, the phone's outbox, the counter and the paper entry.

The same idempotency key is one case, whatever is repeated; see `record.actions.once`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from lawang.areas.models import Area
from lawang.cases import actions
from lawang.cases.actions import Announced, Representative
from lawang.cases.definition import definition_of
from lawang.cases.models import Case, ServiceVersion
from lawang.cases.reading import read_flat
from lawang.lib import fields as lib
from lawang.lib.refused import Refused
from lawang.people.models import User
from lawang.people.node import day_of, node
from lawang.record.actions import once

OLD_FORMS = timedelta(days=180)  # how long a form that a phone kept is still accepted
MOST_PAPERS = 20
MOST_BYTES = 20_000_000  # of one paper


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
    extra: Mapping[str, Any] = field(default_factory=dict)  # what else belongs to the content of the key


def version_for(service: str, number: int, *, at: datetime) -> ServiceVersion:
    """Return the version whose form was filled in: the one in force, or one that was in force until lately.

    Raise Refused when the form is too old or unknown.
    """
    found = (
        ServiceVersion.objects.select_related("service")
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
    if faults:
        raise Unreadable(faults)
    return answers


def receive(
    key: str, sent: Sent, *, by: User | None = None, account: User | None = None, at: datetime
) -> tuple[Case, bool]:
    """File what was sent, once; return the case and whether it is new.

    Raise Unreadable, SentDifferently (the key is known with other content) or Refused. Nothing is remembered then.
    """
    version = version_for(sent.service, sent.version, at=at)
    check_papers(sent.papers)

    def do() -> dict[str, Any]:
        case = actions.file_case(
            version,
            read(sent, version, at=at),
            code=sent.code,
            at=at,
            by=by,
            channel=sent.channel,
            account=account,
            representative=sent.representative,
            papers=sent.papers,
            original_date=sent.original_date,
            bundle=sent.bundle,
            language=sent.language,
        )
        return {"case": str(case.key)}

    result, fresh = once(key, "cases.file", by or account, _content(sent), at, do)
    return Case.objects.select_related("service", "version").get(key=result["case"]), fresh


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
    return {
        "number": case.number,
        "code": case.code,
        "key": str(case.key),
        "received_at": case.received_at.isoformat(),
        "due": case.due_at.isoformat() if case.due_at else None,
        "url": f"/lacak/{case.code}/",
    }
