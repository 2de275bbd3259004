"""Who may do what with plans, programmes, quick wins, meetings."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy

from lawang.measures.models import Evidence
from lawang.people.permissions import may, register
from lawang.plans.models import (
    Activity,
    Application,
    Body,
    BudgetLine,
    Dependency,
    Indicator,
    Meeting,
    Member,
    Milestone,
    Partner,
    Programme,
    QuickWin,
    Resource,
    Revision,
    Risk,
)
from lawang.record import verbs
from lawang.record.files import register_reader
from lawang.record.models import File


def _programme(thing: object) -> Programme | None:
    if isinstance(thing, Programme):
        return thing
    if isinstance(thing, Indicator | Activity | Milestone | QuickWin | BudgetLine | Dependency):
        return thing.programme
    if isinstance(thing, Partner | Risk | Resource):
        return thing.quick_win.programme
    return None


def _holders(thing: object) -> set[int]:
    """Return the agency that leads what the thing belongs to."""
    if isinstance(thing, Application):
        return {thing.agency_id}
    if isinstance(thing, Body | Member):
        return _secretariat(thing)
    programme = _programme(thing)
    return {programme.lead_id} if programme and programme.lead_id else set()


def _secretariat(thing: object) -> set[int]:
    """Return the agency that keeps the minutes of a body."""
    body = thing.body if isinstance(thing, Meeting | Member) else thing
    return {body.agency_id} if isinstance(body, Body) and body.agency_id else set()


_PHRASES = {  # what the history calls the verbs of plans
    "activity_added": gettext_lazy("Kegiatan ditambahkan"),
    "activity_changed": gettext_lazy("Kegiatan diubah"),
    "activity_removed": gettext_lazy("Kegiatan dihapus"),
    "application_added": gettext_lazy("Aplikasi ditambahkan"),
    "application_changed": gettext_lazy("Aplikasi diubah"),
    "application_removed": gettext_lazy("Aplikasi dihapus"),
    "body_added": gettext_lazy("Lembaga ditambahkan"),
    "body_changed": gettext_lazy("Lembaga diubah"),
    "body_removed": gettext_lazy("Lembaga dihapus"),
    "book_text_changed": gettext_lazy("Kata-kata bab buku diubah"),
    "book_text_restored": gettext_lazy("Kata-kata bab buku dikembalikan"),
    "budget_realised": gettext_lazy("Uang terpakai dicatat"),
    "budgetline_added": gettext_lazy("Anggaran ditambahkan"),
    "budgetline_changed": gettext_lazy("Anggaran diubah"),
    "budgetline_removed": gettext_lazy("Anggaran dihapus"),
    "colour_changed": gettext_lazy("Warna berubah"),
    "dependency_added": gettext_lazy("Ketergantungan ditambahkan"),
    "dependency_changed": gettext_lazy("Ketergantungan diubah"),
    "dependency_removed": gettext_lazy("Ketergantungan dihapus"),
    "discarded": gettext_lazy("Draf dibuang"),
    "edition_made": gettext_lazy("Edisi buku selesai dibuat"),
    "edition_published": gettext_lazy("Edisi buku diterbitkan"),
    "edition_started": gettext_lazy("Edisi buku mulai dibuat"),
    "edition_withdrawn": gettext_lazy("Edisi buku ditarik"),
    "follow_confirmed": gettext_lazy("Mulai diikuti lewat surel"),
    "follow_ended": gettext_lazy("Berhenti diikuti"),
    "gap_added": gettext_lazy("Kesenjangan ditambahkan"),
    "gap_changed": gettext_lazy("Kesenjangan diubah"),
    "gap_removed": gettext_lazy("Kesenjangan dihapus"),
    "imported": gettext_lazy("Diimpor dari berkas"),
    "indicator_added": gettext_lazy("Indikator ditambahkan"),
    "indicator_changed": gettext_lazy("Indikator diubah"),
    "indicator_removed": gettext_lazy("Indikator dihapus"),
    "meeting_announced": gettext_lazy("Rapat diumumkan"),
    "meeting_recorded": gettext_lazy("Rapat dicatat"),
    "member_added": gettext_lazy("Anggota ditambahkan"),
    "member_changed": gettext_lazy("Anggota diubah"),
    "member_removed": gettext_lazy("Anggota dihapus"),
    "milestone_added": gettext_lazy("Tonggak ditambahkan"),
    "milestone_changed": gettext_lazy("Tonggak diubah"),
    "milestone_done": gettext_lazy("Tonggak tercapai"),
    "milestone_removed": gettext_lazy("Tonggak dihapus"),
    "partner_added": gettext_lazy("Mitra ditambahkan"),
    "partner_changed": gettext_lazy("Mitra diubah"),
    "partner_removed": gettext_lazy("Mitra dihapus"),
    "programme_added": gettext_lazy("Program ditambahkan"),
    "programme_changed": gettext_lazy("Program diubah"),
    "programme_placed": gettext_lazy("Program ditempatkan dalam kerangka"),
    "programme_removed": gettext_lazy("Program dihapus"),
    "programmes_reordered": gettext_lazy("Urutan program diubah"),
    "published": gettext_lazy("Revisi diberlakukan"),
    "quick_win_moved": gettext_lazy("Kemajuan percepatan dicatat"),
    "quickwin_added": gettext_lazy("Program percepatan ditambahkan"),
    "quickwin_changed": gettext_lazy("Program percepatan diubah"),
    "quickwin_removed": gettext_lazy("Program percepatan dihapus"),
    "received": gettext_lazy("Berkas impor diterima"),
    "resource_added": gettext_lazy("Sumber daya ditambahkan"),
    "resource_changed": gettext_lazy("Sumber daya diubah"),
    "resource_removed": gettext_lazy("Sumber daya dihapus"),
    "revised": gettext_lazy("Berubah dalam revisi"),
    "revision_added": gettext_lazy("Revisi ditambahkan"),
    "revision_changed": gettext_lazy("Keterangan revisi diubah"),
    "revision_removed": gettext_lazy("Revisi dihapus"),
    "risk_added": gettext_lazy("Risiko ditambahkan"),
    "risk_changed": gettext_lazy("Risiko diubah"),
    "risk_removed": gettext_lazy("Risiko dihapus"),
    "started": gettext_lazy("Draf dimulai"),
    "statement_added": gettext_lazy("Pernyataan arah ditambahkan"),
    "statement_changed": gettext_lazy("Pernyataan arah diubah"),
    "statement_removed": gettext_lazy("Pernyataan arah dihapus"),
    "swot_added": gettext_lazy("Baris SWOT ditambahkan"),
    "swot_changed": gettext_lazy("Baris SWOT diubah"),
    "swot_removed": gettext_lazy("Baris SWOT dihapus"),
    "targets_changed": gettext_lazy("Target diubah"),
}


def install() -> None:
    register("plans.see_internal", title=gettext_lazy("melihat draf rencana"))
    register("plans.edit", title=gettext_lazy("mengubah draf rencana"), agencies=_holders)
    register("plans.publish", title=gettext_lazy("memberlakukan revisi rencana"))
    register("plans.update_progress", title=gettext_lazy("mencatat kemajuan program"), agencies=_holders)
    register("plans.record_meeting", title=gettext_lazy("mencatat rapat"), agencies=_secretariat)
    register("plans.import", title=gettext_lazy("mengimpor rencana"))
    register("plans.export", title=gettext_lazy("mengunduh buku kerja rencana"))
    register("plans.lead", title=gettext_lazy("membuka halaman pimpinan"))
    verbs.register(_PHRASES)
    for noun in ("plans.plan", "plans.meeting", "plans.quickwin", "plans.programme"):
        register_reader(noun, may_read)


def may_read(user: AbstractBaseUser | AnonymousUser, file: File) -> bool:
    """Tell whether somebody may read a file of the plan: a regulation once its edition is published, public evidence,
    and all of them for who may see drafts or keeps the minutes."""
    if Revision.objects.filter(legal_file=file, status=Revision.Status.PUBLISHED).exists():
        return True
    if Evidence.objects.filter(file=file, is_public=True).exists():
        return True
    meeting = Meeting.objects.select_related("body").filter(minutes_file=file).first()
    if meeting is not None and may(user, "plans.record_meeting", meeting):
        return True
    return bool(may(user, "plans.see_internal"))
