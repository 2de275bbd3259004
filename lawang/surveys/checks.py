"""What the doctor asks of surveys: are the kept counts those of the answers, and are closed surveys as they were?"""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat, JSONObject
from django.utils.translation import gettext as _

from lawang.record.doctor import Finding, Visit, bad, good, register_check
from lawang.record.models import Entry
from lawang.surveys.actions import hash_of_answers
from lawang.surveys.counting import recounted_from
from lawang.surveys.models import Response, Survey
from lawang.surveys.questionnaire import PROFILE


def register() -> None:
    register_check("surveys", lambda: _("Jawaban survei"), check)


def check(_visit: Visit) -> Finding:
    """Count every survey anew, and compare closed ones with the hash that was written down then. One query."""
    wrong, changed, count = [], [], 0
    closed = Entry.objects.filter(
        verb="survey_closed", thing=Concat(Value("surveys.survey:"), Cast(OuterRef("key"), TextField()))
    )
    columns = {name: name for name in ("number", "answers", "counted_on", *PROFILE)}
    answers = Response.objects.filter(survey=OuterRef("pk")).order_by("number")
    surveys: Any = Survey.objects.annotate(
        sealed=Subquery(closed.order_by("-number").values("after__sha256")[:1]),
        given=ArraySubquery(answers.values(json=JSONObject(**columns))),
    )
    for survey in surveys:
        count += 1
        counted = (
            (row["answers"], *(row[name] for name in PROFILE)) for row in survey.given if row["counted_on"]
        )
        if (survey.counted, survey.sums, survey.profile) != recounted_from(counted, survey):
            wrong.append(survey.code)
        given = ((row["number"], row["answers"], row["counted_on"]) for row in survey.given)
        if not survey.is_open and survey.sealed != hash_of_answers(given):
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
    return good(_("%(count)s survei dihitung ulang; semuanya cocok.") % {"count": count})
