"""A service that asks everything a form can ask, for the tests of the citizens' pages."""

from typing import Any

from lawang.cases.models import ServiceVersion
from lawang.lib.codes import new_code
from tests.case_factory import DEFINITION, both, make_version

SITI = "1611034505900001"


def field(name: str, kind: str = "text", title: str = "", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "title": both(title or name.replace("_", " ").capitalize()), **more}


BIRTH: dict[str, Any] = {
    **DEFINITION,
    "code": "lapor-lahir",
    "series": "LHR",
    "title": both("Lapor kelahiran"),
    "summary": both("Orang tua melaporkan anak yang baru lahir."),
    "fee_note": both("Kelahiran dicatat tanpa biaya."),
    "objection": {"service": "keberatan", "within": {"kind": "calendar_days", "count": 30}},
    "requirements": [
        {
            "code": "birth_letter",
            "title": both("Surat keterangan lahir"),
            "note": both("Dari bidan atau rumah sakit."),
            "source": "contoh",
            "substitutes": [
                {
                    "code": "sptjm",
                    "title": both("Pernyataan dengan dua saksi"),
                    "source": "contoh",
                    "is_uploaded": False,
                }
            ],
        },
        {"code": "family_card", "title": both("Kartu keluarga"), "source": "contoh"},
        {"code": "marriage", "title": both("Buku nikah"), "source": "contoh", "required": False},
    ],
    "sections": [
        {
            "code": "reporter",
            "title": both("Pelapor"),
            "fields": [
                field("name", title="Nama pelapor"),
                field("nik", "identity", "NIK pelapor"),
                field("phone", title="Nomor telepon", format="phone", example="0812 3456 7890"),
                field("email", title="Surel", format="email", required=False),
            ],
        },
        {
            "code": "child",
            "title": both("Anak"),
            "help": both("Seperti di surat lahir."),
            "fields": [
                field(
                    "child",
                    "group",
                    "Anak",
                    fields=[
                        field("name", title="Nama anak"),
                        field("birth_date", "date", "Tanggal lahir", not_after_today=True),
                        field("weight", "number", "Berat", decimals=2, required=False),
                        field(
                            "place_kind",
                            "choice",
                            "Lahir di mana",
                            privacy="internal",
                            choices=[
                                {"code": "hospital", "title": both("Rumah sakit")},
                                {"code": "home", "title": both("Rumah")},
                            ],
                        ),
                        field(
                            "helper",
                            title="Siapa yang menolong",
                            show_when={"field": "place_kind", "is": ["home"]},
                        ),
                    ],
                ),
                field("village", "place", "Desa", privacy="internal"),
                field(
                    "witnesses",
                    "group",
                    "Saksi",
                    show_when={"field": "papers.birth_letter", "is": ["sptjm"]},
                    times={"least": 2, "most": 4},
                    fields=[field("name", title="Nama saksi"), field("nik", "identity", "NIK saksi")],
                ),
                field("story", "long_text", "Keterangan", required=False, most=200),
            ],
        },
    ],
    "applicant": {"name": "name", "nik": "nik", "phone": "phone", "email": "email"},
    "subject": {"name": "child.name", "birth_date": "child.birth_date"},
    "area": "village",
}

TYPED: dict[str, Any] = {
    "papers.birth_letter": "sptjm",
    "name": "Siti Contoh",
    "nik": SITI,
    "phone": "0812 3456 7890",
    "email": "siti@example.id",
    "child.name": "Bayu Contoh",
    "child.birth_date_day": "2",
    "child.birth_date_month": "maret",
    "child.birth_date_year": "2026",
    "child.weight": "3,2",
    "child.place_kind": "home",
    "child.helper": "Bidan Contoh",
    "village": "16.11.03.2001",
    "witnesses.1.name": "Budi Contoh",
    "witnesses.1.nik": "1611030101800001",
    "witnesses.2.name": "Wati Contoh",
    "witnesses.2.nik": "1611034101800001",
}


def make_birth(**changes: Any) -> ServiceVersion:
    """Return the published service, with a regency of one district and two villages."""
    from datetime import date

    from lawang.areas.models import Area
    from lawang.people.models import Node

    version = make_version(BIRTH, **changes)
    levels = [Area.Level.PROVINCE, Area.Level.REGENCY, Area.Level.DISTRICT, Area.Level.VILLAGE]
    rows = [
        ("16", "Sumatera Selatan", None),
        ("16.11", "Empat Lawang", "16"),
        ("16.11.03", "Tebing Tinggi", "16.11"),
        ("16.11.03.2001", "Lubuk Contoh", "16.11.03"),
        ("16.11.03.2002", "Tanjung Contoh", "16.11.03"),
    ]
    for code, name, parent in rows:
        Area.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "level": levels[code.count(".")],
                "decree": "contoh",
                "parent": Area.objects.filter(code=parent).first(),
                "valid_from": date(2007, 1, 1),
            },
        )
    Node.objects.update(area=Area.objects.get(code="16.11"))
    return version


def posted(**changes: Any) -> dict[str, Any]:
    """Return what an ordinary form sends; a name with "__" stands for a dot."""
    sent = {**TYPED, "key": "6f0f5c1e-6a48-4d2e-9d0b-0a6d1f0a7a01", "code": new_code()}
    for name, value in changes.items():
        sent[name.replace("__", ".")] = value
    return {name: value for name, value in sent.items() if value is not None}
