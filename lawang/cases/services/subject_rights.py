"""Checks of requests of data subjects (UU 27/2022, articles 30 and 32)."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.cases.services.registry import FAILED, PASSED, UNSURE, Facts, Verdict, Word, check
from lawang.lib.fields import look


@check("identity_proven", title=gettext_lazy("Identitas pemohon sudah dipastikan"), given=(Word("how"),))
def identity_proven(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Refuse to hand out or change personal data before an officer made sure who asks.

    `how`: where the step writes how it was done. Personal data given to the wrong person are a breach of their own.
    """
    match look(facts.work, given["how"]):
        case None:
            return Verdict(FAILED, _("Pastikan dulu siapa yang meminta, lalu tulis caranya."))
        case "not_proven":
            return Verdict(
                FAILED,
                _("Identitas pemohon belum pasti. Minta pemohon membuktikannya, atau tolak dengan alasan."),
            )
    return Verdict(PASSED, _("Identitas pemohon sudah dipastikan."))


@check("acts_for_self", title=gettext_lazy("Pemohon meminta datanya sendiri"), fields=("data_of",))
def acts_for_self(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Hint at somebody who asks for the data of another: a child, or by power of attorney."""
    match look(facts.answers, "data_of"):
        case "self":
            return Verdict(PASSED, _("Pemohon meminta datanya sendiri."))
        case "child":
            return Verdict(UNSURE, _("Pemohon meminta data anaknya. Cocokkan dengan KK."))
        case "other":
            return Verdict(UNSURE, _("Pemohon meminta data orang lain. Periksa surat kuasanya."))
    return Verdict(UNSURE, _("Data siapa yang diminta belum diisi."))
