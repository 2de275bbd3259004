"""Letters of the movement, numbered and signed by its head: results of an evaluation, decisions about participants."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date as Date
from datetime import datetime

from django.db import models, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from lawang.documents import actions as documents
from lawang.documents.models import Document, Template
from lawang.lib.numbers import number
from lawang.lib.refused import Refused
from lawang.lib.text import Text, say
from lawang.movement.models import Assessment, Evaluation
from lawang.people.models import Agency, Membership, User
from lawang.people.node import day_of
from lawang.people.permissions import demand, grants
from lawang.record.actions import thing_name

PREFIX = "gerakan/"
RESULT, CHOSEN, NOT_CHOSEN, AWARD = (
    f"{PREFIX}{name}" for name in ("result", "chosen", "not-chosen", "award")
)
RUN = "movement.run"
RELEASE = "movement.release"
STANDING = (Document.State.WAITING, Document.State.VALID)
NONE = "–"  # printed where nobody wrote anything


def office_of(user: User) -> Agency:
    """Return the office in whose name somebody writes for the movement. Raise Refused when they do not run it."""
    held = grants(user)
    for grant in held.all if held else ():
        if grant.scope(RUN):
            return grant.membership.agency
    demand(user, RUN)
    raise Refused(_("Anda tidak memegang tugas di sekretariat gerakan."))


def wordings_of(office: Agency) -> set[str]:
    """Return the codes of the letters that an office issues: the movement's, when somebody in it runs the movement."""
    runs = Membership.objects.filter(agency=office, role__verbs__has_key=RUN).exists()
    codes = Template.objects.filter(agency=None, is_current=True, code__startswith=PREFIX)
    return set(codes.values_list("code", flat=True)) if runs else set()


def letters_of(thing: models.Model) -> list[Document]:
    """Return the letters about a thing, newest first."""
    rows = Document.objects.filter(about=thing_name(thing)).select_related("file")
    return list(rows.order_by("-pk"))


def receive(
    thing: models.Model, content: bytes, *, title: Text, number: str, date: Date, at: datetime
) -> Document | None:
    """Keep a letter of the movement that came in a batch, with what its signature is worth; None: it is here already.

    It takes the place of an earlier one about the same thing. Raise Refused for a file whose signature is broken.
    """
    earlier = Document.objects.filter(about=thing_name(thing), state=Document.State.VALID)
    if earlier.filter(sha256=hashlib.sha256(content).hexdigest()).exists():
        return None
    document = documents.register_elsewhere(
        kind="letter",
        title=title,
        number=number,
        date=date,
        office=_home_office(at),
        about=thing,
        upload=content,
        by=None,
        at=at,
    )
    for old in earlier.exclude(pk=document.pk):
        documents.replace(old, with_=document, by=None, at=at, why=_("Gerakan mengirim surat penggantinya."))
    return document


def _home_office(at: datetime) -> Agency:
    """Return whose letter it is at the regency: the office of who releases the self-assessment, else the first one."""
    on = day_of(at)
    held = Membership.objects.filter(role__verbs__has_key=RELEASE, from_date__lte=on).exclude(to_date__lt=on)
    first = held.select_related("agency").order_by("pk").first()
    office = first.agency if first else Agency.objects.filter(valid_to=None).order_by("pk").first()
    if office is None:
        raise Refused(_("Belum ada instansi di pemasangan ini. Buat dahulu instansinya."))
    return office


def valid_of(thing: models.Model) -> Document | None:
    """Return the letter about a thing that is signed and in force."""
    rows = Document.objects.filter(about=thing_name(thing), state=Document.State.VALID)
    return rows.order_by("-pk").first()


@transaction.atomic
def write(
    code: str,
    thing: models.Model,
    values: Mapping[str, str],
    *,
    office: Agency,
    by: User | None,
    at: datetime,
) -> Document:
    """Write a letter about a thing in Indonesian and number it; it waits for the head's signature.

    What waited before is void; what was signed before is replaced once this one is signed.
    """
    before = Document.objects.filter(about=thing_name(thing))
    for old in before.filter(state=Document.State.WAITING):
        documents.revoke(old, by=None, at=at, reason=_("Surat ini disusun ulang sebelum ditandatangani."))
    document = documents.draft(
        template=documents.template_for(code, office),
        values=values,
        about=thing,
        office=office,
        by=by,
        at=at,
    )
    document = documents.issue(document, by=by, at=at)
    for old in before.filter(state=Document.State.VALID).exclude(pk=document.pk):
        documents.replace(old, with_=document, by=None, at=at, why=_("Dibetulkan."))
    return document


def result_values(assessment: Assessment) -> dict[str, str]:
    """Return what fills the letter of a result that is settled: scores, the panel's words, its recommendations.

    Words that two assessors wrote alike stand once. Two queries.
    """
    with translation.override("id"):
        shape = assessment.evaluation.instrument.shape
        sheets = list(assessment.sheets.filter(handed_in_at__isnull=False).order_by("pk"))
        scores = [
            f"{say(one.title)}: {number(float(assessment.components[one.code]), 2)}"
            for one in shape.components.values()
            if one.code in assessment.components
        ]
        recommendations = assessment.recommendations.values_list("number", "words")
        improvement = assessment.improvement
        return {
            "region": assessment.area.title,
            "evaluation": assessment.evaluation.title,
            "year": str(assessment.evaluation.year),
            "instrument": say(assessment.evaluation.instrument.title),
            "track": say(shape.tracks[assessment.track].title),
            "final": number(assessment.final or 0, 2),
            "improvement": "" if improvement is None else number(improvement, 2),
            "components": "\n".join(scores),
            "strengths": _lines(sheet.strengths for sheet in sheets),
            "weaknesses": _lines(sheet.weaknesses for sheet in sheets),
            "recommendations": "\n".join(f"{n}. {words}" for n, words in recommendations) or NONE,
        }


def _lines(written: Iterable[str]) -> str:
    lines = (line.strip() for words in written for line in words.splitlines())
    return "\n".join(dict.fromkeys(line for line in lines if line)) or NONE


def write_results(evaluation: Evaluation, *, by: User, at: datetime) -> int:
    """Write the letters of a published year that are not there yet, each in its own transaction; return how many."""
    rows = evaluation.assessments.filter(took_part=True, sheets__handed_in_at__isnull=False).distinct()
    written = set(
        Document.objects.filter(
            about__startswith="movement.assessment:", template__code=RESULT, state__in=STANDING
        ).values_list("about", flat=True)
    )
    left = [row for row in rows if thing_name(row) not in written]
    for row in left:
        write_result(row, by=by, at=at)
    return len(left)


def write_result(assessment: Assessment, *, by: User, at: datetime) -> Document:
    """Write the letter of a result that the panel of this installation settled.

    Raise Refused while it is not published, for a regency that did not take part, and for a result marked elsewhere.
    """
    demand(by, RUN)
    row = Assessment.objects.whole().get(pk=assessment.pk)
    if row.state != Assessment.State.PUBLISHED or not row.took_part:
        raise Refused(_("Surat hasil disusun setelah hasilnya diumumkan."))
    if not row.sheets.filter(handed_in_at__isnull=False).exists():
        raise Refused(_("Hasil ini tidak dinilai panel di sini, jadi suratnya bukan dari sini."))
    return write(RESULT, row, result_values(row), office=office_of(by), by=by, at=at)
