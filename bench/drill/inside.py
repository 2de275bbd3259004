"""What the drill runs inside its installation: a service of its own is set up, and afterwards everything is counted."""

import hashlib
import json
from typing import Any

from bench.cases import DEFINITION as PLAIN
from bench.cases import both
from bench.drill.papers import Photo, photos_of

OFFICERS = 4
SERVICE = "uji-cabut"
LETTER = "Nomor {{ number }}\n\n{{ applicant_name }} mengajukan permohonan {{ case_number }}.\n"


def state(code: str, phase: str) -> dict[str, Any]:
    unit = "uji" if code == "received" else "same"
    return {"code": code, "title": both(code), "citizen": both(f"{code}."), "phase": phase, "unit": unit}


def step(code: str, kind: str, source: str, to: str, by: str = "officer", **more: Any) -> dict[str, Any]:
    return {"code": code, "title": both(code), "kind": kind, "from": [source], "to": to, "by": by, **more}


def letter(code: str, series: str, *signers: str) -> dict[str, Any]:
    words = {"title": both("Surat uji"), "body": both(LETTER)}
    return {"code": code, "kind": "letter", "series": series, "signers": list(signers), **words}


DEFINITION: dict[str, Any] = PLAIN | {
    "code": SERVICE,
    "series": "CABUT",
    "requirements": [
        {
            "code": "foto",
            "title": both("Foto"),
            "source": "-",
            "accepts": ["photo"],
            "required": True,
            "privacy": "personal",
        }
    ],
    "sections": [
        PLAIN["sections"][0]
        | {
            "fields": [
                *PLAIN["sections"][0]["fields"],
                {"name": "email", "type": "text", "format": "email", "title": both("Surel")},
            ]
        }
    ],
    "applicant": PLAIN["applicant"] | {"email": "email"},
    "states": [
        state("received", "open"),
        state("checked", "open"),
        state("at_head", "open"),
        state("done", "decided"),
        state("closed", "closed"),
    ],
    "steps": [
        step("check", "move", "received", "checked", is_main=True),
        step("grant", "decide", "checked", "done", outcomes=["granted"], letter="jawaban"),
        step("to_head", "move", "checked", "at_head", letter="izin"),
        step("signed", "decide", "at_head", "done", "clock", outcomes=["granted"]),
        step("close", "close", "done", "closed", "clock"),
    ],
    "letters": [letter("jawaban", "JWB-UJI"), letter("izin", "IZN-UJI", "head")],
}
VERBS = dict.fromkeys(("cases.see", "cases.handle", "documents.see"), "agency")
HEAD_VERBS = VERBS | dict.fromkeys(("cases.decide", "documents.sign", "documents.revoke"), "agency")


def set_up() -> list[str]:
    """Make the service, its office and people; return a session cookie for each officer and, last, for the head."""
    from datetime import date

    from django.test import Client
    from django.utils import timezone

    from lawang.cases.definition import definition_of
    from lawang.cases.letters import meanings, template_code
    from lawang.cases.models import Service, ServiceVersion, Unit
    from lawang.documents.actions import edit_letterhead, install_template
    from lawang.people.models import Agency, Membership, Node, Role, User

    at, since = timezone.now(), date(2020, 1, 1)
    if not Node.objects.exists():
        Node.objects.create(name=both("Kabupaten Contoh"), base_url="http://localhost")
    agency = Agency.objects.create(
        code="UJI", name=both("Kantor Uji"), short_name="Kantor Uji", valid_from=since
    )
    edit_letterhead(agency, lines=["Kantor Uji"], address="-", contact="-", place="Contoh", by=None, at=at)
    officer = Role.objects.create(
        code="uji", title=both("Petugas uji"), verbs=VERBS, highest_privacy="sensitive"
    )
    head = Role.objects.create(
        code="uji-kepala",
        title=both("Kepala uji"),
        verbs=HEAD_VERBS,
        highest_privacy="sensitive",
        signs_as=["head"],
    )
    cookies = []
    for number in range(OFFICERS + 1):
        name = f"uji-{number}"
        user = User.objects.create(
            username=name, name=f"Pegawai {number} Contoh", email=f"{name}@contoh.test"
        )
        role = head if number == OFFICERS else officer
        Membership.objects.create(user=user, role=role, agency=agency, from_date=since)
        client = Client()
        client.force_login(user, "lawang.people.login.Identified")
        cookies.append(client.cookies["sessionid"].value)
    Unit.objects.create(code="uji", title=both("Uji"), agency=agency)
    service = Service.objects.create(code=SERVICE, title=DEFINITION["title"], pack="bench")
    version = ServiceVersion.objects.create(
        service=service,
        number=1,
        definition=DEFINITION,
        sha256=hashlib.sha256(json.dumps(DEFINITION).encode()).hexdigest(),
        state=ServiceVersion.State.PUBLISHED,
        made_at=at,
        published_at=at,
    )
    service.current = version
    service.save()
    definition = definition_of(version)
    for one in definition.letters.values():
        install_template(
            template_code(definition, one),
            kind=one.kind,
            title=one.title,
            body=one.body,
            series=one.series,
            signers=one.signers,
            names=meanings(definition),
            at=at,
        )
    return cookies


