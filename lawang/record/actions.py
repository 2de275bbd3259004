"""What every other noun asks of the record: write history, send a message, keep a file, do a thing once."""

import hashlib
import io
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, BinaryIO

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from lawang.lib.refused import Refused
from lawang.record import files, sealing
from lawang.record.chain import canonical, entry_hash, plain
from lawang.record.models import Access, DataKey, Entry, File, Key, Outbox, Privacy

TRIES = 50  # how often record() looks again after somebody else wrote the same number first


class SentDifferently(Refused):
    """The idempotency key is known, but with other content: answer 409."""


def thing_name(thing: models.Model | str) -> str:
    """Return the name under which the record knows a thing: "plans.programme:<key>", or its pk without a key."""
    if isinstance(thing, str):
        return thing
    return f"{thing._meta.label_lower}:{getattr(thing, 'key', None) or thing.pk}"


@transaction.atomic(savepoint=False)
def record(
    thing: models.Model | str,
    verb: str,
    *,
    by: AbstractBaseUser | None,
    at: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    sealed: dict[str, str] | None = None,
    note: str = "",
    is_first: bool = False,
) -> Entry:
    """Append one entry to the thing's history, in the transaction of the change itself.

    `before` and `after` hold named fields without personal data; Decimal, float, date and UUID become strings.
    `sealed` holds personal fields, which are stored encrypted. Two writers of one thing wait for each other at the
    unique number; there is no lock to run out of when an import records thousands of things. `is_first`: the thing was
    made just now, so its last entry is not looked for.
    """
    name = thing_name(thing)
    before, after, note = plain(before or {}), plain(after or {}), plain(note)
    hidden = sealing.seal_fields(name, sealed or {})
    for attempt in range(TRIES):
        is_new = is_first and attempt == 0
        last = None if is_new else _last(name)
        number, previous_hash = (last[0] + 1, last[1]) if last else (1, "")
        entry = Entry(
            thing=name,
            number=number,
            verb=verb,
            by_id=by.pk if by else None,
            at=at,
            before=before,
            after=after,
            sealed=hidden,
            note=note,
            previous_hash=previous_hash,
        )
        entry.hash = hash_of(entry)
        if _insert(entry):
            return entry
    raise RuntimeError(f"{name}: {TRIES} others wrote first")


def _last(thing: str) -> tuple[int, str] | None:
    return Entry.objects.filter(thing=thing).order_by("-number").values_list("number", "hash").first()


def hash_of(entry: Entry) -> str:
    """Return the hash that the entry's own fields give; `entry.hash` is the one it was stored with."""
    return entry_hash(
        thing=entry.thing,
        number=entry.number,
        verb=entry.verb,
        by=entry.by_id,
        at=entry.at,
        before=entry.before,
        after=entry.after,
        sealed=entry.sealed,
        note=entry.note,
        previous_hash=entry.previous_hash,
    )


