"""Who read whose personal data: found by case, by person, by reader, by time."""

import base64
import binascii
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from lawang.cases.models import Case, Incident
from lawang.cases.privacy.forms import AccessFilters, PersonForm, no_person
from lawang.cases.privacy.rules import ACCESS
from lawang.documents.models import Document
from lawang.lib import codes
from lawang.lib.dates import long_moment
from lawang.lib.refused import Refused
from lawang.people.identify import clean_email, clean_phone
from lawang.people.models import Party, User
from lawang.people.node import now, zone
from lawang.people.permissions import needs
from lawang.people.views import me
from lawang.record.actions import record, thing_name
from lawang.record.models import Access
from lawang.record.sealing import keyed_hash
from lawang.web.download import csv_response
from lawang.web.tables import paginate

PER_PAGE = 50
FIELDS = {
    "answers": gettext_lazy("semua isian"),
    "file": gettext_lazy("berkas"),
    "work": gettext_lazy("catatan kerja"),
    "pdf": gettext_lazy("surat"),
    "applicant": gettext_lazy("data pemohon"),
    "email": gettext_lazy("surel"),
    "phone": gettext_lazy("telepon"),
    "nik": gettext_lazy("NIK"),
}


@dataclass(frozen=True)
class Row:
    """One reading as the list shows it."""

    access: Access
    what: str  # whose data: "AKL-2026-000123"
    fields: str


def _found(filters: AccessFilters) -> QuerySet[Access]:
    found = Access.objects.select_related("by").order_by("-at", "-pk")
    chosen = filters.chosen()
    if words := chosen.get("hal"):
        found = found.filter(thing__in=_things(words))
    if digest := chosen.get("orang"):
        found = found.filter(thing__in=_things_of(_unpack(digest)))
    if name := chosen.get("siapa"):
        found = found.filter(by__in=User.objects.filter(username__iexact=name.strip()))
    if since := chosen.get("sejak"):
        found = found.filter(at__gte=datetime.combine(since, time.min, tzinfo=zone()))
    if until := chosen.get("sampai"):
        found = found.filter(at__lt=datetime.combine(until + timedelta(days=1), time.min, tzinfo=zone()))
    return found


def _things(words: str) -> list[str]:
    """Return the things that somebody names by the number of a case or document, or by a tracking or check code."""
    words = words.strip()
    code = codes.normalise(words) or ""
    cases = Case.objects.filter(Q(number__iexact=words) | Q(code=code))
    documents = Document.objects.filter(
        Q(number__iexact=words) | Q(code=code) | Q(number_hash=keyed_hash(words) or None)
    )
    found = [thing_name(one) for one in (*cases, *documents)]
    about = Document.objects.filter(about__in=[one for one in found if one.startswith("cases.")])
    return [*found, *(thing_name(one) for one in about), words]


def _things_of(digest: str) -> list[str]:
    """Return the things that hold data of the person whose NIK, e-mail or telephone has this keyed hash."""
    same = Q(nik_hash=digest) | Q(email_hash=digest) | Q(phone_hash=digest)
    owners = set(Party.objects.filter(same).values_list("owner", flat=True)) if digest else set()
    documents = Document.objects.filter(about__in=owners)
    return sorted(owners) + [thing_name(one) for one in documents]


def _pack(digest: str) -> str:
    """Return a keyed hash as it may stand in an address."""
    return base64.urlsafe_b64encode(base64.b64decode(digest)).decode().rstrip("=")


def _unpack(packed: str) -> str:
    try:
        return base64.b64encode(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))).decode()
    except (ValueError, binascii.Error):
        return ""


@needs(ACCESS)
@require_safe
def accesses(request: HttpRequest) -> HttpResponse:
    """List who read whose personal data, newest first."""
    filters = AccessFilters(request)
    page = paginate(request, _found(filters), PER_PAGE)
    names = names_of(row.thing for row in page.items)
    context = {
        "filters": filters,
        "page": page,
        "rows": [Row(one, names.get(one.thing, one.thing), said(one)) for one in page.items],
        "person_form": PersonForm(auto_id="orang-%s"),
        "crumbs": crumbs(),
    }
    return render(request, "cases/privacy/accesses.html", context)


@needs(ACCESS)
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Find whose data somebody means; only a keyed hash of it comes into the address."""
    form = PersonForm(request.POST)
    here = reverse("privacy:accesses")
    if not form.is_valid():
        return redirect(here)
    typed = form.cleaned_data["who"].strip()
    if user := User.objects.filter(username__iexact=typed).first():
        return redirect(f"{here}?{urlencode({'hal': thing_name(user)})}")
    for digest in _hashes(typed):
        if _things_of(digest):
            return redirect(f"{here}?{urlencode({'orang': _pack(digest)})}")
    messages.error(request, no_person())
    return redirect(here)


def _hashes(typed: str) -> list[str]:
    """Return the keyed hashes that what was typed may have: as NIK, as e-mail, as telephone."""
    found = ["".join(typed.split()), clean_email(typed) or ""]
    with suppress(Refused):
        found.append(clean_phone(typed) or "")
    return [keyed_hash(one) for one in found if one]


@needs(ACCESS)
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """Download what the list shows; that it was downloaded is history."""
    found = _found(AccessFilters(request))
    record("record.access:log", "accesses_exported", by=me(request), at=now(), after={"rows": found.count()})
    names = names_of(set(found.values_list("thing", flat=True)))
    rows = (
        [
            long_moment(one.at),
            one.by.username,
            names.get(one.thing, one.thing),
            said(one),
            one.why,
        ]
        for one in found
    )
    heading = (_("Kapan"), _("Siapa"), _("Data milik"), _("Isian"), _("Mengapa"))
    return csv_response(request, "akses-data-pribadi", heading, rows)


def said(access: Access) -> str:
    """Return which fields were read, as people call them."""
    return ", ".join(str(FIELDS.get(name, name)) for name in access.fields)


def names_of(things: Iterable[str]) -> dict[str, str]:
    """Return what people call things: the number of a case or document, the name of an account. Few queries."""
    keys: dict[str, list[Any]] = defaultdict(list)
    for thing in set(things):
        kind, _colon, key = thing.partition(":")
        try:
            keys[kind].append(UUID(key))
        except ValueError:
            continue
    found: dict[str, str] = {}
    for model, kind, name in (
        (Case, "cases.case", "number"),
        (Document, "documents.document", "number"),
        (Incident, "cases.incident", "title"),
        (User, "people.user", "username"),
    ):
        if keys[kind]:
            rows = model.objects.filter(key__in=keys[kind]).values_list("key", name)
            found |= {f"{kind}:{key}": said or _("surat tanpa nomor") for key, said in rows}
    return found


def crumbs(*further: tuple[str, str]) -> list[tuple[str, str]]:
    """Return the way from the front page of data protection."""
    return [
        (_("Kelola"), reverse("portal:manage")),
        (_("Pelindungan data"), reverse("privacy:index")),
        *further,
    ]
