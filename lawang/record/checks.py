"""What the record and the machine below it can say about themselves."""

import itertools
import shutil
import stat
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from lawang.lib.numbers import number
from lawang.record import pulse, seals
from lawang.record.doctor import Finding, Visit, bad, good, hint, register_check
from lawang.record.exported import key_hashes
from lawang.record.models import Seal
from lawang.record.outbox import ready_channels
from lawang.record.sealing import SEALED_MORE

OLDEST_SERVER = 150000
ENTRIES = 200_000  # above that, only the chains of the newest entries are walked on each visit


def register() -> None:
    """Make the checks known to doctor."""
    register_check("database", lambda: _("Basis data"), database)
    register_check("migrations", lambda: _("Susunan tabel"), migrations)
    register_check("clock", lambda: _("Jam"), clock)
    register_check("disk", lambda: _("Ruang penyimpanan"), disk)
    register_check("keys", lambda: _("Kunci"), keys)
    register_check("keys_exported", lambda: _("Salinan kunci"), keys_exported)
    register_check("debug", lambda: _("Mode pengembangan"), debug)
    register_check("hosts", lambda: _("Nama situs"), hosts)
    register_check("chains", lambda: _("Rantai riwayat"), chains)
    register_check("seals", lambda: _("Segel malam"), night_seals)
    register_check("mail", lambda: _("Surel"), mail)
    register_check("outbox", lambda: _("Pesan keluar"), outbox)
    register_check("worker", lambda: _("Pekerja"), worker)
    register_check("static", lambda: _("Berkas tampilan"), static)
    register_check("files", lambda: _("Berkas bukti"), files)
    register_check("backup", lambda: _("Cadangan"), backup)


def database(visit: Visit) -> Finding:
    connection.ensure_connection()
    version = connection.pg_version  # type: ignore[attr-defined]
    words = f"PostgreSQL {version // 10000}.{version % 10000}"
    if version < OLDEST_SERVER:
        return bad(
            _("%(server)s terlalu tua.") % {"server": words}, _("Pasang PostgreSQL 15 atau lebih baru.")
        )
    if visit.facts.fsync != "on":
        return bad(
            _("%(server)s berjalan dengan fsync mati: data dapat hilang saat listrik padam.")
            % {"server": words},
            _("Nyalakan fsync di postgresql.conf."),
        )
    if visit.facts.encoding != "UTF8":
        return bad(
            _("Pengodean basis data %(name)s.") % {"name": visit.facts.encoding},
            _("Buat basis data dengan UTF8."),
        )
    return good(_("%(server)s menjawab.") % {"server": words})


def migrations(visit: Visit) -> Finding:
    done = {(app, name) for app, name in visit.facts.migrations}
    waiting = MigrationLoader(None).disk_migrations.keys() - done
    if waiting:
        return bad(
            _("%(count)s perubahan tabel belum dijalankan.") % {"count": len(waiting)},
            _("Jalankan: lawang migrate"),
        )
    return good(_("Semua tabel sesuai dengan versi ini."))


def clock(visit: Visit) -> Finding:
    last, difference = visit.facts.last_entry_at, visit.facts.clocks_differ
    if difference > 5:
        return bad(
            _("Jam server dan jam basis data berbeda %(seconds)s detik.") % {"seconds": round(difference)},
            _("Nyalakan penyelaras waktu (systemd-timesyncd atau chrony) di kedua mesin."),
        )
    if last and last > visit.at + timedelta(minutes=5):
        return bad(
            _("Ada catatan yang bertanggal di masa depan."), _("Periksa jam mesin: mungkin berjalan mundur.")
        )
    return good(_("Jam cocok."))


def disk(visit: Visit) -> Finding:
    usage = shutil.disk_usage(Path(settings.DATA))
    words = _("Sisa %(free)s GB dari %(total)s GB.") % {
        "free": number(usage.free / 1e9, 1),
        "total": number(usage.total / 1e9),
    }
    if usage.free < 1e9 or usage.free / usage.total < 0.03:
        return bad(words, _("Kosongkan atau tambah ruang: PostgreSQL berhenti bila ruang habis."))
    if usage.free < 5e9:
        return hint(words, _("Siapkan ruang tambahan."))
    return good(words)


