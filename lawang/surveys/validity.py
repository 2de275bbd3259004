"""What makes the answers of an impact survey unbelievable: each check a pure function with a sentence and what to do.

Source: the ministry's reports of the yearly evaluation name these faults: fewer than fifty users, the same people in
two dimensions, every statement given the same mark, staff who mark services they never used with zero, the service left
blank, the owning agency absent, an application with thirty users and fifty respondents.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lawang.lib.text import say, text

ERROR, WARNING = "error", "warning"
Words = str | Promise


@dataclass(frozen=True)
class Rules:
    """The numbers of the questionnaire's pack."""

    least_users: int  # per form
    straight_share: int  # percent of answers with one mark throughout, above which somebody should look
    zero_share: int  # percent of answers that are zero throughout


@dataclass(frozen=True)
class Sheet:
    """One form as it was answered. No person is in it, only counts."""

    rules: Rules
    patterns: Mapping[tuple[int, ...], int]  # answers of those who count -> how many gave exactly these
    service: str = ""  # what was asked about
    owner: str = ""  # name of the agency whose programme it is
    owner_ran: bool = True  # it is among those who ran the survey
    non_users: int = 0  # said that they never used it; they do not count
    staff: int = 0  # said that they work for the owner; they do not count
    unsaid: int = 0  # of those who count: did not say whether they use it
    unnamed: int = 0  # of those who count: came without anything by which a second answer would be noticed
    twice: int = 0  # of those who count: gave the same number as somebody else of this form
    elsewhere: Mapping[str, int] = field(default_factory=dict)  # form of another dimension -> people in both
    application: str = ""
    application_users: int | None = None

    @property
    def n(self) -> int:
        return sum(self.patterns.values())


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: the sentence says what and how many, `todo` what helps."""

    code: str
    weight: str  # ERROR: an assessor will not take it; WARNING: an assessor will ask
    sentence: str
    todo: str
    count: int = 0


def too_few(sheet: Sheet) -> Finding | None:
    """Fewer users than the evaluation asks for on one form."""
    missing = sheet.rules.least_users - sheet.n
    if missing <= 0:
        return None
    return Finding(
        "too_few",
        ERROR,
        _("Baru %(n)s pemakai yang menjawab; paling sedikit %(least)s.")
        % {"n": sheet.n, "least": sheet.rules.least_users},
        ngettext("Cari %(count)s pemakai lagi.", "Cari %(count)s pemakai lagi.", missing)
        % {"count": missing},
        missing,
    )


def answered_twice(sheet: Sheet) -> Finding | None:
    """Somebody is in this form twice."""
    if not sheet.twice:
        return None
    return Finding(
        "twice",
        ERROR,
        _("%(count)s jawaban datang dari orang yang sudah menjawab formulir ini.") % {"count": sheet.twice},
        _("Sisakan satu jawaban setiap orang, lalu cari pemakai lain."),
        sheet.twice,
    )


def in_other_forms(sheet: Sheet) -> Finding | None:
    """The same people answered for another dimension in the same year."""
    if not sheet.elsewhere:
        return None
    most = max(sheet.elsewhere.values())
    listed = ", ".join(f"{name} ({count})" for name, count in sorted(sheet.elsewhere.items()))
    return Finding(
        "elsewhere",
        WARNING,
        _("Sebagian penjawab juga menjawab formulir dimensi lain tahun ini: %(forms)s.") % {"forms": listed},
        _("Penilai mencurigai orang yang sama di dua dimensi. Ganti mereka dengan pemakai lain."),
        most,
    )


def straight_lined(sheet: Sheet) -> Finding | None:
    """Too many gave every statement the same mark; all zeros are another matter."""
    if not sheet.n:
        return None
    count = sum(
        n for marks, n in sheet.patterns.items() if len(marks) > 1 and len(set(marks)) == 1 and any(marks)
    )
    if count * 100 <= sheet.rules.straight_share * sheet.n:
        return None
    return Finding(
        "straight",
        WARNING,
        _("%(count)s dari %(n)s jawaban memberi nilai yang sama untuk semua pernyataan.")
        % {"count": count, "n": sheet.n},
        _(
            "Tanyakan kepada pewawancara apakah pernyataannya dibacakan satu per satu, lalu ulangi dengan pemakai lain."
        ),
        count,
    )


def all_zero(sheet: Sheet) -> Finding | None:
    """Too many gave zero throughout: perhaps they never used it."""
    if not sheet.n:
        return None
    count = sum(n for marks, n in sheet.patterns.items() if not any(marks))
    if count * 100 <= sheet.rules.zero_share * sheet.n:
        return None
    return Finding(
        "zeros",
        WARNING,
        _("%(count)s dari %(n)s jawaban bernilai nol semua.") % {"count": count, "n": sheet.n},
        _("Pastikan mereka pernah memakai layanannya. Yang bukan pemakai tidak boleh dihitung."),
        count,
    )


def no_service(sheet: Sheet) -> Finding | None:
    """Nobody can tell what was asked about."""
    if sheet.service.strip():
        return None
    return Finding(
        "no_service",
        ERROR,
        _("Nama layanan yang ditanyakan kosong."),
        _("Tulis layanan atau program yang dinilai penjawab, misalnya “Antre RSUD”."),
    )


def not_users(sheet: Sheet) -> Finding | None:
    """Some never used it; others did not say."""
    if sheet.non_users:
        return Finding(
            "non_users",
            WARNING,
            _("%(count)s jawaban dari orang yang tidak memakai layanannya; tidak dihitung.")
            % {"count": sheet.non_users},
            _("Ganti dengan jawaban pemakai."),
            sheet.non_users,
        )
    if sheet.unsaid:
        return Finding(
            "unsaid",
            WARNING,
            _("%(count)s jawaban tidak menyebut apakah penjawabnya pemakai.") % {"count": sheet.unsaid},
            _("Isi kolom “pengguna” dalam berkasnya, atau tanyakan lagi."),
            sheet.unsaid,
        )
    return None


def from_staff(sheet: Sheet) -> Finding | None:
    """Staff of the owner marked their own programme."""
    if not sheet.staff:
        return None
    return Finding(
        "staff",
        WARNING,
        _("%(count)s jawaban dari pegawai %(owner)s sendiri; tidak dihitung.")
        % {"count": sheet.staff, "owner": sheet.owner},
        _("Ganti dengan jawaban warga yang memakai layanannya."),
        sheet.staff,
    )


def owner_absent(sheet: Sheet) -> Finding | None:
    """The agency whose programme it is took no part in the survey."""
    if sheet.owner_ran:
        return None
    return Finding(
        "owner_absent",
        ERROR,
        _("%(owner)s, pemilik programnya, tidak ikut menjalankan survei ini.") % {"owner": sheet.owner},
        _("Libatkan pemilik program bersama Diskominfo dan Bappeda, lalu tambahkan ke daftar pelaksana."),
    )


def more_than_users(sheet: Sheet) -> Finding | None:
    """More respondents than the application has users."""
    users = sheet.application_users
    if users is None or sheet.n <= users:
        return None
    return Finding(
        "more_than_users",
        ERROR,
        _("Aplikasi %(name)s hanya punya %(users)s pemakai, tetapi %(n)s orang menjawab sebagai pemakainya.")
        % {"name": sheet.application, "users": users, "n": sheet.n},
        _("Perbarui jumlah pemakai di daftar aplikasi bila sudah lama, atau survei layanan lain."),
        sheet.n - users,
    )


def unnamed(sheet: Sheet) -> Finding | None:
    """Some could have answered twice without anybody noticing."""
    if not sheet.unnamed:
        return None
    return Finding(
        "unnamed",
        WARNING,
        _("%(count)s jawaban tanpa nomor HP atau NIK, jadi orang yang menjawab dua kali tidak ketahuan.")
        % {"count": sheet.unnamed},
        _("Isi kolom “responden” dalam berkasnya; yang disimpan hanya sidiknya."),
        sheet.unnamed,
    )


Check = Callable[[Sheet], Finding | None]
CHECKS: tuple[Check, ...] = (
    too_few,
    answered_twice,
    no_service,
    owner_absent,
    more_than_users,
    in_other_forms,
    straight_lined,
    all_zero,
    not_users,
    from_staff,
    unnamed,
)
WEIGHTS: dict[str, Words] = {
    ERROR: gettext_lazy("harus diperbaiki"),
    WARNING: gettext_lazy("akan ditanyakan penilai"),
}


def findings(sheet: Sheet, checks: Iterable[Check] = CHECKS) -> list[Finding]:
    """Return everything that is wrong with one form, the errors first."""
    found = [one for check in checks if (one := check(sheet)) is not None]
    return sorted(found, key=lambda one: one.weight != ERROR)


def in_both_languages(sheet: Sheet) -> list[dict[str, Any]]:
    """Return the findings as they are kept with a closed survey: sentence and todo are Texts."""
    spoken = {}
    for language in ("id", "en"):
        with translation.override(language):
            spoken[language] = findings(sheet)
    return [
        {
            "code": indonesian.code,
            "weight": indonesian.weight,
            "count": indonesian.count,
            "sentence": text(indonesian.sentence, english.sentence),
            "todo": text(indonesian.todo, english.todo),
        }
        for indonesian, english in zip(spoken["id"], spoken["en"], strict=True)
    ]


def said(kept: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """Return kept findings in the active language."""
    return [
        Finding(one["code"], one["weight"], say(one["sentence"]), say(one["todo"]), one["count"])
        for one in kept
    ]
