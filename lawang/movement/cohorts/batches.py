"""What regency and movement tell each other of a cohort, as parts of signed batches; both only for the other's eyes.

Down: the call with its form, how the regency stands in it, the decision, the bimtek, what is handed over, comments.
Up: the readiness form with its proofs, and answers to comments. Names of mentors and assessors, marks and clinics stay
at the movement. A regency speaks to that movement alone which called the cohort.
"""

import base64
import binascii
import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.exchange.models import Peer, ReceivedPart
from lawang.exchange.parts import NotYet, Piece, Schema, register_part
from lawang.lib.refused import Refused
from lawang.lib.text import is_text
from lawang.movement.cohorts import actions
from lawang.movement.cohorts.models import (
    Blueprint,
    Cohort,
    Comment,
    Deliverable,
    Determination,
    Participant,
    Proof,
    Session,
    Submission,
)
from lawang.people.models import Node
from lawang.people.node import node
from lawang.record.actions import keep_file, read_file, record
from lawang.record.chain import canonical, plain
from lawang.record.models import File, Privacy

COHORT = Schema(
    1,
    {
        "key": "text",
        "year": "integer",
        "title": "mapping",
        "call": "mapping?",
        "track": "text",
        "state": "text",
        "opens_at": "text",
        "closes_at": "text",
        "form": "mapping",  # {pack, code, title, definition}: as cohorts.yaml of a pack has it
        "stages": "list",  # as cohorts.yaml has them
        "participant": "text",
        "status": "text",
        "decision": "mapping?",  # {is_chosen, reason, at}
        "sessions": "list",  # {key, stage, starts, ends, place, agenda}
        "deliverables": "list",  # {key, stage, code, title, status, reason}
        "comments": "list",  # {key, line, line_key, revision, quoted, words, at, state, answer, answered_at}
    },
)
READINESS = Schema(
    1,
    {
        "cohort": "text",
        "by_office": "text",
        "sent_at": "text",
        "answers": "mapping",  # question -> {level, words}
        "applications": "list",  # {name, agency, users}
        "proofs": "list",  # {question, proves, file}
    },
)
PROOF = Schema(
    1, {"cohort": "text", "sha256": "text", "name": "text", "content": "text"}
)  # content in base64
ANSWERS = Schema(1, {"cohort": "text", "answers": "list"})  # {key, answer, answered_at}
Status = Participant.Status
WRONG = (AttributeError, KeyError, TypeError, ValueError)  # what a document of another shape leads to


def _document(part: ReceivedPart, content: bytes, schema: Schema) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise _unreadable(part) from None
    schema.check(found)
    document: dict[str, Any] = plain(found)
    return document


def _unreadable(part: ReceivedPart) -> Refused:
    return Refused(_("Bagian %(name)s di kiriman ini tidak dapat dibaca.") % {"name": part.name})


def _moment(words: str) -> datetime:
    """Return a moment with its zone. Raise ValueError for one without."""
    found = datetime.fromisoformat(words)
    if found.tzinfo is None:
        raise ValueError(words)
    return found


def _uuid(part: ReceivedPart, words: Any) -> UUID:
    try:
        return UUID(words)
    except WRONG:
        raise _unreadable(part) from None


# Down


def cohorts(peer: Peer, at: datetime) -> Iterator[Piece]:
    """Yield each call that the regency was invited to, with all that it may know of its own way through it."""
    rows = (
        Participant.objects.filter(
            area__code=peer.area_code,
            area__valid_to=None,
            cohort__from_history=False,
            cohort__form__isnull=False,
        )
        .select_related("cohort__form", "determination")
        .prefetch_related("sessions", "deliverables", "comments")
    )
    for one in rows.order_by("cohort__year", "cohort__track"):
        cohort = one.cohort
        assert cohort.form is not None
        given: dict[str, Any] = {
            **{name: getattr(cohort, name) for name in ("key", "year", "title", "call", "track", "state")},
            **{name: getattr(cohort, name).isoformat() for name in ("opens_at", "closes_at")},
            "form": {name: getattr(cohort.form, name) for name in ("pack", "code", "title", "definition")},
            "stages": cohort.stages,
            "participant": one.key,
            "status": one.status,
            "decision": _decision(one),
            "sessions": [
                {name: getattr(row, name) for name in ("key", "stage", "starts", "ends", "place", "agenda")}
                for row in one.sessions.all()
            ],
            "deliverables": [
                {name: getattr(row, name) for name in ("key", "stage", "code", "title", "status", "reason")}
                for row in one.deliverables.all()
            ],
            "comments": [_comment(row) for row in sorted(one.comments.all(), key=lambda row: row.pk)],
        }
        yield Piece(f"cohort/{cohort.key}", canonical(plain(given)), 1, is_secret=True)


