"""The movement's side of the yearly evaluation: open it, seat the panel, mark blind, talk, settle, publish."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lawang.areas.models import Area
from lawang.exchange.actions import read_later
from lawang.lib.refused import Refused
from lawang.movement import results
from lawang.movement.answering import asked
from lawang.movement.instrument import Item
from lawang.movement.models import (
    Answer,
    Assessment,
    Evaluation,
    Instrument,
    Interview,
    Mark,
    Objection,
    Recommendation,
    Seat,
    Sheet,
)
from lawang.movement.scoring import Scores
from lawang.people.models import User
from lawang.people.permissions import demand
from lawang.plans.models import FrameworkNode
from lawang.record.actions import record


@transaction.atomic
def open_evaluation(
    instrument: Instrument, year: int, *, answers_until: datetime, by: User, at: datetime
) -> Evaluation:
    """Open the evaluation of a year. Raise Refused when it is open already or the deadline has passed."""
    demand(by, "movement.run")
    if Evaluation.objects.filter(year=year).exists():
        raise Refused(_("Evaluasi tahun ini sudah dibuka."))
    if answers_until <= at:
        raise Refused(_("Tenggatnya sudah lewat. Pilih hari yang akan datang."))
    evaluation = Evaluation.objects.create(
        year=year, instrument=instrument, opened_at=at, answers_until=answers_until
    )
    record(evaluation, "evaluation_opened", by=by, at=at, after={"year": year, "instrument": instrument.code})
    return evaluation


@transaction.atomic
def enter(evaluation: Evaluation, areas: Mapping[Area, str], *, by: User, at: datetime) -> list[Assessment]:
    """Enter regencies with the code of their track; those that are in already are left alone."""
    demand(by, "movement.run")
    evaluation = (
        Evaluation.objects.select_for_update(of=("self",)).select_related("instrument").get(pk=evaluation.pk)
    )
    if evaluation.state == Evaluation.State.PUBLISHED:
        raise Refused(_("Hasil evaluasi ini sudah diumumkan."))
    unknown = sorted(set(areas.values()) - evaluation.instrument.shape.tracks.keys())
    if unknown:
        raise Refused(_("Jalur ini tidak ada di instrumennya: %(tracks)s.") % {"tracks": ", ".join(unknown)})
    known = set(evaluation.assessments.values_list("area", flat=True))
    fresh = [
        Assessment(evaluation=evaluation, area=area, track=track)
        for area, track in areas.items()
        if area.pk not in known
    ]
    made = Assessment.objects.bulk_create(fresh)
    Answer.objects.bulk_create(Answer(assessment=one, item=item.code) for one in made for item in asked(one))
    for one in made:
        record(one, "assessment_entered", by=by, at=at, after={"track": one.track})
    read_later(at=at)  # answers that came before their regency was entered
    return made


@transaction.atomic
def seat(
    evaluation: Evaluation,
    user: User,
    *,
    nodes: Iterable[str] = (),
    assessments: Iterable[Assessment],
    by: User,
    at: datetime,
) -> Seat:
    """Give an assessor regencies and dimensions (codes; none: every item). What was given before stays given.

    Raise Refused for a dimension that the framework does not have.
    """
    demand(by, "movement.run")
    nodes = sorted(set(nodes))
    framework = evaluation.instrument.shape.framework
    known = FrameworkNode.objects.filter(framework__code=framework, parent=None).values_list(
        "code", flat=True
    )
    if unknown := sorted(set(nodes) - set(known)):
        raise Refused(_("Dimensi ini tidak dikenal: %(codes)s.") % {"codes": ", ".join(unknown)})
    row, _new = Seat.objects.get_or_create(evaluation=evaluation, user=user, defaults={"nodes": nodes})
    if sorted(row.nodes) != nodes:
        row.nodes = nodes
        row.save(update_fields=["nodes"])
    given = list(assessments)
    row.assessments.add(*given)
    record(
        evaluation,
        "seat_given",
        by=by,
        at=at,
        after={"user": user.pk, "nodes": nodes, "regencies": len(given)},
    )
    return row


@transaction.atomic
def begin_marking(evaluation: Evaluation, *, by: User, at: datetime) -> Evaluation:
    """End the time for answers: regencies can no longer take theirs back, the panel marks."""
    demand(by, "movement.run")
    row = Evaluation.objects.select_for_update().get(pk=evaluation.pk)
    if row.state != Evaluation.State.OPEN:
        raise Refused(_("Panel sudah mulai menilai."))
    row.state = Evaluation.State.MARKING
    row.save(update_fields=["state"])
    record(row, "evaluation_marking", by=by, at=at)
    return row


# The assessor


@transaction.atomic
def declare(assessment: Assessment, *, conflict: str = "", by: User, at: datetime) -> Sheet:
    """Say before marking that there is no conflict of interest, or which one; then another marks that regency.

    Raise Refused when the regency was not given to the assessor, and once the sheet is handed in.
    """
    demand(by, "movement.assess", assessment)
    row = Seat.objects.filter(evaluation=assessment.evaluation_id, user=by, assessments=assessment).first()
    if row is None:
        raise Refused(_("Daerah ini tidak ditugaskan kepada Anda."))
    sheet, is_new = Sheet.objects.select_for_update().get_or_create(
        assessment=assessment, seat=row, defaults={"conflict": conflict.strip()[:300], "declared_at": at}
    )
    if not is_new:
        if sheet.handed_in_at:
            raise Refused(_("Lembar nilai ini sudah diserahkan."))
        sheet.conflict, sheet.declared_at = conflict.strip()[:300], at
        sheet.save(update_fields=["conflict", "declared_at"])
    if sheet.conflict:
        sheet.marks.all().delete()
    record(assessment, "sheet_declared", by=by, at=at, after={"has_conflict": bool(sheet.conflict)})
    return sheet


def items_of(sheet: Sheet) -> list[Item]:
    """Return the items that the assessor marks: of their dimensions, those of no dimension, never a survey's."""
    shape = sheet.assessment.evaluation.instrument.shape
    tops = set(sheet.seat.nodes)
    found = []
    for component in shape.components_of(shape.tracks[sheet.assessment.track]):
        if component.is_survey:
            continue
        for item in component.items:
            if not tops or not item.node or item.node in tops:
                found.append(item)
    return found


