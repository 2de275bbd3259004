"""The verbs of surveys: open, take an answer, take a file of answers, close.

A single answer leaves no entry in the history: the entry's moment would say whose it was. The history says when a
survey was opened, which files were handed in, and, when it is closed, how many answers there are and the hash over all
of them, so that whoever changes one later is noticed.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lawang.cases.models import Service
from lawang.lib.codes import new_code
from lawang.lib.dates import long_date
from lawang.lib.refused import Refused
from lawang.people.models import Agency, User
from lawang.people.node import day_of
from lawang.people.permissions import demand
from lawang.plans.models import Application, FrameworkNode
from lawang.record.actions import record, thing_name
from lawang.record.sealing import find_key, keyed_hash, new_key, open_each, seal_fields
from lawang.surveys import validity
from lawang.surveys.counting import count_in, sheet_of
from lawang.surveys.models import HandedIn, Instrument, Kind, Response, Survey
from lawang.surveys.packs import DIMENSION, SUB_DIMENSION
from lawang.surveys.questionnaire import PROFILE, all_questions, asked_about, marks_of

MOST_COMMENT = 1_000  # letters
COMMENT = "comment"  # under which name comments are sealed


class AnsweredAlready(Refused):
    """This person has answered this survey."""

    def __init__(self) -> None:
        super().__init__(_("Jawaban dari orang ini sudah ada; setiap orang menjawab sekali."))


@dataclass(frozen=True)
class Answer:
    """What one person answered."""

    marks: Sequence[int]  # in the order of the survey's questions
    about: Mapping[str, str] = field(default_factory=dict)  # of PROFILE: name -> code
    comment: str = ""
    respondent: str = ""  # from `person_hash` or `case_hash`; "": not asked
    is_user: bool | None = None
    is_staff: bool = False
    on: date | None = None  # None: today


def case_hash(key: UUID) -> str:
    """Return how an answer after a case is known: nobody without the key file can find the case by it."""
    return keyed_hash(f"surveys case {key}")


def person_hash(number: str, year: int) -> str:
    """Return how a respondent of the impact surveys of one year is known, from a telephone number or NIK.

    The same person has another hash in another year.
    """
    digits = "".join(sign for sign in number if sign.isdigit())
    digits = f"62{digits[1:]}" if digits.startswith("0") and len(digits) < 16 else digits
    return keyed_hash(f"surveys person {year} {digits}") if digits else ""


def current_instrument(kind: str) -> Instrument:
    """Return the questionnaire that new surveys use. Raise Refused when no pack brought one."""
    found = Instrument.objects.filter(kind=kind, is_current=True).order_by("-pk").first()
    if found is None:
        raise Refused(_("Belum ada kuesioner. Pasang paketnya dulu: lawang packs install packs/nasional"))
    return found


# Open


@transaction.atomic
def open_skm(
    *,
    agency: Agency,
    service: Service | None = None,
    from_date: date,
    to_date: date,
    population: int | None = None,
    by: User | None,
    at: datetime,
) -> Survey:
    """Open a satisfaction survey of a service, or of a whole unit. One at a time of each.

    `by` is None for the demonstration and the command line. `population`: people served in a year.
    """
    survey = Survey(
        kind=Kind.SKM,
        instrument=current_instrument(Kind.SKM),
        agency=agency,
        service=service,
        year=from_date.year,
        from_date=from_date,
        to_date=to_date,
        population=population,
    )
    survey.questions = list(all_questions(survey.instrument))
    open_already = Survey.objects.filter(
        kind=Kind.SKM, state=Survey.State.OPEN, agency=agency, service=service
    )
    if open_already.exists():
        raise Refused(_("Survei untuk layanan atau unit ini masih dibuka. Tutup yang itu dulu."))
    return _open(survey, (), by=by, at=at)


@transaction.atomic
def open_impact(
    *,
    agency: Agency,
    node: FrameworkNode,
    year: int,
    from_date: date,
    to_date: date,
    subject: str,
    programmes: Iterable[UUID] = (),
    application: Application | None = None,
    runners: Iterable[Agency] = (),
    by: User | None,
    at: datetime,
) -> Survey:
    """Open one form of the impact survey: of a dimension, with all its statements, or of one sub-dimension."""
    instrument = current_instrument(Kind.IMPACT)
    questions = asked_about(instrument, node)
    shape = SUB_DIMENSION if node.parent_id else DIMENSION
    if not questions or shape not in instrument.definition["forms"]:
        raise Refused(_("Kuesioner ini tidak punya pernyataan untuk bagian rencana itu."))
    survey = Survey(
        kind=Kind.IMPACT,
        instrument=instrument,
        questions=questions,
        agency=agency,
        node=node,
        programmes=list(programmes),
        subject=subject.strip(),
        application=application,
        year=year,
        from_date=from_date,
        to_date=to_date,
    )
    return _open(survey, runners, by=by, at=at)


def _open(survey: Survey, runners: Iterable[Agency], *, by: User | None, at: datetime) -> Survey:
    if survey.to_date < survey.from_date:
        raise Refused(_("Hari terakhir harus sesudah hari pertama."))
    survey.code, survey.counter_code, survey.opened_at = new_code(), new_code(), at
    if by is not None:
        demand(by, "surveys.run", survey)
    survey.save()
    survey.runners.set(runners)
    record(
        survey,
        "survey_opened",
        by=by,
        at=at,
        after={
            "about": survey.title["id"],
            "agency": survey.agency.short_name,
            "from": survey.from_date,
            "to": survey.to_date,
        },
    )
    return survey


@transaction.atomic
def change_survey(
    survey: Survey,
    *,
    to_date: date,
    population: int | None = None,
    subject: str = "",
    application: Application | None = None,
    runners: Iterable[Agency] = (),
    by: User,
    at: datetime,
) -> Survey:
    """Change what is known about an open survey: its last day, how many were served, who runs it; not its questions."""
    survey = Survey.objects.select_for_update(of=("self",)).with_names().get(pk=survey.pk)
    demand(by, "surveys.run", survey)
    if not survey.is_open:
        raise Refused(_("Survei ini sudah ditutup dan tidak berubah lagi."))
    if to_date < survey.from_date:
        raise Refused(_("Hari terakhir harus sesudah hari pertama."))
    before = _told(survey)
    survey.to_date = to_date
    if survey.kind == Kind.SKM:
        survey.population = population
    else:
        survey.subject, survey.application = subject.strip(), application
        survey.runners.set(runners)
    survey.save()
    record(survey, "survey_changed", by=by, at=at, before=before, after=_told(survey))
    return survey


def _told(survey: Survey) -> dict[str, Any]:
    return {
        "to": survey.to_date,
        "population": survey.population,
        "subject": survey.subject,
        "application": survey.application.code if survey.application else "",
        "runners": ", ".join(sorted(survey.runners.values_list("short_name", flat=True))),
    }


# Answer


@transaction.atomic
def receive(survey: Survey, answer: Answer, *, source: str, by: User | None, at: datetime) -> Response:
    """Keep one answer. `by` is the surveyor who typed it, None for people who answer by themselves.

    Raise Refused when the survey is not open today or a mark is missing, AnsweredAlready when this person answered.
    """
    if source == Response.Source.SURVEYOR:
        assert by is not None
        demand(by, "surveys.collect", survey)
    survey = _locked(survey)
    on = day_of(at)
    if sentence := closed_because(survey, on):
        raise Refused(sentence)
    if sentence := wrong_with(survey, answer):
        raise Refused(sentence)
    if answer.respondent and survey.responses.filter(respondent=answer.respondent).exists():
        raise AnsweredAlready
    return _keep(survey, [answer], source=source, by=by, on=on)[0]


def closed_because(survey: Survey, on: date) -> str:
    """Return why nobody can answer on that day; "" when everybody can."""
    if not survey.is_open or on > survey.to_date:
        return _("Survei ini sudah selesai. Terima kasih atas niat Anda.")
    if on < survey.from_date:
        return _("Survei ini baru dibuka %(day)s.") % {"day": long_date(survey.from_date)}
    return ""


def wrong_with(survey: Survey, answer: Answer) -> str:
    """Return what is wrong with an answer, as a sentence; "" for nothing."""
    marks = marks_of(survey.instrument)
    if len(answer.marks) != len(survey.questions) or any(mark not in marks for mark in answer.marks):
        return _("Setiap pertanyaan dijawab dengan angka %(first)s sampai %(last)s.") % {
            "first": marks[0],
            "last": marks[-1],
        }
    for name, code in answer.about.items():
        if code and code not in PROFILE[name][1]:
            return _("Pilih salah satu dari daftar.")
    if len(answer.comment) > MOST_COMMENT:
        return _("Saran paling banyak %(most)s huruf.") % {"most": MOST_COMMENT}
    return ""


def _locked(survey: Survey) -> Survey:
    return Survey.objects.select_for_update(of=("self",)).with_names().get(pk=survey.pk)


def _keep(
    survey: Survey, answers: Sequence[Answer], *, source: str, by: User | None, on: date
) -> list[Response]:
    """Write answers that were found right, and count what may be counted. The survey is locked."""
    thing = thing_name(survey)
    key = (find_key(thing) or new_key(thing)) if any(one.comment.strip() for one in answers) else None
    rows = [
        Response(
            survey=survey,
            number=survey.received + place,
            answers=list(answer.marks),
            source=source,
            respondent=answer.respondent,
            is_user=answer.is_user,
            is_staff=answer.is_staff,
            comment=seal_fields(thing, {COMMENT: words}, key=key)[COMMENT]
            if (words := answer.comment.strip())
            else "",
            by=by,
            answered_on=answer.on or on,
            **{name: answer.about.get(name, "") for name in PROFILE},
        )
        for place, answer in enumerate(answers, start=1)
    ]
    try:
        with transaction.atomic():
            Response.objects.bulk_create(rows, batch_size=1_000)
    except IntegrityError as error:
        raise AnsweredAlready from error
    survey.received += len(rows)
    count_in(survey, on=on)
    survey.save(update_fields=["received", "counted", "sums", "profile"])
    return rows


@transaction.atomic
def let_answer(survey: Survey, given: Sequence[tuple[date, str, Answer]]) -> None:
    """Keep the answers of the demonstration, (day, source, answer) in the order of their days, as `receive` would."""
    survey = _locked(survey)
    for (on, source), answers in groupby(given, key=lambda one: one[:2]):
        _keep(survey, [answer for _on, _source, answer in answers], source=source, by=None, on=on)


@dataclass(frozen=True)
class Row:
    """One row of a file as importing.py read it: an answer, or what is wrong with it."""

    number: int
    answer: Answer | None
    sentences: tuple[str, ...] = ()


@transaction.atomic
def hand_in(
    survey: Survey, rows: Sequence[Row], *, name: str, contents: bytes, by: User | None, at: datetime
) -> HandedIn | None:
    """Keep the right rows of a file and write down why the others were not taken.

    A person who is in the survey already, or twice in the file, is taken once. `by` is None for the demonstration,
    which leaves no HandedIn behind. Raise Refused when the survey is closed, or the same file came before.
    """
    if by is not None:
        demand(by, "surveys.run", survey)
    survey = _locked(survey)
    if not survey.is_open:
        raise Refused(_("Survei ini sudah ditutup dan tidak berubah lagi."))
    digest = hashlib.sha256(contents).hexdigest()
    if survey.files.filter(sha256=digest, taken__gt=0).exists():
        raise Refused(_("Berkas yang sama persis sudah pernah diserahkan untuk survei ini."))
    known = set(survey.responses.exclude(respondent="").values_list("respondent", flat=True))
    taken: list[Answer] = []
    rejected: list[dict[str, Any]] = []
    for row in rows:
        sentences = list(row.sentences)
        if row.answer is not None:
            if sentence := wrong_with(survey, row.answer):
                sentences.append(sentence)
            if row.answer.respondent and row.answer.respondent in known:
                sentences.append(_("Orang ini sudah menjawab survei ini; setiap orang dihitung sekali."))
        if sentences or row.answer is None:
            rejected.append({"row": row.number, "sentences": sentences})
            continue
        if row.answer.respondent:
            known.add(row.answer.respondent)
        taken.append(row.answer)
    _keep(survey, taken, source=Response.Source.IMPORT, by=by, on=day_of(at))
    record(
        survey,
        "survey_file",
        by=by,
        at=at,
        after={"taken": len(taken), "rejected": len(rejected), "sha256": digest},
    )
    if by is None:
        return None
    return HandedIn.objects.create(
        survey=survey, name=name[:200], sha256=digest, by=by, at=at, taken=len(taken), rejected=rejected
    )


# Close


@transaction.atomic
def close(survey: Survey, *, by: User | None, at: datetime) -> Survey:
    """Close a survey for good: count what may be counted, keep what validity.py finds, and seal the answers' hash."""
    survey = _locked(survey)
    if by is not None:
        demand(by, "surveys.run", survey)
    if not survey.is_open:
        raise Refused(_("Survei ini sudah ditutup dan tidak berubah lagi."))
    if survey.kind == Kind.IMPACT:
        survey.findings = validity.in_both_languages(sheet_of(survey))
    survey.state, survey.closed_at = Survey.State.CLOSED, at
    count_in(survey, on=day_of(at))
    survey.save()
    record(
        survey,
        "survey_closed",
        by=by,
        at=at,
        after={"received": survey.received, "counted": survey.counted, "sha256": answers_hash(survey)},
    )
    return survey


def answers_hash(survey: Survey) -> str:
    """Return the SHA-256 over all answers of a survey in their order."""
    rows = survey.responses.order_by("number").values_list("number", "answers", "counted_on")
    return hash_of_answers(rows.iterator(chunk_size=5_000))


def hash_of_answers(rows: Iterable[tuple[int, list[int], date | str | None]]) -> str:
    """Return the same over (number, answers, counted_on) in the order of their numbers."""
    digest = hashlib.sha256()
    for number, answers, counted_on in rows:
        digest.update(f"{number} {answers} {counted_on or ''}\n".encode())
    return digest.hexdigest()


def open_comments(survey: Survey, sealed: Sequence[str]) -> list[str | None]:
    """Return comments in clear, None for erased ones. The caller writes down who read them (record.saw)."""
    return open_each(thing_name(survey), COMMENT, list(sealed))
