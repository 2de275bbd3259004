"""What regency and movement tell each other of the yearly evaluation, as parts of signed batches.

Up: a released self-assessment with its evidence and objections to the result, for the movement's eyes only, and what
became of recommendations. Down: the published result with its recommendations, and answers to objections, for that
regency's eyes only. What a batch says replaces what an earlier one said; an objection stays once it was raised.
"""

import base64
import binascii
import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.areas.models import Area
from lawang.documents import actions as documents
from lawang.exchange.models import Peer, ReceivedPart
from lawang.exchange.parts import NotYet, Piece, Schema, register_part
from lawang.lib.refused import Refused
from lawang.lib.text import is_text
from lawang.measures.models import Evidence
from lawang.movement import letters
from lawang.movement.answering import LONGEST
from lawang.movement.checking import proofs_of
from lawang.movement.cohorts.models import Determination
from lawang.movement.models import Answer, Assessment, Evaluation, Instrument, Objection, Recommendation
from lawang.people.models import Node
from lawang.people.node import day_of, node
from lawang.record.actions import keep_file, read_file, record
from lawang.record.chain import canonical
from lawang.record.models import File, Privacy

ASSESSMENT = Schema(
    1,
    {
        "year": "integer",
        "instrument": "text",
        "track": "text",
        "released_at": "text",
        "answers": "list",  # {item, words, value, source, proposed, reason, proofs: [{title, url}], evidence: [...]}
    },
)
PROOF = Schema(1, {"sha256": "text", "name": "text", "content": "text"})  # content in base64
RESULT = Schema(
    1,
    {
        "year": "integer",
        "instrument": "text",
        "track": "text",
        "took_part": "integer",
        "components": "mapping",
        "final": "decimal?",
        "improvement": "decimal?",
        "recommendations": "list",  # {key, number, words}
    },
)
FOLLOW_UP = Schema(1, {"year": "integer", "recommendations": "list"})  # {key, state, note, due}
OBJECTION = Schema(1, {"year": "integer", "objections": "list"})  # {key, words, at}
REPLY = Schema(1, {"year": "integer", "objections": "list"})  # {key, answer, is_accepted, answered_at}
LETTER = Schema(
    1,
    {
        "about": "text",  # "result/<year>", "cohort/<key>"
        "title": "mapping",
        "number": "text",
        "date": "text",
        "content": "text",  # the signed PDF in base64
    },
)
SENT = (Assessment.State.RELEASED, Assessment.State.MARKED, Assessment.State.PUBLISHED)


def _own(state: tuple[str, ...]) -> Any:
    return Assessment.objects.whole().filter(area=node().area, state__in=state).order_by("evaluation__year")


# Up


def assessments(peer: Peer, at: datetime) -> Iterator[Piece]:
    """Yield each released self-assessment; one that is taken back is withdrawn by the next batch."""
    for one in _own(SENT):
        if one.released_at is None:
            continue  # a result of a year that this installation did not answer
        answers = list(one.answers.all())
        proofs = proofs_of(answers)
        document = {
            "year": one.evaluation.year,
            "instrument": one.evaluation.instrument.code,
            "track": one.track,
            "released_at": one.released_at.isoformat(),
            "answers": [_answer(row, proofs.get(row.key, [])) for row in answers],
        }
        yield Piece(
            f"self_assessment/{one.evaluation.year}", canonical(document), len(answers), is_secret=True
        )


def _answer(row: Answer, proofs: list[Evidence]) -> dict[str, Any]:
    return {
        "item": row.item,
        "words": row.words,
        "value": None if row.value is None else str(row.value),
        "source": row.source,
        "proposed": row.proposed,
        "reason": row.reason,
        "proofs": [{"title": one["title"], "url": node().base_url + one["url"]} for one in row.proofs],
        "evidence": [
            {
                "proves": one.proves,
                "date": one.date.isoformat(),
                "link": one.link,
                "file": one.file.sha256 if one.file else "",
            }
            for one in proofs
        ],
    }


def evidence(peer: Peer, at: datetime) -> Iterator[Piece]:
    """Yield each file that somebody added as a proof, once, whole."""
    rows = Answer.objects.filter(assessment__in=_own(SENT)).values("key")
    seen = set()
    for one in (
        Evidence.objects.filter(about__in=rows, file__isnull=False).select_related("file").order_by("pk")
    ):
        assert one.file is not None
        if one.file.sha256 in seen:
            continue
        seen.add(one.file.sha256)
        with read_file(one.file) as stream:
            content = base64.b64encode(stream.read()).decode()
        document = {"sha256": one.file.sha256, "name": one.file.name, "content": content}
        yield Piece(f"proof/{one.file.sha256}", canonical(document), 1, is_secret=True)