def _decision(participant: Participant) -> dict[str, Any] | None:
    row = getattr(participant, "determination", None)
    if row is None:
        return None
    return {"is_chosen": row.is_chosen, "reason": row.reason, "at": row.at.isoformat()}


def _comment(row: Comment) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in ("key", "line", "line_key", "revision", "quoted", "words")},
        "at": row.at.isoformat(),
        "state": row.state,
        "answer": row.answer,
        "answered_at": row.answered_at.isoformat() if row.answered_at else None,
    }


def read_cohort(part: ReceivedPart, content: bytes, at: datetime) -> None:
    """Write how this regency stands in a call. What it wrote itself stays; a withdrawn part: it was let go of."""
    home = node().area
    if home is None:
        raise Refused(_("Pemasangan ini belum tahu milik daerah mana. Hubungi administrator."))
    if ReceivedPart.objects.filter(name=part.name).exclude(peer=part.peer_id).exists():
        raise Refused(_("Bagian %(name)s sudah datang dari simpul lain.") % {"name": part.name})
    key = _uuid(part, part.name.rpartition("/")[2])
    if part.is_withdrawn:
        for row in Participant.objects.filter(cohort__key=key).exclude(status=Status.WITHDRAWN):
            actions.stand(row, Status.WITHDRAWN, by=None, at=at)
        return
    given = _document(part, content, COHORT)
    other = Cohort.objects.filter(year=given["year"], track=given["track"]).exclude(key=key)
    if other.exists():
        raise NotYet(_("Angkatan %(year)s sudah ada dari gerakan lain.") % {"year": given["year"]})
    try:
        with transaction.atomic():
            cohort = _write_cohort(key, given, at)
            row = _write_participant(cohort, given, at)
            _write_sessions(row, given["sessions"])
            _write_deliverables(row, given["deliverables"])
            _write_comments(row, given["comments"])
    except WRONG:
        raise _unreadable(part) from None
    record(row, "cohort_received", by=None, at=at, after={"state": cohort.state, "status": row.status})


def _write_cohort(key: UUID, given: dict[str, Any], at: datetime) -> Cohort:
    if not is_text(given["title"]):
        raise ValueError("title")
    return Cohort.objects.update_or_create(
        key=key,
        defaults={
            **{name: given[name] for name in ("year", "title", "stages")},
            "call": given["call"] or None,
            "track": given["track"][:40],
            "state": Cohort.State(given["state"]),
            "opens_at": _moment(given["opens_at"]),
            "closes_at": _moment(given["closes_at"]),
            "form": _form(given["form"], at),
        },
    )[0]


def _form(given: dict[str, Any], at: datetime) -> Blueprint:
    """Return this form as it is kept here, perhaps from a pack, else kept now."""
    definition = given["definition"]
    for one in (*definition["scale"], *definition["parts"]):
        if not (isinstance(one["code"], str) and is_text(one["title"])):
            raise ValueError("form")
    for one in [question for part in definition["parts"] for question in part["questions"]]:
        if not (isinstance(one["code"], str) and is_text(one["title"])):
            raise ValueError("form")
    known = Blueprint.objects.filter(kind=Blueprint.Kind.FORM, code=given["code"]).order_by("-number")
    same = known.filter(definition=definition).first()
    if same is not None:
        return same
    last = known.first()
    return Blueprint.objects.create(
        kind=Blueprint.Kind.FORM,
        code=given["code"][:60],
        number=last.number + 1 if last else 1,
        title=given["title"],
        definition=definition,
        pack=given["pack"][:60],
        at=at,
    )


def _write_participant(cohort: Cohort, given: dict[str, Any], at: datetime) -> Participant:
    home = node().area
    assert home is not None
    row, is_new = Participant.objects.get_or_create(
        cohort=cohort,
        area=home,
        defaults={"key": UUID(given["participant"]), "status": Status(given["status"]), "invited_at": at},
    )
    status = Status(given["status"])
    is_on_its_way = status == Status.INVITED and row.status == Status.APPLIED
    if is_new or (status != row.status and not is_on_its_way):
        actions.stand(row, status, by=None, at=at)
    decision = given["decision"]
    if decision is None:
        Determination.objects.filter(participant=row).delete()
        return row
    Determination.objects.update_or_create(
        participant=row,
        defaults={
            "is_chosen": bool(decision["is_chosen"]),
            "reason": str(decision["reason"]),
            "at": _moment(decision["at"]),
        },
    )
    return row


