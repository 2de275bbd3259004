"""The regency's side of the yearly evaluation: begin, answer, prove, release, object, follow up.

An assessment begins filled in: every item that names a proposal gets the sentence that the system can say, with its
basis. The officer confirms it, changes it with a reason, or writes what the system cannot know.
"""

from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lawang.lib.dates import long_date, long_moment
from lawang.lib.refused import Refused
from lawang.measures.models import Evidence
from lawang.movement.instrument import Item, Track
from lawang.movement.models import Answer, Assessment, Evaluation, Instrument, Objection, Recommendation
from lawang.movement.proposals import PROPOSALS, Known, Proposal
from lawang.people.models import Agency, User
from lawang.people.node import day_of, node
from lawang.people.permissions import demand
from lawang.plans.models import Programme
from lawang.plans.reading import in_force
from lawang.record.actions import record
from lawang.record.models import File

OPEN = (Answer.Source.EMPTY, Answer.Source.PROPOSED)
LONGEST = 4000  # letters of an objection


class Changed(Refused):
    """Somebody else answered the item since the caller read it."""


def asked(assessment: Assessment) -> list[Item]:
    """Return the items that the regency's track asks, in the order of the form."""
    instrument = assessment.evaluation.instrument.shape
    return [item for one in instrument.components_of(track_of(assessment)) for item in one.items]


def track_of(assessment: Assessment) -> Track:
    return assessment.evaluation.instrument.shape.tracks[assessment.track]


@transaction.atomic
def begin(
    instrument: Instrument, track: str, year: int, *, answers_until: datetime, by: User, at: datetime
) -> Assessment:
    """Begin this regency's self-assessment of a year, filled in with what the system knows.

    Raise Refused when this year's has begun already, when the track is not of the instrument, or when the installation
    does not say whose it is.
    """
    demand(by, "movement.release")
    home = node()
    if home.area is None:
        raise Refused(_("Pemasangan ini belum tahu milik daerah mana. Hubungi administrator."))
    if track not in instrument.shape.tracks:
        raise Refused(_("Jalur itu tidak ada di instrumen ini."))
    if Evaluation.objects.filter(year=year).exists():
        raise Refused(_("Penilaian mandiri tahun ini sudah dimulai."))
    evaluation = Evaluation.objects.create(
        year=year, instrument=instrument, opened_at=at, answers_until=answers_until
    )
    assessment = Assessment.objects.create(evaluation=evaluation, area=home.area, track=track)
    Answer.objects.bulk_create(Answer(assessment=assessment, item=item.code) for item in asked(assessment))
    record(
        assessment,
        "assessment_begun",
        by=by,
        at=at,
        after={"year": year, "instrument": instrument.code, "track": track},
    )
    _propose(assessment, at)
    return assessment


@transaction.atomic
def propose_again(assessment: Assessment, *, by: User, at: datetime) -> int:
    """Look again at what the system knows; return how many proposals are new. What somebody answered stays."""
    demand(by, "movement.answer", assessment)
    assessment = _lock(assessment)
    count = _propose(assessment, at)
    record(assessment, "answers_proposed", by=by, at=at, after={"count": count})
    return count


def _propose(assessment: Assessment, at: datetime) -> int:
    """Write the proposals beside the answers; those that nobody has looked at become the answer."""
    revision = in_force(day_of(at))
    known = Known(revision, assessment.evaluation.year) if revision else None
    by_code = {item.code: item for item in asked(assessment)}
    moved = []
    for answer in assessment.answers.all():
        item = by_code[answer.item]
        proposal = PROPOSALS[item.proposal](known, item) if known and item.proposal else Proposal()
        proofs = [asdict(proof) for proof in proposal.proofs]
        if (answer.proposed, answer.proofs, answer.value) == (proposal.words, proofs, proposal.value):
            continue
        answer.proposed, answer.counts, answer.proofs = proposal.words, proposal.counts, proofs
        answer.value = proposal.value
        if answer.source in OPEN:
            answer.words = proposal.words
            answer.source = Answer.Source.PROPOSED if proposal.words else Answer.Source.EMPTY
        moved.append(answer)
    Answer.objects.bulk_update(moved, ["proposed", "counts", "proofs", "value", "words", "source"])
    return len(moved)


