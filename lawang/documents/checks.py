"""What the letters can say about themselves: keys, numbers, wordings, signatures that hang."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from lawang.documents import language, qr
from lawang.record.doctor import Finding, Visit, bad, good, hint, register_check

STUCK = timedelta(hours=25)  # a promised signature is given up after 24

QUESTION = """
select
    (select count(*) from documents_document where state <> 'draft'),
    (select count(*) from people_nodekey where purpose = 'qr' and fingerprint = %s and valid_to is null),
    (select coalesce(json_agg(one.code || ' ' || one.year), '[]') from documents_numberseries as one
        where exists (select from documents_document where series_id = one.id)
        and one.last <> (select count(*) from documents_document where series_id = one.id)
            + (select count(*) from documents_voidednumber as gone where gone.series_id = one.id and not exists
                (select from documents_document where series_id = one.id and sequence = gone.sequence))),
    (select count(*) from documents_signature where state = 'asked' and asked_at < %s),
    (select coalesce(json_agg(json_build_object(
            'code', one.code, 'body', one.body, 'names', one.names, 'office', office.short_name
        ) order by one.code, office.short_name), '[]')
        from documents_template as one left join people_agency as office on office.id = one.agency_id
        where one.is_current)
"""


def register() -> None:
    """Make the check known to doctor."""
    register_check("documents", lambda: _("Surat"), documents)


def documents(visit: Visit) -> Finding:
    """Look at everything that would make letters worthless, in one question to the database."""
    fingerprint, _public = qr.qr_card()
    with connection.cursor() as cursor:
        cursor.execute(QUESTION, [fingerprint, visit.at - STUCK])
        count, listed, gaps, stuck, wordings = cursor.fetchone()
    if count and not listed:
        return bad(
            _("Kunci kode QR tidak tercantum di halaman cek: surat yang asli akan tampak palsu."),
            _("Jalankan `lawang work`, atau kembalikan kuncinya: lawang keys import BERKAS"),
        )
    if gaps:
        return bad(
            _("Nomor surat bolong pada seri %(series)s.") % {"series": ", ".join(gaps[:5])},
            _("Nomor hilang di luar Lawang. Bandingkan dengan cadangan terakhir."),
        )
    if faulty := _faulty(wordings):
        return bad(
            _("Bunyi surat salah: %(where)s.") % {"where": "; ".join(faulty[:3])},
            _("Buka Kelola, Bunyi surat, lalu perbaiki isian yang tidak dikenal."),
        )
    if stuck:
        return hint(
            _("%(count)s tanda tangan sudah lebih dari sehari menunggu jawaban.") % {"count": stuck},
            _("Periksa apakah `lawang work` berjalan dan layanan tanda tangan menjawab."),
        )
    return good(_("%(count)s surat, nomornya urut, bunyinya benar.") % {"count": count})


def _faulty(wordings: list[dict[str, Any]]) -> list[str]:
    """Return "code (office): fault" for each wording with a name that it may not use any more."""
    found = []
    for one in wordings:
        for words in one["body"].values():
            if faults := language.faults(words, one["names"].keys()):
                where = f"{one['code']} ({one['office']})" if one["office"] else one["code"]
                found.append(f"{where}, {faults[0]}")
                break
    return found
