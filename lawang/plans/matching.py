"""Find what somebody meant by a name: sure, unsure (then the person picks), or nothing. It never guesses silently."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

SURE = 0.90  # ratio from which a single spelling may be taken
MARGIN = 0.08  # and by how much it must lead the next one
POSSIBLE = 0.55  # ratio from which a name is worth showing as a candidate
MOST = 5  # candidates shown
MOST_GUESSES = (
    2_000  # names that are compared letter by letter in one run; the rest is asked about without candidates
)

SHORT_FORMS = {
    "din": "dinas",
    "dns": "dinas",
    "bdn": "badan",
    "bag": "bagian",
    "kec": "kecamatan",
    "kel": "kelurahan",
    "ds": "desa",
    "kab": "kabupaten",
    "set": "sekretariat",
    "sekr": "sekretariat",
    "upt": "upt",
    "kantor": "kantor",
    "kom": "komunikasi",
    "info": "informatika",
    "pend": "pendidikan",
    "kes": "kesehatan",
    "smart": "smart",
}


@dataclass(frozen=True)
class Candidate:
    """Something that may be meant."""

    code: str
    name: str


@dataclass(frozen=True)
class Match:
    """`code` when it is sure; otherwise `candidates`, best first, perhaps none."""

    code: str = ""
    candidates: tuple[Candidate, ...] = ()

    @property
    def is_sure(self) -> bool:
        return bool(self.code)


def plain(words: str) -> str:
    """Return the words without case, accents, punctuation and short forms: "Din. Kes." becomes "dinas kesehatan"."""
    words = unicodedata.normalize("NFKD", words.casefold())
    words = "".join(letter for letter in words if not unicodedata.combining(letter))
    words = re.sub(r"[^\w]+|_", " ", words.replace("&", " dan "))
    return " ".join(SHORT_FORMS.get(word, word) for word in words.split())


def plain_code(code: str) -> str:
    return re.sub(r"\s+", "", code).casefold()


class Matcher:
    """Knows every code and every accepted spelling of one kind of thing.

    `guesses` False: only a code or an exact spelling is sure; what looks alike is shown, never taken.
    """

    def __init__(self, guesses: bool = True) -> None:
        self.guesses = guesses
        self.names: dict[str, str] = {}  # code -> name to show
        self._codes: dict[str, str] = {}
        self._spellings: dict[str, dict[str, None]] = {}  # plain spelling -> codes, in order
        self._found: dict[str, Match] = {}
        self._guessed = 0

    def add(self, code: str, name: str, spellings: Iterable[str] = ()) -> None:
        self.names[code] = name
        self._codes[plain_code(code)] = code
        for spelling in (name, *spellings):
            if key := plain(spelling):
                self._spellings.setdefault(key, {})[code] = None
        self._found.clear()

    def alias(self, code: str, means: str) -> None:
        """Let one more code lead to something that is known already."""
        self._codes.setdefault(plain_code(code), means)
        self._found.clear()

    def find(self, words: str) -> Match:
        if words not in self._found:
            self._found[words] = self._find(words)
        return self._found[words]

    def _find(self, words: str) -> Match:
        if code := self._codes.get(plain_code(words)):
            return Match(code)
        key = plain(words)
        exact = self._spellings.get(key, {})
        if len(exact) == 1:
            return Match(next(iter(exact)))
        if exact:
            return Match(candidates=self._candidates(list(exact)))
        self._guessed += 1
        if self._guessed > MOST_GUESSES:
            return Match()
        return self._guess(key)

    def _guess(self, key: str) -> Match:
        best: dict[str, float] = {}
        for spelling, codes in self._spellings.items():
            share = _alike(key, spelling)
            if share >= POSSIBLE:
                for code in codes:
                    best[code] = max(best.get(code, 0.0), share)
        ranked = sorted(best, key=lambda code: (-best[code], code))
        if not ranked:
            return Match()
        lead = best[ranked[0]] - (best[ranked[1]] if len(ranked) > 1 else 0.0)
        if self.guesses and best[ranked[0]] >= SURE and lead >= MARGIN and len(key) >= 6:
            return Match(ranked[0])
        return Match(candidates=self._candidates(ranked[:MOST]))

    def _candidates(self, codes: list[str]) -> tuple[Candidate, ...]:
        return tuple(Candidate(code, self.names[code]) for code in codes)


def _alike(left: str, right: str) -> float:
    """Return how alike two plain spellings are, 0 to 1; different numbers in them are never nearly the same."""
    if re.findall(r"\d+", left) != re.findall(r"\d+", right):
        return 0.0
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    is_far = matcher.real_quick_ratio() < POSSIBLE or matcher.quick_ratio() < POSSIBLE
    share = 0.0 if is_far else matcher.ratio()
    words, others = set(left.split()), set(right.split())
    if words and words <= others and len(words) < len(others):
        share = max(share, 0.75)  # "kominfo" in "dinas kominfo": worth asking, not sure
    return share
