"""What visitors and booths say to each other: sealed, numbered in the order in which it becomes visible, announced.

Whoever commits a message wakes `lawang stream` (stream.py) by NOTIFY with the talk's key and the message's number,
never with words: what was said is read from here, by whoever may.
"""

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.lib.dates import long_moment
from lawang.lib.refused import Refused
from lawang.movement.exhibition.channels import CHANNEL
from lawang.movement.exhibition.hours import Hours
from lawang.movement.exhibition.models import Booth, Exhibition, Message, Talk
from lawang.people.calendar import working_days
from lawang.people.models import User
from lawang.people.node import day_of, node, zone
from lawang.people.permissions import demand
from lawang.record import limits, sealing
from lawang.record.actions import notify, record

LONGEST = 2000  # characters of one message
MOST = 200  # messages in one talk
KEPT = timedelta(days=365)  # after the last day of the exhibition; then the words are erased
MOST_OPEN = 5  # talks of one visitor with one booth that wait for an answer

SENDINGS = limits.Limit(
    "booth messages",
    30,
    timedelta(minutes=10),
    gettext_lazy("Anda menulis sangat cepat. Tunggu beberapa menit, lalu lanjutkan."),
)
QUESTIONS = limits.Limit(
    "booth questions",
    10,
    timedelta(hours=1),
    gettext_lazy("Sudah banyak pertanyaan dari HP ini. Lanjutkan percakapan yang ada, atau tunggu satu jam."),
)


def new_visitor() -> str:
    """Return the secret that a visitor's browser keeps in its cookie; the database has only its hash."""
    return secrets.token_urlsafe(24)


def visitor_of(secret: str) -> str:
    return salted_hmac("lawang.booth.visitor", secret, algorithm="sha256").hexdigest() if secret else ""


def hours_of(booth: Booth) -> Hours:
    return Hours(tuple(booth.representatives.all()), working_days(), zone())


@transaction.atomic
def ask(booth: Booth, words: str, *, visitor: str, name: str = "", contact: str = "", at: datetime) -> Talk:
    """Begin a talk with a visitor's question; `visitor` is the hash of the secret in their cookie.

    Outside of the booth's hours it is a ticket: the same talk, with the moment until which it is answered counted from
    when somebody comes next. `contact` (an e-mail address) is told of the answer. Raise Refused when the exhibition is
    over or the words are empty or too long.
    """
    words = _checked(words)
    name, contact = name.strip()[:80], contact.strip()[:254]
    if contact:
        try:
            validate_email(contact)
        except ValidationError:
            raise Refused(_("Alamat surel ini belum lengkap. Contoh: nama@contoh.id.")) from None
    exhibition = Exhibition.objects.select_for_update().get(pk=booth.exhibition_id)
    if not exhibition.is_open(day_of(at)):
        raise Refused(_("Pameran ini sedang tidak buka; pertanyaan diterima pada hari-harinya."))
    if Talk.objects.waiting().filter(booth=booth, visitor=visitor).count() >= MOST_OPEN:
        raise Refused(_("Beberapa pertanyaan Anda masih menunggu jawaban. Lanjutkan salah satunya."))
    exhibition.asked += 1
    exhibition.save(update_fields=["asked"])
    hours = hours_of(booth)
    talk = Talk(
        booth=booth,
        number=exhibition.asked,
        visitor=visitor,
        asked_at=at,
        is_away=not hours.is_somebody_there(at),
        due_at=hours.due(at, booth.answers_within),
    )
    key = sealing.new_key(talk.thing)
    given = {field: value for field, value in (("name", name), ("contact", contact)) if value}
    talk.sealed = sealing.seal_fields(talk.thing, given, key=key)
    talk.save()
    _add(talk, words, by=None, at=at, key=key)
    record(talk, "talk_asked", by=None, at=at, after={"booth": booth.area.code, "away": talk.is_away})
    return talk


