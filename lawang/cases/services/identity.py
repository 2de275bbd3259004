"""Checks about people that every service may name: do the numbers fit, was it filed before."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.cases.models import Case
from lawang.cases.services.registry import FAILED, PASSED, UNSURE, Facts, Verdict, Word, check
from lawang.lib import nik
from lawang.lib.fields import look
from lawang.lib.refused import Refused

NOT_PURSUED = (
    Case.Outcome.WITHDRAWN,
    Case.Outcome.LAPSED,
    Case.Outcome.DUPLICATE,
    Case.Outcome.REFUSED,
)


def day(answers: Mapping[str, Any], path: str) -> date | None:
    """Return the date at a path, None where none was given."""
    found = look(answers, path)
    return date.fromisoformat(found) if found else None


def number(facts: Facts, given: Mapping[str, str], name: str) -> int:
    """Return a parameter as a whole number: the one beside the function's name, else the service's.

    Raise Refused when a regency set something else.
    """
    words = setting(facts, given, name)
    if not words.isdecimal():
        raise Refused(
            _("Pengaturan “%(name)s” harus bilangan bulat, bukan “%(words)s”. Betulkan di Kelola › Layanan.")
            % {"name": name, "words": words}
        )
    return int(words)


def setting(facts: Facts, given: Mapping[str, str], name: str) -> str:
    """Return a parameter: the one beside the function's name in the pack, else the service's in this regency."""
    return given.get(name) or facts.parameters[name]


def days_late(event: date, received: date, limit: int) -> int:
    """Return by how many days a report came after the last of `limit` days; 0 when in time."""
    return max(0, (received - event).days - limit)


@check(
    "niks_match",
    title=gettext_lazy("NIK cocok dengan tanggal lahir dan jenis kelamin"),
    given=(Word("people"), Word("men", required=False), Word("women", required=False)),
)
def niks_match(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Compare each NIK with the birth date and sex beside it; a difference is a hint, never a refusal.

    `people`: beginnings of paths, as "child_ father.", before `nik`, `birth_date` and `sex`; `men` and `women` name
    those whose sex is not asked. Source: how a NIK is made (day of birth plus 40 for women); it does not change when
    somebody moves, so areas are not compared.
    """
    sexes = dict.fromkeys(given.get("men", "").split(), nik.MALE)
    sexes |= dict.fromkeys(given.get("women", "").split(), nik.FEMALE)
    differ: list[str] = []
    compared = 0
    for before in given["people"].split():
        value = look(facts.answers, f"{before}nik")
        if not value:
            continue
        compared += 1
        sex = sexes.get(before) or look(facts.answers, f"{before}sex")
        differ += [
            f"{look(facts.answers, f'{before}name') or value}: {sentence}"
            for sentence in nik.mismatches(
                value, birth_date=day(facts.answers, f"{before}birth_date"), sex=sex
            )
        ]
    if differ:
        return Verdict(UNSURE, " ".join(differ))
    if not compared:
        return Verdict(UNSURE, _("Tidak ada NIK yang bisa dicocokkan."))
    return Verdict(PASSED, _("Semua NIK cocok dengan tanggal lahir dan jenis kelamin yang diisi."))


@check(
    "filed_before",
    title=gettext_lazy("Belum pernah diajukan"),
    given=(Word("who", ("applicant", "subject")), Word("found", ("failed", "unsure"), required=False)),
)
def filed_before(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Look for other cases of the same service about the same NIK that run or were granted.

    `who` is "subject" or "applicant"; `found` is the verdict when there is one: "failed" where one person gets it once,
    "unsure" where a second time is possible.
    """
    if facts.case is None:
        return Verdict(PASSED, _("Tidak ada permohonan lain untuk dibandingkan."))
    party = facts.case.subject if given["who"] == "subject" else facts.case.applicant
    if party is None or not party.nik_hash:
        return Verdict(UNSURE, _("NIK belum ada, jadi belum bisa dicari permohonan yang sama."))
    others = same_person(facts.case, given["who"], party.nik_hash)
    if not others:
        return Verdict(PASSED, _("Tidak ada permohonan lain dengan NIK ini."))
    return Verdict(
        FAILED if given.get("found") == "failed" else UNSURE,
        _("NIK ini sudah ada di permohonan %(numbers)s. Bandingkan dulu sebelum memutuskan.")
        % {"numbers": ", ".join(others)},
    )


def same_person(case: Case, who: str, nik_hash: str) -> list[str]:
    """Return the numbers of other cases of the service whose `who` (applicant or subject) has this NIK."""
    return list(
        Case.objects.filter(**{f"{who}__nik_hash": nik_hash}, service_id=case.service_id)
        .exclude(pk=case.pk)
        .exclude(outcome__in=NOT_PURSUED)
        .order_by("number")
        .values_list("number", flat=True)
    )


@check(
    "certificate_ready",
    title=gettext_lazy("Akta yang menjadi dasar sudah terbit"),
    given=(Word("paper"), Word("service")),
)
def certificate_ready(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Tell whether a certificate that is made together with this case is there by now.

    `paper`: path of the answer about it; with any other answer than "in_process" the applicant has it. `service`: the
    service that was filed with this one for the same event.
    """
    answer = look(facts.answers, given["paper"])
    if answer != "in_process":
        return Verdict(PASSED, _("Pemohon melampirkan aktanya."))
    if facts.case is None or facts.case.bundle is None:
        return Verdict(
            UNSURE, _("Akta sedang diurus. Tunggu sampai terbit, atau minta pemohon melampirkannya.")
        )
    other = Case.objects.filter(bundle=facts.case.bundle, service__code=given["service"]).first()
    if other is None:
        return Verdict(UNSURE, _("Akta sedang diurus di luar permohonan ini. Minta pemohon melampirkannya."))
    if other.result == Case.Outcome.GRANTED:
        return Verdict(PASSED, _("Akta sudah terbit di permohonan %(number)s.") % {"number": other.number})
    if other.result:
        return Verdict(
            FAILED, _("Akta tidak jadi terbit: lihat permohonan %(number)s.") % {"number": other.number}
        )
    return Verdict(UNSURE, _("Akta masih diurus di permohonan %(number)s.") % {"number": other.number})