def follow_ups(peer: Peer, at: datetime) -> Iterator[Piece]:
    """Yield what became of the recommendations of each year."""
    for one in _own((Assessment.State.PUBLISHED,)):
        rows = [
            {
                "key": str(row.key),
                "state": row.state,
                "note": row.note,
                "due": row.due_date.isoformat() if row.due_date else "",
            }
            for row in one.recommendations.all()
        ]
        if rows:
            document = {"year": one.evaluation.year, "recommendations": rows}
            yield Piece(f"follow_up/{one.evaluation.year}", canonical(document), len(rows))


def objections(peer: Peer, at: datetime) -> Iterator[Piece]:
    """Yield what the regency objects to in the result of each year."""
    for one in _own((Assessment.State.PUBLISHED,)):
        rows = [
            {"key": str(row.key), "words": row.words, "at": row.at.isoformat()}
            for row in one.objections.all()
        ]
        if rows:
            document = {"year": one.evaluation.year, "objections": rows}
            yield Piece(f"objection/{one.evaluation.year}", canonical(document), len(rows), is_secret=True)


def _document(part: ReceivedPart, content: bytes, schema: Schema) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise Refused(_("Bagian %(name)s di kiriman ini tidak dapat dibaca.") % {"name": part.name}) from None
    schema.check(found)
    document: dict[str, Any] = found
    return document


def _year_of(part: ReceivedPart) -> int:
    digits = part.name.rpartition("/")[2]
    return int(digits) if digits.isdecimal() and len(digits) == 4 else 0


def _entered(part: ReceivedPart, year: int) -> Assessment:
    """Return the regency of the peer in a year's evaluation. Raise NotYet when it has not been entered."""
    row = (
        Assessment.objects.select_for_update(of=("self",))
        .whole()
        .filter(evaluation__year=year, area__code=part.peer.area_code)
        .first()
    )
    if row is None:
        raise NotYet(_("Daerah ini belum didaftarkan pada evaluasi %(year)s.") % {"year": year})
    return row


def _is_late(row: Assessment, at: datetime) -> bool:
    """Tell whether the panel marks already: then what comes is written down as late and changes nothing."""
    if row.evaluation.state == Evaluation.State.OPEN:
        return False
    record(row, "answers_late", by=None, at=at)
    return True


def read_assessment(part: ReceivedPart, content: bytes, at: datetime) -> None:
    """Write what a regency answered; a part that was withdrawn opens its assessment again."""
    if part.is_withdrawn:
        row = _entered(part, _year_of(part))
        if _is_late(row, at):
            return
        row.state, row.released_at = Assessment.State.ANSWERING, None
        row.save(update_fields=["state", "released_at"])
        record(row, "assessment_taken_back", by=None, at=at)
        return
    document = _document(part, content, ASSESSMENT)
    row = _entered(part, document["year"])
    if _is_late(row, at):
        return
    instrument = row.evaluation.instrument
    if document["instrument"] != instrument.code or document["track"] != row.track:
        raise NotYet(  # the regency mends it, or the secretariat does
            _("Penilaian %(year)s dijawab dengan %(found)s, sedangkan yang ditanyakan %(wanted)s.")
            % {
                "year": document["year"],
                "found": f"{document['instrument'][:40]}/{document['track'][:40]}",
                "wanted": f"{instrument.code}/{row.track}",
            }
        )
    answers = {answer.item: answer for answer in row.answers.all()}
    Evidence.objects.filter(about__in=[answer.key for answer in answers.values()]).delete()
    files = _files_of(row)
    for given in document["answers"]:
        try:
            _write(answers[given["item"]], given, files, at)
        except (KeyError, TypeError, ValueError, ArithmeticError):
            raise Refused(
                _("Jawaban satu butir di kiriman ini tidak dapat dibaca: %(item)s.")
                % {"item": str(given)[:60]}
            ) from None
    Answer.objects.bulk_update(
        answers.values(), ["words", "value", "source", "proposed", "reason", "proofs", "at"]
    )
    row.state, row.released_at = Assessment.State.RELEASED, at
    row.save(update_fields=["state", "released_at"])
    record(row, "assessment_released", by=None, at=at, after={"is_late": at > row.evaluation.answers_until})


