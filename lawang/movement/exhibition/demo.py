"""A small exhibition for demonstrations: some booths filled with made-up things that say so, the others still empty.

Nothing in it is a statement of the regencies that it names; every filled booth carries the word "Contoh".
"""

import io
import math
import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise

from django.db import transaction
from PIL import Image, ImageDraw, ImageFilter

from lawang.areas.models import Area
from lawang.lib.text import Text, text
from lawang.movement.exhibition import actions, talks
from lawang.movement.exhibition.models import Booth, Exhibition
from lawang.pages.models import Picture
from lawang.pages.pictures import add_picture
from lawang.people.models import User

DAYS = 21  # that it stays open
EMPTY = {  # code -> since
    "12.71": 2018,
    "14.08": 2017,
    "32.73": 2017,
    "35.10": 2017,
    "35.25": 2018,
    "52.02": 2018,
    "51.71": 2019,
    "61.72": 2019,
    "74.71": 2021,
    "81.71": 2022,
    "91.71": 2023,
}


@dataclass(frozen=True)
class Shown:
    """What one example booth shows."""

    code: str
    since: int
    dimension: str
    title: Text
    words: str
    hue: tuple[int, int, int]
    seen: str  # what is on the poster
    figures: tuple[tuple[str, str, str, str, str], ...]  # title, value, unit, target, colour
    wins: tuple[tuple[str, str], ...]


BOOTHS = (
    Shown(
        "16.11",
        2022,
        "kehidupan",
        text("Air bersih sampai desa terakhir", "Clean water to the last village"),
        "Dulu air dipikul dari sungai. Kini **warga desa membaca meterannya sendiri** lewat HP, dan kebocoran "
        "terlihat pada hari yang sama.\n\n- Sambungan baru dipilih menurut jarak ke mata air\n"
        "- Tarif ditempel di balai desa\n- Gangguan dijawab dalam satu hari kerja",
        (38, 122, 138),
        "Gambar bukit dan sungai dengan rumah-rumah di tepinya",
        (
            ("Rumah tersambung air bersih", "2.140", "rumah", "2.600", "slipping"),
            ("Akta kelahiran tepat waktu", "86", "%", "90", "on_track"),
            ("Laporan warga dijawab dalam 3 hari", "71", "%", "85", "slipping"),
        ),
        (
            ("Meter air dibaca warga", "Tagihan dihitung dari foto meter; salah catat turun separuh."),
            ("Akta di hari lahir", "Bayi pulang dari puskesmas dengan aktanya."),
            ("Peta jalan rusak", "Lubang yang dilaporkan tampak di peta sampai ditutup."),
        ),
    ),
    Shown(
        "35.07",
        2019,
        "ekonomi",
        text("Pasar desa buka sampai ke luar pulau", "The village market reaches other islands"),
        "Perajin menaruh harga sekali, **tiga puluh pasar membacanya**. Ongkos kirim dihitung bersama supaya yang jauh "
        "tidak kalah.",
        (176, 92, 38),
        "Gambar gunung dan ladang saat matahari terbit",
        (
            ("Pelaku usaha yang menjual daring", "4.870", "usaha", "6.000", "on_track"),
            ("Desa dengan katalog sendiri", "212", "desa", "250", "on_track"),
            ("Izin usaha terbit dalam sehari", "64", "%", "80", "off_track"),
        ),
        (
            ("Katalog satu pintu", "Harga ditulis sekali, tampil di semua pasar."),
            ("Ongkos bersama", "Kiriman sekecamatan berangkat dalam satu truk."),
            ("Klinik kemasan", "Seratus kemasan diperbaiki tiap bulan tanpa biaya."),
        ),
    ),
    Shown(
        "33.74",
        2017,
        "tata-kelola",
        text("Satu nomor untuk semua aduan", "One number for every complaint"),
        "Aduan dari pesan, telepon, dan loket masuk ke **satu daftar dengan satu tenggat**. Yang terlambat naik "
        "sendiri ke atasan.",
        (70, 86, 160),
        "Gambar kota di tepi laut dengan menara",
        (
            ("Aduan selesai tepat waktu", "88", "%", "90", "on_track"),
            ("Layanan tanpa datang ke kantor", "143", "layanan", "160", "slipping"),
            ("Data terbuka yang diperbarui tahun ini", "97", "%", "95", "on_track"),
        ),
        (
            ("Satu daftar aduan", "Semua kanal, satu nomor, satu tenggat."),
            ("Antre dari rumah", "Nomor antrean diambil pagi hari lewat HP."),
            ("Rapat terbuka", "Keputusan rapat terbit esok harinya."),
        ),
    ),
    Shown(
        "73.71",
        2017,
        "lingkungan",
        text("Sampah ditimbang, bukan ditebak", "Waste is weighed, not guessed"),
        "Setiap truk ditimbang di gerbang. **Kelurahan melihat angkanya malam itu juga**, dan bank sampah tahu apa "
        "yang laku.",
        (40, 128, 84),
        "Gambar pantai dengan pohon dan matahari rendah",
        (
            ("Sampah yang ditimbang", "412", "ton per hari", "430", "on_track"),
            ("Sampah yang diolah", "23", "%", "30", "slipping"),
            ("Bank sampah aktif", "318", "tempat", "400", "slipping"),
        ),
        (
            ("Timbangan gerbang", "Berat tiap kelurahan terbaca setiap malam."),
            ("Harga bank sampah", "Harga beli sama di seluruh kota, ditempel mingguan."),
            ("Truk tepat waktu", "Jadwal lewat tampil di depan gang."),
        ),
    ),
    Shown(
        "64.72",
        2017,
        "masyarakat",
        text("Belajar dari sungai", "Learning from the river"),
        "Sekolah tepi sungai mencatat tinggi air setiap pagi. **Catatan anak-anak menjadi peringatan banjir** kota.",
        (30, 110, 120),
        "Gambar sungai lebar dengan rumah panggung",
        (
            ("Sekolah yang mencatat tinggi air", "46", "sekolah", "60", "on_track"),
            ("Peringatan sampai sebelum banjir", "9 dari 11", "kejadian", "11", "slipping"),
            ("Warga yang ikut latihan", "12.400", "orang", "15.000", "on_track"),
        ),
        (
            ("Papan tinggi air", "Dibaca siswa, dikirim dengan pesan singkat."),
            ("Peta tempat aman", "Setiap RT tahu jalannya."),
            ("Perpustakaan perahu", "Singgah di dua belas dermaga tiap minggu."),
        ),
    ),
)


