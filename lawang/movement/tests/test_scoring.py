"""Scores are added up as the published results were, to the hundredth."""

from decimal import Decimal
from fractions import Fraction
from math import floor
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import given, settings
from hypothesis import strategies as some

from lawang.lib.refused import Refused
from lawang.movement.instrument import Instrument
from lawang.movement.management.commands.score import find
from lawang.movement.scoring import (
    final_score,
    improvement,
    item_score,
    levers,
    rounded,
    scores_of_components,
    scores_of_items,
)
from lawang.movement.tables import read_results

HERE = Path(__file__).parent
NAMES = ("baseline", "output", "outcome", "impact", "quickwin", "kolaborasi")
PUBLISHED = [  # region, instrument, track, components, final
    ("Malang", "kominfo-2022", "kppn", "1.4 1.54 2.92 2.56 3.08", "2.51"),
    ("Wonogiri", "kominfo-2022", "kppn", "3.95 2.36 3.35 3.88 3.46", "3.31"),
    ("Malang", "kominfo-2023", "kppn", "3.6 2.29 3.41 2.81 3.13 2.53", "2.94"),
    ("Gunungkidul", "kominfo-2023", "kppn", "3.84 3.94 3.44 3.36 3.77 3.7", "3.66"),
    ("Muara Enim", "kominfo-2023", "reguler", "2.56 2.51 2.82 2.92 2.45", "2.68"),
    ("Wakatobi", "kominfo-2023", "kppn", "1.6 1.23 2.02 1.4 1.88 1.43", "1.61"),
]


def components(words: str) -> dict[str, Decimal]:
    return {name: Decimal(word) for name, word in zip(NAMES, words.split(), strict=False)}


@pytest.fixture(scope="module")
def of_2022() -> Instrument:
    return find("kominfo-2022")


@pytest.fixture(scope="module")
def of_2023() -> Instrument:
    return find("2023")


@pytest.mark.parametrize(("region", "code", "track", "words", "final"), PUBLISHED)
def test_published_finals_come_out_again(region: str, code: str, track: str, words: str, final: str) -> None:
    instrument = find(code)
    scores = scores_of_components(components(words), instrument.tracks[track], instrument)
    assert scores.final == Decimal(final)
    assert dict(scores.components) == components(words)


def test_malangs_components_come_out_of_its_items(of_2023: Instrument) -> None:
    """117 printed item scores give the six components of the letter."""
    track = of_2023.tracks["kppn"]
    results = read_results((HERE / "malang_2023.csv").read_bytes(), track, of_2023)
    assert results.faults == []
    scores = results.scores["Malang"]
    assert scores is not None
    assert dict(scores.components) == components("3.6 2.29 3.41 2.81 3.13 2.53")
    assert scores.final == Decimal("2.94")


def test_last_years_final_is_added_up_with_this_years_rounding(
    of_2022: Instrument, of_2023: Instrument
) -> None:
    """Malang's letter of 2022 said 2.51; the published improvement counts from 2.50."""
    found = improvement(
        Decimal("2.94"), components("1.4 1.54 2.92 2.56 3.08"), of_2022.tracks["kppn"], of_2023.rounding
    )
    assert found == Decimal("0.44")


def test_the_instruments_ask_what_was_published(of_2022: Instrument, of_2023: Instrument) -> None:
    counted = {
        instrument.year: {code: len(one.items) for code, one in instrument.components.items()}
        for instrument in (of_2022, of_2023)
    }
    assert counted == {
        2022: {"baseline": 5, "output": 7, "outcome": 31, "impact": 4, "quickwin": 12},
        2023: {"baseline": 5, "output": 7, "outcome": 33, "impact": 54, "quickwin": 12, "kolaborasi": 6},
    }
    assert len(of_2022.by_key) == 59
    assert len(of_2023.by_key) == 117


def half_up(value: Fraction, digits: int) -> Fraction:
    """Round with whole numbers alone: slow, and nothing that could round twice."""
    return Fraction(floor(value * 10**digits + Fraction(1, 2)), 10**digits)


INSTRUMENTS = {year: find(str(year)) for year in (2022, 2023)}
marks = some.lists(some.integers(0, 4), min_size=1, max_size=7)


