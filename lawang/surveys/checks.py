"""What the doctor asks of surveys: are the kept counts those of the answers, and are closed surveys as they were?"""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from lawang.record.actions import thing_name
from lawang.record.doctor import Finding, Visit, bad, good, register_check
from lawang.record.models import Entry
from lawang.surveys.actions import hash_of_answers
from lawang.surveys.counting import recounted_from
from lawang.surveys.models import Response, Survey
from lawang.surveys.questionnaire import PROFILE


def register() -> None:
    register_check("surveys", lambda: _("Jawaban survei"), check)


def check(_visit: Visit) -> Finding:
    """Count every survey anew, and compare closed ones with the hash that was written down then."""
    wrong, changed = [], []
    sealed = {
        thing: after.get("sha256")
        for thing, after in Entry.objects.filter(verb="survey_closed").values_list("thing", "after")
    }
    surveys = {survey.pk: survey for survey in Survey.objects.with_names()}
    for survey, answers in _answers(surveys):
        counted = (row[1:2] + row[3:] for row in answers if row[2] is not None)
        if (survey.counted, survey.sums, survey.profile) != recounted_from(counted, survey):
            wrong.append(survey.code)
        given = ((number, marks, counted_on) for number, marks, counted_on, *_profile in answers)
        if not survey.is_open and sealed.get(thing_name(survey)) != hash_of_answers(given):
            changed.append(survey.code)
    if changed:
        return bad(
            _("Jawaban survei yang sudah ditutup berubah sesudahnya: %(codes)s.")
            % {"codes": ", ".join(changed)},
            _("Bandingkan dengan cadangan dari hari penutupannya; riwayat survei menyimpan sidiknya."),
        )
    if wrong:
        return bad(
            _("Angka survei tidak sama dengan hitungan ulang jawabannya: %(codes)s.")
            % {"codes": ", ".join(wrong)},
            _("Laporkan sebagai galat, dan jangan menutup survei itu dulu."),
        )
    return good(_("%(count)s survei dihitung ulang; semuanya cocok.") % {"count": len(surveys)})


def _answers(surveys: Mapping[int, Survey]) -> Iterator[tuple[Survey, list[tuple[Any, ...]]]]:
    """Yield every survey with its answers in their order: (number, answers, counted_on, *PROFILE). One query."""
    rows = Response.objects.order_by("survey_id", "number").values_list(
        "survey_id", "number", "answers", "counted_on", *PROFILE
    )
    seen = set()
    for pk, group in groupby(rows.iterator(chunk_size=5_000), lambda row: row[0]):
        if survey := surveys.get(pk):  # one that was made just now is looked at the next time
            seen.add(pk)
            yield survey, [row[1:] for row in group]
    yield from ((survey, []) for pk, survey in surveys.items() if pk not in seen)
