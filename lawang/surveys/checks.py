"""What the doctor asks of surveys: are the kept counts those of the answers, and are closed surveys as they were?"""

from django.utils.translation import gettext as _

from lawang.record.actions import thing_name
from lawang.record.doctor import Finding, Visit, bad, good, register_check
from lawang.record.models import Entry
from lawang.surveys.actions import answers_hash
from lawang.surveys.counting import recounted
from lawang.surveys.models import Survey


def register() -> None:
    register_check("surveys", lambda: _("Jawaban survei"), check)


def check(_visit: Visit) -> Finding:
    """Count every survey anew, and compare closed ones with the hash that was written down then."""
    wrong, changed, count = [], [], 0
    sealed = {
        thing: after.get("sha256")
        for thing, after in Entry.objects.filter(verb="survey_closed").values_list("thing", "after")
    }
    for survey in Survey.objects.with_names():
        count += 1
        if (survey.counted, survey.sums, survey.profile) != recounted(survey):
            wrong.append(survey.code)
        if not survey.is_open and sealed.get(thing_name(survey)) != answers_hash(survey):
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
