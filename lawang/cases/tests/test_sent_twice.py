"""A form that arrives twice is one change: every form of the desk, of data protection and of whoever follows a case.

It comes by a double press, or because its answer was lost.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from lawang.cases import payments
from lawang.cases.actions import Given, assign, take_step
from lawang.cases.desk.list import TAKE
from lawang.cases.models import Case, Incident, PaymentBatch, Reply
from lawang.cases.privacy.checklist import CHECKLIST
from lawang.cases.tests.desk import signed_in
from lawang.cases.tests.privacy import make_dpo
from lawang.cases.tests.test_desk_paper import TYPED
from lawang.cases.tests.test_payments import granted, paying
from lawang.cases.tests.test_privacy_incidents import reported
from lawang.cases.tests.test_views_follow import holding
from lawang.cases.tests.test_views_services import photo
from lawang.people.models import User
from lawang.people.node import now
from lawang.record.models import Entry, Key, Outbox
from lawang.web.forms import ONCE
from tests.case_factory import make_case
from tests.cast import make_agency, make_membership, make_role, make_user

pytestmark = pytest.mark.django_db

ANSWERS = {
    "papers.identity": "have",
    "name": "Siti Contoh",
    "nik": "1611034505900002",
    "phone": "081234567890",
    "use": "Rapat",
}
NOTICED = {
    "title": "Laptop hilang",
    "kind": "disclosed",
    "noticed_on_day": "2",
    "noticed_on_month": "3",
    "noticed_on_year": "2026",
    "noticed_time": "09.00",
    "words": "Tertinggal di bus.",
}


@dataclass
class Form:
    """One form: who sends it, the page it stands on, where it goes, what is typed, what it changes."""

    client: Client
    page: str
    action: str
    typed: dict[str, Any] = field(default_factory=dict)
    pick: str = ""  # words in the form, where a page has several with one address


def treasurer() -> User:
    role = make_role("treasurer", {"cases.see": "agency", "cases.pay": "agency"}, highest_privacy="personal")
    return make_membership(make_user("dwi"), role=role, agency=make_agency("umum")).user


def at_desk(user: User, case: Case, name: str, *args: Any, **typed: Any) -> Form:
    return Form(
        signed_in(user),
        reverse("desk:case", args=[case.key]),
        reverse(f"desk:{name}", args=[case.key, *args]),
        typed,
    )


def step_forward(officer: User, head: User) -> Form:
    return at_desk(officer, make_case(), "step", "forward")


def step_ask(officer: User, head: User) -> Form:
    return at_desk(officer, make_case(), "step", "ask", _items="Foto KTP")


def step_decide(officer: User, head: User) -> Form:
    return at_desk(
        head, take_step(make_case(), "forward", by=officer, at=now()), "step", "decide", _outcome="granted"
    )


def hand_to_me(officer: User, head: User) -> Form:
    return at_desk(officer, make_case(), "hand", to="me")


def hand_to_nobody(officer: User, head: User) -> Form:
    return at_desk(officer, assign(make_case(), officer, by=officer, at=now()), "hand", to="nobody")


def hand_to_a_colleague(officer: User, head: User) -> Form:
    role = make_role("colleague", {"cases.see": "agency", "cases.handle": "agency"})
    other = make_membership(make_user("tari"), role=role, agency=make_agency("umum")).user
    form = at_desk(officer, make_case(), "hand", to=str(other.key))
    form.pick = "<select"
    return form


def note_inside(officer: User, head: User) -> Form:
    return at_desk(officer, make_case(), "note", reader="internal", words="Cek ke RT")


def note_to_citizen(officer: User, head: User) -> Form:
    return at_desk(officer, make_case(), "note", reader="citizen", words="Bawa KTP.")


def resend_from_desk(officer: User, head: User) -> Form:
    case = make_case()
    message = Outbox.objects.get()
    Outbox.objects.update(state=Outbox.State.FAILED, trouble="Timeout")
    return at_desk(officer, case, "resend", message.key)


def correct_at_desk(officer: User, head: User) -> Form:
    address = reverse("desk:correct", args=[make_case().key])
    return Form(signed_in(officer), address, "", ANSWERS)


def take_many(officer: User, head: User) -> Form:
    """The page that asks whether one is sure comes by POST; it is sent from there."""
    cases = [make_case(), make_case()]
    client = signed_in(officer)
    return Form(client, "", reverse("desk:many"), {"step": TAKE, "case": [str(case.key) for case in cases]})


def forward_many(officer: User, head: User) -> Form:
    form = take_many(officer, head)
    form.typed["step"] = "forward"
    return form


def enter_paper(officer: User, head: User) -> Form:
    make_case()
    return Form(signed_in(officer), reverse("desk:entry", args=["pinjam-aula"]), "", {**TYPED, "sure": "1"})


def add_reply(officer: User, head: User) -> Form:
    typed = {"title": "Kabur", "words": "Foto lebih terang", "agency": str(make_agency("umum").pk)}
    return Form(signed_in(officer), reverse("desk:add_reply"), "", typed)


def change_reply(officer: User, head: User) -> Form:
    form = add_reply(officer, head)
    reply = Reply.objects.create(agency=make_agency("umum"), title="Kabur", words="Foto")
    form.page = reverse("desk:reply", args=[reply.pk])
    return form


def drop_reply(officer: User, head: User) -> Form:
    form = change_reply(officer, head)
    form.action, form.typed = reverse("desk:drop_reply", args=[Reply.objects.get().pk]), {}
    return form


def put_on_list(officer: User, head: User) -> Form:
    service = paying().service
    case = granted(service, officer, head)
    address = reverse("desk:payment", args=[service.code])
    return Form(signed_in(treasurer()), address, "", {"case": [str(case.key)]}, pick='name="case"')


def close_list(officer: User, head: User) -> Form:
    service = paying().service
    teller = treasurer()
    batch = payments.put_on_list(service, [granted(service, officer, head)], by=teller, at=now())
    address = reverse("desk:batch", args=[batch.key])
    return Form(
        signed_in(teller), address, reverse("desk:send_batch", args=[batch.key]), {"decree": "460/1/2026"}
    )


def mark_paid(officer: User, head: User) -> Form:
    form = close_list(officer, head)
    batch = PaymentBatch.objects.get()
    payments.send(batch, decree="460/1", by=User.objects.get(username="dwi"), at=now())
    form.action, form.typed = reverse("desk:paid_batch", args=[batch.key]), {}
    return form


def following(case: Case, name: str, /, *args: Any, page: str = "track", **typed: Any) -> Form:
    address = reverse(f"cases:{name}", args=[case.code, *args])
    return Form(holding(case), reverse(f"cases:{page}", args=[case.code]), address, typed)


def answer_question(officer: User, head: User) -> Form:
    case = take_step(make_case(), "ask", Given(items=["KTP"]), by=officer, at=now())
    return following(case, "reply", words="Ini fotonya", papers="photo")


def write_to_office(officer: User, head: User) -> Form:
    return following(make_case(), "note", words="Mohon dipercepat", papers="photo")


def withdraw(officer: User, head: User) -> Form:
    form = following(make_case(at=now()), "withdraw", page="withdraw", words="Tidak jadi")
    form.action = ""
    return form


def reopen(officer: User, head: User) -> Form:
    case = take_step(make_case(at=now()), "forward", by=officer, at=now())
    case = take_step(case, "decide", Given(outcome="granted"), by=head, at=now())
    form = following(case, "reopen", page="reopen", words="Salah tanggal")
    form.action = ""
    return form


def correct_own(officer: User, head: User) -> Form:
    form = following(make_case(at=now()), "correct", page="correct", **ANSWERS)
    form.action = ""
    return form


def resend_to_me(officer: User, head: User) -> Form:
    case = make_case(at=now())
    Outbox.objects.update(state=Outbox.State.SENT, sent_at=now())
    return following(case, "resend", Outbox.objects.get().key, page="history")


def claim(officer: User, head: User) -> Form:
    form = following(make_case(at=now()), "claim")
    form.client.force_login(make_user("siti"), "lawang.people.login.Identified")
    return form


def claim_by_address(officer: User, head: User) -> Form:
    from allauth.account.models import EmailAddress

    siti = make_user("siti", email="siti@example.id")
    EmailAddress.objects.create(user=siti, email="siti@example.id", verified=True, primary=True)
    case = make_case(at=now())
    return Form(signed_in(siti), reverse("cases:mine"), "", {"case": str(case.key)})


def protecting(name: str, *args: Any, **typed: Any) -> Form:
    page = reverse(f"privacy:{name}", args=args)
    return Form(signed_in(User.objects.get(username="bambang")), page, "", typed)


def report_incident(officer: User, head: User) -> Form:
    make_dpo()
    return protecting("report", **NOTICED)


def change_incident(officer: User, head: User) -> Form:
    return protecting("change", reported(make_dpo()).key, **{**NOTICED, "words": "Dicuri dari mobil."})


def tick_incident(officer: User, head: User) -> Form:
    incident = reported(make_dpo())
    form = protecting("incident", incident.key, note="Sudah")
    found = re.search(r'action="([^"]*/langkah/[^"]*)"', form.client.get(form.page).content.decode())
    assert found
    form.action = found[1]
    return form


def tell_authority(officer: User, head: User) -> Form:
    day = now().date()
    sent = {"sent_on_day": str(day.day), "sent_on_month": str(day.month), "sent_on_year": str(day.year)}
    incident = reported(make_dpo())
    form = protecting("authority", incident.key)
    names = re.findall(r'name="(\w+)"', form.client.get(form.page).content.decode().partition("<main")[2])
    form.typed = {name: "Contoh" for name in names if not name.startswith("_")} | sent
    return form


def tell_subjects(officer: User, head: User) -> Form:
    incident = reported(make_dpo(), cases=(make_case().number,))
    return protecting("subjects", incident.key, words="Data Anda terbuka bagi orang lain. " * 5)


def close_incident(officer: User, head: User) -> Form:
    incident = reported(make_dpo())
    Incident.objects.update(done={item.code: now().isoformat() for item in CHECKLIST})
    return protecting("close", incident.key, lesson="Laptop dikunci.")


def hold_case(officer: User, head: User) -> Form:
    make_dpo()
    return protecting("erasure", number=make_case().number, why="Gugatan 12/G/2026")


def release_case(officer: User, head: User) -> Form:
    from lawang.cases import retention

    dpo = make_dpo()
    case = retention.hold(make_case(), True, by=dpo, at=now(), why="Gugatan")
    return protecting("release", case.key, why="Sudah putus")


TABLE: dict[str, tuple[Callable[[User, User], Form], ...]] = {
    "desk:step": (step_forward, step_ask, step_decide),
    "desk:hand": (hand_to_me, hand_to_nobody, hand_to_a_colleague),
    "desk:note": (note_inside, note_to_citizen),
    "desk:resend": (resend_from_desk,),
    "desk:correct": (correct_at_desk,),
    "desk:many": (take_many, forward_many),
    "desk:entry": (enter_paper,),
    "desk:add_reply": (add_reply,),
    "desk:reply": (change_reply,),
    "desk:drop_reply": (drop_reply,),
    "desk:payment": (put_on_list,),
    "desk:send_batch": (close_list,),
    "desk:paid_batch": (mark_paid,),
    "cases:reply": (answer_question,),
    "cases:note": (write_to_office,),
    "cases:withdraw": (withdraw,),
    "cases:reopen": (reopen,),
    "cases:correct": (correct_own,),
    "cases:resend": (resend_to_me,),
    "cases:claim": (claim,),
    "cases:mine": (claim_by_address,),
    "privacy:report": (report_incident,),
    "privacy:change": (change_incident,),
    "privacy:tick": (tick_incident,),
    "privacy:authority": (tell_authority,),
    "privacy:subjects": (tell_subjects,),
    "privacy:close": (close_incident,),
    "privacy:erasure": (hold_case,),
    "privacy:release": (release_case,),
}
ANYWAY = {  # what they leave is the same however often they come
    "desk:why": "keeps the reason in the session",
    "cases:forget": "takes a ticket away",
    "cases:forget_all": "takes every ticket away",
    "cases:track": "gives this device a ticket, and counts wrong answers",
    "privacy:find": "only looks",
    "privacy:gather": "only reads, and every reading is written down",
}
KEY_OF_ITS_OWN = {"desk:entry", "desk:many"}  # the key of an application; one for each case


def fingerprint() -> dict[str, Any]:
    """Return how much there is of everything, with the last entry of the history."""
    counts = {
        model._meta.label: model._default_manager.count()
        for label in ("cases", "record")
        for model in apps.get_app_config(label).get_models()
        if model is not Key and model._meta.label not in ("record.Tries", "record.Access")
    }
    return counts | {"revisions": sorted(Case.objects.values_list("pk", "revision", "state", "handler_id"))}


def hidden_of(form: Form, html: str) -> dict[str, Any]:
    """Return the hidden fields of the form on a page; a form without an address goes to its page."""
    forms = re.findall(r"(<form\b[^>]*>)(.*?)</form>", html.partition("<main")[2], re.DOTALL)
    found = [
        inside
        for head, inside in forms
        if 'method="post"' in head
        and (form.action in head if form.action else "action=" not in head or 'action=""' in head)
        and form.pick in inside
    ]
    assert found, (form.page, form.action)
    hidden: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[0]):
        hidden.setdefault(name, []).append(value)
    return dict(hidden)


def page_of(form: Form) -> str:
    if form.page:
        response = form.client.get(form.page)
    else:  # the confirmation, which comes by POST
        response = form.client.post(form.action, form.typed)
        form.typed = {}
    assert response.status_code == 200, response.content.decode()[:3000]
    return str(response.content.decode())


def send(form: Form, hidden: dict[str, Any]) -> Any:
    typed = {name: photo("ktp.jpg") if value == "photo" else value for name, value in form.typed.items()}
    return form.client.post(form.action or form.page, {**hidden, **typed})


@pytest.mark.parametrize(
    "make", [one for makers in TABLE.values() for one in makers], ids=lambda one: str(one.__name__)
)
def test_the_same_form_twice_is_one_change(
    make: Callable[[User, User], Form], officer: User, head: User
) -> None:
    form = make(officer, head)
    hidden = hidden_of(form, page_of(form))
    assert hidden.get(ONCE) or hidden.get("key"), hidden
    before = fingerprint()
    first = send(form, hidden)
    assert first.status_code == 302, first.content.decode().partition("<main")[2][:4000]
    once = fingerprint()
    assert once != before
    second = send(form, hidden)
    assert (second.status_code, second["Location"]) == (302, first["Location"])
    assert fingerprint() == once


def test_another_page_of_the_same_form_is_another_change(officer: User, head: User) -> None:
    form = note_inside(officer, head)
    for _turn in range(2):
        send(form, hidden_of(form, page_of(form)))
    assert Entry.objects.filter(verb="case_note").count() == 2


def test_other_words_under_the_same_key_are_another_note(officer: User, head: User) -> None:
    form = note_inside(officer, head)
    hidden = hidden_of(form, page_of(form))
    for words in ("Cek ke RT", "Sudah dicek"):
        form.typed["words"] = words
        assert send(form, hidden).status_code == 302
    assert Entry.objects.filter(verb="case_note").count() == 2


def test_whoever_is_second_is_told_and_led_to_the_same_page(officer: User, head: User) -> None:
    form = note_inside(officer, head)
    hidden = hidden_of(form, page_of(form))
    send(form, hidden)
    form.client.get(form.page)
    second = send(form, hidden)
    assert "tidak disimpan dua kali" in form.client.get(second["Location"]).content.decode()


def test_a_refusal_is_not_remembered(officer: User, head: User) -> None:
    case = make_case()
    other = make_user("tari")
    form = Form(signed_in(officer), "", reverse("desk:hand", args=[case.key]), {"to": str(other.key)})
    send(form, {ONCE: "a"})
    role = make_role("colleague", {"cases.see": "agency", "cases.handle": "agency"})
    make_membership(other, role=role, agency=make_agency("umum"))
    send(form, {ONCE: "a"})
    case.refresh_from_db()
    assert case.handler == other


def test_mistakes_leave_nothing_behind(officer: User, head: User) -> None:
    form = note_inside(officer, head)
    form.typed["words"] = " "
    assert send(form, {ONCE: "a"}).status_code == 422
    assert not Key.objects.exists()


def test_every_form_of_the_desk_and_of_who_follows_is_in_the_table() -> None:
    """A new address that takes a form is sent once, or the table says why it need not be."""
    known = TABLE.keys() | ANYWAY.keys()
    for space in ("desk", "privacy", "cases"):
        resolver = get_resolver().namespace_dict[space][1]
        for pattern in resolver.url_patterns:
            assert isinstance(pattern, URLPattern)
            name = f"{space}:{pattern.name}"
            view = pattern.callback
            if name in ANYWAY or name in KEY_OF_ITS_OWN:
                continue
            is_sent_once = getattr(view, "is_sent_once", False)
            assert is_sent_once == (name in known), name


def test_every_form_in_these_templates_carries_its_key() -> None:
    exempt = ("desk:why", "cases:forget", "privacy:find", 'name="form" value="json"', "shell.", 'name="kode"')
    folder = Path(__file__).resolve().parents[1] / "templates" / "cases"
    names = ("correct", "find", "history", "mine", "step", "track")
    files = [
        *(folder / f"{name}.html" for name in names),
        *folder.glob("desk/*.html"),
        *folder.glob("privacy/*.html"),
    ]
    for path in files:
        for form in re.findall(r"<form\b.*?</form>", path.read_text(), re.DOTALL):
            if 'method="post"' not in form or any(word in form for word in exempt):
                continue
            if path.name in ("entry.html", "list.html"):  # a key of its own; leads only to the question
                continue
            assert "{% once %}" in form, (path.name, form[:200])
