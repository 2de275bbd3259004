"""Searching cases: by number, tracking code, NIK or name. What somebody typed decides which."""

import re

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q

from lawang.cases.models import Case, CaseQuerySet
from lawang.lib import codes
from lawang.people.models import Party
from lawang.record.sealing import keyed_hash

_NUMBER = re.compile(r"[A-Z]{2,10}-\d{4}(-\d{1,9})?")
_FIGURES = re.compile(r"\d{1,6}")
MOST_PARTIES = 200  # with one NIK


def is_nik(words: str) -> bool:
    return re.fullmatch(r"\d{16}", words.replace(" ", "")) is not None


def found(rows: CaseQuerySet, words: str, *, by_nik: bool) -> CaseQuerySet:
    """Return the cases that fit the words. `by_nik`: whether the person may search by NIK; the caller writes it down.

    Every word of a name must begin a word of the case's names, number or code.
    """
    if is_nik(words):
        return _of_person(rows, words.replace(" ", "")) if by_nik else rows.none()
    if code := codes.normalise(words):
        return rows.filter(code=code)
    number = words.strip().upper()
    if _NUMBER.fullmatch(number):
        return (
            rows.filter(number=number)
            if number.count("-") == 2
            else rows.filter(number__startswith=f"{number}-")
        )
    if _FIGURES.fullmatch(number):
        return rows.filter(search=SearchQuery(number.zfill(6), config="simple"))
    beginnings = [f"{word}:*" for word in re.findall(r"\w+", words.lower())[:6]]
    if not beginnings:
        return rows.none()
    return rows.filter(search=SearchQuery(" & ".join(beginnings), config="simple", search_type="raw"))


def _of_person(rows: CaseQuerySet, nik: str) -> CaseQuerySet:
    parties = list(
        Party.objects.filter(nik_hash=keyed_hash(nik))
        .values_list("pk", flat=True)
        .order_by("-pk")[:MOST_PARTIES]
    )
    return rows.filter(Q(applicant__in=parties) | Q(subject__in=parties) | Q(representative__in=parties))


def same_people(case: Case) -> "CaseQuerySet":
    """Return other cases of the same service about a person of this case, by NIK; newest first."""
    hashes = [
        party.nik_hash for party in (case.applicant, case.subject) if party is not None and party.nik_hash
    ]
    if not hashes:
        return Case.objects.none()
    parties = Party.objects.filter(nik_hash__in=hashes).values("pk")
    return (
        Case.objects.filter(Q(applicant__in=parties) | Q(subject__in=parties), service=case.service_id)
        .exclude(pk=case.pk)
        .order_by("-received_at")
    )