def look() -> dict[str, Any]:
    """Return what is there: see the keys. Every kept file is opened."""
    from lawang.cases import answers
    from lawang.cases.models import Attachment, Case, Note
    from lawang.documents.models import Document, NumberSeries, VoidedNumber
    from lawang.documents.numbers import gaps
    from lawang.record.models import Entry, Key, Outbox
    from lawang.record.seals import verify_chains

    sent = {
        row.result["case"]: row.key for row in Key.objects.filter(verb="cases.file") if "case" in row.result
    }
    entries: dict[str, list[str]] = {}
    for thing, verb, after in Entry.objects.order_by("pk").values_list("thing", "verb", "after"):
        words = " ".join([verb, *(str(after[word]) for word in ("step", "reader") if word in after)])
        entries.setdefault(thing, []).append(words)
    cases = {
        row.pk: {
            "sent": sent.get(str(row.key), ""),
            "key": str(row.key),
            "code": row.code,
            "number": row.number,
            "mark": row.answers.get("what", ""),
            "entries": entries.get(f"cases.case:{row.key}", []),
            "notes": [],
            "photos": [],
        }
        for row in Case.objects.all()
    }
    for note in Note.objects.select_related("case"):
        cases[note.case_id]["notes"].append(answers.open_words(note.case, note.words))
    for row in Attachment.objects.select_related("file").order_by("number"):
        case = cases[row.case_id]
        case["photos"].append(fate(row, photos_of(int(case["mark"].rsplit(" ", 1)[1]))))
    return {
        "cases": list(cases.values()),
        "documents": [
            {
                "key": str(row.key),
                "number": row.number,
                "state": row.state,
                "about": row.about,
                "entries": entries.get(f"documents.document:{row.key}", []),
                "is_whole": row.state == "draft"
                or hashlib.sha256(bytes_of(row.file)).hexdigest() == row.sha256,
            }
            for row in Document.objects.select_related("file")
        ],
        "series": [
            {"code": row.code, "last": row.last, "gaps": gaps(row)} for row in NumberSeries.objects.all()
        ],
        "voided": [[row.number, row.reason] for row in VoidedNumber.objects.all()],
        "messages": [
            {"key": str(row.key), "about": row.about, "kind": row.kind, "state": row.state}
            for row in Outbox.objects.all()
        ],
        "breaks": [str(found) for found in verify_chains()],
    }


def fate(attachment: Any, photos: list[Photo]) -> str:
    """Say what became of a photo: "whole", "on its way", or what is wrong with it."""
    from lawang.record import files

    if attachment.number >= len(photos):
        return "was never sent"
    sent = photos[attachment.number]
    if (attachment.sha256, attachment.size) != (sent.sha256, len(sent.data)):
        return "was announced as another one"
    if attachment.trouble:
        return f"was refused: {attachment.trouble}"
    if attachment.file is None:
        return "on its way"
    kept = files.check(sent.data, sent.name).data  # written anew, without place and camera
    return "whole" if bytes_of(attachment.file) == kept else "is not what was sent"


def bytes_of(file: Any) -> bytes:
    from lawang.record.actions import read_file

    with read_file(file) as stream:
        return stream.read()


def messages_waiting() -> int:
    from lawang.record.models import Outbox

    return Outbox.objects.filter(state=Outbox.State.WAITING).count()


def send_what_waits() -> None:
    """Do at once what the clock does every minute."""
    from django.utils import timezone

    from lawang.record.outbox import sweep

    while sweep(at=timezone.now()):
        pass


def inside(name: str) -> str:
    """Return what the shell of the installation runs to call a function of this file."""
    return f"import json; from bench.drill import inside\nprint('SAID' + json.dumps(inside.{name}()))\n"
