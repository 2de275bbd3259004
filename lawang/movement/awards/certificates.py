"""Certificates (piagam): letters that `documents` numbers, signs and checks, one for each awarded regency."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils.translation import gettext as _

from lawang.documents.models import Document
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.movement import letters
from lawang.movement.awards.models import Award, Nominee
from lawang.people.models import User
from lawang.people.permissions import demand, may
from lawang.record.actions import record, thing_name

STANDING = (Document.State.DRAFT, Document.State.WAITING, Document.State.VALID)


@transaction.atomic
def certify(nominee: Nominee, *, by: User, at: datetime) -> Document:
    """Write the certificate of an awarded regency and put it before whoever signs for the secretariat.

    Raise Refused before the decision, for who was not awarded, and while another certificate stands.
    """
    demand(by, "movement.run")
    award = (
        Award.objects.select_for_update(of=("self",)).select_related("evaluation").get(pk=nominee.award_id)
    )
    row = Nominee.objects.select_related("assessment__area").get(pk=nominee.pk)
    if award.state not in (Award.State.DECIDED, Award.State.PUBLISHED):
        raise Refused(_("Piagam dibuat setelah pemenangnya diputuskan."))
    if not row.is_winner or row.reasons is None:
        raise Refused(_("Daerah ini tidak menang; piagam hanya untuk pemenang."))
    if standing([row]):
        raise Refused(_("Piagam daerah ini sudah dibuat. Cabut dahulu bila harus diganti."))
    office = letters.office_of(by)
    demand(by, "documents.issue", office)
    category = award.called("id")
    if row.place and row.place > 1:
        category = f"{category}, peringkat {row.place}"  # letters are official in Indonesian
    values = {
        "region": row.assessment.area.title,
        "category": category,
        "year": str(award.evaluation.year),
        "reason": say(row.reasons, "id"),
        "subject": row.subject,
    }
    document = letters.write(letters.AWARD, row, values, office=office, by=by, at=at)
    record(row, "award_certified", by=by, at=at, after={"document": document.code})
    return document


def standing(nominees: Iterable[Nominee]) -> dict[int, Document]:
    """Return for each nominee (pk) its certificate that was begun or is valid. One query."""
    names = {thing_name(one): one.pk for one in nominees}
    rows = Document.objects.filter(about__in=names, state__in=STANDING).order_by("pk") if names else []
    return {names[row.about]: row for row in rows}


def valid(nominees: Iterable[Nominee]) -> dict[int, Document]:
    """Return for each nominee (pk) its certificate in force, for everybody."""
    return {pk: row for pk, row in standing(nominees).items() if row.state == Document.State.VALID}


def may_read(user: AbstractBaseUser | AnonymousUser, document: Document) -> bool:
    """Tell whether somebody may open a certificate: who runs the movement."""
    return bool(may(user, "movement.run"))