def _files_of(row: Assessment) -> dict[str, File]:
    """Return the proofs that came for a regency, by the hash that the regency knows them under."""
    prefix = f"movement.assessment:{row.key}"
    return {file.name.partition(" ")[0]: file for file in File.objects.filter(about=prefix)}


def _write(answer: Answer, given: dict[str, Any], files: dict[str, File], at: datetime) -> None:
    """Put one answer onto its row, unsaved, with its evidence. Raise KeyError and the like for what is no answer."""
    answer.words, answer.proposed = str(given["words"])[:4000], str(given["proposed"])[:4000]
    answer.source, answer.reason = Answer.Source(given["source"]), str(given["reason"])[:300]
    answer.value = None if given["value"] is None else Decimal(given["value"]).quantize(Decimal("0.01"))
    answer.proofs = [
        {"title": str(one["title"])[:300], "url": url}
        for one in given["proofs"]
        if (url := str(one["url"])[:500]).startswith(("https://", "http://"))
    ]
    answer.at = at
    for one in given["evidence"]:
        link, file = str(one["link"])[:500], files.get(one["file"])
        if file is None and not link.startswith(("https://", "http://")):
            continue  # its file comes with a later batch, or was refused
        Evidence.objects.create(
            about=answer.key,
            file=file,
            link=link,
            date=date.fromisoformat(one["date"]),
            proves=str(one["proves"])[:300],
            by=None,
            at=at,
        )


def read_proof(part: ReceivedPart, content: bytes, at: datetime) -> None:
    """Keep a proof for the regency's newest open assessment. It is checked as any upload is."""
    if part.is_withdrawn:
        return
    document = _document(part, content, PROOF)
    rows = Assessment.objects.whole().filter(area__code=part.peer.area_code).order_by("-evaluation__year")
    row = rows.filter(evaluation__state=Evaluation.State.OPEN).first()
    if row is None:
        raise NotYet(_("Daerah ini tidak sedang dinilai; buktinya menunggu."))
    try:
        data = base64.b64decode(document["content"], validate=True)
    except (ValueError, binascii.Error):
        raise Refused(_("Bukti “%(name)s” tidak dapat dibaca.") % {"name": document["name"][:60]}) from None
    name = f"{document['sha256'][:64]} {document['name'][:120]}"
    keep_file(data, name=name, about=row, privacy=Privacy.INTERNAL, by=None, at=at)


def read_follow_ups(part: ReceivedPart, content: bytes, at: datetime) -> None:
    """Write what a regency did about its recommendations."""
    if part.is_withdrawn:
        return
    document = _document(part, content, FOLLOW_UP)
    rows = Recommendation.objects.filter(assessment__area__code=part.peer.area_code)
    known = {str(row.key): row for row in rows}
    for given in document["recommendations"]:
        if not isinstance(given, dict) or given.get("state") not in Recommendation.State.values:
            raise Refused(_("Tindak lanjut di kiriman ini tidak dapat dibaca."))
        row = known.get(str(given.get("key")))
        if row is None:  # from a panel of the regency's own, or of years before it knew us
            continue
        row.state, row.note = given["state"], str(given.get("note", ""))[:500]
        try:
            row.due_date = date.fromisoformat(given["due"]) if given.get("due") else None
        except (TypeError, ValueError):
            row.due_date = None
    Recommendation.objects.bulk_update(known.values(), ["state", "note", "due_date"])


def read_objections(part: ReceivedPart, content: bytes, at: datetime) -> None:
    """Keep what a regency objects to; what is known already, with or without an answer, stays as it is.

    When it was raised is the regency's word: its installation keeps the time for it, which begins there when the
    result came down.
    """
    if part.is_withdrawn:
        return
    document = _document(part, content, OBJECTION)
    row = _entered(part, document["year"])
    if row.evaluation.state != Evaluation.State.PUBLISHED:
        raise NotYet(_("Hasil evaluasi %(year)s belum diumumkan.") % {"year": document["year"]})
    try:
        given = {
            UUID(one["key"]): (str(one["words"]).strip()[:LONGEST], _moment(one["at"]))
            for one in document["objections"]
        }
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Refused(_("Sanggahan di kiriman ini tidak dapat dibaca.")) from None
    known = dict(Objection.objects.filter(key__in=given).values_list("key", "assessment"))
    if any(pk != row.pk for pk in known.values()):
        raise Refused(_("Sanggahan di kiriman ini menyebut daerah atau tahun yang lain."))
    for key, (words, raised_at) in given.items():
        if words and key not in known:
            Objection.objects.create(key=key, assessment=row, words=words, by=None, at=raised_at)
            record(row, "objection_raised", by=None, at=at, after={"objection": key})