@transaction.atomic
def load(secretary: User, keepers: dict[str, User], *, at: datetime) -> Exhibition:
    """Make this year's exhibition. `keepers`: area code -> who answers at its booth.

    `secretary` holds movement.exhibit and movement.fill_booth for all booths.
    """
    day = at.date()
    fair = actions.open_exhibition(
        day.year,
        text(f"Pameran Kota Cerdas {day.year}", f"Smart City Exhibition {day.year}"),
        words=text(
            "Lihat apa yang dikerjakan daerah lain, dan tanyakan langsung kepada yang mengerjakannya.",
            "See what other regencies do, and ask the people who do it.",
        ),
        opens=day - timedelta(days=2),
        closes=day + timedelta(days=DAYS),
        by=secretary,
        at=at,
    )
    since = EMPTY | {one.code: one.since for one in BOOTHS}
    areas = Area.objects.valid(day).filter(code__in=since)
    actions.give_booths(fair, [(area, since[area.code]) for area in areas], by=secretary, at=at)
    booths = {booth.area.code: booth for booth in fair.booths.select_related("area", "exhibition")}
    for one in BOOTHS:
        if booth := booths.get(one.code):
            _fill(booth, one, secretary, keepers.get(one.code), at)
    _offers(booths, secretary, at)
    if keepers and (code := next(iter(keepers))) in booths:
        _talk(booths[code], keepers[code], at)
    return fair


def _fill(booth: Booth, one: Shown, by: User, keeper: User | None, at: datetime) -> None:
    offices = [
        actions.Office(
            "Diskominfo (contoh)", (1, 2, 3, 4, 5), time(8), time(15), "program dan angkanya", keeper
        ),
        actions.Office("Bappeda (contoh)", (2, 4), time(9), time(12), "rencana induk"),
    ]
    actions.set_representatives(booth, offices, by=by, at=at)
    poster = _picture(one.hue, one.seen, seed=one.code, by=by, at=at)
    shots = [
        _picture(one.hue, f"Gambar contoh untuk {title}", seed=f"{one.code}{n}", small=True, by=by, at=at)
        for n, (title, _words) in enumerate(one.wins)
    ]
    actions.fill_booth(
        booth,
        title=one.title,
        words=text(one.words),
        dimension=one.dimension,
        poster=poster,
        indicators=[
            actions.ShownIndicator(
                title=text(title), value=value, unit=unit, target=target, colour=colour, href=""
            )
            for title, value, unit, target, colour in one.figures
        ],
        wins=[
            actions.ShownWin(
                title=text(title),
                words=text(words),
                picture=shots[n].pk if n < len(shots) else None,
                href="",
            )
            for n, (title, words) in enumerate(one.wins)
        ],
        figures_on=at.date().replace(day=1) - timedelta(days=1),
        is_example=True,
        by=by,
        at=at,
    )
    lines = f"indikator,capaian,satuan,target\n{chr(10).join(','.join(row[:4]) for row in one.figures)}\n"
    actions.add_exhibit(
        booth,
        "document",
        text("Tiga angka sebagai tabel (contoh)"),
        lines.encode(),
        name="angka-contoh.csv",
        by=by,
        at=at,
    )