@transaction.atomic
def mark(sheet: Sheet, given: Mapping[str, tuple[int, str]], *, by: User, at: datetime) -> int:
    """Write marks with notes by item code; return how many. They can be changed until the sheet is handed in.

    Raise Refused for a mark outside the scale, for an item that is not the assessor's, with a conflict of interest, and
    after handing in.
    """
    sheet = _own(sheet, by)
    scale = sheet.assessment.evaluation.instrument.shape.scale
    allowed = {item.code for item in items_of(sheet)}
    for item, (value, _note) in given.items():
        if item not in allowed:
            raise Refused(_("Butir %(item)s bukan tugas Anda.") % {"item": item})
        if not scale.allows(value):
            raise Refused(
                _("Nilai butir %(item)s harus bilangan bulat %(least)s sampai %(most)s, atau 0.")
                % {"item": item, "least": scale.least, "most": scale.most}
            )
    Mark.objects.bulk_create(
        (Mark(sheet=sheet, item=item, mark=value, note=note[:500]) for item, (value, note) in given.items()),
        update_conflicts=True,
        unique_fields=["sheet", "item"],
        update_fields=["mark", "note"],
    )
    return len(given)


def _own(sheet: Sheet, by: User) -> Sheet:
    demand(by, "movement.assess", sheet)
    row = (
        Sheet.objects.select_for_update(of=("self",))
        .select_related("assessment__evaluation__instrument", "seat")
        .get(pk=sheet.pk)
    )
    if row.handed_in_at:
        raise Refused(_("Lembar nilai ini sudah diserahkan."))
    if row.conflict:
        raise Refused(
            _("Anda menyatakan benturan kepentingan dengan daerah ini. Penilai lain yang menilainya.")
        )
    if row.assessment.evaluation.state != Evaluation.State.MARKING:
        raise Refused(_("Panel belum mulai menilai, atau sudah selesai."))
    return row