@transaction.atomic
def say(talk: Talk, words: str, *, visitor: str, at: datetime) -> Message:
    """Let the visitor go on. Raise Refused when the talk is not theirs, closed or full."""
    words = _checked(words)
    talk = _locked(talk)
    if not visitor or talk.visitor != visitor:
        raise Refused(_("Percakapan ini dimulai di HP lain. Mulai pertanyaan baru dari anjungannya."))
    if not talk.is_waiting:
        hours = hours_of(talk.booth)
        talk.is_away = not hours.is_somebody_there(at)
        talk.due_at = hours.due(at, talk.booth.answers_within)
        talk.is_waiting = True
    return _add(talk, words, by=None, at=at)


@transaction.atomic
def answer(talk: Talk, words: str, *, by: User, at: datetime) -> Message:
    """Answer for the booth; a visitor who left an address is told by mail the first time. Raise Refused as `say`."""
    words = _checked(words)
    talk = _locked(talk)
    demand(by, "movement.represent", talk)
    is_first = talk.answered_at is None
    talk.is_waiting = False
    talk.answered_at = talk.answered_at or at
    message = _add(talk, words, by=by, at=at)
    record(talk, "talk_answered", by=by, at=at, after={"number": message.number, "late": at > talk.due_at})
    opened = sealing.open_values(talk.thing, talk.sealed) or {}
    if is_first and opened.get("contact"):
        where = node().base_url.rstrip("/") + f"/pameran/percakapan/{talk.key}/"
        notify(
            address=opened["contact"],
            kind="talk_answered",
            subject=_("Pertanyaan %(ticket)s sudah dijawab") % {"ticket": talk.ticket},
            body=_("%(booth)s menjawab pertanyaan Anda. Baca dengan HP yang Anda pakai bertanya: %(where)s")
            % {"booth": talk.booth.area.title, "where": where},
            about=talk,
            at=at,
        )
    return message


@transaction.atomic
def close(talk: Talk, *, by: User, at: datetime) -> Talk:
    """End a talk that has been answered. Raise Refused while the visitor waits."""
    talk = _locked(talk)
    demand(by, "movement.represent", talk)
    if talk.is_waiting:
        raise Refused(_("Pengunjung masih menunggu jawaban. Jawab dahulu, lalu tutup."))
    talk.closed_at = at
    talk.save(update_fields=["closed_at"])
    record(talk, "talk_closed", by=by, at=at)
    _announce(talk)
    return talk


@transaction.atomic
def hide(message: Message, why: str, *, by: User, at: datetime) -> Message:
    """Hide the words of a message, with the reason that both sides then read. The sealed words stay for who decides."""
    talk = _locked(message.talk, closed_too=True)
    demand(by, "movement.represent", talk)
    why = " ".join(why.split())[:200]
    if not why:
        raise Refused(_("Tulis mengapa kata-kata ini disembunyikan."))
    message = Message.objects.get(pk=message.pk)
    if message.hidden_at is None:
        message.hidden_at, message.hidden_why = at, why
        message.save(update_fields=["hidden_at", "hidden_why"])
        record(talk, "message_hidden", by=by, at=at, after={"number": message.number}, note=why)
        _announce(talk)
    return message


def _checked(words: str) -> str:
    words = words.strip()
    if not words:
        raise Refused(_("Tulis pertanyaan Anda dahulu."))
    if len(words) > LONGEST:
        raise Refused(
            _("Paling banyak %(most)s huruf sekali kirim. Anda menulis %(now)s.")
            % {"most": LONGEST, "now": len(words)}
        )
    return words


def _locked(talk: Talk, *, closed_too: bool = False) -> Talk:
    rows = Talk.objects.select_for_update(of=("self",)).select_related("booth__area", "booth__exhibition")
    talk = rows.get(pk=talk.pk)
    if talk.closed_at is not None and not closed_too:
        raise Refused(_("Percakapan ini sudah ditutup. Mulai pertanyaan baru dari anjungannya."))
    return talk


