"""Choose among those who applied: interviews, blind marks, talk, ranking, decision with reason, letter, memorandum."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Prefetch, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lawang.documents.composing import check_address
from lawang.documents.models import Document
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.movement import letters
from lawang.movement.cohorts.actions import stand
from lawang.movement.cohorts.models import (
    Ballot,
    Cohort,
    Determination,
    Juror,
    Memorandum,
    Participant,
    Point,
    Slot,
)
from lawang.people.models import User
from lawang.people.permissions import demand
from lawang.record.actions import notify, record
from lawang.record.models import File

State, Status = Cohort.State, Participant.Status


def _assessing(cohort: Cohort) -> Cohort:
    row = Cohort.objects.select_for_update().get(pk=cohort.pk)
    if row.state != State.ASSESSING:
        raise Refused(_("Penilaian angkatan ini belum dimulai, atau sudah selesai."))
    return row


# Assessors and interviews


@transaction.atomic
def seat(cohort: Cohort, user: User, participants: Iterable[Participant], *, by: User, at: datetime) -> Juror:
    """Give an assessor participants of the cohort. What was given before stays given.

    Raise Refused when somebody has handed in already: a late assessor could no longer be blind.
    """
    demand(by, "movement.run")
    row = Cohort.objects.select_for_update().get(pk=cohort.pk)
    if row.state not in (State.APPLYING, State.ASSESSING):
        raise Refused(_("Penilaian angkatan ini belum dimulai, atau sudah selesai."))
    given = [one for one in participants if one.cohort_id == row.pk]
    done = [one for one in given if is_complete(one)]
    if done:
        raise Refused(
            _("Nilai %(area)s sudah lengkap dan terbuka; penilai baru tidak lagi menilai tertutup.")
            % {"area": done[0].area.title}
        )
    juror, _is_new = Juror.objects.get_or_create(cohort=row, user=user)
    juror.participants.add(*given)
    record(row, "juror_seated", by=by, at=at, after={"user": user.pk, "participants": len(given)})
    return juror


@transaction.atomic
def set_slot(
    participant: Participant,
    *,
    starts_at: datetime,
    minutes: int,
    place: str,
    jurors: Iterable[Juror],
    by: User,
    at: datetime,
) -> Slot:
    """Set an interview. Raise Refused when one of the assessors, or the participant, is elsewhere at that time."""
    demand(by, "movement.run")
    _assessing(participant.cohort)
    jurors = list(jurors)
    ends_at = starts_at + timedelta(minutes=minutes)
    if not jurors:
        raise Refused(_("Pilih paling sedikit satu penilai."))
    if not 5 <= minutes <= 480:
        raise Refused(_("Lamanya 5 sampai 480 menit."))
    if not place.strip():
        raise Refused(_("Tulis ruang atau alamat pertemuannya."))
    if any(juror.cohort_id != participant.cohort_id for juror in jurors):
        raise Refused(_("Penilai itu bukan penilai angkatan ini."))
    users = [juror.user_id for juror in jurors]
    busy = (
        Slot.objects.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)
        .filter(Q(jurors__user__in=users) | Q(participant__area=participant.area_id))
        .select_related("participant__area")
        .first()
    )
    if busy is not None:
        if busy.participant.area_id == participant.area_id:
            raise Refused(_("Daerah ini sudah punya wawancara pada jam itu."))
        raise Refused(
            _("Salah seorang penilainya mewawancarai %(area)s pada jam itu. Pilih jam lain.")
            % {"area": busy.participant.area.title}
        )
    row = Slot.objects.create(
        participant=participant, starts_at=starts_at, ends_at=ends_at, place=place.strip()[:200]
    )
    row.jurors.set(jurors)
    record(
        participant, "slot_set", by=by, at=at, after={"starts": starts_at.isoformat(), "jurors": len(jurors)}
    )
    return row


@transaction.atomic
def drop_slot(row: Slot, *, by: User, at: datetime) -> None:
    """Take an interview out of the calendar; with minutes it stays."""
    demand(by, "movement.run")
    if row.minutes:
        raise Refused(_("Wawancara ini sudah dinotulenkan."))
    record(row.participant, "slot_dropped", by=by, at=at, before={"starts": row.starts_at.isoformat()})
    row.delete()


@transaction.atomic
def keep_minutes(row: Slot, minutes: str, *, by: User, at: datetime) -> Slot:
    """Write down what was said in an interview; by one of its assessors."""
    demand(by, "movement.assess", row.participant)
    if not minutes.strip():
        raise Refused(_("Tuliskan apa yang dibicarakan."))
    row.minutes = minutes.strip()
    row.save(update_fields=["minutes"])
    record(row.participant, "slot_held", by=by, at=at)
    return row


# Blind marks


@transaction.atomic
def declare(participant: Participant, *, conflict: str, by: User, at: datetime) -> Ballot:
    """Say before marking that there is no conflict of interest, or which; then others mark that participant."""
    demand(by, "movement.assess", participant)
    _assessing(participant.cohort)
    juror = Juror.objects.filter(cohort=participant.cohort_id, user=by, participants=participant).first()
    if juror is None:
        raise Refused(_("Daerah ini tidak ditugaskan kepada Anda."))
    ballot, is_new = Ballot.objects.select_for_update().get_or_create(
        participant=participant,
        juror=juror,
        defaults={"conflict": conflict.strip()[:300], "declared_at": at},
    )
    if not is_new:
        if ballot.handed_in_at:
            raise Refused(_("Lembar nilai ini sudah diserahkan."))
        ballot.conflict, ballot.declared_at = conflict.strip()[:300], at
        ballot.save(update_fields=["conflict", "declared_at"])
    if ballot.conflict:
        ballot.points.all().delete()
    record(participant, "ballot_declared", by=by, at=at, after={"has_conflict": bool(ballot.conflict)})
    return ballot


def _own(ballot: Ballot, by: User) -> Ballot:
    row = (
        Ballot.objects.select_for_update(of=("self",))
        .select_related("participant__cohort", "participant__area", "juror")
        .get(pk=ballot.pk)
    )
    demand(by, "movement.assess", row)
    if row.handed_in_at:
        raise Refused(_("Lembar nilai ini sudah diserahkan."))
    if row.conflict:
        raise Refused(
            _("Anda menyatakan benturan kepentingan dengan daerah ini. Penilai lain yang menilainya.")
        )
    _assessing(row.participant.cohort)
    return row


@transaction.atomic
def mark(ballot: Ballot, given: Mapping[str, int], *, note: str = "", by: User, at: datetime) -> int:
    """Write whole marks by criterion; they can be changed until the sheet is handed in. Return how many."""
    row = _own(ballot, by)
    cohort = row.participant.cohort
    codes = {one["code"] for one in cohort.criteria}
    for code, value in given.items():
        if code not in codes:
            raise Refused(_("Kriteria %(code)s tidak ada di angkatan ini.") % {"code": code})
        if not cohort.least <= value <= cohort.most:
            raise Refused(
                _("Nilai harus bilangan bulat %(least)s sampai %(most)s.")
                % {"least": cohort.least, "most": cohort.most}
            )
    Point.objects.bulk_create(
        (Point(ballot=row, criterion=code, mark=value) for code, value in given.items()),
        update_conflicts=True,
        unique_fields=["ballot", "criterion"],
        update_fields=["mark"],
    )
    row.note = note.strip()
    row.save(update_fields=["note"])
    return len(given)


@transaction.atomic
def hand_in(ballot: Ballot, *, by: User, at: datetime) -> Ballot:
    """Hand in a sheet with every criterion marked. When it was the last one, all may read all."""
    row = _own(ballot, by)
    done = set(row.points.values_list("criterion", flat=True))
    left = [one for one in row.participant.cohort.criteria if one["code"] not in done]
    if left:
        raise Refused(
            ngettext(
                "%(count)s kriteria belum bernilai: %(names)s.",
                "%(count)s kriteria belum bernilai: %(names)s.",
                len(left),
            )
            % {"count": len(left), "names": ", ".join(say(one["title"]) for one in left)}
        )
    row.handed_in_at = at
    row.save(update_fields=["handed_in_at"])
    record(row.participant, "ballot_handed_in", by=by, at=at)
    if row.participant.status == Status.APPLIED and is_complete(row.participant):
        stand(row.participant, Status.ASSESSED, by=by, at=at)
    return row


def is_complete(participant: Participant) -> bool:
    """Tell whether every assessor without a conflict has handed in, and there is one. Until then marks are blind."""
    counted = Juror.objects.filter(participants=participant).aggregate(
        seated=Count("pk", distinct=True),
        done=Count(
            "ballots",
            filter=Q(ballots__participant=participant)
            & (Q(ballots__handed_in_at__isnull=False) | ~Q(ballots__conflict="")),
            distinct=True,
        ),
        marked=Count(
            "ballots",
            filter=Q(ballots__participant=participant, ballots__handed_in_at__isnull=False),
            distinct=True,
        ),
    )
    return bool(counted["marked"] and counted["seated"] == counted["done"])


def ballots_shown_to(user: User, participant: Participant) -> list[Ballot]:
    """Return the sheets that somebody may read: of all when all are in, before that one's own."""
    rows = participant.ballots.select_related("juror__user").prefetch_related("points")
    return list(rows if is_complete(participant) else rows.filter(juror__user=user))