def _offers(booths: dict[str, Booth], by: User, at: datetime) -> None:
    given = (
        ("35.07", "offers", "ekonomi", "Katalog pasar desa, siap dipakai daerah lain"),
        ("16.11", "seeks", "ekonomi", "Teman untuk menjual kopi ke luar pulau"),
        ("73.71", "offers", "lingkungan", "Cara menimbang sampah di gerbang, lengkap dengan hitungannya"),
    )
    made = {}
    for code, kind, dimension, title in given:
        if booth := booths.get(code):
            made[code] = actions.make_offer(booth, kind, dimension, text(title), by=by, at=at)
    if "35.07" in made and "16.11" in booths:
        actions.agree(
            made["35.07"],
            booths["16.11"].area,
            text("Memakai katalog pasar desa bersama (contoh)"),
            number="CONTOH/KS/001",
            date=at.date() - timedelta(days=30),
            by=by,
            at=at,
        )


def _talk(booth: Booth, keeper: User, at: datetime) -> None:
    """Leave one answered and one open question."""
    visitor = talks.visitor_of("contoh")
    first = talks.ask(
        booth, "Apakah meter air bisa dibaca tanpa HP?", visitor=visitor, at=at - timedelta(hours=3)
    )
    words = "Bisa. Kader desa membacakannya setiap tanggal 5, lalu angkanya ditempel di balai desa."
    talks.answer(first, words, by=keeper, at=at - timedelta(hours=2))
    talks.ask(
        booth, "Bolehkah desa kami meniru caranya? Siapa yang dihubungi?", visitor=visitor, name="Tamu", at=at
    )


def _picture(
    hue: tuple[int, int, int], seen: str, *, seed: str, small: bool = False, by: User, at: datetime
) -> Picture:
    """Draw a landscape that is plainly a drawing, and keep it."""
    out = io.BytesIO()
    drawn = _landscape(hue, seed)
    (drawn.resize((640, 480)) if small else drawn).save(out, "PNG")
    return add_picture(
        out.getvalue(), name="gambar.png", alt=text(seen), credit="Gambar contoh", by=by, at=at, is_ours=True
    )


def _landscape(hue: tuple[int, int, int], seed: str) -> Image.Image:
    """Return a drawing of a sky, a sun, ranges of hills, water and houses, 1280 by 960."""
    dice = random.Random(seed)  # noqa: S311  the same drawing every time
    width, height = 1280, 960

    def mix(share: float, other: tuple[int, int, int]) -> tuple[int, int, int]:
        return tuple(round(a * (1 - share) + b * share) for a, b in zip(hue, other, strict=True))  # type: ignore[return-value]

    warm, pale, deep = (255, 214, 150), (246, 249, 252), (12, 22, 34)
    sky = Image.new("RGB", (1, height))
    for y in range(height):
        sky.putpixel((0, y), mix(0.82 - 0.25 * y / height, warm if y > height * 0.3 else pale))
    picture = sky.resize((width, height))
    draw = ImageDraw.Draw(picture)
    x, y, r = dice.randint(250, 1000), dice.randint(170, 300), dice.randint(60, 100)
    draw.ellipse((x - r, y - r, x + r, y + r), fill=mix(0.9, (255, 240, 205)))
    for layer in range(5):
        base = 380 + layer * 105
        waves = [
            (dice.uniform(0.002, 0.007), dice.uniform(0, 6.3), dice.uniform(18, 70 - 8 * layer))
            for _ in range(3)
        ]
        ridge = [
            (float(px), base + sum(size * math.sin(px * speed + shift) for speed, shift, size in waves))
            for px in range(0, width + 20, 20)
        ]
        share = 0.55 - 0.14 * layer
        draw.polygon(
            [*ridge, (width, height), (0, height)], fill=mix(abs(share), pale if share > 0 else deep)
        )
        if layer == 2:
            _houses(draw, ridge, dice, mix)
    water = [(width * 0.36, height), (width * 0.55, 640), (width * 0.6, 640), (width * 0.74, height)]
    draw.polygon(water, fill=mix(0.72, pale))
    return picture.filter(ImageFilter.GaussianBlur(0.8))


def _houses(
    draw: ImageDraw.ImageDraw, ridge: list[tuple[float, float]], dice: random.Random, mix: object
) -> None:
    assert callable(mix)
    for (x, y), _next in pairwise(ridge[4:-4:5]):
        if dice.random() < 0.7:
            w, h = dice.randint(26, 44), dice.randint(20, 30)
            draw.rectangle((x, y - h + 8, x + w, y + 14), fill=mix(0.88, (255, 250, 240)))
            draw.polygon(
                [(x - 6, y - h + 8), (x + w / 2, y - h - 16), (x + w + 6, y - h + 8)], fill=(168, 74, 52)
            )