def _write_sessions(row: Participant, given: list[Any]) -> None:
    row.sessions.exclude(key__in=[UUID(one["key"]) for one in given]).delete()
    for one in given:
        Session.objects.update_or_create(
            participant=row,
            key=UUID(one["key"]),
            defaults={
                "stage": str(one["stage"])[:20],
                "starts": date.fromisoformat(one["starts"]),
                "ends": date.fromisoformat(one["ends"]),
                "place": str(one["place"])[:200],
                "agenda": str(one["agenda"]),
            },
        )


def _write_deliverables(row: Participant, given: list[Any]) -> None:
    row.deliverables.exclude(key__in=[UUID(one["key"]) for one in given]).delete()
    for one in given:
        if not is_text(one["title"]):
            raise ValueError("title")
        Deliverable.objects.update_or_create(
            participant=row,
            key=UUID(one["key"]),
            defaults={
                "stage": str(one["stage"])[:20],
                "code": str(one["code"])[:40],
                "title": one["title"],
                "status": Deliverable.Status(one["status"]),
                "reason": str(one["reason"])[:300],
            },
        )


def _write_comments(row: Participant, given: list[Any]) -> None:
    """Write the comments; an answer that was given here and has not come back yet stays."""
    row.comments.exclude(key__in=[UUID(one["key"]) for one in given]).delete()
    known = {one.key: one for one in row.comments.all()}
    for one in given:
        key = UUID(one["key"])
        comment = known.get(key) or Comment(participant=row, key=key)
        comment.line, comment.quoted = Comment.Line(one["line"]), str(one["quoted"])[:300]
        comment.line_key = UUID(one["line_key"]) if one["line_key"] else None
        comment.revision = None if one["revision"] is None else int(one["revision"])
        comment.words, comment.at = str(one["words"]), _moment(one["at"])
        answered = _moment(one["answered_at"]) if one["answered_at"] else None
        if answered and (comment.answered_at is None or answered >= comment.answered_at):
            comment.answer, comment.answered_at = str(one["answer"]), answered
        comment.state = Comment.State(one["state"])
        if comment.state == Comment.State.OPEN and comment.answered_at:
            comment.state = Comment.State.ANSWERED
        comment.save()


# Up


def _called_by(peer: Peer) -> set[UUID]:
    """Return the keys of the cohorts that this movement called us to."""
    names = ReceivedPart.objects.in_force().filter(peer=peer, kind="cohort").values_list("name", flat=True)
    return {UUID(name.rpartition("/")[2]) for name in names}


def _sent(peer: Peer) -> Any:
    return (
        Submission.objects.filter(
            participant__area=node().area,
            participant__cohort__key__in=_called_by(peer),
            sent_at__isnull=False,
        )
        .select_related("participant__cohort")
        .order_by("participant__cohort__year", "pk")
    )


def proofs(peer: Peer, at: datetime) -> Iterator[Piece]:
    """Yield each file that shows an answer, once, whole."""
    rows = Proof.objects.filter(submission__in=_sent(peer))
    seen = set()
    for one in rows.select_related("file", "submission__participant__cohort").order_by("pk"):
        cohort = str(one.submission.participant.cohort.key)
        if (cohort, one.file.sha256) in seen:
            continue
        seen.add((cohort, one.file.sha256))
        with read_file(one.file) as stream:
            content = base64.b64encode(stream.read()).decode()
        document = {"cohort": cohort, "sha256": one.file.sha256, "name": one.file.name, "content": content}
        yield Piece(f"readiness_proof/{cohort[:8]}/{one.file.sha256}", canonical(document), 1, is_secret=True)


def readiness(peer: Peer, at: datetime) -> Iterator[Piece]:
    """Yield each readiness form that was sent, as it is now."""
    for one in _sent(peer).prefetch_related("proofs__file"):
        document = {
            "cohort": str(one.participant.cohort.key),
            "by_office": one.by_office,
            "sent_at": one.sent_at.isoformat(),
            "answers": one.answers,
            "applications": one.applications,
            "proofs": [
                {"question": row.question, "proves": row.proves, "file": row.file.sha256}
                for row in one.proofs.all()
            ],
        }
        name = f"readiness/{one.participant.cohort.key}"
        yield Piece(name, canonical(document), len(one.answers), is_secret=True)


def answers(peer: Peer, at: datetime) -> Iterator[Piece]:
    """Yield what the regency answered to comments."""
    rows: dict[UUID, list[dict[str, str]]] = {}
    for one in (
        Comment.objects.filter(
            participant__area=node().area,
            participant__cohort__key__in=_called_by(peer),
            answered_at__isnull=False,
        )
        .select_related("participant__cohort")
        .order_by("pk")
    ):
        assert one.answered_at is not None
        rows.setdefault(one.participant.cohort.key, []).append(
            {"key": str(one.key), "answer": one.answer, "answered_at": one.answered_at.isoformat()}
        )
    for key, given in rows.items():
        document = {"cohort": str(key), "answers": given}
        yield Piece(f"comment_answers/{key}", canonical(document), len(given), is_secret=True)


