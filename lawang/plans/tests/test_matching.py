"""Names: sure, unsure, nothing; never a silent guess."""

import pytest

from lawang.plans.matching import Matcher

AGENCIES = {
    "dinkes": ("Dinas Kesehatan", ["Dinkes"]),
    "disdik": ("Dinas Pendidikan dan Kebudayaan", ["Disdikbud"]),
    "distan": ("Dinas Pertanian", []),
    "disbun": ("Dinas Perkebunan", []),
    "kominfo": ("Dinas Komunikasi dan Informatika", ["Diskominfo"]),
    "smpn1": ("SMP Negeri 1 Pendopo", []),
    "smpn2": ("SMP Negeri 2 Pendopo", []),
    "utara": ("Kecamatan Lintang Utara", []),
    "selatan": ("Kecamatan Lintang Selatan", []),
}


@pytest.fixture
def agencies() -> Matcher:
    matcher = Matcher()
    for code, (name, spellings) in AGENCIES.items():
        matcher.add(code, name, spellings)
    return matcher


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("DINKES", "dinkes"),
        ("dinas kesehatan.", "dinkes"),
        ("Din. Kes.", "dinkes"),
        ("Dinas Kesehatn", "dinkes"),
        ("Dinas Komunikasi & Informatika", "kominfo"),
        ("Kec. Lintang Utara", "utara"),
        ("disbun ", "disbun"),
    ],
)
def test_spelling_is_forgiven(agencies: Matcher, words: str, code: str) -> None:
    assert agencies.find(words).code == code


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("Dinas Pendidikan", "disdik"),
        ("Dinas Perkebun", "disbun"),
        ("Lintang", "selatan"),
        ("Kominfo Dinas", "kominfo"),
    ],
)
def test_what_is_only_alike_is_asked(agencies: Matcher, words: str, first: str) -> None:
    match = agencies.find(words)
    if not match.is_sure:
        assert first in [found.code for found in match.candidates]
    else:
        assert match.code == first


@pytest.mark.parametrize("words", ["SMP Negeri 3 Pendopo", "Bank Dunia", "x", "", "=1+1"])
def test_another_number_or_name_is_nothing(agencies: Matcher, words: str) -> None:
    assert not agencies.find(words).is_sure


def test_a_name_of_two_is_asked() -> None:
    matcher = Matcher()
    matcher.add("a", "Sekretariat")
    matcher.add("b", "Sekretariat")
    assert {found.code for found in matcher.find("sekretariat").candidates} == {"a", "b"}


def test_codes_are_never_guessed() -> None:
    matcher = Matcher(guesses=False)
    matcher.add("P-001", "Air bersih sampai desa")
    assert matcher.find("p-001").code == "P-001"
    assert matcher.find("Air bersih sampai desa").is_sure
    assert not matcher.find("Air bersih sampai des").is_sure
    assert not matcher.find("P-002").is_sure