@transaction.atomic
def revise(point: Point, value: int, *, reason: str, by: User, at: datetime) -> Point:
    """Change one's own mark after all have talked; the first one and the reason stay beside it."""
    row = (
        Point.objects.select_for_update(of=("self",))
        .select_related("ballot__participant__cohort", "ballot__juror")
        .get(pk=point.pk)
    )
    participant = row.ballot.participant
    demand(by, "movement.assess", row.ballot)
    cohort = _assessing(participant.cohort)
    if hasattr(participant, "determination"):
        raise Refused(_("Daerah ini sudah diputuskan."))
    if not is_complete(participant):
        raise Refused(_("Nilai baru dibicarakan setelah semua penilai menyerahkan lembarnya."))
    if not cohort.least <= value <= cohort.most:
        raise Refused(
            _("Nilai harus bilangan bulat %(least)s sampai %(most)s.")
            % {"least": cohort.least, "most": cohort.most}
        )
    if not reason.strip():
        raise Refused(_("Tuliskan mengapa nilai ini berubah."))
    before = row.mark
    row.first = row.mark if row.first is None else row.first
    row.mark, row.reason = value, reason.strip()[:300]
    row.save(update_fields=["mark", "first", "reason"])
    record(
        participant,
        "point_revised",
        by=by,
        at=at,
        before={"mark": before},
        after={"criterion": row.criterion, "mark": value},
        note=row.reason,
    )
    return row


