"""The outbox of a phone: the same case once, whatever is repeated; papers in pieces; one shape for every error."""

import hashlib
import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from lawang.cases import answers, uploads
from lawang.cases.models import Attachment, Case, Service, ServiceVersion
from lawang.cases.tests.service_factory import TYPED, make_birth
from lawang.cases.tests.test_views_services import photo
from lawang.lib.codes import new_code
from lawang.people.models import User
from lawang.people.node import now
from lawang.record.actions import read_file

pytestmark = pytest.mark.django_db

PICTURE: bytes = photo().read()
OLD: bytes = photo("lama.jpg").read() + b"lama"


def paper(data: bytes = PICTURE, **changes: Any) -> dict[str, Any]:
    return {
        "name": "kk.jpg",
        "field": "papers.family_card.files",
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "kind": "image/jpeg",
        **changes,
    }


def item(**changes: Any) -> dict[str, Any]:
    """Return what a phone keeps in its outbox; an answer of None is left out."""
    more = changes.pop("answers", {})
    given = {name: value for name, value in {**TYPED, **more}.items() if value is not None}
    return {
        "service": "lapor-lahir",
        "version": 1,
        "code": new_code(),
        "answers": given,
        "made_at": "1999-01-01T00:00:00Z",  # its clock may be wrong
        "channel": "web",
        "files": [paper()],
        **changes,
    }


def send(client: Client, body: Any, key: str | None = None, **headers: str) -> Any:
    words = body if isinstance(body, str) else json.dumps(body)
    sent = {
        "X-Lawang": "1",
        "Sec-Fetch-Site": "same-origin",
        "Idempotency-Key": key or str(uuid4()),
        **headers,
    }
    return client.post("/kirim/", words, content_type="application/json", headers=sent)


def piece(client: Client, key: str, offset: int, data: bytes, number: int = 0) -> Any:
    return client.post(
        f"/kirim/{key}/{number}/?offset={offset}",
        data,
        content_type="application/offset+octet-stream",
        headers={"X-Lawang": "1"},
    )


def error(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.content
    found: dict[str, Any] = response.json()["error"]
    assert set(found) == {"code", "message", "fields"}
    assert found["code"] == code
    assert found["message"]
    return found


# --- the text -------------------------------------------------------------------------------------------------------


def test_a_new_application_is_received(client: Client) -> None:
    make_birth()
    body = item()
    response = send(client, body)
    case = Case.objects.get()
    assert response.status_code == 201
    said = response.json()
    assert (said["number"], said["code"], said["key"]) == (case.number, body["code"], str(case.key))
    assert said["url"] == f"/lacak/{case.code}/"
    assert said["due"] is not None
    assert case.received_at.year > 2000  # ours, not the phone's
    found = answers.opened(case)
    assert found is not None
    assert found["child"]["birth_date"] == "2026-03-02"
    assert client.get(said["url"]).content.decode().count(case.number)  # the ticket came with the answer


def test_a_repeated_one_gets_the_same_receipt(client: Client) -> None:
    make_birth()
    body, key = item(), str(uuid4())
    first = send(client, body, key)
    second = send(Client(), {**body, "made_at": "2030-01-01T00:00:00Z"}, key)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Case.objects.count() == 1
    assert Attachment.objects.count() == 1


def test_a_repeated_one_is_known_after_the_login_has_ended(client: Client, siti: User) -> None:
    make_birth()
    body, key = item(), str(uuid4())
    client.force_login(siti, "lawang.people.login.Identified")
    assert send(client, body, key).status_code == 201
    assert send(Client(), body, key).status_code == 200
    assert Case.objects.get().account == siti


def test_the_same_key_with_other_content_is_a_conflict(client: Client) -> None:
    make_birth()
    body, key = item(), str(uuid4())
    send(client, body, key)
    error(send(client, {**body, "answers": {**body["answers"], "name": "Lain Contoh"}}, key), 409, "conflict")
    assert Case.objects.count() == 1


def test_mistakes_come_back_by_field(client: Client) -> None:
    make_birth()
    found = error(send(client, item(answers={"nik": "12", "village": None}, files=[])), 422, "invalid")
    assert set(found["fields"]) == {"nik", "village", "papers.family_card.files"}
    assert found["fields"]["nik"][0].startswith("NIK harus 16 angka")
    assert Case.objects.count() == 0


def test_the_sentences_are_in_the_language_of_the_form(client: Client) -> None:
    make_birth()
    response = send(client, item(answers={"_language": "en", "child.weight": "3.2"}))
    assert response.status_code == 201
    assert Case.objects.get().language == "en"
    assert response.json()["url"].startswith("/en/lacak/")


def test_what_is_corrected_goes_in_under_the_same_key(client: Client) -> None:
    make_birth()
    body, key = item(answers={"nik": "12"}), str(uuid4())
    assert send(client, body, key).status_code == 422
    body["answers"]["nik"] = TYPED["nik"]
    assert send(client, body, key).status_code == 201


def test_an_old_or_unknown_form_is_refused_with_a_sentence(client: Client) -> None:
    make_birth()
    error(send(client, item(version=9)), 422, "refused")
    error(send(client, item(service="tidak-ada")), 422, "refused")


def test_a_bad_code_is_refused(client: Client) -> None:
    make_birth()
    error(send(client, item(code="7F3A91C20KXM5")), 422, "refused")


def test_a_paper_that_nobody_asked_for_is_refused(client: Client) -> None:
    make_birth()
    error(send(client, item(files=[paper(), paper(field="papers.passport.files")])), 422, "refused")


def test_too_many_or_too_large_papers_are_refused(client: Client) -> None:
    make_birth()
    error(send(client, item(files=[paper()] * 21)), 422, "refused")
    error(send(client, item(files=[paper(size=30_000_000)])), 422, "refused")
    assert Case.objects.count() == 0


def test_an_officers_form_asks_for_the_login(client: Client) -> None:
    make_birth()
    error(send(client, item(channel="counter")), 401, "login")


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        json.dumps({"service": 1}),
        json.dumps({"service": "x", "version": "1", "answers": {}}),
        json.dumps({"service": "x", "version": True, "code": "x", "answers": {}}),
        json.dumps({"service": "x", "version": 1, "code": "x", "answers": {"a": 1}}),
        json.dumps({"service": "x", "version": 1, "code": "x", "answers": {}, "files": [{"name": "a"}]}),
        json.dumps({"service": "\0", "version": 1, "code": "x", "answers": {}}),
    ],
)
def test_what_is_no_application_is_malformed(client: Client, body: str) -> None:
    error(send(client, body), 400, "malformed")


