"""Who may do what with cases and services."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from lawang.cases.definition import Step
from lawang.cases.models import Case, PaymentBatch, Reply, Service, Unit
from lawang.people.permissions import may, real, register
from lawang.record import verbs
from lawang.record.files import register_reader
from lawang.record.models import File

# Who takes a step, as definitions say it, and the verb that a role needs for it. Applicants and the clock need none.
TAKER_VERBS = {
    "officer": "cases.handle",
    "section_head": "cases.verify",
    "division_head": "cases.validate",
    "head": "cases.decide",
    "superior": "cases.hear",
}


def verb_of(step: Step) -> str | None:
    """Return the verb that somebody needs for a step; None for steps of applicants and of the clock.

    Paying is nobody's by their rank: whoever decides does not pay.
    """
    if step.kind == "pay" and step.by in TAKER_VERBS:
        return "cases.pay"
    return TAKER_VERBS.get(step.by)


def _offices(thing: object) -> set[int]:
    """Who may see: the offices that hold or held the case, and the one that answers for it."""
    assert isinstance(thing, Case)
    return set(thing.offices)


def _office(thing: object) -> set[int]:
    """Who may act: the office that holds the case now; of a ready-made reply, the agency that wrote it."""
    if isinstance(thing, Reply):
        return {thing.agency_id}
    assert isinstance(thing, Case)
    return {thing.office_id}


def _owner(thing: object) -> set[int]:
    """Who pays: the agency that answers for the case, for the cases of a list, for the service."""
    if isinstance(thing, PaymentBatch):
        return set(thing.cases.values_list("owner_id", flat=True)) or _service_office(thing.service)
    if isinstance(thing, Service):
        return _service_office(thing)
    assert isinstance(thing, Case)
    return {thing.owner_id}


def _areas(thing: object) -> set[int]:
    if isinstance(thing, Reply):
        return set()
    assert isinstance(thing, Case)
    return {thing.area_id} if thing.area_id else set()


def _people(thing: object) -> set[int]:
    assert isinstance(thing, Case)
    return {pk for pk in (thing.account_id, thing.filed_by_id) if pk}


def _service_office(thing: object) -> set[int]:
    """Who answers for a service: the agency of its unit; nobody for work that follows the place."""
    assert isinstance(thing, Service)
    version = thing.current or thing.versions.order_by("-number").first()
    unit = version.definition["unit"] if version else ""
    return set(Unit.objects.filter(code=unit, agency__isnull=False).values_list("agency_id", flat=True))


def install() -> None:
    noun = _("permohonan ini")
    register(
        "cases.see", title=_("melihat permohonan"), noun=noun, agencies=_offices, areas=_areas, people=_people
    )
    for verb, title in (
        ("cases.handle", _("mengerjakan permohonan")),
        ("cases.verify", _("memverifikasi permohonan sebagai kepala seksi")),
        ("cases.validate", _("memvalidasi permohonan sebagai kepala bidang")),
        ("cases.decide", _("memutuskan permohonan")),
        ("cases.hear", _("memutuskan keberatan")),
    ):
        register(verb, title=title, noun=noun, agencies=_office, areas=_areas)
    register("cases.file_for", title=_("mengajukan permohonan untuk warga"))
    register("cases.erase", title=_("menghapus data pribadi yang masanya habis"))
    register("cases.export", title=_("mengunduh daftar permohonan"))
    register("cases.pay", title=_("menyusun daftar pembayaran"), noun=noun, agencies=_owner)
    register("cases.publish", title=_("menerbitkan layanan"))
    register("cases.set_up", title=_("mengatur layanan"), noun=_("layanan ini"), agencies=_service_office)
    register_reader("cases.case", may_read)
    verbs.register(
        {
            "case_filed": _("Diajukan"),
            "case_move": _("Diteruskan"),
            "case_ask": _("Pemohon diminta melengkapi"),
            "case_answer": _("Pemohon menjawab"),
            "case_decide": _("Diputuskan"),
            "case_issue": _("Surat dibuat"),
            "case_record_result": _("Hasil dari sistem nasional dicatat"),
            "case_hand_over": _("Diteruskan ke instansi atau sistem lain"),
            "case_extend": _("Waktu diperpanjang"),
            "case_pay": _("Masuk daftar pembayaran"),
            "case_withdraw": _("Dicabut pemohon"),
            "case_lapse": _("Gugur karena tidak dijawab"),
            "case_reopen": _("Dibuka kembali"),
            "case_correct": _("Dibuka untuk pembetulan"),
            "case_close": _("Ditutup"),
            "case_assigned": _("Petugas ditetapkan"),
            "case_note": _("Catatan ditulis"),
            "case_corrected": _("Isian diperbaiki"),
            "case_claimed": _("Dimasukkan ke akun pemohon"),
            "case_held": _("Ditahan karena sengketa, atau dilepas lagi"),
            "batch_sent": _("Daftar pembayaran dikirim ke bank"),
            "batch_paid": _("Daftar pembayaran ditandai dibayar"),
            "case_escalated": _("Dilaporkan ke atasan karena lewat waktu"),
            "case_objected": _("Keberatan diajukan"),
            "due_changed": _("Tenggat dihitung ulang"),
            "service_drafted": _("Draf layanan datang dari paket"),
            "service_rehearsed": _("Gladi bersih layanan"),
            "service_published": _("Layanan diterbitkan"),
            "service_set_up": _("Pengaturan layanan diubah"),
            "service_opened": _("Layanan dibuka"),
            "service_closed": _("Layanan ditutup sementara"),
            "unit_assigned": _("Instansi pelaksana ditetapkan"),
            "paper_arrived": _("Berkas diterima"),
        }
    )


def may_read(user: AbstractBaseUser | AnonymousUser, file: File) -> bool:
    """Tell whether somebody may read a paper of a case: who may see the case, and its class of data.

    Applicants without an account read their papers on the tracking page, which asks for the ticket itself.
    """
    from lawang.people.permissions import sees

    case = Case.objects.filter(key=file.about.partition(":")[2]).first()
    if case is None:
        return False
    person = real(user)
    if person is not None and person.pk == case.account_id:
        return True
    return bool(may(user, "cases.see", case)) and sees(user, file.privacy)