# Ranking and decision


@dataclass(frozen=True)
class Line:
    """One criterion of one participant as the assessors marked it."""

    code: str
    title: Any
    weight: Decimal
    marks: list[Point]

    @property
    def mean(self) -> Decimal | None:
        return Decimal(sum(one.mark for one in self.marks)) / len(self.marks) if self.marks else None

    @property
    def spread(self) -> int:
        return max(values) - min(values) if (values := [one.mark for one in self.marks]) else 0


@dataclass(frozen=True)
class Rank:
    """One line of the ranking; without a score while somebody has not handed in."""

    participant: Participant
    score: Decimal | None  # weighted mean on the scale of the marks, two decimals half up
    widest: int  # the widest spread of one criterion


def lines_of(cohort: Cohort, ballots: Iterable[Ballot]) -> list[Line]:
    """Return the criteria with the marks of handed-in sheets."""
    marks: dict[str, list[Point]] = {}
    for ballot in ballots:
        if ballot.handed_in_at:
            for point in ballot.points.all():
                point.ballot = ballot
                marks.setdefault(point.criterion, []).append(point)
    return [
        Line(one["code"], one["title"], Decimal(one["weight"]), marks.get(one["code"], []))
        for one in cohort.criteria
    ]


def score_of(lines: Iterable[Line]) -> Decimal | None:
    """Return the weighted mean of the criteria's means, rounded once, half up, to two decimals."""
    total = Decimal(0)
    for line in lines:
        if line.mean is None:
            return None
        total += line.weight * line.mean / 100
    return total.quantize(Decimal("0.01"), ROUND_HALF_UP)


def ranking(cohort: Cohort) -> list[Rank]:
    """Return who applied by score, highest first; those whose marks are still blind come last without one."""
    seats = Prefetch("jurors", Juror.objects.all(), to_attr="seated")
    ballots = Prefetch("ballots", Ballot.objects.prefetch_related("points"), to_attr="sheets")
    rows = (
        cohort.participants.exclude(status=Status.INVITED)
        .select_related("area", "determination")
        .prefetch_related(seats, ballots)
    )
    found = []
    for row in rows:
        sheets: list[Ballot] = row.sheets
        settled = {one.juror_id for one in sheets if one.handed_in_at or one.conflict}
        all_in = {one.pk for one in row.seated} <= settled
        lines = lines_of(cohort, sheets) if all_in else []
        score = score_of(lines) if lines and any(one.handed_in_at for one in sheets) else None
        found.append(Rank(row, score, max((line.spread for line in lines), default=0)))
    return sorted(found, key=lambda one: (one.score is None, -(one.score or 0), one.participant.area.code))