@transaction.atomic
def hand_in(
    sheet: Sheet, *, strengths: str, weaknesses: str, recommendations: str, by: User, at: datetime
) -> Sheet:
    """Hand in a sheet: all items marked, in words what is strong, weak, and to be done. Then the marks stand."""
    sheet = _own(sheet, by)
    done = set(sheet.marks.values_list("item", flat=True))
    left = [item.code for item in items_of(sheet) if item.code not in done]
    if left:
        raise Refused(
            ngettext(
                "%(count)s butir belum bernilai: %(codes)s.",
                "%(count)s butir belum bernilai: %(codes)s.",
                len(left),
            )
            % {"count": len(left), "codes": ", ".join(left[:6]) + (", …" if left[6:] else "")}
        )
    if not recommendations.strip():
        raise Refused(_("Tulis paling sedikit satu rekomendasi; daerah menunggunya."))
    sheet.strengths, sheet.weaknesses = strengths.strip(), weaknesses.strip()
    sheet.recommendations, sheet.handed_in_at = recommendations.strip(), at
    sheet.save(update_fields=["strengths", "weaknesses", "recommendations", "handed_in_at"])
    record(sheet.assessment, "sheet_handed_in", by=by, at=at, after={"marks": len(done)})
    return sheet


def all_in(seats: Iterable[Seat], sheets: Iterable[Sheet]) -> bool:
    """Tell whether every assessor without a conflict has handed in, and there is one. Until then marks are blind."""
    known = list(sheets)
    settled = {sheet.seat_id for sheet in known if sheet.handed_in_at or sheet.conflict}
    return any(sheet.handed_in_at for sheet in known) and all(seat.pk in settled for seat in seats)


def is_complete(assessment: Assessment) -> bool:
    """Tell whether the marks of a regency may be seen by all of its panel."""
    return all_in(assessment.seats.all(), assessment.sheets.all())


@transaction.atomic
def revise(row: Mark, value: int, *, reason: str, by: User, at: datetime) -> Mark:
    """Change one's own mark after the panel has talked; the first one and the reason stay beside it.

    Raise Refused before all sheets are in, without a reason, outside the scale, and once the result is settled.
    """
    sheet = Sheet.objects.select_related("assessment__evaluation__instrument", "seat").get(pk=row.sheet_id)
    demand(by, "movement.assess", sheet)
    assessment = Assessment.objects.select_for_update(of=("self",)).get(pk=sheet.assessment_id)
    if assessment.state in (Assessment.State.MARKED, Assessment.State.PUBLISHED):
        raise Refused(_("Nilai daerah ini sudah ditetapkan."))
    if not is_complete(assessment):
        raise Refused(_("Nilai baru dibicarakan setelah semua penilai menyerahkan lembarnya."))
    scale = sheet.assessment.evaluation.instrument.shape.scale
    if not scale.allows(value):
        raise Refused(
            _("Nilai harus bilangan bulat %(least)s sampai %(most)s, atau 0.")
            % {"least": scale.least, "most": scale.most}
        )
    if not reason.strip():
        raise Refused(_("Tuliskan mengapa nilai ini berubah."))
    row = Mark.objects.select_for_update().get(pk=row.pk)
    before = row.mark
    row.first = row.mark if row.first is None else row.first
    row.mark, row.reason = value, reason.strip()[:300]
    row.save(update_fields=["mark", "first", "reason"])
    record(
        assessment,
        "mark_revised",
        by=by,
        at=at,
        before={"mark": before},
        after={"item": row.item, "mark": value},
        note=row.reason,
    )
    return row