def test_other_sites_and_plain_forms_are_turned_away(client: Client) -> None:
    make_birth()
    error(send(client, item(), **{"Sec-Fetch-Site": "cross-site"}), 403, "not_ours")
    error(send(client, item(), **{"X-Lawang": ""}), 403, "not_ours")
    error(send(client, item(), key="abc"), 400, "malformed")
    assert Case.objects.count() == 0


def test_other_methods_are_told_so(client: Client) -> None:
    error(client.get("/kirim/", headers={"X-Lawang": "1"}), 405, "method")


# --- papers in pieces -----------------------------------------------------------------------------------------------


def test_a_paper_arrives_in_pieces(client: Client) -> None:
    make_birth()
    key = str(uuid4())
    send(client, item(), key)
    assert client.get(f"/kirim/{key}/0/", headers={"X-Lawang": "1"}).json() == {
        "offset": 0,
        "complete": False,
    }
    half = len(PICTURE) // 2
    assert piece(client, key, 0, PICTURE[:half]).json() == {"offset": half, "complete": False}
    wrong = piece(client, key, 0, PICTURE[:half])
    error(wrong, 409, "wrong_offset")
    assert wrong.json()["offset"] == half
    assert piece(client, key, half, PICTURE[half:]).json() == {"offset": len(PICTURE), "complete": True}
    assert piece(client, key, 0, b"x").json()["complete"] is True
    attachment = Attachment.objects.get()
    assert attachment.file is not None
    assert read_file(attachment.file).read().startswith(b"\xff\xd8")


def test_a_hash_that_does_not_fit_begins_again(client: Client) -> None:
    make_birth()
    key = str(uuid4())
    send(client, item(), key)
    spoiled = b"x" * len(PICTURE)
    assert piece(client, key, 0, spoiled).json() == {"offset": 0, "complete": False}
    assert piece(client, key, 0, PICTURE).json()["complete"] is True


def test_a_paper_that_is_none_says_why_and_ends(client: Client) -> None:
    make_birth()
    key, program = str(uuid4()), b"MZ this is a program"
    send(client, item(files=[paper(program)]), key)
    said = piece(client, key, 0, program).json()
    assert said["complete"] is True
    assert "foto" in said["trouble"]
    case = Case.objects.get()
    assert "foto" in client.get(f"/lacak/{case.code}/").content.decode()


def test_a_key_that_nobody_knows_has_no_papers(client: Client) -> None:
    make_birth()
    error(piece(client, str(uuid4()), 0, b"x"), 404, "not_found")
    key = str(uuid4())
    send(client, item(), key)
    error(piece(client, key, 0, b"x", number=5), 404, "not_found")
    error(piece(client, key, 0, b"x" * 70_000), 413, "too_large")
    response = client.post(
        f"/kirim/{key}/0/?offset=-1", b"x", content_type="application/octet-stream", headers={"X-Lawang": "1"}
    )
    error(response, 400, "malformed")


