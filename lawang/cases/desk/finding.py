"""Searching cases: by number, tracking code, NIK or name. What somebody typed decides which."""

import re
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import F, Func, QuerySet

from lawang.cases.models import Case, CaseQuerySet
from lawang.lib import codes
from lawang.people.models import Party
from lawang.record.sealing import keyed_hash

_NUMBER = re.compile(r"[A-Z]{2,10}-\d{4}(-\d{1,9})?")
_FIGURES = re.compile(r"\d{1,6}")


class Lexemes(SearchQuery):
    """A search whose words are ready: cast, not parsed. In a prepared query they would be parsed again for each row."""

    def __init__(self, words: str) -> None:
        super().__init__(words, search_type="raw")
        self.words = words

    def as_sql(self, *_: Any, **__: Any) -> Any:
        return "%s::tsquery", [self.words]


def is_nik(words: str) -> bool:
    return re.fullmatch(r"\d{16}", words.replace(" ", "")) is not None


def by_words(words: str) -> bool:
    """Tell whether these words are looked up in names, where nobody knows beforehand how many there are."""
    number = words.strip().upper()
    return not (is_nik(words) or codes.normalise(words) or _NUMBER.fullmatch(number))


def exactly(rows: CaseQuerySet, words: str) -> UUID | None:
    """Return the key of the case that has this very number or tracking code, when it is among `rows`."""
    number = words.strip().upper()
    if code := codes.normalise(words):
        rows = rows.filter(code=code)
    elif _NUMBER.fullmatch(number):
        rows = rows.filter(number=number)
    else:
        return None
    return next(iter(rows.values_list("key", flat=True)[:1]), None)


def found(rows: CaseQuerySet, words: str, *, by_nik: bool, among_few: bool = False) -> CaseQuerySet:
    """Return the cases that fit the words. `by_nik`: whether the person may search by NIK; the caller writes it down.

    Every word of a name must begin a word of the case's names, number or code. `among_few`: each of these rows is
    looked at, for the index of words would first gather everybody of that name, tens of thousands in a million.
    """
    column = "search"
    if among_few:
        rows, column = (
            rows.alias(bare=Func(F("search"), function="strip", output_field=SearchVectorField())),
            "bare",
        )
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
        return rows.filter(**{column: Lexemes(f"'{number.zfill(6)}'")})
    beginnings = [f"'{word}':*" for word in re.findall(r"[^\W_]+", words.lower())[:6]]
    if not beginnings:
        return rows.none()
    return rows.filter(**{column: Lexemes(" & ".join(beginnings))})


def _of_person(rows: CaseQuerySet, nik: str) -> CaseQuerySet:
    return rows.filter(pk__in=_naming(Party.objects.filter(nik_hash=keyed_hash(nik))))


def _naming(
    parties: QuerySet[Party], roles: tuple[str, ...] = ("applicant", "subject", "representative")
) -> Any:
    """Return the ids of the cases that name one of these people.

    A union, because each part then finds its few rows by an index; of a condition with "or" the database would read
    the whole table.
    """
    parts = [
        Case.objects.filter(**{f"{role}__in": parties.values("pk")}).order_by().values("pk") for role in roles
    ]
    return parts[0].union(*parts[1:])


def same_people(case: Case) -> "CaseQuerySet":
    """Return other cases of the same service about a person of this case, by NIK; newest first."""
    hashes = [
        party.nik_hash for party in (case.applicant, case.subject) if party is not None and party.nik_hash
    ]
    if not hashes:
        return Case.objects.none()
    named = _naming(Party.objects.filter(nik_hash__in=hashes), ("applicant", "subject"))
    return (
        Case.objects.filter(pk__in=named, service=case.service_id)
        .exclude(pk=case.pk)
        .order_by("-received_at")
    )
