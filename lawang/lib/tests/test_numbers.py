from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from lawang.lib.numbers import as_is, number, parse_number, percent, rupiah, rupiah_short
from lawang.lib.refused import Refused


@pytest.mark.parametrize(
    ("value", "decimals", "words"),
    [
        (53592, 0, "53.592"),
        (Decimal("32.75"), 1, "32,8"),
        (0.125, 2, "0,13"),
        (-1234.5, 0, "−1.235"),
        (-0.1, 0, "0"),
    ],
)
def test_number(value: Decimal, decimals: int, words: str) -> None:
    assert number(value, decimals) == words


def test_money_and_percent() -> None:
    assert rupiah(3_000_000) == "Rp3.000.000"
    assert rupiah(-5000) == "−Rp5.000"
    assert rupiah_short(1_234_000_000) == "Rp1,2\u00a0miliar"
    assert rupiah_short(999_960_000) == "Rp1\u00a0miliar"
    assert rupiah_short(750_000) == "Rp750.000"
    assert percent(Decimal("32.7"), 1) == "32,7\u00a0%"
    assert as_is(Decimal("2140.00")) == "2.140"


def test_english() -> None:
    with override("en"):
        assert number(53592.5, 1) == "53,592.5"
        assert percent(5) == "5%"
        assert rupiah_short(1_234_000_000) == "Rp1.2\u00a0billion"


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("53.592,5", "53592.5"),
        ("53592", "53592"),
        ("Rp 3.000.000", "3000000"),
        ("32,7 %", "32.7"),
        ("-4,5", "-4.5"),
        ("12.5", "12.5"),
        ("1.250", "1250"),
    ],
)
def test_parse(typed: str, value: str) -> None:
    assert parse_number(typed) == Decimal(value)


@pytest.mark.parametrize("typed", ["", "dua", "1.2.3", "1,2,3", "--4", "1e9", "٣", "NaN", "9" * 40])
def test_parse_refuses_with_an_example(typed: str) -> None:
    with pytest.raises(Refused, match=r"misalnya 1\.250,5"):
        parse_number(typed)


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_what_is_shown_can_be_typed(value: Decimal) -> None:
    assert parse_number(number(value, 2)) == value
