"""Lists of benefits: who gets on one, what the bank gets, what happens when it paid."""

import copy
import io
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from lawang.cases import payments
from lawang.cases.actions import Given, take_step
from lawang.cases.models import Case, PaymentBatch, Service, ServiceVersion
from lawang.cases.tests.desk import body, page, send, signed_in
from lawang.lib.refused import Refused
from lawang.people.models import User
from lawang.people.node import now, today
from lawang.record.models import Access, Entry
from tests.case_factory import DEFINITION, VERBS, both, make_case, make_version
from tests.cast import make_agency, make_membership, make_role, make_user

pytestmark = pytest.mark.django_db


def paying() -> ServiceVersion:
    """Publish a service whose head grants a benefit that is listed, then paid."""
    data = copy.deepcopy(DEFINITION)
    data["code"], data["series"] = "santunan-uji", "SUJ"
    who = data["sections"][0]["fields"]
    for name in ("bank_name", "bank_account", "bank_account_name"):
        who.append({"name": name, "type": "text", "title": both(name)})
    data["parameters"] = [
        {"name": "amount", "title": both("Besar"), "value": "3000000", "source": "contoh"},
        {"name": "yearly_quota", "title": both("Kuota"), "value": "10", "source": "contoh"},
    ]
    for code in ("listed", "paid"):
        data["states"].insert(
            -1, {"code": code, "title": both(code), "citizen": both(code), "phase": "decided", "unit": "umum"}
        )
    decide = next(step for step in data["steps"] if step["code"] == "decide")
    decide["effects"] = [{"name": "take_quota", "parameters": {"cut_off": "12-31"}}]
    data["steps"] += [
        {
            "code": "list",
            "title": both("Daftarkan"),
            "kind": "pay",
            "from": ["done"],
            "to": "listed",
            "by": "officer",
        },
        {
            "code": "pay",
            "title": both("Dibayar"),
            "kind": "pay",
            "from": ["listed"],
            "to": "paid",
            "by": "officer",
        },
    ]
    return make_version(data)


@pytest.fixture
def treasurer(officer: User) -> User:
    role = make_role("treasurer", {"cases.see": "agency", "cases.pay": "agency"}, highest_privacy="personal")
    return make_membership(make_user("dwi"), role=role, agency=make_agency("umum")).user


@pytest.fixture
def service(officer: User) -> Service:
    return paying().service


def granted(service: Service, officer: User, head: User, **answers: Any) -> Case:
    given = {"bank_name": "Bank Sumsel", "bank_account": "0012345678", "bank_account_name": "SITI", **answers}
    case = make_case(service.current, answers=given, at=now())
    case = take_step(case, "forward", by=officer, at=now())
    return take_step(case, "decide", Given(outcome="granted"), by=head, at=now())


def test_the_granted_go_on_a_list_and_are_paid_together(
    service: Service, treasurer: User, officer: User, head: User
) -> None:
    cases = [granted(service, officer, head) for _ in range(3)]
    client = signed_in(treasurer)
    html = page(client, "payment", service.code)
    assert all(case.number in html for case in cases)
    assert "Rp3.000.000" in html
    answer = send(client, "payment", service.code, case=[str(case.key) for case in cases[:2]])
    batch = PaymentBatch.objects.get()
    assert answer["Location"] == reverse("desk:batch", args=[batch.key])
    assert sorted(batch.cases.values_list("state", flat=True)) == ["listed", "listed"]
    assert batch.number.startswith("BAYAR-SUJ")
    assert "Rp6.000.000" in page(client, "batch", batch.key)
    assert send(client, "send_batch", batch.key, decree="").status_code == 422
    send(client, "send_batch", batch.key, decree="460/1/2026, 2 Maret 2026")
    send(client, "paid_batch", batch.key)
    batch.refresh_from_db()
    assert batch.state == PaymentBatch.State.PAID
    assert set(batch.cases.values_list("state", flat=True)) == {"paid"}
    year = payments.year_of(service, today().year, 10)
    assert (year.taken, year.listed, year.paid, year.left) == (3, 0, 2, 7)
    assert [e.verb for e in Entry.objects.filter(thing__startswith="cases.paymentbatch")] == [
        "added",
        "batch_sent",
        "batch_paid",
    ]
    assert cases[2].number in page(client, "payment", service.code)


def test_a_list_waits_for_its_decree_and_is_paid_once(
    service: Service, treasurer: User, officer: User, head: User
) -> None:
    case = granted(service, officer, head)
    with pytest.raises(Refused, match="Centang"):
        payments.put_on_list(service, [], by=treasurer, at=now())
    batch = payments.put_on_list(service, [case], by=treasurer, at=now())
    with pytest.raises(Refused, match="Kirim dahulu"):
        payments.mark_paid(batch, by=treasurer, at=now())
    with pytest.raises(Refused, match="daftar lain"):
        payments.put_on_list(service, [case], by=treasurer, at=now())
    payments.send(batch, decree="460/1", by=treasurer, at=now())
    with pytest.raises(Refused, match="sudah dikirim"):
        payments.send(batch, decree="460/2", by=treasurer, at=now())
    other = payments.put_on_list(service, [granted(service, officer, head)], by=treasurer, at=now())
    assert other.pk != batch.pk  # what the bank got does not grow
    payments.mark_paid(batch, by=treasurer, at=now())
    with pytest.raises(Refused, match="sudah ditandai"):
        payments.mark_paid(batch, by=treasurer, at=now())


