"""What is done when personal data got into wrong hands, were changed or lost (UU 27/2022, article 46)."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lawang.lib.clock import Clock, Kind

NOTICE = Clock(Kind.HOURS, 72)  # article 46 (1): in writing, at the latest within 3 x 24 hours


@dataclass(frozen=True)
class Item:
    """One thing to do."""

    code: str
    title: str | Promise
    words: str | Promise
    is_always: bool = True  # False: only in some incidents
    has_letter: bool = False  # done by a verb of its own, with a letter


CHECKLIST = (
    Item(
        "stop",
        _("Hentikan kebocorannya"),
        _(
            "Tutup akun atau sesi yang dipakai, ganti kata sandinya, putuskan perangkatnya. Jangan hapus jejak apa pun."
        ),
    ),
    Item(
        "keep",
        _("Amankan bukti"),
        _(
            "Salin log server dan catatan akses, tulis jam berapa siapa menemukan apa. "
            "“lawang doctor” menunjukkan apakah riwayat masih utuh."
        ),
    ),
    Item(
        "extent",
        _("Tentukan data apa dan milik siapa"),
        _("Tulis layanan dan masanya, atau nomor permohonannya, di bawah. Daftarnya tersusun sendiri."),
    ),
    Item(
        "risk",
        _("Nilai akibatnya bagi orangnya"),
        _("Apa yang bisa dilakukan orang lain dengan data ini? Data kesehatan dan data anak lebih berat."),
    ),
    Item(
        "authority",
        _("Beri tahu lembaga pelindungan data pribadi"),
        _("Secara tertulis: data apa, kapan dan bagaimana, apa yang dilakukan (pasal 46 ayat 1 dan 2)."),
        has_letter=True,
    ),
    Item(
        "subjects",
        _("Beri tahu orang yang datanya terkena"),
        _(
            "Secara tertulis, dengan isi yang sama. Yang tidak punya surel dihubungi lewat surat atau telepon."
        ),
        has_letter=True,
    ),
    Item(
        "public",
        _("Umumkan kepada masyarakat"),
        _(
            "Bila insiden ini mengganggu pelayanan publik atau berakibat besar bagi masyarakat (pasal 46 ayat 3)."
        ),
        is_always=False,
    ),
    Item("recover", _("Pulihkan"), _("Kembalikan data dari cadangan, tutup jalan masuknya, uji lagi.")),
    Item("learn", _("Catat pelajarannya"), _("Apa sebabnya, dan apa yang diubah supaya tidak terulang?")),
)
ITEMS = {item.code: item for item in CHECKLIST}
