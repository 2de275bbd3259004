"""Incidents: 72 hours from when they were noticed, who is concerned, the letters, the checklist, what stays sealed."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from lawang.cases.models import Case, Incident
from lawang.cases.privacy import incidents
from lawang.cases.privacy.checklist import CHECKLIST
from lawang.cases.privacy.incidents import Account
from lawang.cases.tests.privacy import csv_of, make_dpo, opened, signed_in
from lawang.lib.refused import Refused
from lawang.people.models import User
from lawang.people.node import now
from lawang.record.models import Access, Entry, Outbox
from tests.case_factory import make_case
from tests.cast import moment

pytestmark = pytest.mark.django_db
NOTICED = moment("2026-03-20 22:15")  # a Friday evening before a holiday: hours are hours


@pytest.fixture
def dpo(officer: User) -> User:
    return make_dpo()


def account(**changes: Any) -> Account:
    known: dict[str, Any] = {
        "title": "Laptop loket hilang",
        "kind": Incident.Kind.DISCLOSED,
        "noticed_at": NOTICED,
        "words": "Tertinggal di bus oleh Joko Contoh.",
        "data": "nama, NIK",
    }
    return Account(**{**known, **changes})


def reported(dpo: User, **changes: Any) -> Incident:
    return incidents.report(account(**changes), by=dpo, at=NOTICED + timedelta(hours=1))


def test_the_notice_is_due_three_times_twenty_four_hours_later(dpo: User) -> None:
    assert reported(dpo).due_at == moment("2026-03-23 22:15")


def test_it_cannot_have_been_noticed_tomorrow(dpo: User) -> None:
    with pytest.raises(Refused, match="masa depan"):
        incidents.report(account(), by=dpo, at=NOTICED - timedelta(hours=1))


def test_only_who_may_handles_incidents(officer: User) -> None:
    with pytest.raises(Refused, match="insiden"):
        incidents.report(account(), by=officer, at=now())


def test_who_is_concerned_follows_services_days_and_numbers(dpo: User) -> None:
    before, inside, named = (
        make_case(at=moment(words)) for words in ("2026-03-01 09:00", "2026-03-10 09:00", "2026-02-01 09:00")
    )
    incident = reported(
        dpo,
        services=("pinjam-aula",),
        received_from=date(2026, 3, 10),
        received_to=date(2026, 3, 10),
        cases=(named.number.lower(), " "),
    )
    assert set(incidents.affected(incident)) == {inside, named}
    assert before not in incidents.affected(incident)
    nobody = reported(dpo)
    assert incidents.people(nobody) == (0, 0)
    by_code = reported(dpo, cases=(before.code,))
    assert list(incidents.affected(by_code)) == [before]


def test_a_wrong_number_is_told(dpo: User) -> None:
    with pytest.raises(Refused, match="AUL-2026-999999"):
        reported(dpo, cases=("AUL-2026-999999",))


def test_what_happened_is_sealed_and_so_is_what_was_written_before(dpo: User) -> None:
    incident = reported(dpo)
    incidents.describe(incident, account(words="Dicuri dari mobil."), by=dpo, at=now())
    with connection.cursor() as cursor:
        cursor.execute(
            "select string_agg(t::text, ' ') from cases_incident t union all "
            "select string_agg(e::text, ' ') from record_entry e where thing like 'cases.incident:%%'"
        )
        stored = " ".join(row[0] for row in cursor.fetchall())
    assert "Joko" not in stored
    assert "mobil" not in stored
    assert incidents.opened(Incident.objects.get())["words"] == "Dicuri dari mobil."
    assert list(Entry.objects.get(verb="breach_described").sealed) == ["words"]


def test_everybody_is_told_once_and_who_has_no_address_is_listed(dpo: User) -> None:
    told, silent = make_case(), make_case(answers={"email": ""})
    incident = reported(dpo, cases=(told.number, silent.number))
    Outbox.objects.all().delete()
    words = "Nama dan NIK Anda terkena karena laptop loket hilang pada 20 Maret 2026."
    incidents.tell_subjects(incident, words, by=dpo, at=now())
    assert incidents.send_notices(Incident.objects.get(), at=now()) == 1
    assert incidents.send_notices(Incident.objects.get(), at=now()) == 0
    letter = Outbox.objects.get(kind="breach_notice")
    assert (letter.address, letter.body) == ("siti@example.id", words)
    assert [entry.thing for entry in Entry.objects.filter(verb="breach_told")] == [f"cases.case:{told.key}"]
    table = csv_of(signed_in(dpo), "people_csv", incident.key)
    assert silent.number in table
    assert "'+6281234567890" in table  # no spreadsheet takes it for a formula
    assert {row.thing for row in Access.objects.filter(by=dpo)} == {
        f"cases.case:{case.key}" for case in (told, silent)
    }


def test_nobody_is_written_to_without_words_or_people(dpo: User) -> None:
    incident = reported(dpo)
    with pytest.raises(Refused, match="Belum ada orang"):
        incidents.tell_subjects(incident, "x" * 50, by=dpo, at=now())
    with pytest.raises(Refused, match="data apa"):
        incidents.tell_subjects(incident, "Maaf.", by=dpo, at=now())
    assert not Outbox.objects.filter(kind="breach_notice").exists()


def test_it_is_closed_when_everything_was_done(dpo: User) -> None:
    incident = reported(dpo, cases=(make_case().number,))
    with pytest.raises(Refused, match="Belum selesai: hentikan kebocorannya"):
        incidents.close(incident, by=dpo, at=now(), lesson="Kunci laptop.")
    with pytest.raises(Refused, match="mengirim suratnya"):
        incidents.tick(incident, "authority", True, by=dpo, at=now())
    for item in CHECKLIST:
        if item.is_always and not item.has_letter:
            incidents.tick(incident, item.code, True, by=dpo, at=now())
    incidents.tell_authority(incident, by=dpo, at=now(), addressee="Lembaga", reference="800/12")
    incidents.tell_subjects(incident, "Nama Anda terkena karena laptop loket kami hilang.", by=dpo, at=now())
    with pytest.raises(Refused, match="tidak terulang"):
        incidents.close(incident, by=dpo, at=now(), lesson=" ")
    incidents.close(incident, by=dpo, at=now(), lesson="Kunci laptop.")
    with pytest.raises(Refused, match="sudah ditutup"):
        incidents.tick(incident, "public", True, by=dpo, at=now())


def test_the_pages_lead_through_it(dpo: User) -> None:
    """From the first line to the letters: what is typed comes back, what was done is ticked."""
    case, client = make_case(), signed_in(dpo)
    opened(client, "incidents")
    opened(client, "report")
    typed = {
        "title": "Surel salah alamat",
        "kind": "disclosed",
        "noticed_on_day": "20",
        "noticed_on_month": "3",
        "noticed_on_year": "2026",
        "noticed_time": "22:15",
        "which": "nama",
        "words": "Lampiran terkirim ke orang lain.",
        "cases": case.number,
    }
    assert client.post("/kelola/privasi/insiden/baru/", {**typed, "noticed_time": "25.00"}).status_code == 422
    made = client.post("/kelola/privasi/insiden/baru/", typed)
    incident = Incident.objects.get()
    assert made["Location"] == f"/kelola/privasi/insiden/{incident.key}/"
    assert incident.noticed_at == NOTICED
    html = opened(client, "incident", incident.key)
    assert "Lampiran terkirim ke orang lain." in html
    assert "1 permohonan" in html
    assert "lewat" in html  # the 72 hours are over
    assert case.number in opened(client, "change", incident.key)
    assert (
        client.post(
            f"/kelola/privasi/insiden/{incident.key}/ubah/", {**typed, "which": "nama, NIK"}
        ).status_code
        == 302
    )
    client.post(
        f"/kelola/privasi/insiden/{incident.key}/langkah/stop/", {"done": "1", "note": "Surel ditarik"}
    )
    assert "Surel ditarik" in opened(client, "incident", incident.key)
    letter = opened(client, "authority", incident.key)
    for words in ("nama, NIK", "Lampiran terkirim ke orang lain.", "pasal 46"):
        assert words in letter
    sent = {"addressee": "Lembaga PDP", "reference": "800/12/2026"}
    assert client.post(f"/kelola/privasi/insiden/{incident.key}/lembaga/", sent).status_code == 302
    assert "nama, NIK" in opened(client, "subjects", incident.key)
    notice = {"words": "Nama dan NIK Anda terkirim ke alamat yang salah pada 20 Maret 2026."}
    assert client.post(f"/kelola/privasi/insiden/{incident.key}/orang/", notice).status_code == 302
    html = opened(client, "incident", incident.key)
    assert "sudah disampaikan" in html
    assert "800/12/2026" in html
    assert opened(client, "close", incident.key)


def test_the_letter_to_people_names_nobody(dpo: User) -> None:
    incident = reported(dpo, cases=(make_case().number,))
    html = opened(signed_in(dpo), "subjects", incident.key)
    assert "Joko" not in html  # what is known inside is not what goes to everybody
    assert "Siti" not in html


def test_incidents_are_for_nobody_else(dpo: User, officer: User, client: Client) -> None:
    incident = reported(dpo)
    for path in ("", "baru/", f"{incident.key}/", f"{incident.key}/orang.csv"):
        assert signed_in(officer).get(f"/kelola/privasi/insiden/{path}").status_code == 403
        assert client.get(f"/kelola/privasi/insiden/{path}").status_code == 302
    assert Case.objects.count() == 0