@settings(deadline=None)
@given(some.data())
def test_every_step_rounds_half_up_and_carries_on_rounded(data: some.DataObject) -> None:
    instrument = INSTRUMENTS[data.draw(some.sampled_from([2022, 2023]))]
    track = instrument.tracks[data.draw(some.sampled_from(sorted(instrument.tracks)))]
    asked = instrument.components_of(track)
    given_marks = {item.code: data.draw(marks) for one in asked for item in one.items[:3]}
    total, slow = Fraction(), {}
    for one in asked:
        means = [
            half_up(Fraction(sum(row), len(row)), 2)
            for item in one.items
            for row in [given_marks.get(item.code, [2, 3])]
        ]
        slow[one.code] = half_up(sum(means, Fraction()) / len(means), 2)
        contribution = Fraction(track.weights[one.code]) * slow[one.code] / 100
        digits = instrument.rounding.contribution
        total += contribution if digits is None else half_up(contribution, digits)
    items = {
        item.code: item_score(given_marks.get(item.code, [2, 3]), instrument.rounding)
        for one in asked
        for item in one.items
    }
    fast = scores_of_items(items, track, instrument)
    assert {code: Fraction(value) for code, value in fast.components.items()} == slow
    assert Fraction(fast.final) == half_up(total, 2)


def test_ties_go_up() -> None:
    assert rounded(Decimal("2.345"), 2) == Decimal("2.35")
    assert rounded(Decimal("0.005"), 2) == Decimal("0.01")


def test_a_mark_of_zero_counts_and_no_mark_is_refused(of_2023: Instrument) -> None:
    assert item_score([0, 0, 3], of_2023.rounding) == 1
    with pytest.raises(ValueError, match="no marks"):
        item_score([], of_2023.rounding)
    with pytest.raises(KeyError):
        final_score(components("3.6 2.29"), of_2023.tracks["kppn"], of_2023.rounding)


def test_levers_say_which_item_moves_the_final_most(of_2023: Instrument) -> None:
    track = of_2023.tracks["kppn"]
    items = {item.code: Decimal(2) for item in of_2023.items.values()}
    items["A1-1.1.1"] = Decimal("3.5")
    found = levers(items, track, of_2023)
    assert found[0].item.component == "output"  # 20 % shared by seven
    assert found[0].gain == Decimal(20) / 100 / 7
    basis = next(one for one in found if one.item.code == "A1-1.1.1")
    assert basis.room == Decimal(10) / 100 / 5 * Decimal("0.5")
    assert basis.gain == basis.room  # no more than what is left
    assert sum(one.room for one in found) < 2


# Files


def table(*lines: str) -> bytes:
    return "\n".join(lines).encode()


HEAD = "region,baseline,output,outcome,impact,quickwin,kolaborasi"


def test_a_region_with_empty_cells_did_not_take_part(of_2023: Instrument) -> None:
    results = read_results(table(HEAD, "Kosong,,,,,,", "Nol,0,0,0,0,0,0"), of_2023.tracks["kppn"], of_2023)
    assert results.scores["Kosong"] is None
    assert results.scores["Nol"] is not None
    assert results.scores["Nol"].final == 0


def test_semicolons_and_decimal_commas_are_read(of_2023: Instrument) -> None:
    content = (
        "\ufeffDaerah;Baseline;Output;Outcome;Impact;QuickWin\nMuara Enim;2,56;2,51;2,82;2,92;2,45\n".encode()
    )
    scores = read_results(content, of_2023.tracks["reguler"], of_2023).scores["Muara Enim"]
    assert scores is not None
    assert scores.final == Decimal("2.68")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Malang,3.6,2.29,,2.81,3.13,2.53", "Baris 2, Malang: kosong: outcome"),
        ("Malang,3.6,2.29,lima,2.81,3.13,2.53", "“lima” bukan angka"),
        ("Malang,3.6,2.29,4.01,2.81,3.13,2.53", "4.01 di luar 0 sampai 4"),
        ("Malang,3.6,2.29,NaN,2.81,3.13,2.53", "NaN di luar"),
        (",3.6,2.29,3,2.81,3.13,2.53", "Baris 2: nama daerah kosong"),
    ],
)
def test_a_row_that_cannot_be_used_is_explained(of_2023: Instrument, line: str, said: str) -> None:
    results = read_results(table(HEAD, line), of_2023.tracks["kppn"], of_2023)
    assert results.scores == {}
    assert len(results.faults) == 1
    assert said in results.faults[0]


