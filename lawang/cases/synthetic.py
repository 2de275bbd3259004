"""Believable answers of people who do not exist, for any service, made from nothing but its fields.

For rehearsals, demonstrations and load. The same random source gives the same answers. Names of fields say what is
meant: a NIK fits the `birth_date` and `sex` whose names begin like its own, a child is young, a death is recent.
"""

import random
import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from lawang.cases.reading import LONGEST, Read, read_answers
from lawang.lib.fields import Answers, Field, Kind

WOMEN = (
    "Siti Aminah",
    "Dewi Lestari",
    "Nurhayati",
    "Sri Wahyuni",
    "Rina Marlina",
    "Yuliana",
    "Ratna Sari",
    "Fitriani",
    "Maryam",
    "Eka Putri",
    "Lina Herawati",
    "Wati",
    "Nur Aini",
    "Desi Ratnasari",
)
MEN = (
    "Ahmad Fauzi",
    "Budi Santoso",
    "Agus Salim",
    "Hendra Gunawan",
    "Joko Susilo",
    "Rizki Pratama",
    "Muhammad Yusuf",
    "Sutrisno",
    "Edi Kurniawan",
    "Dedi Irawan",
    "Zulkifli",
    "Iwan Setiawan",
    "Rahmat Hidayat",
    "Anton",
)
MARK = "Contoh"  # the last word of every made-up name
TOWNS = ("Tebing Tinggi", "Lahat", "Pagar Alam", "Palembang", "Lubuk Linggau", "Pendopo", "Muara Pinang")
STREETS = (
    "Jalan Lintas Sumatera",
    "Jalan Merdeka",
    "Jalan Pasar Baru",
    "Dusun II",
    "Dusun III",
    "Lorong Masjid",
)
TRADES = ("petani kopi", "pedagang sayur", "guru", "sopir", "penjahit", "peternak", "tukang kayu", "perawat")
SENTENCES = (
    "Untuk melengkapi berkas keluarga.",
    "Diperlukan untuk mendaftar sekolah.",
    "Kami sudah menanyakan di kantor desa dan diminta mengajukan di sini.",
    "Mohon dibantu, rumah kami jauh dari kantor kecamatan.",
    "Untuk mengurus pinjaman usaha di bank.",
    "Rapat kelompok tani, sekitar lima puluh orang.",
)
CHILDREN = ("child", "baby", "newborn")
VILLAGES = ("16.11.01.2001", "16.11.02.2003", "16.11.03.2001", "16.11.05.2010")  # when nobody names any
OPTIONAL = 0.7  # how often something that may stay empty is answered


def applicant(
    fields: tuple[Field, ...], source: random.Random, *, today: date, villages: Sequence[str] = VILLAGES
) -> Read:
    """Return what one made-up applicant fills in, read as a form would read it.

    `faults` is empty unless the definition asks for something that cannot be given.
    """
    return read_answers(fields, _Person(source, today, villages).group(fields, ""), today=today)