def _add(talk: Talk, words: str, *, by: User | None, at: datetime, key: bytes | None = None) -> Message:
    """Write the next message of a locked talk: the lock makes numbers visible in their order, none is passed over."""
    if talk.said >= MOST:
        raise Refused(_("Percakapan ini sudah sangat panjang. Mulai pertanyaan baru dari anjungannya."))
    talk.said += 1
    message = Message(talk=talk, number=talk.said, by=by, at=at)
    message.sealed = sealing.seal_fields(talk.thing, {f"words{talk.said}": words}, key=key)
    message.save()
    talk.save(update_fields=["said", "is_waiting", "answered_at", "is_away", "due_at"])
    _announce(talk)
    return message


def _announce(talk: Talk) -> None:
    """Wake the stream once this transaction has committed: PostgreSQL sends it then, or never."""
    payload = json.dumps({"talk": str(talk.key), "booth": talk.booth_id, "number": talk.said})
    with connection.cursor() as cursor:
        cursor.execute("select pg_notify(%s, %s)", [CHANNEL, payload])


# Reading


@dataclass(frozen=True)
class Said:
    """One message as a page shows it."""

    number: int
    pk: int
    is_visitor: bool
    at: datetime
    words: str  # "" when hidden or erased
    hidden_why: str


def read(talk: Talk, since: int = 0) -> list[Said]:
    """Return what was said after message `since`, in clear. Who shows it to a representative records the reading.

    Two queries: the messages, the key.
    """
    rows = list(talk.messages.filter(number__gt=since))
    key = sealing.find_key(talk.thing) if rows else None
    return [
        Said(row.number, row.pk, row.by_id is None, row.at, _words(talk, row, key), row.hidden_why)
        for row in rows
    ]


def _words(talk: Talk, row: Message, key: bytes | None) -> str:
    if row.hidden_at is not None:
        return ""
    if key is None:
        return str(_("(sudah dihapus)"))
    opened = sealing.open_values(talk.thing, row.sealed, key=key) or {}
    return opened.get(f"words{row.number}", "")


def names(talks: Iterable[Talk]) -> dict[UUID, str]:
    """Return talk key -> the name the visitor gave, or their pseudonym; one query for a whole list."""
    rows = list(talks)
    keys = sealing.find_keys(row.thing for row in rows if row.sealed)
    found: dict[UUID, str] = {}
    for row in rows:
        key = keys.get(row.thing)
        given: dict[str, Any] = (sealing.open_values(row.thing, row.sealed, key=key) or {}) if key else {}
        found[row.key] = given.get("name") or row.pseudonym
    return found


@transaction.atomic
def erase_old(exhibition: Exhibition, *, by: User | None, at: datetime) -> int:
    """Destroy the keys of the talks of an exhibition, a year after its last day; return how many."""
    if day_of(at) < exhibition.closes + KEPT:
        return 0
    from lawang.record.actions import erase
    from lawang.record.models import DataKey

    things = [talk.thing for talk in Talk.objects.filter(booth__exhibition=exhibition)]
    known = set(DataKey.objects.filter(thing__in=things).values_list("thing", flat=True))
    for thing in known:
        erase(thing, by=by, at=at, note=str(_("Setahun setelah pameran ditutup")))
    return len(known)


def erase_over(*, at: datetime) -> int:
    """Destroy the keys of all talks whose time is over; return how many. Safe to run twice."""
    over = Exhibition.objects.filter(closes__lte=day_of(at) - KEPT)
    return sum(erase_old(one, by=None, at=at) for one in over)


def sentence_of_wait(talk: Talk) -> str:
    """Say what happens next, for the visitor."""
    if talk.closed_at is not None:
        return str(_("Percakapan ini sudah ditutup."))
    if not talk.is_waiting:
        return str(_("Sudah dijawab. Tulis lagi bila masih ada yang ingin ditanyakan."))
    if talk.is_away:
        return str(
            _(
                "Petugas anjungan sedang tidak di tempat. Pertanyaan nomor %(ticket)s dijawab paling lambat %(due)s."
            )
            % {"ticket": talk.ticket, "due": long_moment(talk.due_at)}
        )
    return str(
        _("Petugas sedang di anjungan. Nomor %(ticket)s dijawab paling lambat %(due)s.")
        % {"ticket": talk.ticket, "due": long_moment(talk.due_at)}
    )