def _moment(words: str) -> datetime:
    """Return a moment with its time zone. Raise ValueError for any other words, TypeError for what is none."""
    found = datetime.fromisoformat(words)
    if found.tzinfo is None:
        raise ValueError(words)
    return found


# Down


def results(peer: Peer, at: datetime) -> Iterator[Piece]:
    """Yield the published results of the regency that is told."""
    rows = Assessment.objects.whole().filter(
        area__code=peer.area_code, evaluation__state=Evaluation.State.PUBLISHED
    )
    for one in rows.order_by("evaluation__year"):
        document = {
            "year": one.evaluation.year,
            "instrument": one.evaluation.instrument.code,
            "track": one.track,
            "took_part": int(one.took_part),
            "components": one.components,
            "final": None if one.final is None else str(one.final),
            "improvement": None if one.improvement is None else str(one.improvement),
            "recommendations": [
                {"key": str(row.key), "number": row.number, "words": row.words}
                for row in one.recommendations.all()
            ],
        }
        yield Piece(f"result/{one.evaluation.year}", canonical(document), 1)


def read_result(part: ReceivedPart, content: bytes, at: datetime) -> None:
    """Write this regency's result; what was already done about a recommendation stays."""
    if part.is_withdrawn:
        return
    document = _document(part, content, RESULT)
    home: Area | None = node().area
    if home is None:
        raise Refused(_("Pemasangan ini belum tahu milik daerah mana. Hubungi administrator."))
    instrument = Instrument.objects.filter(code=document["instrument"]).order_by("-number").first()
    if instrument is None:
        raise Refused(
            _("Instrumen “%(code)s” belum terpasang di sini; perbarui paket nasional.")
            % {"code": document["instrument"][:60]}
        )
    evaluation, _new = Evaluation.objects.get_or_create(
        year=document["year"], defaults={"instrument": instrument, "opened_at": at, "answers_until": at}
    )
    evaluation.state = Evaluation.State.PUBLISHED
    evaluation.published_at = evaluation.published_at or at  # a corrected result gives no new time to object
    evaluation.save(update_fields=["state", "published_at"])
    row, _new = Assessment.objects.get_or_create(
        evaluation=evaluation, area=home, defaults={"track": document["track"]}
    )
    row.state, row.took_part = Assessment.State.PUBLISHED, bool(document["took_part"])
    row.components, row.track = document["components"], document["track"]
    row.final = None if document["final"] is None else Decimal(document["final"])
    row.improvement = None if document["improvement"] is None else Decimal(document["improvement"])
    row.save()
    try:
        wanted = {
            UUID(one["key"]): (int(one["number"]), str(one["words"])) for one in document["recommendations"]
        }
    except (KeyError, TypeError, ValueError):
        raise Refused(_("Rekomendasi di kiriman ini tidak dapat dibaca.")) from None
    row.recommendations.exclude(key__in=wanted).delete()
    for key, (number, words) in wanted.items():
        Recommendation.objects.update_or_create(
            key=key, defaults={"assessment": row, "number": number, "words": words}
        )
    record(row, "result_received", by=None, at=at, after={"day": day_of(at).isoformat(), "final": row.final})


def replies(peer: Peer, at: datetime) -> Iterator[Piece]:
    """Yield the answers to what the regency that is told objects to."""
    rows = Objection.objects.filter(assessment__area__code=peer.area_code, answered_at__isnull=False)
    by_year: dict[int, list[dict[str, Any]]] = {}
    for row in rows.select_related("assessment__evaluation").order_by("assessment__evaluation__year", "at"):
        assert row.answered_at is not None
        document = {
            "key": str(row.key),
            "answer": row.answer,
            "is_accepted": bool(row.is_accepted),
            "answered_at": row.answered_at.isoformat(),
        }
        by_year.setdefault(row.assessment.evaluation.year, []).append(document)
    for year, answered in by_year.items():
        content = canonical({"year": year, "objections": answered})
        yield Piece(f"objection_answer/{year}", content, len(answered), is_secret=True)


