"""Everything that is held about whoever asked for it, put together for one request (UU 27/2022, article 32).

A case is this person's when it names their NIK. The same telephone or e-mail alone proves nothing: families and
villages share them, and to hand a neighbour's answers out would be a breach of its own. Such cases are named with
number and date only, for an officer to look at.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lawang.cases import answers as kept
from lawang.cases import following
from lawang.cases.actions import facts_of, lock, parties_of
from lawang.cases.definition import definition_of
from lawang.cases.models import Case
from lawang.cases.services.registry import verdict_of
from lawang.documents.reading import number_of
from lawang.lib.dates import long_date, long_moment
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people import parties
from lawang.people.holdings import Contacts, Holding, account, held_about
from lawang.people.identify import clean_email
from lawang.people.models import Party, User
from lawang.people.permissions import demand, sees
from lawang.people.proving import is_proved
from lawang.record.actions import record, saw
from lawang.record.models import Privacy
from lawang.record.sealing import keyed_hash

OWN = "self"  # answer of `data_of`: my own data
SERVICE = "data-pribadi"  # code of the service by which people ask for their data
PROOF = "identity_proven"  # the check that says whether an officer made sure who asks
ROLES = ("applicant", "subject", "representative")


@dataclass(frozen=True)
class Assembled:
    """What is handed out for one request."""

    request: Case
    name: str
    made_at: datetime
    cases: list[Holding]  # theirs, with answers, papers, documents, messages, who read them
    doubtful: list[Holding]  # only the same telephone or e-mail
    others: list[Holding]  # account, subscriptions

    def as_json(self) -> dict[str, Any]:
        return {
            "request": self.request.number,
            "name": self.name,
            "made_at": self.made_at.isoformat(),
            "cases": [_json(one) for one in self.cases],
            "same_contact_only": [_json(one) for one in self.doubtful],
            "others": [_json(one) for one in self.others],
        }


def _json(one: Holding) -> dict[str, Any]:
    found: dict[str, Any] = {"title": one.title, "found_by": one.found_by}
    if one.rows:
        found["rows"] = [{"label": label, "value": value} for label, value in one.rows]
    if one.parts:
        found["parts"] = [_json(part) for part in one.parts]
    return found


def refusal(request: Case, user: User) -> str:
    """Return why this person may not put together what is asked for with this case; "" when they may."""
    try:
        _demand(request, user)
    except Refused as refused:
        return refused.sentence
    return ""


def _demand(request: Case, user: User) -> None:
    if request.service.code != SERVICE:
        raise Refused(_("Ini bukan permohonan data pribadi."))
    demand(user, "cases.handle", request)
    if not sees(user, Privacy.SENSITIVE):
        raise Refused(_("Tugas Anda tidak mencakup data peka, dan data seseorang dapat memuatnya."))
    if request.phase != Case.Phase.OPEN:
        raise Refused(_("Permohonan ini tidak sedang dikerjakan."))


def is_for_another(request: Case) -> bool:
    """Tell whether somebody asks for the data of their child, or with a power of attorney."""
    return bool(request.answers.get("data_of", OWN) != OWN)


@transaction.atomic
def assemble(request: Case, *, by: User, at: datetime, nik: str = "") -> Assembled:
    """Put together everything about whom a request is for, and write down that it was read.

    `nik` is of the child or principal, from their papers; of the applicant's own data it stands in the request. Raise
    Refused when `by` may not, or nobody made sure yet who asks.
    """
    request, _definition = lock(request)
    _demand(request, by)
    _demand_proof(request, at)
    who = parties.opened(request.applicant)
    if who is None:
        raise Refused(_("Data permohonan ini sudah dihapus."))
    others: list[Holding] = []
    unsure: list[Holding] = []
    if is_for_another(request):
        hashes = {"nik": keyed_hash(clean_nik(nik))}
        name = str((kept.opened(request) or {}).get("data_subject_name", ""))
    else:
        hashes = {column: getattr(request.applicant, f"{column}_hash") for column in parties.HASHED}
        others, unsure = _beside_cases(request, who)
        name = who.name
    theirs = _named(hashes)
    certain = [case for case, same in theirs.items() if "nik" in same]
    doubtful = [_bare(case, same) for case, same in theirs.items() if "nik" not in same]
    found = Assembled(
        request, name, at, [_of_case(case, hashes["nik"]) for case in certain], doubtful + unsure, others
    )
    why = _("permohonan data pribadi %(number)s") % {"number": request.number}
    for case in certain:
        saw(case, ["answers"], by=by, at=at, why=why)
    record(
        request,
        "data_assembled",
        by=by,
        at=at,
        after={"cases": len(certain), "same_contact_only": len(found.doubtful), "others": len(others)},
    )
    return found


def clean_nik(typed: str) -> str:
    """Return the sixteen figures of a NIK; raise Refused when there are not sixteen."""
    figures = "".join(one for one in typed if not one.isspace())
    if not (len(figures) == 16 and figures.isascii() and figures.isdecimal()):
        raise Refused(_("Tulis NIK orang yang datanya diminta: 16 angka, seperti di KK atau surat kuasanya."))
    return figures


def _beside_cases(request: Case, who: parties.Identity) -> tuple[list[Holding], list[Holding]]:
    """Return what is theirs because the request lies in their account, and what only has the same contact."""
    mine = request.account
    if mine is not None:
        contacts = Contacts((clean_email(mine.email) or "") if is_proved(mine) else "")
        theirs = [one for one in held_about(contacts) if one.title != _("Akun")]
        return [account(mine, "account"), *theirs], []
    found = held_about(Contacts(who.email, who.phone))
    return [], [Holding(one.title, [], one.found_by) for one in found]


def _demand_proof(request: Case, at: datetime) -> None:
    """Ask the same check that stands before the step which hands the data out."""
    definition = definition_of(request.version)
    facts = facts_of(request, definition, at)
    for step in definition.steps.values():
        for named in step.checks:
            if named.name == PROOF and not (verdict := verdict_of(PROOF, facts, named.parameters)).passed:
                raise Refused(verdict.why)


def _named(hashes: Mapping[str, str]) -> dict[Case, set[str]]:
    """Return the cases that name somebody, oldest first, with what is the same: "nik", "email", "phone"."""
    same = Q(pk__in=())
    for column, value in hashes.items():
        if value:
            same |= Q(**{f"{column}_hash": value})
    known = {party.pk: party for party in Party.objects.filter(same)}
    places = Q()
    for role in ROLES:
        places |= Q(**{f"{role}__in": list(known)})
    cases = (
        Case.objects.filter(places, erased_at=None)
        .select_related("service", "version", *ROLES)
        .order_by("received_at", "pk")
    )
    found: dict[Case, set[str]] = {}
    for case in cases:
        mine = [known[party.pk] for party in parties_of(case) if party.pk in known]
        found[case] = {
            column
            for party in mine
            for column, value in hashes.items()
            if value and getattr(party, f"{column}_hash") == value
        }
    return found


def _bare(case: Case, same: Iterable[str]) -> Holding:
    return Holding(f"{case.number}, {say(case.service.title)}", _dates(case), ", ".join(sorted(same)))


def _dates(case: Case) -> list[tuple[str, str]]:
    definition = definition_of(case.version)
    rows = [
        (_("Diterima"), long_moment(case.received_at)),
        (_("Keadaan"), say(definition.states[case.state].title)),
    ]
    if case.result:
        rows.append((_("Hasil"), str(Case.Outcome(case.result).label)))
    if case.erase_after:
        rows.append((_("Disimpan sampai"), long_date(case.erase_after)))
    return rows


def _of_case(case: Case, nik_hash: str) -> Holding:
    """Return one case of this person; of a case in which somebody else applied, only what is about them."""
    definition = definition_of(case.version)
    roles = [role for role in ROLES if (one := getattr(case, role)) and one.nik_hash == nik_hash]
    parts = [_as_named(case, role) for role in roles]
    if "applicant" in roles:
        found = kept.opened(case) or {}
        parts += [Holding(part.title, part.rows, "") for part in following.answer_parts(definition, found)]
        parts.append(
            Holding(
                _("Berkas"),
                [
                    (row.title, ", ".join(one.name for one in row.files) or row.note)
                    for row in following.papers_of(case, definition)
                ],
                "",
            )
        )
    parts += [
        Holding(
            _("Surat"),
            [
                (
                    say(one.title),
                    ", ".join(filter(None, (number_of(one), long_date(one.date) if one.date else ""))),
                )
                for one in following.documents_of(case)
            ],
            "",
        ),
        Holding(
            _("Pesan kepada pemohon"),
            [(long_moment(one.made_at), one.subject) for one in following.messages_to_me(case)],
            "",
        ),
        Holding(
            _("Siapa yang membaca data ini"),
            [
                (long_moment(one.at), ": ".join(filter(None, (one.who, one.what, one.why))))
                for one in following.accesses(case, definition)
            ],
            "",
        ),
    ]
    return Holding(
        f"{case.number}, {say(case.service.title)}",
        [*_dates(case), *_elsewhere(case, roles)],
        "nik",
        [part for part in parts if part.rows],
    )


def _elsewhere(case: Case, roles: list[str]) -> list[tuple[str, str]]:
    """Return the applicant's number in another system, with that system's name."""
    number = kept.open_words(case, case.external_reference) if "applicant" in roles else ""
    return [(case.external_system or _("Nomor luar"), number)] if number else []


def _as_named(case: Case, role: str) -> Holding:
    titles = {
        "applicant": _("Anda sebagai pemohon"),
        "subject": _("Anda sebagai orang yang dimohonkan"),
        "representative": _("Anda sebagai wakil pemohon"),
    }
    labels = {
        "name": _("Nama"),
        "nik": _("NIK"),
        "phone": _("Telepon"),
        "email": _("Surel"),
        "birth_date": _("Tanggal lahir"),
        "address": _("Alamat"),
    }
    who = parties.opened(getattr(case, role))
    rows = [(labels[name], getattr(who, name)) for name in parties.COLUMNS if who and getattr(who, name)]
    return Holding(titles[role], rows, "")