def test_a_retired_version_that_was_lately_in_force_is_taken(client: Client) -> None:
    from datetime import timedelta

    from lawang.people.node import now

    first = make_birth()
    ServiceVersion.objects.filter(pk=first.pk).update(state="retired", retired_at=now() - timedelta(days=30))
    make_birth(number=2)
    assert send(client, item(version=1)).status_code == 201
    assert Case.objects.get().version == first


# --- several services with one form ---------------------------------------------------------------------------------


def bundle(**changes: Any) -> dict[str, Any]:
    """Return what a phone keeps of an event of life: a paper that both services ask for and one of the second."""
    from lawang.cases.tests.test_views_events import CARD
    from tests.case_factory import make_version

    if not Service.objects.filter(code="kartu-baru").exists():
        make_birth()
        make_version(CARD)
    known: dict[str, Any] = {
        "service": "peristiwa-anak-lahir",
        "services": [{"service": code, "version": 1} for code in ("lapor-lahir", "kartu-baru")],
        "files": [paper(), paper(OLD, field="papers.old_card.files")],
        "answers": {"child.order": "2", "reason": "Anak lahir", **changes.pop("answers", {})},
    }
    return item(**{**known, **changes})


def test_a_bundle_is_received_once_and_every_case_gets_its_papers(client: Client) -> None:
    body, key = bundle(), str(uuid4())
    first = send(client, body, key)
    assert first.status_code == 201, first.content
    said = first.json()
    birth, card = Case.objects.order_by("pk")
    assert (said["number"], said["code"]) == (birth.number, body["code"])
    assert [one["number"] for one in said["others"]] == [card.number]
    assert birth.bundle == card.bundle is not None
    assert client.get(said["others"][0]["url"]).status_code == 200  # tickets for both came with the answer
    again = send(Client(), body, key)
    assert (again.status_code, again.json()) == (200, said)
    assert Case.objects.count() == 2
    for number, data in enumerate((PICTURE, OLD)):
        assert piece(client, key, 0, data[:500], number).json() == {"offset": 500, "complete": False}
        assert piece(client, key, 0, data[:500], number).status_code == 409  # its answer was lost
        assert piece(client, key, 500, data[500:], number).json() == {"offset": len(data), "complete": True}
    kept = {(one.case_id, one.paper) for one in Attachment.objects.filter(file__isnull=False)}
    paper_of_both, of_one = "papers.family_card", "papers.old_card"
    assert kept == {(birth.pk, paper_of_both), (card.pk, paper_of_both), (card.pk, of_one)}
    for one in Attachment.objects.all():
        assert one.file is not None
        assert read_file(one.file).read()[:2] == b"\xff\xd8"
    assert piece(client, key, 0, b"x", 2).status_code == 404


def test_a_case_that_is_ahead_takes_what_it_lacks(client: Client) -> None:
    body, key = bundle(files=[paper()]), str(uuid4())
    send(client, body, key)
    first, _second = Attachment.objects.order_by("pk")
    uploads.add_piece(first, PICTURE[:400], offset=0, at=now())
    assert piece(client, key, 400, PICTURE[400:]).json()["offset"] == 0  # as far as the slower one
    assert piece(client, key, 0, PICTURE[:600]).json()["offset"] == 600
    assert piece(client, key, 600, PICTURE[600:]).json()["complete"]
    assert not Attachment.objects.filter(file=None).exists()


def test_a_mistake_in_one_files_none_and_so_does_a_closed_one(client: Client) -> None:
    body = bundle(answers={"reason": ""})
    assert error(send(client, body), 422, "invalid")["fields"]["reason"]
    assert not Case.objects.exists()
    Service.objects.filter(code="kartu-baru").update(is_open=False)
    assert "tidak menerima" in error(send(client, bundle()), 422, "refused")["message"]
    assert not Case.objects.exists()


def test_a_bundle_with_other_services_under_the_same_key_is_a_conflict(client: Client) -> None:
    body, key = bundle(files=[paper()]), str(uuid4())
    send(client, body, key)
    error(send(client, {**body, "services": body["services"][:1]}, key), 409, "conflict")
    stray = bundle(files=[paper(), paper(OLD, field="papers.lain.files")])
    assert "tidak diminta" in error(send(client, stray), 422, "refused")["message"]
    assert Case.objects.count() == 2


@pytest.mark.parametrize(
    "services", [[], "x", ["x"], [{"service": "lapor-lahir"}], [{"service": "a", "version": 1}] * 2]
)
def test_services_that_make_no_sense(client: Client, services: Any) -> None:
    error(send(client, bundle(services=services)), 400, "malformed")
