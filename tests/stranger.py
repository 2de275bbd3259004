"""One stranger's case with everything that can hang on it, each thing with words that stand nowhere else.

It lies in an office to which nobody of the demonstration belongs. `zul` handles it there; it is in the account of
`pemilik`.
"""

import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from lawang.cases import actions, receiving, uploads
from lawang.cases.actions import Given
from lawang.cases.models import Case, Incident, Note, PaymentBatch, Reply
from lawang.cases.privacy import incidents
from lawang.cases.receiving import Sent
from lawang.documents import actions as documents
from lawang.documents.models import Document
from lawang.documents.tests.letters import make_template
from lawang.lib.codes import new_code
from lawang.people.models import User
from lawang.record.actions import notify, thing_name
from tests import pdfs
from tests.case_factory import DEFINITION, VERBS, both, make_version
from tests.cast import make_agency, make_membership, make_role, make_user

NIK, PHONE, EMAIL = "1611035911770007", "081377665544", "zubaidah@rahasia.example"
NAME, HEALTH, WORDS = "Zubaidah Rahasia", "epilepsi-zubaidah", "alasan-zubaidah"
NOTE, ASK, LETTER, PAPER = "catatan-zubaidah", "minta-zubaidah", "isi-surat-zubaidah", "kertas-zubaidah"
MAIL, BREACH, REPLY = "pesan-zubaidah", "insiden-zubaidah", "balasan-rahasia-kantor"
DEED = "1611-LU-17111977-4711"  # number of the deed that SIAK gave
TOKENS: dict[str, set[str]] = {  # word -> roles that may read it
    **{
        token: set()
        for token in (
            NIK,
            PHONE,
            PHONE[1:],
            EMAIL,
            NAME,
            HEALTH,
            NOTE,
            LETTER,
            PAPER,
            MAIL,
            REPLY,
            DEED,
        )
    },
    "Zubaidah": {"auditor"},  # the desk masks names: "Zubaidah R."
    ASK: {"auditor"},  # sees all cases, without personal data
    WORDS: {"auditor"},  # an answer of the class internal
    BREACH: {"data-protection-officer"},
}


RESULT = {
    "code": "result",
    "title": both("Catat hasil"),
    "kind": "record_result",
    "system": "SIAK",
    "from": ["received"],
    "to": "received",
    "by": "officer",
}


@dataclass
class Hidden:
    """The stranger's things: by which words they can be named, and which history is theirs."""

    case: Case
    keys: dict[str, list[Any]] = field(default_factory=dict)  # label of the model -> keys
    codes: list[str] = field(default_factory=list)
    pks: list[int] = field(default_factory=list)
    things: list[str] = field(default_factory=list)
    mail: int = 0  # pk of a message whose words are the stranger's


def hide(*, at: datetime, officer: User | None = None) -> Hidden:
    """Put one of everything into the demonstration that nobody in it may see; return how it can be named.

    `officer` is of data protection; default: the demonstration's.
    """
    version = make_version({**DEFINITION, "steps": [*copy.deepcopy(DEFINITION["steps"]), RESULT]})
    handler = make_membership(
        make_user("zul"),
        role=make_role("idor", VERBS, highest_privacy="sensitive"),
        agency=make_agency("umum"),
    ).user
    owner = make_user("pemilik", name="Pemilik Contoh")
    sending = str(uuid4())
    paper = pdfs.plain(f"({PAPER})")
    sent = Sent(
        service="pinjam-aula",
        version=version.number,
        code=new_code(),
        data={
            "name": [NAME],
            "nik": [NIK],
            "phone": [PHONE],
            "email": [EMAIL],
            "use": [WORDS],
            "health": [HEALTH],
            "papers.identity": ["have"],
        },
        papers=[
            actions.Announced("papers.identity", "ktp.pdf", 999, "0" * 64)
        ],  # arrives in pieces, and never does
    )
    case, _fresh = receiving.receive(sending, sent, account=owner, at=at)
    attachment = uploads.attach(case, paper, paper="papers.identity", name="ktp.pdf", by=None, at=at)
    assert attachment.file is not None
    actions.add_note(case, NOTE, reader=Note.Reader.INTERNAL, by=handler, at=at)
    given = Given(reference=DEED, upload=pdfs.plain("(akta)"))
    case = actions.take_step(case, "result", given, by=handler, at=at)
    case = actions.take_step(case, "ask", Given(items=[ASK]), by=handler, at=at)
    deed = Document.objects.get(origin=Document.Origin.ELSEWHERE, about=thing_name(case))
    assert deed.file is not None
    mail = notify(address=EMAIL, kind="case_ask", subject="Uji", body=MAIL, about=case, at=at)
    template = make_template("idor/letter", series="", signers=["head"], at=at)
    values = {"name": NAME, "nik": NIK, "address": LETTER, "trade": LETTER}
    letters = [
        documents.draft(template=template, values=values, about=case, office=case.office, by=None, at=at)
        for _number in range(2)
    ]
    letters[1] = documents.issue(letters[1], by=None, at=at)
    assert letters[1].file is not None
    batch = PaymentBatch.objects.create(
        service=case.service, number="IDOR-1", year=at.year, made_by=handler, made_at=at
    )
    Case.objects.filter(pk=case.pk).update(batch=batch)
    reply = Reply.objects.create(agency=case.office, title=REPLY, words=REPLY)
    breach = incidents.Account(title="Uji", kind=Incident.Kind.LOST, noticed_at=at, words=BREACH)
    incident = incidents.report(breach, by=officer or User.objects.get(username="bambang"), at=at)
    found = Hidden(case)
    found.keys = {
        "cases.case": [case.key],
        "cases.attachment": [attachment.key],
        "cases.paymentbatch": [batch.key],
        "cases.incident": [incident.key],
        "documents.document": [*(one.key for one in letters), deed.key],
        "people.user": [handler.key],
        "record.file": [attachment.file.key, letters[1].file.key, deed.file.key],
        "record.outbox": [mail.key],
        "record.key": [sending],  # by which a phone sent it: /kirim/<key>/
    }
    found.mail = mail.pk
    found.codes = [case.code, *(one.code for one in letters)]
    found.pks = [case.pk, reply.pk, letters[0].pk]
    found.things = [f"cases.case:{case.key}", *(thing_name(one) for one in (*letters, deed))]
    return found
