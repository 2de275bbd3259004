"""What lies in the database and on the disk after a journey: no number, contact or answer of the applicant in clear.

Names lie in clear, and so does the e-mail address of a message while it is kept: docs/decisions/0906 and 0908 say why.
"""

import base64
import contextlib
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone

from lawang.cases.actions import applicant_step
from lawang.cases.models import Case
from lawang.cases.retention import erase_case
from lawang.cases.tests.privacy import make_dpo
from lawang.cases.tests.test_api import piece, send
from lawang.lib.codes import new_code
from lawang.record import sealing
from lawang.record.models import DataKey
from tests.stranger import (
    ASK,
    BREACH,
    DEED,
    EMAIL,
    HEALTH,
    LETTER,
    NIK,
    NOTE,
    PAPER,
    PHONE,
    REPLY,
    WORDS,
    hide,
)
from tests.world import client_of

pytestmark = pytest.mark.django_db

SEALED = (NIK, PHONE, PHONE[1:], EMAIL, HEALTH, NOTE, LETTER, BREACH, PAPER, DEED)
OPEN = {("record_outbox", EMAIL), ("people_user", EMAIL)}  # (table, word): where it has to lie in clear


def found(words: tuple[str, ...]) -> set[tuple[str, str]]:
    """Return (table, word) for every word that lies in clear in any table, of ours or not.

    Bytes are looked at as they are, base64 is decoded, and what a session keeps is looked at as Django reads it.
    """
    lies = set()
    with connection.cursor() as cursor:
        cursor.execute("select table_name from information_schema.tables where table_schema = 'public'")
        for (table,) in cursor.fetchall():
            name = connection.ops.quote_name(table)
            cursor.execute(f"select coalesce(string_agg(to_jsonb(t)::text, ' '), '') from {name} t")
            dump = cursor.fetchone()[0]
            if table == Session._meta.db_table:
                dump = str([one.get_decoded() for one in Session.objects.all()])
            dump = (dump + " ".join(decoded(dump))).lower()
            lies |= {(table, word) for word in words if word.lower() in dump or word.encode().hex() in dump}
    return lies


def decoded(dump: str) -> Iterator[str]:
    """Yield what base64 in a dump says, for columns of ciphertexts in which there is none."""
    for found in re.findall(r"[A-Za-z0-9+/]{16,}={0,2}", dump):
        with contextlib.suppress(ValueError):
            yield base64.b64decode(found, validate=True).decode("latin-1")


def on_disk(folder: Path, words: tuple[str, ...]) -> set[str]:
    contents = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert contents
    return {word for word in words if any(word.encode() in one for one in contents)}


def readable(folder: Path) -> list[str]:
    """Return the files that somebody could open as they lie there: PDF, pictures, office documents."""
    heads = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"PK\x03\x04")
    return [
        path.name for path in folder.rglob("*") if path.is_file() and path.read_bytes()[:4].startswith(heads)
    ]


@pytest.fixture
def journey(db: None, media: Path) -> Case:
    """Everything that can hang on a case, pages that were opened, and a paper of which half has arrived."""
    hidden = hide(at=timezone.now(), officer=make_dpo())
    for username in ("pemilik", "zul"):
        client = client_of(username)
        client.get(f"/lacak/{hidden.case.code}/isian/")
        client.get(f"/meja/{hidden.case.key}/")
        client.post(f"/lacak/{hidden.case.code}/pesan/", {"words": NOTE})
    data = b"%PDF-1.7\n" + PAPER.encode() * 900
    body = {
        "service": "pinjam-aula",
        "version": 1,
        "code": new_code(),
        "answers": {"name": "Zubaidah", "nik": NIK, "phone": PHONE, "use": WORDS, "papers.identity": "have"},
        "made_at": "2026-01-01T00:00:00Z",
        "files": [
            {
                "name": "ktp.pdf",
                "field": "papers.identity.files",
                "size": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
                "kind": "application/pdf",
            }
        ],
    }
    key = str(uuid4())
    assert send(Client(), body, key).status_code == 201
    assert piece(Client(), key, 0, data[:8000]).json()["offset"] == 8000
    assert piece(Client(), key, 8000, data[8000:9001]).json()["offset"] == 9001
    return hidden.case


def test_nothing_personal_lies_in_clear(journey: Case, media: Path) -> None:
    assert found(SEALED) - OPEN == set()
    assert on_disk(media, SEALED) == set()
    assert readable(media) == []


def test_without_encryption_all_of_it_would_be_found(
    request: pytest.FixtureRequest, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "_lock", lambda _key, content, _name: bytes(12) + content + bytes(16))
    monkeypatch.setattr(sealing, "_unlock", lambda _key, content, _name: content[12:-16])
    request.getfixturevalue("journey")
    lies = {word for table, word in found(SEALED) if (table, word) not in OPEN}
    assert lies | on_disk(media, SEALED) == {*SEALED} - {PHONE}  # it is kept as +62...
    assert on_disk(media, (PAPER,)) == {PAPER}


def test_what_is_meant_to_lie_in_clear_does(journey: Case) -> None:
    """Otherwise the test above would find nothing whatever lay there."""
    lies = {word for _table, word in found((WORDS, ASK, REPLY, "Zubaidah"))}
    assert lies == {WORDS, ASK, REPLY, "Zubaidah"}
    assert ("record_outbox", EMAIL) in found((EMAIL,))


def test_after_erasure_nothing_of_the_case_is_left(journey: Case, media: Path) -> None:
    """Not even the name; other things of the person, like their account, are theirs still."""
    at = timezone.now()
    for case in Case.objects.all():
        erase_case(applicant_step(case, "withdraw", at=at), by=None, at=at)
    assert not DataKey.objects.filter(thing__startswith="cases.case:").exists()
    assert not DataKey.objects.filter(thing__startswith="documents.document:").exists()
    left = found((*SEALED, "Zubaidah", WORDS, ASK))
    assert left - {("people_user", EMAIL)} == set()
    assert on_disk(media, (*SEALED, "Zubaidah", WORDS)) == set()