def test_a_region_that_comes_twice_is_refused_the_second_time(of_2023: Instrument) -> None:
    row = "Malang,3.6,2.29,3.41,2.81,3.13,2.53"
    results = read_results(table(HEAD, row, row), of_2023.tracks["kppn"], of_2023)
    assert list(results.scores) == ["Malang"]
    assert "sudah ada di baris lain" in results.faults[0]


def test_item_rows_that_are_wrong_or_missing_are_explained(of_2023: Instrument) -> None:
    whole = (HERE / "malang_2023.csv").read_text().splitlines()
    track = of_2023.tracks["kppn"]
    missing = read_results(table(*whole[:-2]), track, of_2023)
    assert missing.scores == {}
    assert "2 butir belum bernilai: F1-6.5.1, F1-6.6.1" in missing.faults[0]
    unknown = read_results(table(*whole, "Malang,Z9-1,3"), track, of_2023)
    assert "butir “Z9-1” tidak ada" in unknown.faults[0]
    twice = read_results(table(*whole, whole[1]), track, of_2023)
    assert "sudah ada di baris lain" in twice.faults[0]
    other_track = read_results(table(*whole), of_2023.tracks["reguler"], of_2023)
    assert other_track.passed_over == 6  # Kolaborasi is not asked there
    assert other_track.scores["Malang"] is not None


def test_items_may_be_named_by_key(of_2023: Instrument) -> None:
    lines = ["region,code,score", *(f"Uji,{key},3" for key in of_2023.by_key)]
    scores = read_results(table(*lines), of_2023.tracks["kppn"], of_2023).scores["Uji"]
    assert scores is not None
    assert scores.final == 3


def test_a_table_without_its_columns_is_refused(of_2023: Instrument) -> None:
    with pytest.raises(Refused, match="tidak punya kolom kolaborasi"):
        read_results(table(HEAD.removesuffix(",kolaborasi"), "A,1,1,1,1,1"), of_2023.tracks["kppn"], of_2023)
    with pytest.raises(Refused, match="tidak punya kolom region"):
        read_results(b"a,b\n1,2\n", of_2023.tracks["kppn"], of_2023)


# The command


def test_the_command_prints_scores_and_improvement(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "new.csv").write_bytes(
        table(HEAD, "Malang,3.6,2.29,3.41,2.81,3.13,2.53", "Baru,1,1,1,1,1,1", "Tidak,,,,,,")
    )
    (tmp_path / "old.csv").write_bytes(
        table(HEAD.removesuffix(",kolaborasi"), "Malang,1.4,1.54,2.92,2.56,3.08", "Tidak,1,1,1,1,1")
    )
    call_command(
        "score",
        "kominfo-2023",
        "kppn",
        str(tmp_path / "new.csv"),
        previous=str(tmp_path / "old.csv"),
        previous_instrument="kominfo-2022",
    )
    assert capsys.readouterr().out.splitlines() == [
        f"{HEAD},final,improvement",
        "Malang,3.60,2.29,3.41,2.81,3.13,2.53,2.94,0.44",
        "Baru,1.00,1.00,1.00,1.00,1.00,1.00,1.00,",
        "Tidak,,,,,,,,",
    ]


def test_the_command_prints_what_it_can_and_ends_with_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "new.csv").write_bytes(table(HEAD, "A,9,1,1,1,1,1", "B,1,1,1,1,1,1"))
    with pytest.raises(CommandError, match="Baris 2, A: baseline 9 di luar 0 sampai 4"):
        call_command("score", "kominfo-2023", "kppn", str(tmp_path / "new.csv"))
    assert "B,1.00" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["kominfo-1999", "kppn", "x.csv"], "yang ada: kominfo-2022, kominfo-2023"),
        (["kominfo-2023", "kpn", "x.csv"], "yang ada: reguler, kppn"),
        (["kominfo-2023", "kppn", "/tidak/ada.csv"], "tidak bisa dibaca"),
        (["kominfo-2023", "kppn", "x.csv", "--previous", "y.csv"], "dipakai bersama"),
    ],
)
def test_a_wrong_call_is_told_what_there_is(arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("score", *arguments)