def read_replies(part: ReceivedPart, content: bytes, at: datetime) -> None:
    """Write the movement's answers beside this regency's objections; of one that is not known here nothing is kept."""
    if part.is_withdrawn:
        return
    document = _document(part, content, REPLY)
    try:
        given = {
            UUID(one["key"]): (
                str(one["answer"])[:LONGEST],
                bool(one["is_accepted"]),
                _moment(one["answered_at"]),
            )
            for one in document["objections"]
        }
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Refused(_("Jawaban sanggahan di kiriman ini tidak dapat dibaca.")) from None
    rows = Objection.objects.select_for_update(of=("self",)).filter(
        key__in=given, assessment__area=node().area, assessment__evaluation__year=document["year"]
    )
    for row in rows.select_related("assessment"):
        answer, is_accepted, answered_at = given[row.key]
        if (row.answer, row.is_accepted, row.answered_at) == (answer, is_accepted, answered_at):
            continue
        row.answer, row.is_accepted, row.answered_at = answer, is_accepted, answered_at
        row.save(update_fields=["answer", "is_accepted", "answered_at"])
        record(row.assessment, "objection_answered", by=None, at=at, after={"is_accepted": is_accepted})


def signed_letters(peer: Peer, at: datetime) -> Iterator[Piece]:
    """Yield the letters about the regency that are signed and in force: of its results, of its way into cohorts."""
    decisions = Determination.objects.filter(participant__area__code=peer.area_code).select_related(
        "participant__cohort"
    )
    results = Assessment.objects.filter(
        area__code=peer.area_code, state=Assessment.State.PUBLISHED
    ).select_related("evaluation")
    things: dict[str, models.Model] = {f"result/{one.evaluation.year}": one for one in results}
    things |= {f"cohort/{one.participant.cohort.key}": one for one in decisions}
    for about, thing in sorted(things.items()):
        letter = letters.valid_of(thing)
        if letter is None or letter.date is None:
            continue
        document = {
            "about": about,
            "title": letter.title,
            "number": letter.number,
            "date": letter.date.isoformat(),
            "content": base64.b64encode(documents.file_of(letter)).decode(),
        }
        yield Piece(f"letter/{about}", canonical(document), 1, is_secret=True)


def read_letter(part: ReceivedPart, content: bytes, at: datetime) -> None:
    """Keep a letter as a document from elsewhere, with what its signature is worth. One that is withdrawn stays."""
    if part.is_withdrawn:
        return
    given = _document(part, content, LETTER)
    kind, _slash, name = given["about"].partition("/")
    thing: models.Model | None = None
    if kind == "result" and name.isdecimal():
        thing = Assessment.objects.filter(area=node().area, evaluation__year=int(name)).first()
    elif kind == "cohort":
        rows = Determination.objects.filter(participant__area=node().area)
        thing = next(
            (
                one
                for one in rows.select_related("participant__cohort")
                if str(one.participant.cohort.key) == name
            ),
            None,
        )
    if thing is None:
        raise NotYet(
            _("Surat ini tentang hal yang belum sampai di sini: %(about)s.") % {"about": given["about"][:60]}
        )
    try:
        pdf, day = base64.b64decode(given["content"], validate=True), date.fromisoformat(given["date"])
    except (ValueError, binascii.Error):
        raise Refused(_("Surat %(number)s tidak dapat dibaca.") % {"number": given["number"][:60]}) from None
    if not is_text(given["title"]):
        raise Refused(_("Surat %(number)s tidak dapat dibaca.") % {"number": given["number"][:60]})
    letters.receive(thing, pdf, title=given["title"], number=given["number"][:80], date=day, at=at)


def register() -> None:
    """Let batches carry these parts. Proofs stand before the answers that name them."""
    movement = Node.Kind.MOVEMENT
    register_part("proof", title=gettext_lazy("bukti dukung"), write=evidence, read=read_proof, schema=PROOF)
    register_part(
        "self_assessment",
        title=gettext_lazy("penilaian mandiri"),
        write=assessments,
        read=read_assessment,
        schema=ASSESSMENT,
    )
    register_part(
        "follow_up",
        title=gettext_lazy("tindak lanjut rekomendasi"),
        write=follow_ups,
        read=read_follow_ups,
        schema=FOLLOW_UP,
    )
    register_part(
        "result",
        title=gettext_lazy("hasil evaluasi"),
        write=results,
        read=read_result,
        schema=RESULT,
        sent_by=str(movement),
    )
    register_part(
        "objection",
        title=gettext_lazy("sanggahan atas hasil"),
        write=objections,
        read=read_objections,
        schema=OBJECTION,
    )
    register_part(
        "objection_answer",
        title=gettext_lazy("jawaban sanggahan"),
        write=replies,
        read=read_replies,
        schema=REPLY,
        sent_by=str(movement),
    )
    register_part(
        "letter",
        title=gettext_lazy("surat gerakan"),
        write=signed_letters,
        read=read_letter,
        schema=LETTER,
        sent_by=str(movement),
    )
