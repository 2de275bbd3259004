"""The registers of requests for information and of objections: the columns of the official forms, filled from cases."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lawang.cases import registers
from lawang.cases.actions import Given, file_case, take_step
from lawang.cases.models import Case, ServiceVersion
from lawang.cases.tests.desk import page, signed_in
from lawang.cases.tests.national import make_published, make_regency, signed
from lawang.lib.codes import new_code
from lawang.people.models import User
from lawang.people.node import now, today
from lawang.record.models import Access
from tests.cast import make_agency, make_membership, make_role, make_user

pytestmark = pytest.mark.django_db

REQUEST = {
    "info_asked": "Anggaran jalan desa 2025",
    "info_purpose": "Skripsi",
    "info_way": "copy",
    "info_form": "file",
    "info_delivery": "here",
    "reporter_kind": "person",
    "reporter_name": "Siti Aminah Contoh",
    "reporter_nik": "1611034505900001",
    "reporter_occupation": "Mahasiswa",
    "reporter_phone": "+6281234567890",
    "reporter_address": "Dusun II",
}


@pytest.fixture
def people(db: None) -> dict[str, User]:
    found = make_regency()
    for code in ("informasi-publik", "keberatan-informasi"):
        make_published(code)
    return found


@pytest.fixture
def nurul(people: dict[str, User]) -> User:
    """The information officer, who may also download."""
    role = make_role("export", {"cases.export": "agency"}, highest_privacy="personal")
    make_membership(people["kominfo"], role=role, agency=make_agency("kominfo"))
    return people["kominfo"]


def filed(code: str, answers: dict[str, Any]) -> Case:
    version = ServiceVersion.objects.select_related("service").get(service__code=code, state="published")
    return file_case(version, answers, code=new_code(), at=now())


def answered(nurul: User) -> Case:
    case = filed("informasi-publik", REQUEST)
    case = take_step(case, "gather", by=nurul, at=now())
    given = {"held_form": "file", "how": "Surel", "cost": 5000}
    case = take_step(case, "give", Given(outcome="granted", values=given), by=nurul, at=now())
    case = signed(case, {case.owner.code: nurul}, at=now())
    values = {"delivered_on": today().isoformat(), "payment": "cash"}
    return take_step(case, "deliver", Given(values=values), by=nurul, at=now())


def test_every_column_of_the_form_is_filled(nurul: User) -> None:
    case = answered(nurul)
    row = registers.rows_of(Case.objects.select_related("version", "owner", "applicant"), is_open=True)[0]
    said = {str(column.title): column.value(row) for column in registers.REQUESTS.columns}
    assert said["No. pendaftaran"] == case.number
    assert said["Nama"] == "Siti Aminah Contoh"
    assert said["Nomor kontak"] == "+6281234567890"
    assert said["Pekerjaan"] == "Mahasiswa"
    assert said["Informasi yang diminta"] == "Anggaran jalan desa 2025"
    assert said["Status informasi"] == "Dikuasai"
    assert said["Keputusan"] == "dikabulkan"
    assert said["Biaya dan cara bayar"].startswith("Rp5.000, ")
    assert [title for title, words in said.items() if not words] == ["Alasan penolakan"]


def test_a_refusal_tells_its_ground(nurul: User) -> None:
    case = take_step(filed("informasi-publik", REQUEST), "gather", by=nurul, at=now())
    given = {"ground": "h", "harm_test": "Membuka rahasia pribadi orang lain."}
    case = take_step(
        case, "refuse", Given(outcome="refused", note="Rahasia pribadi", values=given), by=nurul, at=now()
    )
    signed(case, {case.owner.code: nurul}, at=now())
    row = registers.rows_of(Case.objects.select_related("version", "owner", "applicant"), is_open=True)[0]
    said = {str(column.title): column.value(row) for column in registers.REQUESTS.columns}
    assert said["Keputusan"] == "ditolak"
    assert "Rahasia pribadi" in said["Alasan penolakan"]


def test_an_objection_names_who_decided_it(people: dict[str, User]) -> None:
    answers = {
        "request_number": "INF-2026-000001",
        "info_asked": "Anggaran",
        "info_purpose": "Skripsi",
        "objection_ground": "late",
        "objection_cause_date": today().isoformat(),
        "objection_story": "Belum dijawab",
        **{name: value for name, value in REQUEST.items() if name.startswith("reporter_")},
        "by_proxy": "self",
    }
    case = filed("keberatan-informasi", answers)
    case = take_step(case, "consider", by=people[case.office.code], at=now())
    given = Given(outcome="granted", values={"decision": "Informasi diberikan."})
    case = take_step(case, "uphold", given, by=people[case.office.code], at=now())
    case = signed(case, people, at=now())
    row = registers.rows_of(Case.objects.select_related("version", "owner", "applicant"), is_open=True)[0]
    said = {str(column.title): column.value(row) for column in registers.OBJECTIONS.columns}
    assert said["No. permohonan informasi"] == "INF-2026-000001"
    assert said["Keputusan atasan PPID"] == "dikabulkan. Informasi diberikan."
    assert said["Nama dan jabatan atasan PPID"] == f"{people[case.office.code].name}, {case.owner.short_name}"
    assert "1611034505900001" in said["Identitas pemohon"]


def test_reading_a_register_is_written_down(nurul: User) -> None:
    case = answered(nurul)
    client = signed_in(nurul)
    assert reverse("desk:register", args=["informasi-publik"]) in page(client, "registers")
    assert "Siti Aminah Contoh" in page(client, "register", "informasi-publik")
    access = Access.objects.get()
    assert (access.thing, access.fields) == (f"cases.case:{case.key}", ["register"])
    lines = b"".join(client.get(reverse("desk:register_csv", args=["informasi-publik"])).streaming_content)  # type: ignore[attr-defined]
    assert "Anggaran jalan desa 2025" in lines.decode()
    assert "Belum ada isinya" in page(
        client, "register", "informasi-publik", query=f"?tahun={today().year - 1}"
    )
    page(client, "register", "pinjam-aula", status=404)


def test_who_may_not_read_names_reads_masked_ones(nurul: User) -> None:
    answered(nurul)
    role = make_role("clerk", {"cases.see": "agency"}, highest_privacy="internal")
    clerk = make_membership(make_user("joko"), role=role, agency=make_agency("kominfo")).user
    html = page(signed_in(clerk), "register", "informasi-publik")
    assert "Siti A." in html
    assert "Aminah" not in html
    assert "6281234567890" not in html
    assert not Access.objects.exists()


def test_a_register_of_another_office_is_empty(nurul: User, stranger: User) -> None:
    answered(nurul)
    assert "Belum ada isinya" in page(signed_in(stranger), "register", "informasi-publik")


def test_a_register_asks_as_often_for_many_rows(nurul: User) -> None:
    client, address = signed_in(nurul), reverse("desk:register", args=["informasi-publik"])
    counts = []
    for many in (1, 15):
        for _ in range(many):
            answered(nurul)
        client.get(address)
        with CaptureQueriesContext(connection) as context:
            client.get(address)
        counts.append(len(context))
    assert counts[0] == counts[1] <= 14
