"""The verbs of the exhibition: make it, give booths, fill them, put films and documents in, agree on collaboration."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypedDict

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from lawang.areas.models import Area
from lawang.lib.refused import Refused
from lawang.lib.text import Text
from lawang.movement.exhibition.models import (
    Booth,
    Collaboration,
    Exhibit,
    Exhibition,
    Offer,
    Representative,
)
from lawang.pages.models import Picture
from lawang.pages.pictures import add_picture
from lawang.people.models import User
from lawang.people.permissions import demand, may
from lawang.record.actions import keep_file, record
from lawang.record.models import Privacy

SHOWN = 3  # indicators, and quick wins, in a booth
MOST_EXHIBITS = 24


class ShownIndicator(TypedDict):
    """One indicator as a booth shows it; what is missing is ""."""

    title: Text
    value: str
    unit: str
    target: str
    colour: str  # a word of plans.Colour, or ""
    href: str


class ShownWin(TypedDict):
    """One quick win as a booth shows it."""

    title: Text
    words: Text
    picture: int | None
    href: str


@dataclass(frozen=True)
class Office:
    """One office at a booth, as `set_representatives` takes it."""

    office: str
    weekdays: tuple[int, ...]  # 1 Monday ... 7 Sunday
    opens: time
    closes: time
    about: str = ""
    user: User | None = None


@transaction.atomic
def open_exhibition(
    year: int, title: Text, *, opens: date, closes: date, words: Text | None = None, by: User, at: datetime
) -> Exhibition:
    """Make the exhibition of a year. Raise Refused when there is one, or it would close before it opens."""
    demand(by, "movement.exhibit")
    if Exhibition.objects.filter(year=year).exists():
        raise Refused(_("Pameran tahun %(year)s sudah ada.") % {"year": year})
    if closes < opens:
        raise Refused(_("Hari terakhirnya lebih awal daripada hari pertamanya."))
    row = Exhibition.objects.create(year=year, title=title, words=words, opens=opens, closes=closes)
    record(row, "exhibition_opened", by=by, at=at, after={"year": year, "opens": opens, "closes": closes})
    return row


@transaction.atomic
def give_booths(
    exhibition: Exhibition, areas: Iterable[tuple[Area, int]], *, by: User, at: datetime
) -> list[Booth]:
    """Give regencies a booth: (area, year in which it joined). Those that have one keep it. Return the new ones."""
    demand(by, "movement.exhibit")
    exhibition = Exhibition.objects.select_for_update().get(pk=exhibition.pk)
    known = set(exhibition.booths.values_list("area", flat=True))
    made = Booth.objects.bulk_create(
        Booth(exhibition=exhibition, area=area, since=since) for area, since in areas if area.pk not in known
    )
    for booth in made:
        record(booth, "booth_given", by=by, at=at, after={"area": booth.area.code, "since": booth.since})
    _changed(exhibition.pk)
    return made


@transaction.atomic
def fill_booth(
    booth: Booth,
    *,
    title: Text,
    words: Text | None = None,
    dimension: str = "",
    poster: Picture | None = None,
    indicators: Sequence[ShownIndicator] = (),
    wins: Sequence[ShownWin] = (),
    figures_on: date | None = None,
    plan_url: str = "",
    results_url: str = "",
    answers_within: int = 60,
    is_example: bool = False,
    by: User,
    at: datetime,
) -> Booth:
    """Write what a booth shows. Raise Refused without a title, or with more than three indicators or quick wins."""
    demand(by, "movement.fill_booth", booth)
    if not title["id"].strip():
        raise Refused(_("Beri anjungan ini satu kalimat judul."))
    if len(indicators) > SHOWN or len(wins) > SHOWN:
        raise Refused(_("Pilih paling banyak tiga: pengunjung membaca sambil lalu."))
    if not 1 <= answers_within <= 2880:
        raise Refused(_("Waktu menjawab antara 1 menit dan 2 hari."))
    row = Booth.objects.select_for_update().get(pk=booth.pk)
    before = {"title": row.title, "dimension": row.dimension, "filled": row.filled_at is not None}
    row.title, row.words, row.dimension, row.poster = title, words, dimension, poster
    row.indicators, row.wins = [dict(one) for one in indicators], [dict(one) for one in wins]
    row.figures_on, row.plan_url, row.results_url = figures_on, plan_url, results_url
    row.answers_within, row.is_example, row.filled_at = answers_within, is_example, row.filled_at or at
    row.save()
    record(
        row,
        "booth_filled",
        by=by,
        at=at,
        before=before,
        after={"title": title, "dimension": dimension, "indicators": len(indicators), "wins": len(wins)},
    )
    _changed(row.exhibition_id)
    return row


@transaction.atomic
def set_representatives(
    booth: Booth, offices: Sequence[Office], *, by: User, at: datetime
) -> list[Representative]:
    """Say which offices stand at a booth, when, and who answers for them. Replaces what was there.

    The movement gives the first account (movement.exhibit); whoever stands there may then change hours and people.
    """
    if not may(by, "movement.fill_booth", booth):
        demand(by, "movement.exhibit")
    for one in offices:
        if one.closes <= one.opens or not one.weekdays or not set(one.weekdays) <= set(range(1, 8)):
            raise Refused(
                _("Jam %(office)s belum benar: pilih harinya, dan tutup setelah buka.")
                % {"office": one.office}
            )
    booth = Booth.objects.select_for_update().get(pk=booth.pk)
    booth.representatives.all().delete()
    rows = Representative.objects.bulk_create(
        Representative(
            booth=booth,
            office=one.office,
            about=one.about,
            weekdays=sorted(set(one.weekdays)),
            opens=one.opens,
            closes=one.closes,
            user=one.user,
            order=order,
        )
        for order, one in enumerate(offices)
    )
    users = [one.user.pk for one in offices if one.user]
    record(
        booth,
        "representatives_set",
        by=by,
        at=at,
        after={"offices": [o.office for o in offices], "users": users},
    )
    _changed(booth.exhibition_id)
    return rows


@transaction.atomic
def add_exhibit(
    booth: Booth,
    kind: str,
    title: Text,
    upload: Any,
    *,
    name: str,
    transcript: str = "",
    by: User,
    at: datetime,
) -> Exhibit:
    """Put a film, picture or document into a booth. Raise Refused for a wrong file, or a film without transcript."""
    demand(by, "movement.fill_booth", booth)
    booth = Booth.objects.select_for_update().get(pk=booth.pk)
    if not title["id"].strip():
        raise Refused(_("Tulis judulnya."))
    if booth.exhibits.count() >= MOST_EXHIBITS:
        raise Refused(_("Anjungan ini sudah penuh. Cabut satu bahan dahulu."))
    row = Exhibit(
        booth=booth, kind=kind, title=title, transcript=transcript.strip(), order=booth.exhibits.count()
    )
    if kind == Exhibit.Kind.PICTURE:
        row.picture = add_picture(upload, name=name, alt=title, by=by, at=at)
    else:
        is_film = kind == Exhibit.Kind.FILM
        if is_film and not row.transcript:
            raise Refused(
                _("Tulis apa yang dikatakan dan terlihat di film, untuk yang tidak dapat memutarnya.")
            )
        row.file = keep_file(
            upload, name=name, about=booth, privacy=Privacy.PUBLIC, by=by, at=at, may_be_film=is_film
        )
        if is_film != row.file.kind.startswith("video/"):
            raise Refused(_("Ini bukan film. Kirim MP4 atau WebM."))
    row.save()
    record(booth, "exhibit_added", by=by, at=at, after={"kind": kind, "title": title})
    _changed(booth.exhibition_id)
    return row


@transaction.atomic
def remove_exhibit(exhibit: Exhibit, *, by: User, at: datetime) -> None:
    """Take something out of a booth; its file stays in the record."""
    demand(by, "movement.fill_booth", exhibit)
    booth = Booth.objects.select_for_update().get(pk=exhibit.booth_id)
    record(booth, "exhibit_removed", by=by, at=at, before={"kind": exhibit.kind, "title": exhibit.title})
    exhibit.delete()
    _changed(booth.exhibition_id)


# Collaboration


@transaction.atomic
def make_offer(
    booth: Booth, kind: str, dimension: str, title: Text, words: Text | None = None, *, by: User, at: datetime
) -> Offer:
    """Say what a regency seeks from others, or offers to them."""
    demand(by, "movement.fill_booth", booth)
    if kind not in Offer.Kind.values or not title["id"].strip():
        raise Refused(_("Pilih mencari atau menawarkan, dan tulis apa."))
    row = Offer.objects.create(booth=booth, kind=kind, dimension=dimension, title=title, words=words, at=at)
    record(row, "offer_made", by=by, at=at, after={"kind": kind, "dimension": dimension, "title": title})
    _changed(booth.exhibition_id)
    return row


@transaction.atomic
def withdraw_offer(offer: Offer, *, by: User, at: datetime) -> Offer:
    """Take an offer back. What was agreed on it stays."""
    demand(by, "movement.fill_booth", offer)
    row = Offer.objects.select_for_update().select_related("booth").get(pk=offer.pk)
    if row.withdrawn_at is None:
        row.withdrawn_at = at
        row.save(update_fields=["withdrawn_at"])
        record(row, "offer_withdrawn", by=by, at=at)
        _changed(row.booth.exhibition_id)
    return row


@transaction.atomic
def agree(
    offer: Offer,
    other: Area,
    subject: Text,
    *,
    number: str,
    date: date,
    until: date | None = None,
    upload: Any = None,
    name: str = "",
    by: User,
    at: datetime,
) -> Collaboration:
    """Record an agreement that an offer led to: with whom, its number and date, and its signed file where there is one.

    Raise Refused when it is with oneself, dated in the future, ends before it begins, or is recorded already.
    """
    demand(by, "movement.fill_booth", offer)
    area = offer.booth.area
    number = " ".join(number.split())[:120]
    if area.pk == other.pk:
        raise Refused(_("Pilih daerah lain: kerja sama butuh dua daerah."))
    if not number:
        raise Refused(_("Tulis nomor perjanjiannya."))
    if date > at.date():
        raise Refused(_("Tanggal perjanjiannya belum tiba."))
    if until is not None and until < date:
        raise Refused(_("Perjanjian ini berakhir sebelum dimulai. Periksa tanggalnya."))
    if Collaboration.objects.filter(
        Q(area=area, other=other) | Q(area=other, other=area), number=number
    ).exists():
        raise Refused(_("Perjanjian dengan nomor ini sudah dicatat."))
    row = Collaboration(
        offer=offer,
        area=area,
        other=other,
        dimension=offer.dimension,
        subject=subject,
        number=number,
        date=date,
        until=until,
        by=by,
        at=at,
    )
    if upload is not None:
        row.file = keep_file(upload, name=name, about=offer.booth, privacy=Privacy.PUBLIC, by=by, at=at)
    row.save()
    record(
        row, "collaboration_agreed", by=by, at=at, after={"number": number, "date": date, "other": other.code}
    )
    _changed(offer.booth.exhibition_id)
    return row


def collaborations(area: Area, node_code: str, year: int) -> QuerySet[Collaboration]:
    """Return the agreements of a regency, on either side, in one branch of the framework, in force during a year.

    `node_code`: code of the dimension; "" for all. Without an agreed end an agreement goes on. The kolaborasi items of
    the evaluation count these.
    """
    rows = Collaboration.objects.filter(Q(area=area) | Q(other=area), date__year__lte=year).filter(
        Q(until=None) | Q(until__year__gte=year)
    )
    return rows.filter(dimension=node_code) if node_code else rows


def _changed(exhibition_id: int) -> None:
    """Let caches know that what visitors read has changed."""
    Exhibition.objects.filter(pk=exhibition_id).update(changed=F("changed") + 1)
