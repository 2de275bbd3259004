"""Who may do what in a cohort: the secretariat runs it, assessors mark, mentors mentor, agencies word products."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy

from lawang.movement.cohorts.models import (
    Ballot,
    Juror,
    Participant,
    Product,
    Submission,
)
from lawang.people.node import is_movement
from lawang.people.permissions import may, register
from lawang.record import verbs
from lawang.record.files import register_reader
from lawang.record.models import File


def jury(thing: object) -> set[int] | None:
    """Return the ids of the assessors of a participant, of a sheet its own one; None for what is no such thing."""
    if isinstance(thing, Ballot):
        return {thing.juror.user_id}
    if isinstance(thing, Participant):
        return set(Juror.objects.filter(participants=thing).values_list("user", flat=True))
    return None


def _mentors(thing: object) -> set[int]:
    assert isinstance(thing, Participant)
    return set(thing.mentors.values_list("pk", flat=True))


def _owner(thing: object) -> set[int]:
    return {thing.agency_id} if isinstance(thing, Product) else set()


def may_read_proof(user: AbstractBaseUser | AnonymousUser, file: File) -> bool:
    """Tell whether somebody may read what a region sent: itself, the secretariat, its assessors, its mentors."""
    if not is_movement():
        return bool(may(user, "movement.answer"))
    row = Submission.objects.filter(key=file.about.partition(":")[2]).select_related("participant").first()
    return row is not None and _concerns(user, row.participant)


def may_read_paper(user: AbstractBaseUser | AnonymousUser, file: File) -> bool:
    """Tell whether somebody may read a paper of a participant: memorandum, deliverable, commitment."""
    row = Participant.objects.filter(key=file.about.partition(":")[2]).first()
    return row is not None and _concerns(user, row)


def _concerns(user: AbstractBaseUser | AnonymousUser, participant: Participant) -> bool:
    if may(user, "movement.run"):
        return True
    return bool(may(user, "movement.assess", participant) or may(user, "movement.mentor", participant))


def install() -> None:
    register_reader("movement.submission", may_read_proof)
    register_reader("movement.participant", may_read_paper)
    register(
        "movement.mentor",
        title=gettext_lazy("mendampingi peserta"),
        noun=gettext_lazy("peserta ini"),
        people=_mentors,
    )
    register(
        "movement.word_product",
        title=gettext_lazy("merumuskan produk layanan"),
        noun=gettext_lazy("produk layanan ini"),
        agencies=_owner,
    )
    register("movement.reply", title=gettext_lazy("menjawab komentar pendamping"))
    register("movement.weigh", title=gettext_lazy("menimbang calon program percepatan"))
    verbs.register(
        {
            "attendance_counted": gettext_lazy("Kehadiran bimtek dicatat"),
            "ballot_declared": gettext_lazy("Benturan kepentingan dinyatakan"),
            "ballot_handed_in": gettext_lazy("Lembar nilai seleksi diserahkan"),
            "clinic_held": gettext_lazy("Klinik dicatat"),
            "cohort_called": gettext_lazy("Angkatan dipanggil"),
            "cohort_extended": gettext_lazy("Tenggat pendaftaran diubah"),
            "cohort_moved": gettext_lazy("Angkatan maju selangkah"),
            "cohort_received": gettext_lazy("Kabar angkatan diterima dari gerakan"),
            "cohort_taken_in": gettext_lazy("Riwayat angkatan dimuat"),
            "comment_answered": gettext_lazy("Komentar dijawab"),
            "comment_made": gettext_lazy("Komentar ditulis"),
            "comment_settled": gettext_lazy("Komentar diselesaikan"),
            "commitment_signed": gettext_lazy("Lembar komitmen disimpan"),
            "deliverable_judged": gettext_lazy("Hasil bimtek diperiksa"),
            "deliverable_received": gettext_lazy("Hasil bimtek diterima"),
            "figures_taken_in": gettext_lazy("Angka daerah diimpor"),
            "juror_seated": gettext_lazy("Penilai seleksi ditugaskan"),
            "memorandum_signed": gettext_lazy("Nota kesepakatan dicatat"),
            "mentoring_begun": gettext_lazy("Pendampingan dimulai"),
            "mentors_given": gettext_lazy("Pendamping ditugaskan"),
            "nominee_weighed": gettext_lazy("Calon percepatan ditimbang"),
            "nominee_picked": gettext_lazy("Program percepatan dipilih"),
            "organisation_kept": gettext_lazy("Lembaga dicatat"),
            "participant_decided": gettext_lazy("Seleksi diputuskan"),
            "participant_invited": gettext_lazy("Daerah diundang"),
            "participant_moved": gettext_lazy("Keadaan peserta berubah"),
            "point_revised": gettext_lazy("Nilai seleksi diubah setelah dibicarakan"),
            "product_dropped": gettext_lazy("Produk layanan dihapus"),
            "product_worded": gettext_lazy("Produk layanan dirumuskan"),
            "readiness_not_taken": gettext_lazy("Formulir kesiapan dari kiriman tidak diterima"),
            "readiness_proof_dropped": gettext_lazy("Bukti kesiapan dihapus"),
            "readiness_proved": gettext_lazy("Bukti kesiapan diunggah"),
            "readiness_sent": gettext_lazy("Formulir kesiapan dikirim"),
            "session_set": gettext_lazy("Bimtek dijadwalkan"),
            "slot_dropped": gettext_lazy("Wawancara dibatalkan"),
            "slot_held": gettext_lazy("Notulen wawancara seleksi ditulis"),
            "slot_set": gettext_lazy("Wawancara seleksi dijadwalkan"),
        }
    )