def _lock(assessment: Assessment) -> Assessment:
    """Return the assessment, locked, while the regency may still write. Raise Refused afterwards."""
    row = Assessment.objects.select_for_update(of=("self",)).whole().get(pk=assessment.pk)
    if row.state != Assessment.State.ANSWERING:
        raise Refused(_("Penilaian mandiri ini sudah dikirim. Tarik kembali dulu sebelum mengubahnya."))
    return row


@transaction.atomic
def answer(
    row: Answer,
    words: str,
    *,
    reason: str = "",
    is_nothing: bool = False,
    seen: datetime | None = None,
    by: User,
    at: datetime,
) -> Answer:
    """Confirm what was proposed (the same words), change it (with a reason), or write what the system cannot know.

    `is_nothing`: there is nothing to show, with a reason; it stands as an answer. `seen` is the moment of the answer
    that the caller read: raise Changed when somebody wrote since. Raise Refused for an empty answer, for a change
    without a reason, and once the assessment was sent.
    """
    demand(by, "movement.answer", row.assessment)
    assessment = _lock(row.assessment)
    row = Answer.objects.select_for_update().get(pk=row.pk)
    if row.at != seen:
        raise Changed(_("Orang lain baru saja menjawab butir ini. Baca dulu jawabannya, lalu simpan lagi."))
    words, reason = words.strip(), reason.strip()
    before = {"source": row.source}
    if is_nothing:
        if not reason:
            raise Refused(_("Tuliskan mengapa tidak ada, agar penilai mengerti."))
        row.words, row.source = "", Answer.Source.NOTHING
    elif not words:
        raise Refused(_("Jawabannya masih kosong. Tulis, atau centang “memang tidak ada”."))
    elif words == row.proposed:
        row.words, row.source, reason = words, Answer.Source.CONFIRMED, ""
    elif row.proposed and not reason:
        raise Refused(_("Anda mengubah usulan sistem. Tuliskan mengapa; penilai membaca keduanya."))
    else:
        row.words = words
        row.source = Answer.Source.CHANGED if row.proposed else Answer.Source.ADDED
    row.reason, row.by, row.at = reason, by, at
    row.assessment = assessment
    row.save(update_fields=["words", "source", "reason", "by", "at"])
    record(
        assessment,
        "answer_given",
        by=by,
        at=at,
        before=before,
        after={"item": row.item, "source": row.source},
        note=reason,
    )
    return row


@transaction.atomic
def prove(
    row: Answer,
    *,
    proves: str,
    date: date,
    by: User,
    at: datetime,
    file: File | None = None,
    link: str = "",
) -> Evidence:
    """Add a proof to an answer. Raise Refused when there is neither a file nor a link, or it was sent already."""
    demand(by, "movement.answer", row.assessment)
    assessment = _lock(row.assessment)
    if not file and not link:
        raise Refused(_("Lampirkan berkas atau tulis tautannya."))
    if not proves.strip():
        raise Refused(_("Tulis apa yang dibuktikan, misalnya “daftar hadir rapat 12 Maret”."))
    if date > day_of(at):
        raise Refused(_("Tanggal bukti ini belum tiba."))
    evidence = Evidence.objects.create(
        about=row.key, file=file, link=link, date=date, proves=proves.strip()[:300], by=by, at=at
    )
    record(assessment, "evidence_added", by=by, at=at, after={"item": row.item, "proves": evidence.proves})
    return evidence


@transaction.atomic
def release(assessment: Assessment, *, by: User, at: datetime) -> Assessment:
    """Send the self-assessment. Raise Refused while an item was not looked at, and for whoever may not."""
    demand(by, "movement.release", assessment)
    assessment = _lock(assessment)
    left = assessment.answers.filter(source__in=OPEN).count()
    if left:
        raise Refused(
            ngettext(
                "%(count)s butir belum diperiksa. Benarkan, ubah, atau nyatakan memang tidak ada.",
                "%(count)s butir belum diperiksa. Benarkan, ubah, atau nyatakan memang tidak ada.",
                left,
            )
            % {"count": left}
        )
    assessment.state, assessment.released_at = Assessment.State.RELEASED, at
    assessment.save(update_fields=["state", "released_at"])
    late = at > assessment.evaluation.answers_until
    record(assessment, "assessment_released", by=by, at=at, after={"is_late": late})
    return assessment