class _Person:
    """Fills in one form. Answers that belong together have names that begin alike."""

    def __init__(self, source: random.Random, today: date, villages: Sequence[str]) -> None:
        self.source = source
        self.today = today
        self.villages = villages

    def group(self, fields: tuple[Field, ...], around: str) -> Answers:
        """Return the answers of one group; `around` is the name of the group, for what is meant by "name"."""
        sexes: dict[str, str] = {}
        births: dict[str, date] = {}
        found: Answers = {}
        for one in fields:  # what a NIK and a name are made from, first
            if one.kind == Kind.CHOICE and one.name.endswith("sex"):
                found[one.name] = self.source.choice(one.choices).code
                sexes[one.name.removesuffix("sex")] = found[one.name]
            elif one.kind == Kind.DATE and one.name.endswith("birth_date"):
                births[one.name.removesuffix("birth_date")] = self._birth(f"{around} {one.name}")
                found[one.name] = births[one.name.removesuffix("birth_date")].isoformat()
        for one in fields:
            if one.name in found:
                continue
            if not one.required and self.source.random() > OPTIONAL:
                continue
            before = next((name for name in {*sexes, *births} if name and one.name.startswith(name)), "")
            is_woman = sexes.get(before, self.source.choice(("f", "m")))[:1] in ("f", "p", "w")
            found[one.name] = self._value(one, around, births.get(before), is_woman)
        return found

    def _value(self, one: Field, around: str, birth: date | None, is_woman: bool) -> Any:
        match one.kind:
            case Kind.GROUP:
                if not one.repeats:
                    return self.group(one.fields, one.name)
                most = min(one.most_times, max(one.least_times, 1) + 1)
                times = self.source.randint(one.least_times, max(one.least_times, most))
                return [self.group(one.fields, one.name) for _time in range(times)]
            case Kind.CHOICE:
                return self.source.choice(one.choices).code
            case Kind.DATE:
                return self._date(one).isoformat()
            case Kind.NUMBER:
                return self._number(one)
            case Kind.MONEY:
                least = one.least or 0
                most = one.most if one.most is not None else max(least, 5_000_000)
                return min(most, max(least, self.source.randint(least, most) // 10_000 * 10_000))
            case Kind.PLACE:
                village = self.source.choice(self.villages)
                return village if one.level == "village" else village.rpartition(".")[0]
            case Kind.IDENTITY:
                return self._nik(birth or self._birth(one.name), is_woman)
            case Kind.FILE:
                return [str(uuid.UUID(int=self.source.getrandbits(128), version=4))]
            case _:
                return self._words(one, around, is_woman)

    def _words(self, one: Field, around: str, is_woman: bool) -> str:
        match one.format:
            case "phone":
                return f"+628{self.source.randint(10**8, 10**10 - 1)}"
            case "email":
                return f"{self.source.choice(MEN).split()[0].lower()}{self.source.randint(1, 999)}@example.id"
            case "time":
                return f"{self.source.randint(7, 20):02}:{self.source.choice((0, 15, 30, 45)):02}"
            case "family_card":
                issued = f"{self.source.randint(1, 31):02}{self.source.randint(1, 12):02}15"
                return f"{self._area()}{issued}{self.source.randint(1, 9999):04}"
        name = f"{around} {one.name}"
        if name.endswith("name"):
            words = f"{self.source.choice(WOMEN if is_woman else MEN)} {MARK}"
        elif "place" in name or "town" in name or "city" in name:
            words = self.source.choice(TOWNS)
        elif "address" in name:
            words = f"{self.source.choice(STREETS)} nomor {self.source.randint(1, 200)}"
        elif "job" in name or "trade" in name or "occupation" in name:
            words = self.source.choice(TRADES)
        elif one.kind == Kind.LONG_TEXT:
            words = " ".join(self.source.sample(SENTENCES, 2))
        elif "number" in name:
            words = (
                f"{self.source.randint(1, 999):03}/{self.source.choice(('SK', 'RS', 'DS'))}/{self.today.year}"
            )
        else:
            words = one.example or self.source.choice(SENTENCES)
        most = one.most or LONGEST.get(one.kind, 200)
        words = words[:most].strip()
        return words if len(words) >= (one.least or 0) else words.ljust(one.least or 0, "a")

    def _number(self, one: Field) -> int | str:
        least = one.least if one.least is not None else 0
        most = one.most if one.most is not None else max(least + 10, 10)
        if not one.decimals:
            return self.source.randint(least, max(least, most))
        return f"{self.source.uniform(least, most):.{one.decimals}f}"

    def _date(self, one: Field) -> date:
        if one.not_after_today or any(word in one.name for word in ("death", "since", "issued", "marriage")):
            days = 30 if "death" in one.name else 3650
            return self.today - timedelta(days=self.source.randint(0, days))
        return self.today + timedelta(days=self.source.randint(1, 60))

    def _birth(self, name: str) -> date:
        days = 60 if any(word in name for word in CHILDREN) else 20_000
        least = 0 if days == 60 else 6_700
        return self.today - timedelta(days=self.source.randint(least, least + days))

    def _area(self) -> str:
        return self.source.choice(self.villages).replace(".", "")[:6]

    def _nik(self, birth: date, is_woman: bool) -> str:
        day = birth.day + (40 if is_woman else 0)
        return f"{self._area()}{day:02}{birth:%m%y}{self.source.randint(1, 9999):04}"
