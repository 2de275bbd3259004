"""Awards of a year: open them with their shortlists, correct these, seat a jury, judge blind, decide, publish, certify.

Every verb holds the award's row, so that nobody is judged by a list that changes meanwhile.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lawang.lib.refused import Refused
from lawang.lib.text import Text, say
from lawang.movement import results
from lawang.movement.awards import certificates, counting
from lawang.movement.awards.models import Award, AwardCategory, AwardJuror, JuryVote, Nominee
from lawang.movement.awards.shortlist import WAYS, Asked, Entrant, Named, shortlist
from lawang.movement.instrument import Instrument as Shape
from lawang.movement.models import Assessment, Evaluation
from lawang.people.models import User
from lawang.people.node import node as the_node
from lawang.people.permissions import demand
from lawang.plans.models import FrameworkNode
from lawang.record.actions import record

RUN, ASSESS = "movement.run", "movement.assess"
State = Award.State


def _held(award: Award, *states: str) -> Award:
    """Return the award under its lock. Raise Refused, with what holds instead, when it is in no such state."""
    row = (
        Award.objects.select_for_update(of=("self",))
        .select_related("evaluation__instrument")
        .get(pk=award.pk)
    )
    if row.state not in states:
        raise Refused(
            _("Penghargaan ini sedang: %(state)s. Itu tidak bisa dilakukan sekarang.")
            % {"state": row.get_state_display()}
        )
    return row


# Opening: shortlists from results


def entrants_of(evaluation: Evaluation, *, with_items: bool) -> list[Entrant]:
    """Return the regencies that took part and whose result is published. Three queries with items, else one."""
    rows = list(
        evaluation.assessments.filter(
            state=Assessment.State.PUBLISHED, took_part=True, final__isnull=False
        ).select_related("area")
    )
    for one in rows:
        one.evaluation = evaluation
    items = results.item_scores(rows) if with_items and rows else {}
    found = []
    for one in rows:
        assert one.final is not None
        found.append(
            Entrant(
                pk=one.pk,
                code=one.area.code,
                track=one.track,
                final=one.final,
                improvement=one.improvement,
                components={code: Decimal(value) for code, value in one.components.items()},
                items=items.get(one.pk, {}),
            )
        )
    return found


def dimensions_of(shape: Shape) -> tuple[dict[str, str], dict[str, Text]]:
    """Return code of any node -> code of its dimension, and code of each dimension -> title. One query."""
    nodes = list(FrameworkNode.objects.filter(framework__code=shape.framework).order_by("depth", "order"))
    tops: dict[str, str] = {}
    by_id: dict[int, str] = {}
    for one in nodes:
        top = by_id[one.parent_id] if one.parent_id else one.code
        by_id[one.pk] = tops[one.code] = top
    return tops, {one.code: one.title for one in nodes if one.parent_id is None}


@transaction.atomic
def open_awards(
    evaluation: Evaluation, categories: Iterable[AwardCategory], *, by: User, at: datetime
) -> tuple[list[Award], list[AwardCategory]]:
    """Open awards of a year with their shortlists; return them, and the categories that name nobody.

    A category that is open already is left alone. Nobody is named where the results do not hold what the category
    asks for: item scores of a year that was imported, an earlier year. Raise Refused before the results are published,
    and when no award comes of it.
    """
    demand(by, RUN)
    row = (
        Evaluation.objects.select_for_update(of=("self",)).select_related("instrument").get(pk=evaluation.pk)
    )
    if row.state != Evaluation.State.PUBLISHED:
        raise Refused(_("Penghargaan dibuka setelah hasil evaluasi tahun itu diumumkan."))
    known = set(row.awards.values_list("code", flat=True))
    wanted = [one for one in categories if one.code not in known]
    if not wanted:
        raise Refused(_("Kategori yang dipilih sudah dibuka semua untuk tahun itu."))
    entrants = entrants_of(row, with_items=True)
    shape = row.instrument.shape
    tops, titles = dimensions_of(shape)
    is_example = the_node().is_demo
    made: list[Award] = []
    empty: list[AwardCategory] = []
    for category in wanted:
        lists = _lists(category.definition, entrants, shape, tops)
        if not lists:
            empty.append(category)
        for track, named in lists.items():
            award = Award.objects.create(
                evaluation=row,
                code=category.code,
                track=track,
                order=category.order,
                definition=_pinned(category, track, shape, titles),
                is_example=is_example,
                opened_at=at,
            )
            Nominee.objects.bulk_create(
                Nominee(award=award, assessment_id=one.pk, rank=one.rank, value=one.value) for one in named
            )
            after = {"code": category.code, "track": track, "nominees": len(named)}
            record(award, "award_opened", by=by, at=at, after=after)
            made.append(award)
    if not made:
        raise Refused(
            _("Hasil tahun itu tidak memuat nilai yang diminta: %(names)s.")
            % {"names": ", ".join(say(one.title) for one in empty)}
        )
    return made, empty


def _lists(
    definition: Mapping[str, Any], entrants: Sequence[Entrant], shape: Shape, tops: Mapping[str, str]
) -> dict[str, list[Named]]:
    """Return track ("": all) -> shortlist, without the empty ones."""
    framework, _slash, node = definition.get("node", "").partition("/")
    asked = Asked(shape, node if framework == shape.framework else "", definition["about"], tops)
    tracks = list(shape.tracks) if definition["per_track"] else [""]
    lists = {
        track: shortlist(
            (one for one in entrants if track in ("", one.track)),
            WAYS[definition["by"]],
            asked,
            definition["shortlist"],
        )
        for track in tracks
    }
    return {track: named for track, named in lists.items() if named}


def _pinned(category: AwardCategory, track: str, shape: Shape, titles: Mapping[str, Text]) -> dict[str, Any]:
    """Return what an award keeps of its category, with the words for what it is computed from."""
    names: list[Text] = []
    if node := category.definition.get("node", "").partition("/")[2]:
        names = [titles[node]]
    for name in category.definition["about"]:
        item = shape.by_key.get(name)
        names.append(item.title if item is not None else shape.components[name].title)
    return {
        **category.definition,
        "version": category.number,
        "names": names,
        "track_title": shape.tracks[track].title if track else None,
        "scale": shape.scale.most,
    }


# The shortlist, corrected with reasons


@transaction.atomic
def add_nominee(award: Award, assessment: Assessment, *, reason: str, by: User, at: datetime) -> Nominee:
    """Name a regency that the results did not, or name a dropped one again. Everybody reads the reason."""
    demand(by, RUN)
    row = _held(award, State.NOMINATING)
    note = _reason(reason)
    if (
        assessment.evaluation_id != row.evaluation_id
        or not assessment.took_part
        or assessment.final is None
        or assessment.state != Assessment.State.PUBLISHED
    ):
        raise Refused(_("Daerah ini tidak punya hasil yang diumumkan pada tahun itu."))
    if row.track and assessment.track != row.track:
        raise Refused(
            _("Daerah ini di jalur lain; penghargaan ini untuk jalur %(track)s.") % {"track": row.track}
        )
    nominee = Nominee.objects.filter(award=row, assessment=assessment).first()
    if nominee is not None and not nominee.is_dropped:
        raise Refused(_("Daerah ini sudah dinominasikan."))
    if nominee is None:
        value = _value_of(row, assessment)
        nominee = Nominee.objects.create(award=row, assessment=assessment, value=value, note=note)
    else:
        nominee.is_dropped, nominee.note = False, note
        nominee.save(update_fields=["is_dropped", "note"])
    record(nominee, "award_nominee_added", by=by, at=at, after={"award": row.code}, note=note)
    return nominee


def _value_of(award: Award, assessment: Assessment) -> Decimal | None:
    """Return the value by which others were named, for one that was not; None without it."""
    (entrant,) = (one for one in entrants_of(award.evaluation, with_items=True) if one.pk == assessment.pk)
    shape = award.evaluation.instrument.shape
    tops, _titles = dimensions_of(shape)
    named = _lists({**award.definition, "per_track": False}, [entrant], shape, tops).get("")
    return named[0].value if named else None


@transaction.atomic
def drop_nominee(nominee: Nominee, *, reason: str, by: User, at: datetime) -> Nominee:
    """Take a regency off the list. It stays known, and everybody reads the reason."""
    demand(by, RUN)
    row = _held(nominee.award, State.NOMINATING)
    note = _reason(reason)
    nominee = Nominee.objects.get(pk=nominee.pk)
    if nominee.is_dropped:
        raise Refused(_("Daerah ini sudah dikeluarkan dari daftar."))
    nominee.is_dropped, nominee.note = True, note
    nominee.save(update_fields=["is_dropped", "note"])
    record(nominee, "award_nominee_dropped", by=by, at=at, after={"award": row.code}, note=note)
    return nominee


def _reason(typed: str) -> str:
    words = " ".join(typed.split())
    if len(words) < 5:
        raise Refused(_("Tulis alasannya dalam satu kalimat; semua orang membacanya."))
    return words[:300]


@transaction.atomic
def name_subject(nominee: Nominee, words: str, *, by: User, at: datetime) -> Nominee:
    """Say which thing of the regency is named: its quick win."""
    demand(by, RUN)
    row = _held(nominee.award, State.NOMINATING)
    if not row.way.names_subject:
        raise Refused(_("Penghargaan ini untuk daerahnya, bukan untuk satu percepatan."))
    clean = " ".join(words.split())[:200]
    if not clean:
        raise Refused(_("Tulis nama percepatannya."))
    nominee = Nominee.objects.get(pk=nominee.pk)
    before = nominee.subject
    nominee.subject = clean
    nominee.save(update_fields=["subject"])
    record(nominee, "award_subject_named", by=by, at=at, before={"subject": before}, after={"subject": clean})
    return nominee


# The jury


@transaction.atomic
def seat_juror(award: Award, user: User, *, by: User, at: datetime) -> AwardJuror:
    """Name a juror. Raise Refused when all have handed in: a late one could no longer be blind."""
    demand(by, RUN)
    row = _held(award, State.NOMINATING, State.JUDGING)
    if row.state == State.JUDGING and is_complete(row):
        raise Refused(_("Nilai juri sudah lengkap dan terbuka; juri baru tidak lagi menilai tertutup."))
    juror, is_new = AwardJuror.objects.get_or_create(award=row, user=user)
    if not is_new:
        raise Refused(_("%(name)s sudah menjadi juri penghargaan ini.") % {"name": user.name})
    record(row, "award_juror_seated", by=by, at=at, after={"user": user.pk})
    return juror


@transaction.atomic
def release_juror(juror: AwardJuror, *, reason: str, by: User, at: datetime) -> None:
    """Let a juror go who has not handed in, with what they had written so far."""
    demand(by, RUN)
    row = _held(juror.award, State.NOMINATING, State.JUDGING)
    note = " ".join(reason.split())[:300]
    if not note:
        raise Refused(_("Tulis mengapa juri ini tidak menilai."))
    mine = AwardJuror.objects.get(pk=juror.pk)
    if mine.handed_in_at:
        raise Refused(_("Juri ini sudah menyerahkan nilainya."))
    record(row, "award_juror_released", by=by, at=at, before={"user": mine.user_id}, note=note)
    mine.delete()


@transaction.atomic
def begin_judging(award: Award, *, by: User, at: datetime) -> Award:
    """Close the list and let the jury begin. Raise Refused without nominees, jurors, or a named quick win."""
    demand(by, RUN)
    row = _held(award, State.NOMINATING)
    named = list(row.nominees.filter(is_dropped=False).select_related("assessment__area"))
    if not named:
        raise Refused(_("Belum ada daerah yang dinominasikan."))
    if not row.jurors.exists():
        raise Refused(_("Tunjuk juri dahulu."))
    if row.way.names_subject and (without := [one for one in named if not one.subject]):
        raise Refused(
            _("Tulis dahulu percepatan mana yang dinilai dari: %(names)s.")
            % {"names": ", ".join(one.assessment.area.title for one in without)}
        )
    row.state = State.JUDGING
    row.save(update_fields=["state"])
    record(row, "award_judging_begun", by=by, at=at, after={"nominees": len(named)})
    return row


def _judging(juror: AwardJuror, by: User) -> AwardJuror:
    """Return one's own seat on a jury that is judging. Raise Refused for another's, and after handing in."""
    _held(juror.award, State.JUDGING)
    mine = AwardJuror.objects.select_related("award").get(pk=juror.pk)
    demand(by, ASSESS, mine)
    if mine.handed_in_at:
        raise Refused(_("Nilai Anda sudah diserahkan."))
    return mine


@transaction.atomic
def declare(juror: AwardJuror, conflicts: Mapping[int, str], *, by: User, at: datetime) -> AwardJuror:
    """Say of every nominee (pk) which conflict of interest there is, "" for none, before giving marks.

    Marks that were given to one with whom there turns out to be a conflict are thrown away. Raise Refused when a
    nominee is missing.
    """
    mine = _judging(juror, by)
    named = {one.pk: one for one in mine.award.nominees.filter(is_dropped=False)}
    if set(conflicts) != set(named):
        raise Refused(_("Nyatakan hubungan Anda dengan setiap daerah di daftar."))
    for pk, words in conflicts.items():
        clean = words.strip()[:300]
        vote, _new = JuryVote.objects.get_or_create(juror=mine, nominee=named[pk])
        vote.conflict = clean
        if clean:
            vote.marks = {}
        vote.save(update_fields=["conflict", "marks"])
    mine.declared_at = at
    mine.save(update_fields=["declared_at"])
    count = sum(1 for words in conflicts.values() if words.strip())
    record(mine.award, "award_conflicts_declared", by=by, at=at, after={"juror": mine.pk, "conflicts": count})
    return mine


@transaction.atomic
def mark(
    juror: AwardJuror,
    given: Mapping[int, Mapping[str, int]],
    *,
    note: str = "",
    by: User,
    at: datetime,
) -> int:
    """Write whole marks: nominee (pk) -> criterion -> mark. They can be changed until handed in; return how many.

    `note` is what the juror would have the reasons say.

    Raise Refused before the declaration, and for a nominee with whom a conflict was declared.
    """
    mine = _judging(juror, by)
    award = mine.award
    if mine.declared_at is None:
        raise Refused(_("Nyatakan dahulu apakah Anda bebas dari benturan kepentingan."))
    votes = {
        one.nominee_id: one
        for one in mine.votes.filter(nominee__is_dropped=False).select_related("nominee__assessment__area")
    }
    codes = {one["code"] for one in award.criteria}
    for pk, marks in given.items():
        vote = votes.get(pk)
        if vote is None:
            raise Refused(_("Daerah ini tidak ada di daftar yang Anda nilai."))
        if vote.conflict:
            raise Refused(
                _("Anda menyatakan benturan kepentingan dengan %(area)s. Juri lain yang menilainya.")
                % {"area": vote.nominee.assessment.area.title}
            )
        if unknown := set(marks) - codes:
            raise Refused(
                _("Kriteria %(code)s tidak ada di penghargaan ini.") % {"code": ", ".join(sorted(unknown))}
            )
        if any(not award.least <= value <= award.most for value in marks.values()):
            raise Refused(
                _("Nilai harus bilangan bulat %(least)s sampai %(most)s.")
                % {"least": award.least, "most": award.most}
            )
        vote.marks = {**vote.marks, **marks}
    JuryVote.objects.bulk_update([votes[pk] for pk in given], ["marks"])
    mine.note = note.strip()
    mine.save(update_fields=["note"])
    return sum(len(marks) for marks in given.values())


@transaction.atomic
def hand_in(juror: AwardJuror, *, by: User, at: datetime) -> AwardJuror:
    """Hand in, with every criterion of every nominee marked but of those with a conflict. The last one opens all."""
    mine = _judging(juror, by)
    if mine.declared_at is None:
        raise Refused(_("Nyatakan dahulu apakah Anda bebas dari benturan kepentingan."))
    codes = {one["code"] for one in mine.award.criteria}
    votes = mine.votes.filter(nominee__is_dropped=False, conflict="")
    left = [
        one.nominee.assessment.area.title
        for one in votes.select_related("nominee__assessment__area")
        if codes - set(one.marks)
    ]
    if left:
        raise Refused(
            ngettext(
                "%(count)s daerah belum lengkap nilainya: %(names)s.",
                "%(count)s daerah belum lengkap nilainya: %(names)s.",
                len(left),
            )
            % {"count": len(left), "names": ", ".join(sorted(left))}
        )
    mine.handed_in_at = at
    mine.save(update_fields=["handed_in_at"])
    record(mine.award, "award_votes_handed_in", by=by, at=at, after={"juror": mine.pk})
    return mine


def not_ready(award: Award) -> str:
    """Return why nothing can be decided yet, as a sentence; "" when it can. Until then what jurors gave is blind."""
    jurors = list(award.jurors.select_related("user"))
    if not jurors:
        return _("Belum ada juri.")
    if waiting := [one.user.name for one in jurors if one.handed_in_at is None]:
        return _("Belum semua juri menyerahkan nilainya: %(names)s.") % {"names": ", ".join(waiting)}
    marked = set(JuryVote.objects.filter(nominee__award=award, conflict="").values_list("nominee", flat=True))
    named = award.nominees.filter(is_dropped=False).select_related("assessment__area")
    if alone := [one.assessment.area.title for one in named if one.pk not in marked]:
        return _("Semua juri menyatakan benturan kepentingan dengan %(names)s. Tunjuk seorang juri lagi.") % {
            "names": ", ".join(alone)
        }
    return ""


def is_complete(award: Award) -> bool:
    """Tell whether every juror has handed in and somebody judged every nominee."""
    return not not_ready(award)


def votes_shown_to(user: User, award: Award) -> list[JuryVote]:
    """Return the votes that somebody may read: of all when the award is complete, before that one's own."""
    rows = JuryVote.objects.filter(nominee__award=award, nominee__is_dropped=False).select_related(
        "juror__user", "nominee"
    )
    return list(rows if is_complete(award) else rows.filter(juror__user=user))