@transaction.atomic
def take_back(assessment: Assessment, *, reason: str, by: User, at: datetime) -> Assessment:
    """Go on writing after sending, with a reason, while the panel has not begun."""
    demand(by, "movement.release", assessment)
    row = Assessment.objects.select_for_update(of=("self",)).whole().get(pk=assessment.pk)
    if row.state != Assessment.State.RELEASED:
        raise Refused(_("Penilaian ini tidak bisa ditarik kembali sekarang."))
    if row.evaluation.state != Evaluation.State.OPEN:
        raise Refused(_("Panel sudah mulai menilai. Sampaikan perubahan lewat wawancara atau sanggahan."))
    if not reason.strip():
        raise Refused(_("Tuliskan mengapa ditarik kembali."))
    row.state, row.released_at = Assessment.State.ANSWERING, None
    row.save(update_fields=["state", "released_at"])
    record(row, "assessment_taken_back", by=by, at=at, note=reason.strip())
    return row


@transaction.atomic
def object(assessment: Assessment, words: str, *, by: User, at: datetime) -> Objection:
    """Object to a published result. The same words again are the same objection.

    Raise Refused before the result is published, after the time for it (Evaluation.objections_until), without words.
    """
    demand(by, "movement.release", assessment)
    row = Assessment.objects.select_for_update(of=("self",)).whole().get(pk=assessment.pk)
    until, words = row.evaluation.objections_until, words.strip()
    if row.evaluation.state != Evaluation.State.PUBLISHED or until is None:
        raise Refused(_("Hasilnya belum diumumkan. Sanggahan diajukan sesudah hasil diumumkan."))
    if known := row.objections.filter(words=words).first():
        return known
    if at > until:
        raise Refused(
            _(
                "Waktu menyanggah sudah lewat: sampai %(date)s. Sampaikan lewat surat kepada sekretariat gerakan."
            )
            % {"date": long_moment(until)}
        )
    if not words:
        raise Refused(_("Tuliskan apa yang disanggah dan mengapa."))
    if len(words) > LONGEST:
        raise Refused(_("Paling banyak %(most)s huruf.") % {"most": LONGEST})
    objection = Objection.objects.create(assessment=row, words=words, by=by, at=at)
    record(row, "objection_raised", by=by, at=at, after={"objection": objection.key})
    return objection


@transaction.atomic
def follow_up(
    recommendation: Recommendation,
    *,
    state: str,
    note: str = "",
    programme_key: UUID | None = None,
    owner: Agency | None = None,
    due_date: date | None = None,
    by: User,
    at: datetime,
) -> Recommendation:
    """Say what becomes of a recommendation: in which programme, by whom, by when; or why not.

    Raise Refused for work without owner and date, for an end without a sentence, for a programme that the plan in force
    does not have.
    """
    demand(by, "movement.follow_up")
    row = Recommendation.objects.select_for_update().get(pk=recommendation.pk)
    note = note.strip()
    if state == Recommendation.State.UNDERWAY and (owner is None or due_date is None):
        raise Refused(_("Pilih instansi penanggung jawab dan tanggal selesainya."))
    if state in (Recommendation.State.DONE, Recommendation.State.DECLINED) and not note:
        raise Refused(_("Tuliskan apa yang sudah dikerjakan, atau mengapa tidak dikerjakan."))
    if programme_key is not None:
        revision = in_force(day_of(at))
        if not Programme.objects.filter(revision=revision, key=programme_key).exists():
            raise Refused(_("Program itu tidak ada di rencana yang berlaku."))
    before = {"state": row.state}
    row.state, row.note, row.programme_key = state, note, programme_key
    row.owner, row.due_date = owner, due_date
    row.save()
    record(
        row,
        "recommendation_followed",
        by=by,
        at=at,
        before=before,
        after={
            "state": state,
            "programme": str(programme_key or ""),
            "owner": owner.code if owner else "",
            "due": due_date.isoformat() if due_date else "",
        },
        note=note,
    )
    return row


def finding_of_age(evidence: Evidence, year: int) -> str:
    """Return why a proof is too old for a year's evaluation, or "": it is to show the year or the one before."""
    if evidence.date.year >= year - 1:
        return ""
    return _("Bukti “%(proves)s” bertanggal %(date)s, lebih tua dari tahun yang dinilai.") % {
        "proves": evidence.proves,
        "date": long_date(evidence.date),
    }
