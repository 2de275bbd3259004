import itertools
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawang.lib.codes import ALPHABET, BODY, LENGTH, _twice, check_character, new_code, normalise, shown

VECTORS = json.loads((Path(__file__).parent / "code_vectors.json").read_text())
CODES = [row["code"] for row in VECTORS["codes"]]


def test_a_new_code_is_a_code_and_never_the_same() -> None:
    codes = {new_code() for _number in range(1000)}
    assert len(codes) == 1000
    assert all(len(code) == LENGTH and normalise(code) == code for code in codes)
    assert {character for code in codes for character in code[:BODY]} == set(ALPHABET)


def test_the_quasigroup_is_totally_anti_symmetric() -> None:
    """Whatever was before, one wrong character or two neighbours swapped give another interim, for good."""
    table = [[_twice(interim) ^ digit for digit in range(32)] for interim in range(32)]
    assert all(sorted(row) == list(range(32)) for row in table)
    assert all(
        sorted(table[interim][digit] for interim in range(32)) == list(range(32)) for digit in range(32)
    )
    for interim in range(32):
        for one in range(32):
            for other in range(one):
                assert table[table[interim][one]][other] != table[table[interim][other]][one]
                assert table[one][other] != table[other][one]


@pytest.mark.parametrize("code", CODES)
def test_every_wrong_character_is_found(code: str) -> None:
    for place in range(LENGTH):
        for wrong in set(ALPHABET) - {code[place]}:
            assert normalise(code[:place] + wrong + code[place + 1 :]) is None


def test_every_swap_of_neighbours_is_found_in_every_place() -> None:
    chance = random.Random(1)
    for place in range(BODY):
        for one, other in itertools.permutations(ALPHABET, 2):
            code = _code_with(chance, {place: one, place + 1: other})
            assert normalise(code[:place] + other + one + code[place + 2 :]) is None


def _code_with(chance: random.Random, fixed: dict[int, str]) -> str:
    """Return any code with these characters in these places."""
    while True:
        body = "".join(fixed.get(place, chance.choice(ALPHABET)) for place in range(BODY))
        code = body + check_character(body)
        if code[BODY] == fixed.get(BODY, code[BODY]):
            return code


@pytest.mark.parametrize("code", CODES)
def test_every_swap_of_any_two_is_found(code: str) -> None:
    """2 has order 31 in GF(32), and a code is shorter than that."""
    for one, other in itertools.combinations(range(LENGTH), 2):
        swapped = list(code)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        assert (normalise("".join(swapped)) is None) == (code[one] != code[other])


@pytest.mark.parametrize("row", VECTORS["codes"], ids=CODES)
def test_vectors(row: dict[str, str]) -> None:
    assert check_character(row["code"][:BODY]) == row["code"][BODY]
    assert shown(row["code"]) == row["shown"]
    assert normalise(row["typed"]) == normalise(row["shown"]) == row["code"]


@pytest.mark.parametrize("typed", VECTORS["refused"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert normalise(typed) is None


@given(st.text())
def test_anything_may_be_typed(typed: str) -> None:
    code = normalise(typed)
    assert code is None or normalise(code) == code


@pytest.mark.parametrize("body", ["", "7F3A91C20KX", "7F3A91C20KXL", "7f3a91c20kxm"])
def test_a_check_character_needs_a_body(body: str) -> None:
    with pytest.raises(ValueError, match="not 12 characters"):
        check_character(body)
