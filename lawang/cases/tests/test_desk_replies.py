"""Ready-made replies of an agency."""

import pytest
from django.urls import reverse

from lawang.cases.models import Reply
from lawang.cases.tests.desk import page, send, signed_in
from lawang.people.models import User
from lawang.record.models import Entry
from tests.cast import make_agency

pytestmark = pytest.mark.django_db


def test_an_officer_adds_changes_and_removes_a_reply(officer: User) -> None:
    client = signed_in(officer)
    assert "Belum ada jawaban siap." in page(client, "replies")
    agency = make_agency("umum")
    assert send(client, "add_reply", title="", words="", agency=agency.pk).status_code == 422
    send(client, "add_reply", title="Foto kabur", words="Foto yang lebih terang", agency=agency.pk)
    reply = Reply.objects.get()
    assert "Foto yang lebih terang" in page(client, "replies")
    assert "Foto kabur" in page(client, "reply", reply.pk)
    send(client, "reply", reply.pk, title="Foto kabur", words="Foto KTP yang lebih terang", agency=agency.pk)
    reply.refresh_from_db()
    assert reply.words == "Foto KTP yang lebih terang"
    send(client, "drop_reply", reply.pk)
    assert not Reply.objects.exists()
    assert [entry.verb for entry in Entry.objects.filter(thing__startswith="cases.reply:")] == [
        "added",
        "changed",
        "removed",
    ]


def test_replies_of_another_agency_are_not_there(officer: User, stranger: User) -> None:
    reply = Reply.objects.create(agency=make_agency("umum"), title="Kabur", words="Foto")
    client = signed_in(stranger)
    assert "Kabur" not in page(client, "replies")
    page(client, "reply", reply.pk, status=404)
    assert send(client, "drop_reply", reply.pk).status_code == 404
    answer = send(client, "add_reply", title="A", words="B", agency=make_agency("umum").pk)
    assert answer.status_code == 422
    assert Reply.objects.count() == 1
    assert client.get(reverse("desk:add_reply")).status_code == 200