def _insert(entry: Entry) -> bool:
    """Insert the entry; answer False when its number was taken in the meantime."""
    fields = [field for field in Entry._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = [field.get_db_prep_save(getattr(entry, field.attname), connection) for field in fields]
    marks = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.execute(
            f'insert into "{Entry._meta.db_table}" ({columns}) values ({marks}) '  # noqa: S608  names of our own model
            "on conflict (thing, number) do nothing returning id",
            values,
        )
        row = cursor.fetchone()
    if row is None:
        return False
    entry.pk = row[0]
    entry._state.adding = False
    entry._state.db = connection.alias
    return True


@transaction.atomic
def erase(thing: models.Model | str, *, by: AbstractBaseUser | None, at: datetime, note: str = "") -> Entry:
    """Destroy the key of the thing's personal fields: they are unreadable from now on, the chain stays whole.

    Backups made before still hold the wrapped key; they are erased when they are.
    """
    name = thing_name(thing)
    DataKey.objects.filter(thing=name).delete()
    return record(name, "erased", by=by, at=at, note=note)


def saw(
    thing: models.Model | str, fields: list[str], *, by: AbstractBaseUser, at: datetime, why: str = ""
) -> Access:
    """Write down that somebody read personal data of a thing."""
    return Access.objects.create(thing=thing_name(thing), fields=fields, by_id=by.pk, at=at, why=why[:200])


@transaction.atomic(savepoint=False)
def notify(
    *,
    address: str,
    kind: str,
    subject: str,
    body: str,
    about: models.Model | str,
    at: datetime,
    channel: str = "email",
) -> Outbox:
    """Put one message into the outbox, in the transaction of what it tells of; the worker sends it after the commit.

    `kind` names the template ("value_returned"); `subject` and `body` are what the person reads.
    """
    from lawang.record.tasks import send_message

    message = Outbox.objects.create(
        channel=channel,
        address=address,
        kind=kind,
        subject=" ".join(str(subject).split())[:200],
        body=str(body),
        about=thing_name(about)[:120],
        made_at=at,
        next_at=at,
    )
    send_message.defer(message_id=message.pk)
    return message


@transaction.atomic
def send_again(message: Outbox, *, by: AbstractBaseUser | None, at: datetime) -> Outbox:
    """Give a message that was given up another full round of attempts."""
    from lawang.record.tasks import send_message

    message = Outbox.objects.select_for_update().get(pk=message.pk)
    if message.state != Outbox.State.FAILED:
        raise Refused(_("Hanya pesan yang gagal yang dapat dikirim ulang."))
    message.state, message.attempts, message.next_at, message.trouble = Outbox.State.WAITING, 0, at, ""
    message.save(update_fields=["state", "attempts", "next_at", "trouble"])
    record(f"record.outbox:{message.key}", "sent_again", by=by, at=at, after={"kind": message.kind})
    send_message.defer(message_id=message.pk)
    return message


@transaction.atomic
def keep_file(
    upload: "UploadedFile[bytes] | bytes",
    *,
    name: str,
    about: models.Model | str,
    privacy: Privacy | str,
    by: AbstractBaseUser | None,
    at: datetime,
    is_sealed: bool = False,
    is_ours: bool = False,
    may_be_film: bool = False,
) -> File:
    """Check a file, put it on disk under its hash, and remember whose it is.

    With `is_sealed` the contents are encrypted under the DataKey of `about` first, so that erasing that thing erases
    them; `sha256` is then the hash of the ciphertext. The type comes from the contents, never from the name; pictures
    are written anew without camera and place data. The contents are on disk, synced, before the row commits.
    `is_ours`, `may_be_film`: as `files.check` has them. Raise Refused with a sentence when it is too large, of an
    unknown kind, dangerous or damaged; TryLater when it cannot be looked at just now.
    """
    content = files.check(upload, name, is_ours=is_ours, may_be_film=may_be_film)
    data = sealing.seal_bytes(thing_name(about), content.data) if is_sealed else content.data
    sha256 = files.store(data)
    file = File.objects.create(
        name=content.name,
        sha256=sha256,
        kind=content.kind,
        size=len(content.data),
        about=thing_name(about),
        privacy=privacy,
        is_sealed=is_sealed,
        by_id=by.pk if by else None,
        at=at,
    )
    record(file, "kept", by=by, at=at, after={"sha256": sha256, "kind": content.kind, "about": file.about})
    return file


def read_file(file: File) -> BinaryIO:
    """Open a kept file for reading. The caller has asked whether the person may read it.

    Raise FileNotFoundError when it is gone or its key was destroyed.
    """
    if not file.is_sealed:
        return files.path_of(file.sha256).open("rb")
    data = sealing.open_bytes(file.about, files.path_of(file.sha256).read_bytes())
    if data is None:
        raise FileNotFoundError(file.sha256)
    return io.BytesIO(data)


@transaction.atomic
def once(
    key: str,
    verb: str,
    by: AbstractBaseUser | None,
    content: bytes | str | dict[str, Any],
    at: datetime,
    do: Callable[[], dict[str, Any]],
) -> tuple[dict[str, Any], bool]:
    """Call `do` the first time `key` is seen and return (its result, True); afterwards (that result, False).

    Somebody who sends the same key at the same moment waits for the first to commit. Raise SentDifferently when the key
    is known with another verb, person or content. When `do` raises, nothing is remembered.
    """
    digest = _digest(content)
    mine = Key(
        key=str(key).replace("\x00", "")[:64], verb=verb, by_id=by.pk if by else None, content=digest, at=at
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into record_key (key, verb, by_id, content, result, at) values (%s, %s, %s, %s, '{}', %s) "
            "on conflict (key) do nothing returning id",
            [mine.key, mine.verb, mine.by_id, mine.content, mine.at],
        )
        row = cursor.fetchone()
    if row is None:
        known = Key.objects.get(key=mine.key)
        if (known.verb, known.by_id, known.content) != (verb, mine.by_id, digest):
            raise SentDifferently(_("Kiriman dengan kunci yang sama sudah diterima dengan isi yang lain."))
        return known.result, False
    result: dict[str, Any] = plain(do())
    Key.objects.filter(pk=row[0]).update(result=result)
    return result, True


def _digest(content: bytes | str | dict[str, Any]) -> str:
    if isinstance(content, dict):
        content = canonical(plain(content))
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def as_json(entry: Entry) -> str:
    """Return an entry's named fields as text for a screen or an export."""
    return json.dumps({"before": entry.before, "after": entry.after}, ensure_ascii=False, indent=1)
