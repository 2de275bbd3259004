"""Mentor those who were chosen: bimtek and who came, what is handed over, clinics, comments on lines, commitment."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.movement.cohorts.actions import stand
from lawang.movement.cohorts.models import (
    Blueprint,
    Cohort,
    Comment,
    Commitment,
    Consultation,
    Deliverable,
    Participant,
    Session,
)
from lawang.people.models import User
from lawang.people.node import day_of
from lawang.people.permissions import demand, may
from lawang.record.actions import notify, record
from lawang.record.models import File

Status = Participant.Status
MENTORED = (Status.CHOSEN, Status.MOU, Status.RUNNING)


@transaction.atomic
def begin(cohort: Cohort, programme: Blueprint, *, by: User, at: datetime) -> Cohort:
    """Begin the mentoring of a decided cohort with a programme; each chosen participant gets its deliverables."""
    demand(by, "movement.run")
    row = Cohort.objects.select_for_update().get(pk=cohort.pk)
    if row.state != Cohort.State.DECIDED:
        raise Refused(_("Pendampingan dimulai setelah semua peserta diputuskan."))
    row.stages, row.state = programme.definition["stages"], Cohort.State.MENTORING
    row.save(update_fields=["stages", "state"])
    chosen = list(row.participants.filter(status__in=MENTORED))
    Deliverable.objects.bulk_create(
        Deliverable(participant=one, stage=stage["code"], code=item["code"], title=item["title"])
        for one in chosen
        for stage in row.stages
        for item in stage["deliverables"]
    )
    for one in chosen:
        if one.status == Status.CHOSEN or one.status == Status.MOU:
            stand(one, Status.RUNNING, by=by, at=at)
    record(row, "mentoring_begun", by=by, at=at, after={"programme": programme.code, "regions": len(chosen)})
    return row


@transaction.atomic
def give_mentors(participant: Participant, users: Iterable[User], *, by: User, at: datetime) -> Participant:
    """Say who mentors a participant; whoever is not named any more no longer does."""
    demand(by, "movement.run")
    chosen = list(users)
    participant.mentors.set(chosen)
    record(participant, "mentors_given", by=by, at=at, after={"users": sorted(one.pk for one in chosen)})
    return participant


def _may_mentor(user: User, participant: Participant) -> None:
    """Raise Refused unless the person mentors this participant or runs the movement."""
    if not may(user, "movement.run"):
        demand(user, "movement.mentor", participant)
    if participant.cohort.state != Cohort.State.MENTORING:
        raise Refused(_("Angkatan ini tidak sedang didampingi."))


def _stage(participant: Participant, code: str) -> None:
    if code not in {one["code"] for one in participant.cohort.stages}:
        raise Refused(_("Tahap itu tidak ada di program bimteknya."))


@transaction.atomic
def hold_session(
    participant: Participant,
    *,
    stage: str,
    starts: date,
    ends: date,
    place: str,
    agenda: str,
    by: User,
    at: datetime,
) -> Session:
    """Set a bimtek of a participant."""
    _may_mentor(by, participant)
    _stage(participant, stage)
    if ends < starts:
        raise Refused(_("Hari selesainya lebih awal dari hari mulainya."))
    if not place.strip():
        raise Refused(_("Tulis tempatnya, atau alamat pertemuan daringnya."))
    row = Session.objects.create(
        participant=participant,
        stage=stage,
        starts=starts,
        ends=ends,
        place=place.strip()[:200],
        agenda=agenda.strip(),
    )
    record(row, "session_set", by=by, at=at, after={"stage": stage, "starts": starts, "place": row.place})
    return row


@transaction.atomic
def count_attendance(
    session: Session, rows: Iterable[Mapping[str, Any]], *, by: User, at: datetime
) -> Session:
    """Write who came: offices with how many people; names of people are not kept."""
    _may_mentor(by, session.participant)
    if session.starts > day_of(at):
        raise Refused(_("Bimtek ini belum berlangsung."))
    kept: dict[str, int] = {}
    for one in rows:
        agency, people = str(one["agency"]).strip()[:120], int(one["people"] or 0)
        if not agency:
            continue
        if not 1 <= people <= 1000:
            raise Refused(_("Jumlah orang dari %(agency)s harus 1 sampai 1000.") % {"agency": agency})
        if agency in kept:
            raise Refused(_("%(agency)s ditulis dua kali.") % {"agency": agency})
        kept[agency] = people
    session.attendance = [{"agency": name, "people": people} for name, people in kept.items()]
    session.save(update_fields=["attendance"])
    record(
        session, "attendance_counted", by=by, at=at, after={"agencies": len(kept), "people": session.people}
    )
    return session


@transaction.atomic
def receive(deliverable: Deliverable, file: File | None, *, by: User, at: datetime) -> Deliverable:
    """Note that a deliverable has come, as a file or on paper."""
    _may_mentor(by, deliverable.participant)
    row = Deliverable.objects.select_for_update().get(pk=deliverable.pk)
    if row.status == Deliverable.Status.ACCEPTED:
        raise Refused(_("Hasil ini sudah disetujui."))
    row.status, row.reason, row.at = Deliverable.Status.RECEIVED, "", at
    row.file = file or row.file
    row.save(update_fields=["status", "reason", "at", "file"])
    record(row, "deliverable_received", by=by, at=at, after={"code": row.code, "has_file": bool(row.file_id)})
    return row


@transaction.atomic
def judge(deliverable: Deliverable, *, is_accepted: bool, reason: str, by: User, at: datetime) -> Deliverable:
    """Accept a deliverable that was received, or send it back with a reason; its office is told."""
    participant = deliverable.participant
    _may_mentor(by, participant)
    row = Deliverable.objects.select_for_update().get(pk=deliverable.pk)
    if row.status != Deliverable.Status.RECEIVED:
        raise Refused(_("Hasil ini belum diterima, atau sudah diperiksa."))
    if not is_accepted and not reason.strip():
        raise Refused(_("Tulis apa yang harus diperbaiki; daerah membacanya."))
    row.status = Deliverable.Status.ACCEPTED if is_accepted else Deliverable.Status.RETURNED
    row.reason, row.at = reason.strip()[:300], at
    row.save(update_fields=["status", "reason", "at"])
    record(
        row,
        "deliverable_judged",
        by=by,
        at=at,
        after={"code": row.code, "status": row.status},
        note=row.reason,
    )
    if not is_accepted and participant.contact:
        notify(
            address=participant.contact,
            kind="deliverable_returned",
            subject=_("Perlu diperbaiki: %(title)s") % {"title": say(row.title)},
            body=_("“%(title)s” dari %(area)s dikembalikan pendamping.\n\nYang perlu diperbaiki: %(reason)s")
            % {"title": say(row.title), "area": participant.area.title, "reason": row.reason},
            about=participant,
            at=at,
        )
    return row


@transaction.atomic
def advise(
    participant: Participant,
    *,
    day: date,
    office: str,
    subject: str,
    advice: str,
    by: User,
    at: datetime,
) -> Consultation:
    """Write a clinic into the log: who of the region asked about what, and what the mentor advised."""
    _may_mentor(by, participant)
    if day > day_of(at):
        raise Refused(_("Hari klinik ini belum tiba."))
    if not subject.strip() or not advice.strip():
        raise Refused(_("Tulis pokok bahasan dan sarannya."))
    row = Consultation.objects.create(
        participant=participant,
        date=day,
        mentor=by,
        office=office.strip()[:200],
        subject=subject.strip()[:200],
        advice=advice.strip(),
    )
    record(row, "clinic_held", by=by, at=at, after={"subject": row.subject, "office": row.office})
    return row


@transaction.atomic
def comment(
    participant: Participant,
    *,
    line: str,
    quoted: str,
    words: str,
    line_key: UUID | None = None,
    revision: int | None = None,
    by: User,
    at: datetime,
) -> Comment:
    """Comment on a line of the region's plan: its kind, permanent key, the revision read, and its title as quoted.

    The key may be missing while the plan is on paper; the quoted title then says which line.
    """
    _may_mentor(by, participant)
    if line not in Comment.Line.values:
        raise Refused(_("Pilih jenis barisnya."))
    if not quoted.strip():
        raise Refused(_("Kutip judul baris yang dikomentari."))
    if not words.strip():
        raise Refused(_("Komentarnya masih kosong."))
    if line_key is not None and revision is None:
        raise Refused(_("Tulis juga revisi rencana yang Anda baca."))
    row = Comment.objects.create(
        participant=participant,
        line=line,
        line_key=line_key,
        revision=revision,
        quoted=quoted.strip()[:300],
        words=words.strip(),
        by=by,
        at=at,
    )
    record(
        row,
        "comment_made",
        by=by,
        at=at,
        after={"line": line, "key": str(line_key or ""), "revision": revision},
    )
    return row


@transaction.atomic
def answer(row: Comment, words: str, *, by: User, at: datetime) -> Comment:
    """Write what the region answers to a comment, as it was told; it can be corrected until the comment is settled."""
    _may_mentor(by, row.participant)
    row = Comment.objects.select_for_update(of=("self",)).select_related("participant__cohort").get(pk=row.pk)
    if row.state == Comment.State.SETTLED:
        raise Refused(_("Komentar ini sudah selesai."))
    if not words.strip():
        raise Refused(_("Jawabannya masih kosong."))
    row.answer, row.answered_at, row.state = words.strip(), at, Comment.State.ANSWERED
    row.save(update_fields=["answer", "answered_at", "state"])
    record(row, "comment_answered", by=by, at=at)
    return row


@transaction.atomic
def settle(row: Comment, *, by: User, at: datetime) -> Comment:
    """Close a comment that was answered, or that needs no answer any more."""
    _may_mentor(by, row.participant)
    row = Comment.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.state == Comment.State.SETTLED:
        raise Refused(_("Komentar ini sudah selesai."))
    before, row.state = row.state, Comment.State.SETTLED
    row.save(update_fields=["state"])
    record(row, "comment_settled", by=by, at=at, before={"state": before})
    return row


@transaction.atomic
def commit(
    participant: Participant,
    *,
    title: str,
    signed_date: date,
    heads: str,
    file: File | None,
    by: User,
    at: datetime,
) -> Commitment:
    """Keep the commitment sheet that the heads of offices signed; an office a line."""
    _may_mentor(by, participant)
    lines = [line.strip() for line in heads.splitlines() if line.strip()]
    if not title.strip() or not lines:
        raise Refused(_("Tulis judul lembarnya dan kantor yang menandatangani, satu kantor satu baris."))
    if signed_date > day_of(at):
        raise Refused(_("Hari tanda tangannya belum tiba."))
    row = Commitment.objects.create(
        participant=participant,
        title=title.strip()[:200],
        signed_date=signed_date,
        heads="\n".join(lines),
        file=file,
    )
    record(participant, "commitment_signed", by=by, at=at, after={"title": row.title, "offices": len(lines)})
    return row
