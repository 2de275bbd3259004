"""A small service and cases of it, for tests that need just any. Plain functions with defaults."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from tests.cast import make_agency, make_node, moment

if TYPE_CHECKING:
    from lawang.cases.models import Case, ServiceVersion

VERBS = {
    "cases.see": "agency",
    "cases.handle": "agency",
    "cases.verify": "agency",
    "cases.validate": "agency",
    "cases.decide": "agency",
    "cases.file_for": "all",
    "cases.export": "agency",
}

AT = "2026-03-16 09:00"  # a Monday in Jakarta, a week before Eid


def both(words: str) -> dict[str, str]:
    return {"id": words, "en": words}


DEFINITION: dict[str, Any] = {
    "code": "pinjam-aula",
    "series": "AUL",
    "title": both("Peminjaman aula"),
    "summary": both("Warga meminjam aula kabupaten."),
    "unit": "umum",
    "product": both("Surat izin memakai aula"),
    "clock": {"kind": "working_days", "count": 3},
    "answer_within": {"kind": "calendar_days", "count": 14},
    "reopen_within": {"kind": "calendar_days", "count": 7},
    "fee": 0,
    "standard": {
        "legal_basis": [{"title": "Peraturan contoh"}],
        **{
            word: both("Ada.")
            for word in (
                "facilities",
                "competence",
                "supervision",
                "complaints",
                "staff",
                "guarantee",
                "safety",
                "evaluation",
            )
        },
    },
    "requirements": [
        {
            "code": "identity",
            "title": both("KTP"),
            "source": "contoh",
            "substitutes": [{"code": "letter", "title": both("Surat keterangan"), "source": "contoh"}],
        }
    ],
    "sections": [
        {
            "code": "who",
            "title": both("Anda"),
            "fields": [
                {"name": "name", "type": "text", "title": both("Nama")},
                {"name": "nik", "type": "identity", "title": both("NIK")},
                {"name": "phone", "type": "text", "format": "phone", "title": both("Telepon")},
                {
                    "name": "email",
                    "type": "text",
                    "format": "email",
                    "title": both("Surel"),
                    "required": False,
                },
                {"name": "use", "type": "long_text", "title": both("Untuk apa"), "privacy": "internal"},
                {
                    "name": "health",
                    "type": "text",
                    "title": both("Kebutuhan khusus"),
                    "privacy": "sensitive",
                    "required": False,
                },
            ],
        }
    ],
    "applicant": {"name": "name", "nik": "nik", "phone": "phone", "email": "email"},
    "start": "received",
    "states": [
        {
            "code": "received",
            "title": both("Diterima"),
            "citizen": both("Kami periksa."),
            "phase": "open",
            "unit": "umum",
        },
        {
            "code": "incomplete",
            "title": both("Belum lengkap"),
            "citizen": both("Kami menunggu jawaban Anda."),
            "phase": "waiting",
            "unit": "same",
        },
        {
            "code": "at_head",
            "title": both("Di meja kepala"),
            "citizen": both("Menunggu keputusan kepala."),
            "phase": "open",
            "unit": "pimpinan",
            "due": {"kind": "working_days", "count": 1},
        },
        {
            "code": "done",
            "title": both("Selesai"),
            "citizen": both("Sudah diputuskan."),
            "phase": "decided",
            "unit": "same",
        },
        {
            "code": "closed",
            "title": both("Ditutup"),
            "citizen": both("Sudah ditutup."),
            "phase": "closed",
            "unit": "same",
        },
    ],
    "steps": [
        {
            "code": "forward",
            "title": both("Teruskan"),
            "kind": "move",
            "from": ["received"],
            "to": "at_head",
            "by": "officer",
            "is_main": True,
            "in_bulk": True,
        },
        {
            "code": "ask",
            "title": both("Minta dilengkapi"),
            "kind": "ask",
            "from": ["received"],
            "to": "incomplete",
            "by": "officer",
        },
        {
            "code": "answer",
            "title": both("Jawab"),
            "kind": "answer",
            "from": ["incomplete"],
            "to": "received",
            "by": "applicant",
        },
        {
            "code": "decide",
            "title": both("Putuskan"),
            "kind": "decide",
            "from": ["at_head"],
            "to": "done",
            "by": "head",
            "outcomes": ["granted", "refused", "duplicate"],
        },
        {
            "code": "withdraw",
            "title": both("Cabut"),
            "kind": "withdraw",
            "from": ["received", "incomplete", "at_head"],
            "to": "closed",
            "by": "applicant",
        },
        {
            "code": "lapse",
            "title": both("Gugur"),
            "kind": "lapse",
            "from": ["incomplete"],
            "to": "closed",
            "by": "clock",
        },
        {
            "code": "reopen",
            "title": both("Buka kembali"),
            "kind": "reopen",
            "from": ["done"],
            "to": "received",
            "by": "applicant",
        },
        {
            "code": "close",
            "title": both("Tutup"),
            "kind": "close",
            "from": ["done"],
            "to": "closed",
            "by": "clock",
        },
    ],
    "letters": [],
    "retention": {"years": 5, "source": "contoh"},
    "processing": {"purpose": both("Meminjamkan aula"), "basis": "public_service"},
    "examples": [],
}

ANSWERS: dict[str, Any] = {
    "name": "Siti Contoh",
    "nik": "1611034505900001",
    "phone": "+6281234567890",
    "email": "siti@example.id",
    "use": "Rapat koperasi",
    "health": "Kursi roda",
    "papers": {"identity": "have"},
}


def make_version(
    definition: dict[str, Any] | None = None, *, number: int = 1, **changes: Any
) -> ServiceVersion:
    """Return a published version of a service, its units given to agencies `umum` and `setda`."""
    import hashlib
    import json

    from lawang.cases.models import Service, ServiceVersion, Unit

    data = {**(definition or DEFINITION), **changes}
    make_node()
    head = make_agency("setda", "Sekretariat Daerah")
    for code, agency in (("umum", make_agency("umum", "Bagian Umum", parent=head)), ("pimpinan", head)):
        Unit.objects.get_or_create(code=code, defaults={"title": {"id": code}, "agency": agency})
    service, _new = Service.objects.get_or_create(
        code=data["code"], defaults={"title": data["title"], "pack": "contoh"}
    )
    at = moment("2026-01-05 08:00")
    version = ServiceVersion.objects.create(
        service=service,
        number=number,
        definition=data,
        sha256=hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest(),
        state=ServiceVersion.State.PUBLISHED,
        made_at=at,
        published_at=at,
    )
    service.current = version
    service.save()
    return version


def make_case(version: ServiceVersion | None = None, *, at: datetime | None = None, **given: Any) -> Case:
    """Return a case filed on Monday 16 March 2026 at nine, by Siti unless `answers` says otherwise."""
    from lawang.cases.actions import file_case
    from lawang.cases.models import ServiceVersion
    from lawang.lib.codes import new_code

    found = version or ServiceVersion.objects.filter(service__code="pinjam-aula").first() or make_version()
    answers = {**ANSWERS, **given.pop("answers", {})}
    return file_case(found, answers, code=given.pop("code", new_code()), at=at or moment(AT), **given)


def make_holidays(*days: date) -> None:
    """Give the national calendar these days off."""
    from lawang.people.calendar import NATIONAL
    from lawang.people.models import Calendar, Holiday

    calendar, _new = Calendar.objects.get_or_create(
        code=NATIONAL, defaults={"name": {"id": "Nasional"}, "weekend": [6, 7]}
    )
    for day in days:
        Holiday.objects.get_or_create(calendar=calendar, date=day, defaults={"name": {"id": "Libur"}})