# Interviews


@transaction.atomic
def set_interview(
    assessment: Assessment, *, starts_at: datetime, place: str, by: User, at: datetime
) -> Interview:
    """Set a time for an interview. Raise Refused when an assessor of the regency is asked elsewhere at that hour."""
    demand(by, "movement.run")
    if not place.strip():
        raise Refused(_("Tulis ruang atau alamat pertemuannya."))
    clash = (
        Interview.objects.filter(starts_at=starts_at, assessment__seats__in=assessment.seats.all())
        .exclude(assessment=assessment)
        .select_related("assessment__area")
        .first()
    )
    if clash is not None:
        raise Refused(
            _("Salah seorang penilainya mewawancarai %(area)s pada jam itu. Pilih jam lain.")
            % {"area": clash.assessment.area.title}
        )
    row = Interview.objects.create(assessment=assessment, starts_at=starts_at, place=place.strip()[:200])
    record(assessment, "interview_set", by=by, at=at, after={"at": starts_at.isoformat(), "place": row.place})
    return row


@transaction.atomic
def keep_minutes(row: Interview, *, present: str, minutes: str, by: User, at: datetime) -> Interview:
    """Write down what was said in an interview; by an assessor of the regency."""
    demand(by, "movement.assess", row.assessment)
    if not minutes.strip():
        raise Refused(_("Tuliskan apa yang dibicarakan."))
    row.present, row.minutes = present.strip()[:500], minutes.strip()
    row.save(update_fields=["present", "minutes"])
    record(row.assessment, "interview_held", by=by, at=at)
    return row


# The result


@transaction.atomic
def settle(assessment: Assessment, *, by: User, at: datetime) -> Assessment:
    """Compute the result of one regency from the sheets, and number its recommendations.

    One that an accepted objection opened again is published by this. Raise Refused while a sheet is missing, an item
    has no mark and no survey answered it, or after publishing.
    """
    demand(by, "movement.run")
    row = Assessment.objects.select_for_update(of=("self",)).whole().get(pk=assessment.pk)
    if row.state == Assessment.State.PUBLISHED:
        raise Refused(_("Hasil daerah ini sudah diumumkan. Ubah lewat sanggahan."))
    if not is_complete(row):
        raise Refused(_("Belum semua penilai menyerahkan lembar nilainya."))
    items = results.item_scores([row])[row.pk]
    left = results.missing_items(items, row.evaluation.instrument.shape, row.track)
    if left:
        raise Refused(
            _("%(count)s butir belum bernilai: %(codes)s. Tugaskan penilainya, atau isi nilai surveinya.")
            % {"count": len(left), "codes": ", ".join(left[:6]) + (", …" if left[6:] else "")}
        )
    results.put(row, results.score(row, items), results.previous_of([row]).get(row.pk))
    is_published = row.evaluation.state == Evaluation.State.PUBLISHED  # then an objection was accepted
    row.state = Assessment.State.PUBLISHED if is_published else Assessment.State.MARKED
    row.save(update_fields=["took_part", "components", "final", "improvement", "state"])
    if not row.recommendations.exists():
        lines = [
            line.strip()
            for sheet in row.sheets.filter(handed_in_at__isnull=False).order_by("pk")
            for line in sheet.recommendations.splitlines()
            if line.strip()
        ]
        Recommendation.objects.bulk_create(
            Recommendation(assessment=row, number=number, words=words)
            for number, words in enumerate(dict.fromkeys(lines), 1)
        )
    record(row, "result_settled", by=by, at=at, after={"final": row.final, "components": row.components})
    return row