def keys(visit: Visit) -> Finding:
    folder = Path(settings.KEYS)
    if not (folder / "master.key").exists() and visit.facts.has_data_keys:
        return bad(
            _("Kunci induk hilang: data pribadi dalam riwayat tidak dapat dibuka."),
            _("Kembalikan kunci dari hasil `lawang keys export` dengan `lawang keys import BERKAS`."),
        )
    private = [path for path in folder.glob("*") if path.suffix in (".key", ".secret")]
    loose = [path.name for path in private if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
    if loose:
        return bad(
            _("Kunci %(names)s dapat dibaca pengguna lain di mesin ini.") % {"names": ", ".join(loose)},
            _("Jalankan: chmod 600 %(folder)s/*") % {"folder": folder},
        )
    return good(_("%(count)s kunci, hanya terbaca oleh Lawang.") % {"count": len(private)})


def keys_exported(visit: Visit) -> Finding:
    when, known = pulse.last_export()
    present = key_hashes()
    if when is None:
        return hint(
            _("Kunci belum pernah disalin. Tanpa kunci, cadangan tidak dapat membuka data pribadi."),
            _("Jalankan: lawang keys export BERKAS, lalu simpan berkas itu di luar mesin ini."),
        )
    if known != present:
        return bad(
            _("Kunci berubah sejak disalin pada %(date)s.") % {"date": f"{when:%Y-%m-%d}"},
            _("Salin lagi: lawang keys export BERKAS"),
        )
    return good(_("Kunci disalin pada %(date)s.") % {"date": f"{when:%Y-%m-%d}"})


def debug(visit: Visit) -> Finding:
    if settings.DEBUG:
        return bad(_("Halaman galat menampilkan isi program."), _("Hapus LAWANG_DEBUG."))
    return good(_("Mati."))


def hosts(visit: Visit) -> Finding:
    names = ", ".join(settings.ALLOWED_HOSTS)
    if "*" in settings.ALLOWED_HOSTS:
        return bad(_("Situs ini menjawab semua nama."), _("Tulis nama situs Anda di LAWANG_HOSTS."))
    if not settings.BEHIND_TLS:
        return hint(
            _("Situs ini menjawab %(names)s tanpa HTTPS.") % {"names": names},
            _("Pasang Caddy di depan dan atur LAWANG_TLS=1 serta LAWANG_HOSTS (docs/running.md)."),
        )
    return good(_("Situs ini menjawab %(names)s.") % {"names": names})


def chains(visit: Visit) -> Finding:
    count = visit.facts.entries
    limit = None if count <= ENTRIES else 5_000
    breaks = list(itertools.islice(seals.verify_chains(limit), 5))
    if breaks:
        return bad(
            _("Riwayat tidak utuh: %(where)s.")
            % {"where": "; ".join(f"{item.where} ({item.what})" for item in breaks)},
            _("Bandingkan dengan cadangan terakhir yang masih utuh; riwayat telah diubah di luar Lawang."),
        )
    return good(_("%(count)s catatan, rantainya utuh.") % {"count": number(count)})


def night_seals(visit: Visit) -> Finding:
    newest = list(Seal.objects.order_by("-date")[:3])
    if not newest:
        return hint(_("Belum ada segel."), _("Segel pertama dibuat malam ini oleh `lawang work`."))
    if broken := seals.verify_seals(newest):
        return bad(
            _("Segel tidak cocok: %(where)s.")
            % {"where": "; ".join(f"{item.where} ({item.what})" for item in broken)},
            _("Riwayat sebelum segel itu telah diubah, atau kunci segel hilang. Bandingkan dengan cadangan."),
        )
    if visit.at - newest[0].made_at > timedelta(hours=50):
        return bad(
            _("Segel terakhir bertanggal %(date)s.") % {"date": newest[0].date},
            _("Periksa apakah `lawang work` berjalan."),
        )
    return good(_("Segel %(date)s cocok.") % {"date": newest[0].date})


def mail(visit: Visit) -> Finding:
    if "email" not in ready_channels():
        return hint(
            _("Server surel belum diatur: pesan menunggu."), _("Atur LAWANG_SMTP_URL dan LAWANG_MAIL_FROM.")
        )
    return good(_("Server surel sudah diatur."))


def outbox(visit: Visit) -> Finding:
    failed, stuck = visit.facts.failed, visit.facts.stuck
    if failed or stuck:
        return bad(
            _("%(failed)s pesan gagal, %(stuck)s tertahan.") % {"failed": failed, "stuck": stuck},
            _("Buka Kelola, Pesan, lalu kirim ulang setelah sebabnya diperbaiki."),
        )
    return good(_("Tidak ada pesan yang tertahan."))


def worker(visit: Visit) -> Finding:
    last = pulse.last_beat()
    if last is None or visit.at - last > timedelta(minutes=3):
        return bad(
            _("Pekerja tidak berjalan: pesan tidak terkirim dan segel tidak dibuat."),
            _("Jalankan `lawang work`, atau `systemctl start lawang-work`."),
        )
    return good(_("Pekerja berjalan."))


def static(visit: Visit) -> Finding:
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        return hint(_("Berkas tampilan belum dikumpulkan."), _("Jalankan: lawang collectstatic --noinput"))
    return good(_("Berkas tampilan siap."))


def files(visit: Visit) -> Finding:
    from lawang.record.files import path_of

    missing = [
        sha256
        for sha256, size, is_sealed in visit.facts.newest_files
        if not path_of(sha256).exists()
        or path_of(sha256).stat().st_size != size + (SEALED_MORE if is_sealed else 0)
    ]
    if missing:
        return bad(
            _("%(count)s berkas tidak ada di tempatnya.") % {"count": len(missing)},
            _("Kembalikan folder %(folder)s dari cadangan.") % {"folder": settings.MEDIA_ROOT},
        )
    return good(_("Berkas yang terbaru ada di tempatnya."))


def backup(visit: Visit) -> Finding:
    last = pulse.last_backup()
    if last is None:
        return hint(
            _("Belum pernah ada cadangan."), _("Jalankan `lawang backup`, dan pasang lawang-backup.timer.")
        )
    if visit.at - last > timedelta(hours=50):
        return bad(
            _("Cadangan terakhir %(date)s.") % {"date": f"{last:%Y-%m-%d}"}, _("Periksa lawang-backup.timer.")
        )
    return good(_("Cadangan terakhir %(date)s.") % {"date": f"{last:%Y-%m-%d}"})