def test_whoever_decides_does_not_pay(service: Service, officer: User, head: User) -> None:
    case = granted(service, officer, head)
    for user in (officer, head):
        with pytest.raises(Refused, match="daftar pembayaran"):
            payments.put_on_list(service, [case], by=user, at=now())
        with pytest.raises(Refused, match="daftar pembayaran"):
            take_step(case, "list", by=user, at=now())
        assert signed_in(user).get(reverse("desk:payments")).status_code == 403


def test_a_treasurer_of_another_office_pays_nothing_here(service: Service, officer: User, head: User) -> None:
    case = granted(service, officer, head)
    role = make_role("treasurer", {"cases.see": "agency", "cases.pay": "agency"}, highest_privacy="personal")
    other = make_membership(make_user("eka"), role=role, agency=make_agency("dinkes")).user
    client = signed_in(other)
    assert service.code not in page(client, "payments")
    assert client.get(reverse("desk:payment", args=[service.code])).status_code == 403
    with pytest.raises(Refused):
        payments.put_on_list(service, [case], by=other, at=now())


def test_the_bank_gets_accounts_as_text_and_every_download_is_written_down(
    service: Service, treasurer: User, officer: User, head: User
) -> None:
    case = granted(service, officer, head, bank_account_name="=HYPERLINK(1)")
    batch = payments.put_on_list(service, [case], by=treasurer, at=now())
    client = signed_in(treasurer)
    answer = client.get(reverse("desk:batch_xlsx", args=[batch.key]))
    rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert rows[1] == (
        1,
        case.number,
        "Siti Contoh",
        "1611034505900001",
        "Bank Sumsel",
        "0012345678",
        "=HYPERLINK(1)",
        3000000,
    )
    assert rows[2][-1] == 3000000
    cell = load_workbook(io.BytesIO(answer.content)).active["G2"]  # type: ignore[index]
    assert cell.data_type == "s"
    access = Access.objects.get()
    assert (access.thing, access.why) == (f"cases.case:{case.key}", batch.number)
    lines = b"".join(client.get(reverse("desk:batch_csv", args=[batch.key])).streaming_content).decode()  # type: ignore[attr-defined]
    assert "'=HYPERLINK(1)" in lines
    assert Access.objects.count() == 2


def test_the_list_for_the_bank_needs_the_personal_class(
    service: Service, treasurer: User, officer: User, head: User
) -> None:
    batch = payments.put_on_list(service, [granted(service, officer, head)], by=treasurer, at=now())
    role = make_role("cashier", {"cases.see": "agency", "cases.pay": "agency"}, highest_privacy="internal")
    other = make_membership(make_user("eka"), role=role, agency=make_agency("umum")).user
    client = signed_in(other)
    assert client.get(reverse("desk:batch_csv", args=[batch.key])).status_code == 403
    html = page(client, "batch", batch.key)
    assert "Siti C." in html
    assert "Unduh untuk bank" not in html


def test_who_waits_for_next_year_is_shown_and_not_listed(
    service: Service, treasurer: User, officer: User, head: User
) -> None:
    now_, later = granted(service, officer, head), granted(service, officer, head)
    Case.objects.filter(pk=later.pk).update(quota_year=today().year + 1)
    html = page(signed_in(treasurer), "payment", service.code)
    listed, _, queue = html.partition('id="antre"')
    assert now_.number in listed
    assert later.number not in listed
    assert later.number in queue
    later.refresh_from_db()
    now_.refresh_from_db()
    with pytest.raises(Refused, match="satu tahun"):
        payments.put_on_list(service, [now_, later], by=treasurer, at=now())


def test_all_or_nobody_goes_on_a_list(service: Service, treasurer: User, officer: User, head: User) -> None:
    first, second = granted(service, officer, head), granted(service, officer, head)
    Case.objects.filter(pk=second.pk).update(state="received")
    with pytest.raises(Refused):
        payments.put_on_list(service, [first, second], by=treasurer, at=now())
    assert not PaymentBatch.objects.exists()
    first.refresh_from_db()
    assert (first.state, first.batch) == ("done", None)


def test_an_erased_person_stays_on_the_list_without_account(
    service: Service, treasurer: User, officer: User, head: User
) -> None:
    from lawang.record.actions import erase

    case = granted(service, officer, head)
    batch = payments.put_on_list(service, [case], by=treasurer, at=now())
    erase(case, by=None, at=now())
    line = payments.bank_lines(batch, {"amount": "1"}, by=treasurer, at=now())[0]
    assert (line.account, line.amount) == ("", None)


def test_everybody_reads_how_many_but_never_of_a_few(
    service: Service, officer: User, head: User, treasurer: User
) -> None:
    from django.test import Client

    address = reverse("cases:payments", args=[service.code])
    cases = [granted(service, officer, head) for _ in range(4)]
    assert "Belum cukup banyak untuk diumumkan." in body(Client().get(address))
    cases += [granted(service, officer, head) for _ in range(3)]
    batch = payments.put_on_list(service, cases[:6], by=treasurer, at=now())
    payments.send(batch, decree="460/1", by=treasurer, at=now())
    payments.mark_paid(batch, by=treasurer, at=now())
    html = body(Client().get(address))
    assert "sudah dibayar" in html
    assert "menunggu dibayar" in html  # the one who waits is told together with the six
    assert ">7<" in html
    assert ">1<" not in html
    assert Client().get(reverse("cases:payments", args=["tidak-ada"])).status_code == 404


def test_the_verb_to_pay_is_not_among_the_officers(officer: User) -> None:
    assert "cases.pay" not in VERBS