@transaction.atomic
def publish(evaluation: Evaluation, *, by: User, at: datetime) -> int:
    """Publish the results of a year; return how many regencies have one. Who did not take part has none.

    Raise Refused while a regency that released its answers is not settled.
    """
    demand(by, "movement.run")
    row = (
        Evaluation.objects.select_for_update(of=("self",)).select_related("instrument").get(pk=evaluation.pk)
    )
    if row.state != Evaluation.State.MARKING:
        raise Refused(_("Hasil hanya bisa diumumkan setelah panel menilai, dan hanya sekali."))
    left = row.assessments.filter(state=Assessment.State.RELEASED).select_related("area")
    if waiting := list(left[:4]):
        raise Refused(
            _("%(count)s daerah belum ditetapkan nilainya: %(names)s.")
            % {"count": left.count(), "names": ", ".join(one.area.title for one in waiting)}
        )
    row.assessments.filter(state=Assessment.State.ANSWERING).update(
        took_part=False, components={}, final=None, improvement=None
    )
    row.assessments.update(state=Assessment.State.PUBLISHED)
    row.state, row.published_at = Evaluation.State.PUBLISHED, at
    row.save(update_fields=["state", "published_at"])
    count = row.assessments.filter(took_part=True).count()
    record(row, "evaluation_published", by=by, at=at, after={"regencies": count})
    return count


@transaction.atomic
def answer_objection(row: Objection, *, answer: str, is_accepted: bool, by: User, at: datetime) -> Objection:
    """Answer what a regency objects to, with reasons. Accepted: the panel may mark again and settle the result anew."""
    demand(by, "movement.run")
    row = Objection.objects.select_for_update(of=("self",)).select_related("assessment").get(pk=row.pk)
    if row.answered_at:
        raise Refused(_("Sanggahan ini sudah dijawab."))
    if not answer.strip():
        raise Refused(_("Tuliskan jawabannya; daerah membacanya."))
    row.answer, row.is_accepted, row.answered_at = answer.strip(), is_accepted, at
    row.save(update_fields=["answer", "is_accepted", "answered_at"])
    if is_accepted:
        Assessment.objects.filter(pk=row.assessment_id).update(state=Assessment.State.RELEASED)
    record(
        row.assessment,
        "objection_answered",
        by=by,
        at=at,
        after={"is_accepted": is_accepted},
        note=row.answer,
    )
    return row


# Results of years before this installation


@transaction.atomic
def import_results(
    instrument: Instrument,
    year: int,
    track: str,
    found: Mapping[Area, Scores | None],
    *,
    by: User,
    at: datetime,
) -> int:
    """Keep results that were published elsewhere, as components without marks; return how many.

    None for a region: it did not take part. The year is published by this; what is known of a region is replaced only
    when it was imported too. Raise Refused when the panel of this installation marks that year.
    """
    demand(by, "movement.run")
    evaluation, is_new = Evaluation.objects.select_for_update(of=("self",)).get_or_create(
        year=year,
        defaults={
            "instrument": instrument,
            "opened_at": at,
            "answers_until": at,
            "state": Evaluation.State.PUBLISHED,
            "published_at": at,
        },
    )
    if not is_new and (evaluation.seats.exists() or evaluation.state != Evaluation.State.PUBLISHED):
        raise Refused(_("Tahun %(year)s dinilai panel di sini; hasilnya tidak diimpor.") % {"year": year})
    rows = []
    for area, scores in found.items():
        row, _new = Assessment.objects.get_or_create(
            evaluation=evaluation, area=area, defaults={"track": track, "state": Assessment.State.PUBLISHED}
        )
        row.track, row.evaluation = track, evaluation
        rows.append((row, scores))
    previous = results.previous_of([row for row, _scores in rows])
    for row, scores in rows:
        results.put(row, scores, previous.get(row.pk))
    Assessment.objects.bulk_update(
        [row for row, _scores in rows], ["track", "took_part", "components", "final", "improvement"]
    )
    record(evaluation, "results_imported", by=by, at=at, after={"track": track, "regions": len(rows)})
    return len(rows)