def tallies(award: Award) -> list[counting.Tally]:
    """Return what the jury gave to each nominee, in the order of the list; empty while it is blind."""
    if not is_complete(award):
        return []
    given: dict[int, list[Mapping[str, int]]] = {}
    conflicts: dict[int, int] = {}
    for nominee, conflict, marks in JuryVote.objects.filter(nominee__award=award).values_list(
        "nominee", "conflict", "marks"
    ):
        if conflict:
            conflicts[nominee] = conflicts.get(nominee, 0) + 1
        else:
            given.setdefault(nominee, []).append(marks)
    weights = {one["code"]: Decimal(one["weight"]) for one in award.criteria}
    rows = award.nominees.filter(is_dropped=False).select_related("assessment__area")
    return [counting.tally(one, given.get(one.pk, []), weights, conflicts.get(one.pk, 0)) for one in rows]


# The decision


@dataclass(frozen=True)
class Win:
    """What the secretariat writes down for one nominee that is awarded."""

    nominee: int  # pk
    place: int  # 1, 2, 3; several may share one
    reasons: Text


@transaction.atomic
def decide(award: Award, wins: Sequence[Win], *, by: User, at: datetime) -> Award:
    """Write down who is awarded and why, as the jury found. Nothing is public yet.

    Raise Refused while a juror has not handed in, without a first place, and without reasons.
    """
    demand(by, RUN)
    row = _held(award, State.JUDGING)
    if why_not := not_ready(row):
        raise Refused(why_not)
    named = {one.pk: one for one in row.nominees.filter(is_dropped=False)}
    places = sorted(win.place for win in wins)
    if not places or places[0] != 1 or set(places) != set(range(1, places[-1] + 1)):
        raise Refused(_("Pilih pemenangnya: peringkat 1 harus ada, dan tidak ada peringkat yang dilewati."))
    if len({win.nominee for win in wins}) != len(wins) or any(win.nominee not in named for win in wins):
        raise Refused(_("Pemenang harus ada di daftar nominasi."))
    if any(not win.reasons["id"].strip() for win in wins):
        raise Refused(_("Tulis alasan putusan setiap pemenang; semua orang membacanya."))
    for win in wins:
        one = named[win.nominee]
        one.place, one.reasons = win.place, win.reasons
        one.save(update_fields=["place", "reasons"])
        record(
            one,
            "award_decided",
            by=by,
            at=at,
            after={"award": row.code, "place": win.place, "reasons": win.reasons},
        )
    row.state, row.decided_at = State.DECIDED, at
    row.save(update_fields=["state", "decided_at"])
    record(row, "award_decided", by=by, at=at, after={"winners": len(wins)})
    return row


@transaction.atomic
def reconsider(award: Award, *, reason: str, by: User, at: datetime) -> Award:
    """Take a decision back that was not published yet. Certificates that were begun must be revoked before."""
    demand(by, RUN)
    row = _held(award, State.DECIDED)
    note = " ".join(reason.split())[:300]
    if not note:
        raise Refused(_("Tulis mengapa putusan ini ditarik."))
    if certificates.standing(row.nominees.all()):
        raise Refused(_("Piagam sudah diterbitkan. Cabut dahulu piagamnya."))
    row.nominees.filter(place__isnull=False).update(place=None, reasons=None)
    row.state, row.decided_at = State.JUDGING, None
    row.save(update_fields=["state", "decided_at"])
    record(row, "award_reconsidered", by=by, at=at, note=note)
    return row


@transaction.atomic
def publish(award: Award, *, by: User, at: datetime) -> Award:
    """Let everybody read who was named, who is awarded, and why."""
    demand(by, RUN)
    row = _held(award, State.DECIDED)
    row.state, row.published_at = State.PUBLISHED, at
    row.save(update_fields=["state", "published_at"])
    record(row, "award_published", by=by, at=at)
    return row
