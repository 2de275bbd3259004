"""Who may do what with surveys."""

from django.utils.translation import gettext_lazy as _

from lawang.people.permissions import register
from lawang.record import verbs
from lawang.surveys.models import Survey


def _holders(thing: object) -> set[int]:
    """Return the agency that the survey is about, and those who carry it out."""
    assert isinstance(thing, Survey)
    runners = {one.pk for one in thing.runners.all()} if thing.pk else set()
    return {thing.agency_id, *runners}


def install() -> None:
    noun = _("survei ini")
    register("surveys.run", title=_("membuka dan menutup survei"), noun=noun, agencies=_holders)
    register("surveys.collect", title=_("mengumpulkan jawaban survei"), noun=noun, agencies=_holders)
    verbs.register(
        {
            "survey_opened": _("Survei dibuka"),
            "survey_changed": _("Keterangan survei diubah"),
            "survey_file": _("Berkas jawaban survei diterima"),
            "survey_closed": _("Survei ditutup"),
        }
    )
