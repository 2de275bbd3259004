"""Who may do what in the yearly evaluation: regencies answer, assessors mark, the movement runs it."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy

from lawang.documents import sources
from lawang.documents.models import Document
from lawang.movement import letters
from lawang.movement.awards import rules as awards
from lawang.movement.cohorts import rules as cohorts
from lawang.movement.cohorts import selection
from lawang.movement.models import Answer, Assessment, Seat, Sheet
from lawang.people.permissions import may, register
from lawang.record import verbs
from lawang.record.files import register_reader
from lawang.record.models import File


def _panel(thing: object) -> set[int]:
    """Return the ids of the assessors whom a regency was given to; of a sheet its own assessor alone."""
    if isinstance(thing, Sheet):
        return {thing.seat.user_id}
    if isinstance(thing, Seat):
        return {thing.user_id}
    for jury_of in (cohorts.jury, awards.jury):
        if (jury := jury_of(thing)) is not None:
            return jury
    if isinstance(thing, Answer):
        thing = thing.assessment
    assert isinstance(thing, Assessment)
    return set(thing.seats.values_list("user", flat=True))


def may_read(user: AbstractBaseUser | AnonymousUser, file: File) -> bool:
    """Tell whether somebody may read a proof of an assessment: who answers, who marks it, the secretariat."""
    if may(user, "movement.answer") or may(user, "movement.run"):
        return True
    assessment = Assessment.objects.filter(key=file.about.partition(":")[2]).first()
    return assessment is not None and bool(may(user, "movement.assess", assessment))


def may_read_letter(user: AbstractBaseUser | AnonymousUser, document: Document) -> bool:
    """Tell whether somebody may read a signed letter of the movement: its secretariat, the regency's own people."""
    return any(may(user, f"movement.{verb}") for verb in ("run", "answer", "release", "follow_up", "reply"))


def install() -> None:
    cohorts.install()
    sources.register_source_reader("movement.assessment", may_read_letter)
    sources.register_source_reader("movement.determination", may_read_letter)
    sources.register_wordings(letters.wordings_of)
    sources.register_source_listener("movement.determination", selection.letter_signed)
    awards.install()
    register_reader("movement.assessment", may_read)
    register("movement.answer", title=gettext_lazy("mengisi penilaian mandiri"))
    register("movement.release", title=gettext_lazy("mengirim penilaian mandiri"))
    register("movement.follow_up", title=gettext_lazy("menindaklanjuti rekomendasi"))
    register("movement.run", title=gettext_lazy("menyelenggarakan evaluasi"))
    register(
        "movement.assess",
        title=gettext_lazy("menilai daerah"),
        noun=gettext_lazy("penilaian ini"),
        people=_panel,
    )
    verbs.register(
        {
            "answers_late": gettext_lazy("Jawaban datang setelah panel mulai menilai"),
            "assessment_begun": gettext_lazy("Penilaian mandiri dimulai"),
            "assessment_entered": gettext_lazy("Daerah didaftarkan"),
            "assessment_released": gettext_lazy("Penilaian mandiri dikirim"),
            "assessment_reminded": gettext_lazy("Diingatkan tentang tenggatnya"),
            "assessment_taken_back": gettext_lazy("Penilaian mandiri ditarik kembali"),
            "answer_given": gettext_lazy("Jawaban ditulis"),
            "answers_proposed": gettext_lazy("Usulan jawaban dihitung ulang"),
            "evaluation_opened": gettext_lazy("Evaluasi dibuka"),
            "evaluation_marking": gettext_lazy("Penilaian panel dimulai"),
            "evaluation_published": gettext_lazy("Hasil diumumkan"),
            "interview_set": gettext_lazy("Wawancara dijadwalkan"),
            "interview_held": gettext_lazy("Notulen wawancara ditulis"),
            "mark_revised": gettext_lazy("Nilai diubah setelah rapat panel"),
            "objection_answered": gettext_lazy("Sanggahan dijawab"),
            "objection_raised": gettext_lazy("Sanggahan diajukan"),
            "recommendation_followed": gettext_lazy("Tindak lanjut dicatat"),
            "result_settled": gettext_lazy("Nilai dihitung"),
            "result_received": gettext_lazy("Hasil diterima dari gerakan"),
            "results_imported": gettext_lazy("Hasil tahun lain diimpor"),
            "seat_given": gettext_lazy("Penilai ditugaskan"),
            "sheet_declared": gettext_lazy("Benturan kepentingan dinyatakan"),
            "sheet_handed_in": gettext_lazy("Lembar nilai diserahkan"),
        }
    )