def _participant(part: ReceivedPart, key: Any) -> Participant:
    """Return the regency of the peer in a cohort. Raise NotYet while it was not invited."""
    row = (
        Participant.objects.select_for_update(of=("self",))
        .select_related("cohort__form")
        .filter(cohort__key=_uuid(part, key), area__code=part.peer.area_code, area__valid_to=None)
        .first()
    )
    if row is None:
        raise NotYet(_("Daerah ini belum diundang ke angkatan itu."))
    return row


def read_proof(part: ReceivedPart, content: bytes, at: datetime) -> None:
    """Keep a file for the form that names it. It is checked as any upload is."""
    if part.is_withdrawn:
        return
    document = _document(part, content, PROOF)
    row = _participant(part, document["cohort"])
    try:
        data = base64.b64decode(document["content"], validate=True)
    except (ValueError, binascii.Error):
        raise Refused(_("Bukti “%(name)s” tidak dapat dibaca.") % {"name": document["name"][:60]}) from None
    name = f"{document['sha256'][:64]} {document['name'][:120]}"
    keep_file(data, name=name, about=row, privacy=Privacy.INTERNAL, by=None, at=at)


def read_readiness(part: ReceivedPart, content: bytes, at: datetime) -> None:
    """Write and send a region's form as if it had come through its link, on the day it says it was sent.

    What is late or not whole is written down and changes nothing.
    """
    if part.is_withdrawn:
        return
    given = _document(part, content, READINESS)
    row = _participant(part, given["cohort"])
    try:
        sent_at = min(_moment(given["sent_at"]), at)
        with transaction.atomic():
            actions.write(
                row,
                answers=given["answers"],
                applications=[_application(one) for one in given["applications"]],
                by_office=given["by_office"],
                at=sent_at,
            )
            submission = actions.send(row, at=sent_at)
            submission.proofs.all().delete()
            Proof.objects.bulk_create(_proofs(submission, given["proofs"], sent_at))
    except WRONG:
        raise _unreadable(part) from None
    except Refused as refused:
        record(row, "readiness_not_taken", by=None, at=at, note=refused.sentence)


def _application(given: dict[str, Any]) -> dict[str, Any]:
    users = given["users"]
    return {**given, "users": users if isinstance(users, int) and 0 <= users <= 100_000_000 else None}


def _proofs(submission: Submission, given: list[Any], at: datetime) -> Iterator[Proof]:
    about = f"movement.participant:{submission.participant.key}"
    files = {file.name.partition(" ")[0]: file for file in File.objects.filter(about=about)}
    for one in given[: actions.PROOFS]:
        if file := files.get(one["file"]):
            yield Proof(
                submission=submission,
                question=str(one["question"])[:40],
                proves=str(one["proves"])[:200],
                file=file,
                at=at,
            )


def read_answers(part: ReceivedPart, content: bytes, at: datetime) -> None:
    """Write what a region answered to comments that are not settled; the newer answer counts."""
    if part.is_withdrawn:
        return
    document = _document(part, content, ANSWERS)
    row = _participant(part, document["cohort"])
    known = {str(one.key): one for one in row.comments.select_for_update()}
    for given in document["answers"]:
        try:
            comment, words = known.get(given["key"]), str(given["answer"]).strip()[:4000]
            answered = _moment(given["answered_at"])
        except WRONG:
            raise _unreadable(part) from None
        if comment is None or not words or comment.state == Comment.State.SETTLED:
            continue
        if comment.answered_at and answered <= comment.answered_at:
            continue
        comment.answer, comment.answered_at, comment.state = words, answered, Comment.State.ANSWERED
        comment.save(update_fields=["answer", "answered_at", "state"])
        record(comment, "comment_answered", by=None, at=at)


def register() -> None:
    """Let batches carry these parts. Proofs stand before the form that names them."""
    register_part(
        "cohort",
        title=gettext_lazy("panggilan dan pendampingan"),
        write=cohorts,
        read=read_cohort,
        schema=COHORT,
        sent_by=str(Node.Kind.MOVEMENT),
    )
    register_part(
        "readiness_proof",
        title=gettext_lazy("bukti kesiapan"),
        write=proofs,
        read=read_proof,
        schema=PROOF,
    )
    register_part(
        "readiness",
        title=gettext_lazy("formulir kesiapan"),
        write=readiness,
        read=read_readiness,
        schema=READINESS,
    )
    register_part(
        "comment_answers",
        title=gettext_lazy("jawaban atas komentar"),
        write=answers,
        read=read_answers,
        schema=ANSWERS,
    )
