"""What the doctor asks of the exchange: are our keys here, who is refused, waited for, unreachable or silent?"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Min, OuterRef, Subquery
from django.utils.translation import gettext as _

from lawang.exchange import keys
from lawang.exchange.models import PeerKey, SentBatch
from lawang.exchange.standing import peers_at, state_words
from lawang.lib.dates import long_date
from lawang.lib.text import say
from lawang.people.models import NodeKey
from lawang.people.node import day_of, is_movement, node
from lawang.record.doctor import Finding, Visit, bad, good, hint, register_check

NAMED = 3  # nodes in one sentence
CLOCK = timedelta(minutes=5)  # as long as a signed request holds


def register() -> None:
    register_check("exchange", lambda: _("Kiriman antarsimpul"), check)


def check(visit: Visit) -> Finding:
    """Look at every admitted node and at our own two keys. One query."""
    at = visit.at
    in_force = PeerKey.objects.filter(peer=OuterRef("pk"), valid_to=None).order_by().values("peer")
    unfetched = (
        SentBatch.objects.filter(peer=OuterRef("pk"), fetched_at=None).order_by().values("peer")
        if node().base_url
        else SentBatch.objects.none().values("peer")  # carried as files: nobody tells when they arrive
    )
    ours = NodeKey.objects.filter(purpose=NodeKey.Purpose.BATCH, valid_to=None)
    peers: Any = (
        peers_at(at)
        .filter(revoked_at=None)
        .annotate(
            locks=Subquery(in_force.annotate(number=Count("pk")).values("number")),
            left=Subquery(unfetched.annotate(first=Min("sealed_at")).values("first")),
            ours=ArraySubquery(ours.values("fingerprint")),
        )
    )
    found = list(peers)
    if not found:
        return good(_("Belum ada simpul yang diterima."))
    if not _keys_are_here(set(found[0].ours)):
        return bad(
            _("Kunci kiriman di mesin ini bukan kunci yang dikenal simpul lain; kiriman kita akan ditolak."),
            _(
                "Kembalikan kunci dengan `lawang keys import BERKAS`. "
                "Kalau kuncinya hilang, simpul lain harus menerima kartu kita lagi."
            ),
        )
    for level, looks, words, mend in _troubles(at):
        troubled = [one for one in found if looks(one)]
        if troubled:
            return level(_listed(troubled, words), mend)
    return good(_("%(count)s simpul; semuanya ada kabar.") % {"count": len(found)})


Looks = Callable[[Any], bool]
Words = Callable[[Any], str]


def _troubles(at: datetime) -> list[tuple[Callable[[str, str], Finding], Looks, Words, str]]:
    """Return what can be wrong with a node, the worst first: how bad, whether it is, in words, what to do."""
    stale = at - timedelta(days=settings.STALE_DAYS)
    return [
        (
            bad,
            lambda one: one.locks != len(PeerKey.Use),
            lambda one: _("tidak punya kunci yang berlaku"),
            _("Minta kartunya yang baru, dan terima simpul itu lagi."),
        ),
        (
            bad,
            lambda one: one.state == "refused",
            lambda one: state_words(one, at),
            _("Buka halaman simpulnya dan bicarakan alasannya dengan pemiliknya."),
        ),
        (
            hint,
            lambda one: one.state == "waiting",
            lambda one: state_words(one, at),
            _("Ambil lagi, atau minta berkas nomor yang hilang itu."),
        ),
        (
            hint,
            lambda one: bool(one.sealed and one.heard_at and one.sealed > one.heard_at + CLOCK),
            lambda one: _("jamnya lebih cepat daripada jam di sini"),
            _("Periksa penyelaras waktu di kedua mesin: selisih lima menit membuat permintaan ditolak."),
        ),
        (
            hint,
            lambda one: bool(one.trouble),
            lambda one: one.trouble.rstrip("."),
            _("Periksa alamat di kartunya, lalu ambil lagi dari halaman simpulnya."),
        ),
        (
            hint,
            lambda one: bool(one.left and one.left < stale),
            lambda one: _("belum mengambil kiriman sejak %(date)s") % {"date": long_date(day_of(one.left))},
            _("Tanyakan apakah simpul itu punya kartu dengan alamat kita, atau bawakan berkasnya."),
        ),
        (
            hint,
            lambda one: (
                one.state == "silent" and is_movement()
            ),  # regencies send each night, a movement rarely
            lambda one: state_words(one, at),
            _("Hubungi pemiliknya: mungkin pekerjanya mati atau berkasnya belum dibawa."),
        ),
    ]


def _listed(peers: list[Any], words: Words) -> str:
    lines = [f"{say(one.name)} ({words(one)})" for one in peers[:NAMED]]
    if len(peers) > NAMED:
        lines.append(_("dan %(count)s lagi") % {"count": len(peers) - NAMED})
    return f"{', '.join(lines)}."


def _keys_are_here(known: set[str]) -> bool:
    """Tell whether the keys that others know us by (fingerprints) lie in the folder; none are made here."""
    if not known:
        return True  # nobody has been given a card yet
    if not all((Path(settings.KEYS) / name).exists() for name in (keys.SIGN, keys.BOX_FILE)):
        return False
    publics = (keys.signing_key().public_key(), keys.box_key().public_key())
    return known == {keys.fingerprint(keys.raw(one)) for one in publics}
