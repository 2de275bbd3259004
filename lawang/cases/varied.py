"""The answers of a worked example as another made-up person would give them, on another day.

Names, numbers, places, streets and days are others, the same one always for the same one: who is named twice in an
example is named twice here. Every NIK and family card number begins with an area that does not exist.
"""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from lawang.cases.synthetic import MARK, MEN, STREETS, WOMEN
from lawang.lib import nik as lib_nik

NOBODYS = "161199"  # no district has this code
RECENT = timedelta(
    days=400
)  # days so near to the receipt move with it; those of birth and marriage only a little
AHEAD = timedelta(
    days=100
)  # validity is told in months and years, which differ: what lies further is a little less
APART = 600  # days by which older ones move at most

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_VILLAGE = re.compile(r"\d\d\.\d\d\.\d\d\.\d{4}")
_SIXTEEN = re.compile(r"\d{16}")
_NAME = re.compile(rf"[A-Za-z' ]+ {MARK}", re.IGNORECASE)
_SERIAL = re.compile(r"\b1611-")  # how numbers of certificates begin


class Varied:
    """One made-up person in the place of an example's.

    `villages` are the codes to choose from; `at_home` is the one where the case belongs, in the place of `home` in the
    example. `serials` gives the last figures of numbers, never twice the same.
    """

    def __init__(
        self,
        answers: Mapping[str, Any],
        *,
        received: date,
        filed: date,
        source: random.Random,
        villages: Sequence[str],
        home: str,
        at_home: str,
        serials: Iterator[int],
    ) -> None:
        self.received = self.then = received
        self.filed = filed
        self.source = source
        self.villages = villages
        self.serials = serials
        self.known: dict[str, str] = {home: at_home} if home else {}
        self.first_names: dict[str, str] = {}
        self.is_taken: set[str] = set()
        self._meet(answers)
        self.answers: dict[str, Any] = self._again(answers, filed - received, "")

    def entered(self, values: Mapping[str, Any], *, then: date, now: date) -> dict[str, Any]:
        """Return what officers enter with a step, whose day in the example is `then`."""
        self.then = then
        found: dict[str, Any] = self._again(values, now - then, "", all_days=True)
        return found

    def name(self, is_woman: bool) -> str:
        """Return a name that nobody in this case has yet."""
        names = [one for one in (WOMEN if is_woman else MEN) if one not in self.is_taken] or [MARK]
        chosen = self.source.choice(names)
        self.is_taken.add(chosen)
        return f"{chosen} {MARK}"

    def _meet(self, answers: Mapping[str, Any]) -> None:
        """Give everybody who is named another name, that of a woman where the number or the answer says so."""
        for key, value in answers.items():
            if isinstance(value, Mapping):
                self._meet(value)
            elif isinstance(value, list):
                for one in value:
                    if isinstance(one, Mapping):
                        self._meet(one)
            elif key.endswith("name") and isinstance(value, str) and _NAME.fullmatch(value):
                person = value.title()
                if person not in self.known:
                    self.known[person] = self.name(self._is_woman(answers, key.removesuffix("name")))
                    self.first_names[person.split()[0]] = self.known[person].split()[0]

    def _is_woman(self, answers: Mapping[str, Any], before: str) -> bool:
        number, sex = answers.get(f"{before}nik"), answers.get(f"{before}sex")
        if isinstance(number, str) and _SIXTEEN.fullmatch(number):
            return int(number[6:8]) > lib_nik.WOMEN
        return sex == lib_nik.FEMALE if sex else self.source.random() < 0.5

    def _again(self, value: Any, moved: timedelta, key: str, *, all_days: bool = False) -> Any:
        if isinstance(value, Mapping):
            return {name: self._again(one, moved, name, all_days=all_days) for name, one in value.items()}
        if isinstance(value, list):
            return [self._again(one, moved, key, all_days=all_days) for one in value]
        if not isinstance(value, str):
            return value
        if _DAY.fullmatch(value):
            return self._day(date.fromisoformat(value), moved, all_days).isoformat()
        if _VILLAGE.fullmatch(value):
            return self.known.setdefault(value, self.source.choice(self.villages))
        if _SIXTEEN.fullmatch(value):
            return self.known.setdefault(value, self._number(value, is_nik=key.endswith("nik")))
        if key.endswith("phone"):
            return f"0812{self.source.randint(90_000_000, 99_999_999)}"
        if key.endswith("account") and value.isdecimal():
            return f"9{self.source.randint(10**8, 10**9 - 1)}"
        if key.endswith("address"):
            return f"{self.source.choice(STREETS)} nomor {self.source.randint(1, 90)}"
        return _SERIAL.sub("1699-", self._words(value))

    def _words(self, value: str) -> str:
        for old, new in self.known.items():
            if value.title() == old:
                return new.upper() if value.isupper() else new
            value = value.replace(old, new)
        for old, new in self.first_names.items():
            value = re.sub(rf"\b{re.escape(old)}\b", new, value)
        return value

    def _day(self, day: date, moved: timedelta, all_days: bool) -> date:
        if all_days:
            return day + moved - (timedelta(days=5) if day > self.then + AHEAD else timedelta())
        if day > self.received - RECENT:
            return day + moved
        key = day.isoformat()
        if key not in self.known:
            self.known[key] = (day + timedelta(self.source.randint(-APART, APART))).isoformat()
        return date.fromisoformat(self.known[key])

    def _number(self, value: str, *, is_nik: bool) -> str:
        """Return a number like `value`; a NIK has the day of birth that stands in the answers, if one does."""
        serial = 9000 + next(self.serials) % 1000
        if not is_nik:
            return f"{NOBODYS}{value[6:12]}{serial}"
        day, month, year = int(value[6:8]), int(value[8:10]), int(value[10:12])
        is_woman = day > lib_nik.WOMEN
        born = date(1900 + year if year > 30 else 2000 + year, month, day - lib_nik.WOMEN * is_woman)
        born = self._day(born, timedelta(), False)
        return f"{NOBODYS}{born.day + lib_nik.WOMEN * is_woman:02}{born:%m%y}{serial}"
