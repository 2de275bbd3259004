"""Wordings and documents for the tests of this noun."""

from datetime import datetime
from typing import Any

from lawang.documents import actions
from lawang.documents.models import Document, Template
from lawang.people.models import Agency, User
from tests.cast import make_agency, make_node, moment

AT = moment("2026-11-20 10:00")
BODY = """Yang bertanda tangan di bawah ini menerangkan bahwa:

Nama: {{name}}
NIK: {{nik}}
Alamat: {{address}}

adalah penduduk kami dan **benar memiliki usaha** {{trade}}.

[[purpose: Surat ini dipakai untuk {{purpose}}.]]

Demikian surat ini dibuat agar dipakai sebagaimana mestinya.
"""
ENGLISH = """This is to state that:

Name: {{name}}
NIK: {{nik}}
Address: {{address}}

lives here and **runs a business**: {{trade}}.

[[purpose: This letter is for {{purpose}}.]]
"""
VALUES = {
    "name": "Siti Aminah Contoh",
    "nik": "1611045512039900",
    "address": "Dusun II\nDesa Padang Tepong",
    "trade": "warung kelontong",
}


def make_template(code: str = "usaha/letter", **fields: Any) -> Template:
    given: dict[str, Any] = {
        "kind": "certificate",
        "title": {"id": "Surat keterangan usaha", "en": "Business certificate"},
        "body": {"id": BODY, "en": ENGLISH},
        "series": "usaha",
        "names": {name: {"id": name} for name in (*VALUES, "purpose")},
        "at": AT,
    }
    return actions.install_template(code, **given | fields)


def make_village() -> Agency:
    return make_agency("desa-padang", "Desa Padang Tepong", kind=Agency.Kind.VILLAGE)


def make_draft(
    template: Template | None = None,
    *,
    values: dict[str, str] | None = None,
    about: str = "tests.thing:1",
    office: Agency | None = None,
    by: User | None = None,
    at: datetime = AT,
    language: str = "id",
) -> Document:
    make_node()
    return actions.draft(
        template=template or make_template(),
        values=VALUES if values is None else values,
        about=about,
        office=office or make_village(),
        language=language,
        by=by,
        at=at,
    )


def make_document(**fields: Any) -> Document:
    """Return an issued letter without signers."""
    by, at = fields.get("by"), fields.get("at", AT)
    return actions.issue(make_draft(**fields), by=by, at=at)


def leave_letters_behind(office: Agency, *, at: datetime) -> None:
    """Give an office of the demonstration one letter in every state, for the tests that walk all pages."""
    letter = make_template("contoh/letter", signers=["head"], series="CONTOH", at=at)
    receipt = make_template("contoh/receipt", kind="receipt", series="", at=at)
    actions.draft(template=receipt, values=VALUES, about="", office=office, by=None, at=at)
    issued = [
        actions.issue(
            actions.draft(template=receipt, values=VALUES, about="", office=office, by=None, at=at),
            by=None,
            at=at,
        )
        for _number in range(4)
    ]
    actions.revoke(issued[0], by=None, at=at, reason="Salah orang.")
    actions.replace(issued[1], with_=issued[2], by=None, at=at, why="Nama dibetulkan.")
    for _number in range(2):
        waiting = actions.issue(
            actions.draft(template=letter, values=VALUES, about="", office=office, by=None, at=at),
            by=None,
            at=at,
        )
    actions.revoke(waiting, by=None, at=at, reason="Tidak jadi dipakai.")