@transaction.atomic
def decide(
    participant: Participant,
    *,
    is_chosen: bool,
    reason: str,
    by: User,
    at: datetime,
) -> Determination:
    """Decide about a participant, with a reason that stands in its letter; once the head signed it, its office is told.

    Raise Refused while marks are missing, without a reason, and the second time.
    """
    demand(by, "movement.run")
    cohort = _assessing(participant.cohort)
    row = (
        Participant.objects.select_for_update(of=("self",))
        .select_related("cohort", "area")
        .get(pk=participant.pk)
    )
    if hasattr(row, "determination"):
        raise Refused(_("Daerah ini sudah diputuskan."))
    if row.status not in (Status.APPLIED, Status.ASSESSED):
        raise Refused(_("Daerah ini tidak sedang dinilai."))
    if not is_complete(row):
        raise Refused(_("Belum semua penilai menyerahkan lembar nilainya."))
    if not reason.strip():
        raise Refused(_("Tulis alasannya; daerah membacanya di surat."))
    sheets = row.ballots.prefetch_related("points")
    decision = Determination.objects.create(
        participant=row,
        is_chosen=is_chosen,
        reason=reason.strip(),
        score=score_of(lines_of(cohort, sheets)),
        by=by,
        at=at,
    )
    stand(row, Status.CHOSEN if is_chosen else Status.NOT_CHOSEN, by=by, at=at)
    record(
        decision, "participant_decided", by=by, at=at, after={"is_chosen": is_chosen}, note=decision.reason
    )
    letters.write(
        letters.CHOSEN if is_chosen else letters.NOT_CHOSEN,
        decision,
        {
            "region": row.area.title,
            "cohort": say(cohort.title, "id"),
            "reason": decision.reason,
            "contact": row.contact_office or row.area.title,
        },
        office=letters.office_of(by),
        by=by,
        at=at,
    )
    return decision


def letter_signed(document: Document, word: str, by: User | None, at: datetime) -> None:
    """Tell a participant's office what was decided, when the letter about it is signed."""
    rows = Determination.objects.select_related("participant__cohort", "participant__area")
    decision = rows.filter(key=document.about.partition(":")[2]).first()
    if word != "issued" or decision is None or not decision.participant.contact:
        return
    row = decision.participant
    words = {
        "area": row.area.title,
        "cohort": say(row.cohort.title),
        "outcome": _("terpilih") if decision.is_chosen else _("belum terpilih"),
        "reason": decision.reason,
        "number": document.number,
        "link": check_address(document.code),
    }
    notify(
        address=row.contact,
        kind="cohort_decided",
        subject=_("Keputusan untuk %(area)s: %(cohort)s") % words,
        body=_(
            "%(area)s %(outcome)s dalam %(cohort)s.\n\nAlasannya: %(reason)s\n\n"
            "Suratnya, nomor %(number)s, dapat diunduh lewat tautan formulir kesiapan Anda. "
            "Asli atau tidaknya dapat diperiksa di sini:\n%(link)s"
        )
        % words,
        about=row,
        at=at,
    )


@transaction.atomic
def sign_memorandum(
    participant: Participant,
    *,
    number: str,
    parties: str,
    signed_date: date,
    ends_date: date | None,
    file: File | None,
    by: User,
    at: datetime,
) -> Memorandum:
    """Write down the memorandum of understanding of a chosen participant; again: it is corrected."""
    demand(by, "movement.run")
    row = Participant.objects.select_for_update().get(pk=participant.pk)
    if row.status not in (Status.CHOSEN, Status.MOU, Status.RUNNING):
        raise Refused(_("Nota kesepakatan hanya untuk peserta terpilih."))
    lines = [line.strip() for line in parties.splitlines() if line.strip()]
    if len(lines) < 2:
        raise Refused(_("Tulis paling sedikit dua pihak, satu pihak satu baris."))
    if not number.strip():
        raise Refused(_("Tulis nomor nota kesepakatannya."))
    if ends_date and ends_date <= signed_date:
        raise Refused(_("Nota kesepakatan berakhir setelah ditandatangani."))
    given: dict[str, Any] = {
        "number": number.strip()[:120],
        "parties": "\n".join(lines),
        "signed_date": signed_date,
        "ends_date": ends_date,
    }
    if file is not None:
        given["file"] = file
    memorandum, _is_new = Memorandum.objects.update_or_create(participant=row, defaults=given)
    if row.status == Status.CHOSEN:
        stand(row, Status.MOU, by=by, at=at)
    record(row, "memorandum_signed", by=by, at=at, after={"number": memorandum.number, "date": signed_date})
    return memorandum
