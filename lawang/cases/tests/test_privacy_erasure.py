"""What is due for erasure, what is kept for a dispute, and the command that erases."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from lawang.cases.actions import Given, applicant_step
from lawang.cases.models import Case
from lawang.cases.tests.privacy import make_dpo, opened, signed_in
from lawang.people.models import User
from lawang.people.node import today
from lawang.record.models import Entry
from tests.case_factory import make_case
from tests.cast import moment

pytestmark = pytest.mark.django_db


def closed(*, erase_after: date) -> Case:
    case = applicant_step(make_case(), "withdraw", Given(note="Batal"), at=moment("2026-03-18 10:00"))
    Case.objects.filter(pk=case.pk).update(erase_after=erase_after)
    case.refresh_from_db()
    return case


@pytest.fixture
def dpo(officer: User) -> User:
    return make_dpo()


def test_the_page_counts_by_service_and_day(dpo: User) -> None:
    closed(erase_after=today() - timedelta(days=1))
    closed(erase_after=today() + timedelta(days=40))
    client = signed_in(dpo)
    assert "1 permohonan" in opened(client, "erasure")
    later = today() + timedelta(days=60)
    html = opened(
        client, "erasure", query=f"?hari_day={later.day}&hari_month={later.month}&hari_year={later.year}"
    )
    assert "2 permohonan" in html
    assert "Peminjaman aula" in html


def test_a_case_is_kept_for_a_dispute_and_let_go_again(dpo: User) -> None:
    case = closed(erase_after=today() - timedelta(days=1))
    client = signed_in(dpo)
    address = "/kelola/privasi/penghapusan/"
    assert (
        client.post(address, {"number": case.number.lower(), "why": "Gugatan 12/G/2026"}).status_code == 302
    )
    html = opened(client, "erasure")
    assert "0 permohonan" in html
    assert case.number in html
    assert "Gugatan 12/G/2026" in html
    call_command("retention", "--do", stdout=StringIO())
    case.refresh_from_db()
    assert case.erased_at is None
    released = client.post(f"{address}{case.key}/lepas/", {"why": "Sudah putus"})
    assert released.status_code == 302
    assert [entry.note for entry in Entry.objects.filter(verb="case_held")] == [
        "Gugatan 12/G/2026",
        "Sudah putus",
    ]
    call_command("retention", "--do", stdout=StringIO())
    case.refresh_from_db()
    assert case.erased_at is not None


def test_holding_needs_a_case_and_a_reason(dpo: User) -> None:
    client = signed_in(dpo)
    missing = client.post("/kelola/privasi/penghapusan/", {"number": "AUL-2026-999999", "why": "Gugatan"})
    assert missing.status_code == 422
    assert "Tidak ada permohonan AUL-2026-999999" in missing.content.decode()
    assert client.post("/kelola/privasi/penghapusan/", {"number": make_case().number}).status_code == 422
    assert not Case.objects.filter(legal_hold=True).exists()


def test_who_only_sees_accesses_may_look_and_not_hold(officer: User) -> None:
    from tests.cast import make_agency, make_membership, make_role, make_user

    auditor = make_membership(
        make_user("siska"),
        role=make_role("auditor", {"record.see_access": "all"}),
        agency=make_agency("itda"),
    ).user
    case, client = make_case(), signed_in(auditor)
    assert "Tahan sebuah" not in opened(client, "erasure")
    assert client.post("/kelola/privasi/penghapusan/", {"number": case.number, "why": "x"}).status_code == 403
    case.refresh_from_db()
    assert not case.legal_hold


def test_the_command_only_looks_without_do(officer: User) -> None:
    case, out = closed(erase_after=today() - timedelta(days=1)), StringIO()
    call_command("retention", stdout=out)
    assert "1 permohonan akan dihapus" in out.getvalue()
    assert "1  pinjam-aula" in out.getvalue()
    case.refresh_from_db()
    assert case.erased_at is None
    out = StringIO()
    call_command("retention", "--do", stdout=out)
    assert "1 permohonan dihapus" in out.getvalue()
    case.refresh_from_db()
    assert (case.erased_at is not None, case.external_reference) == (True, "")


def test_the_command_looks_ahead_and_never_erases_ahead(officer: User) -> None:
    closed(erase_after=today() + timedelta(days=9))
    later, out = (today() + timedelta(days=10)).isoformat(), StringIO()
    call_command("retention", "--day", later, stdout=out)
    assert "1 permohonan akan dihapus" in out.getvalue()
    with pytest.raises(CommandError, match="belum habis"):
        call_command("retention", "--do", "--day", later)
    with pytest.raises(CommandError, match="bukan tanggal"):
        call_command("retention", "--day", "besok")
    assert not Case.objects.exclude(erased_at=None).exists()


def test_the_front_page_says_what_waits(dpo: User) -> None:
    closed(erase_after=today() - timedelta(days=1))
    html = opened(signed_in(dpo), "index")
    assert "habis masa simpannya" in html
    assert "Siapa membaca data pribadi" in html
