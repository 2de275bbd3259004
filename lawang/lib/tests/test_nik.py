from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawang.lib.nik import FEMALE, MALE, digits, family_card_fault, fault, masked, mismatches

SITI = "1611015203910001"  # born on 12 March 91, a woman
BUDI = "1611011203910002"  # born on the same day, a man


@pytest.mark.parametrize(
    "typed", [SITI, "1611 0152 0391 0001", "16.11.01.520391.0001", "161101–520391–0001\n"]
)
def test_a_nik_as_people_write_it(typed: str) -> None:
    assert fault(typed) is None
    assert digits(typed) == SITI


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Tulis NIK, 16 angka."),
        ("161101520391001", "NIK harus 16 angka. Anda menulis 15."),
        ("1611015203910001 7", "NIK harus 16 angka. Anda menulis 17."),
        ("16110152O3910001", "NIK hanya berisi angka. Anda menulis “O”."),
        ("1611015203910٠01", "NIK hanya berisi angka. Anda menulis “٠”."),
        ("1611010003910001", "Anda menulis 00."),
        ("1611013203910001", "Anda menulis 32."),
        ("1611014003910001", "41 sampai 71 untuk perempuan. Anda menulis 40."),
        ("1611017203910001", "Anda menulis 72."),
        ("1611015200910001", "bulan lahir: 01 sampai 12. Anda menulis 00."),
        ("1611015213910001", "bulan lahir: 01 sampai 12. Anda menulis 13."),
        ("1611017104910001", "31-04-91 tidak ada di kalender"),
        ("1611012902910001", "29-02-91 tidak ada di kalender"),
        ("1611015203910000", "Empat angka terakhir NIK tidak mungkin 0000."),
    ],
)
def test_a_fault_says_what_is_wrong(typed: str, sentence: str) -> None:
    found = fault(typed)
    assert found is not None
    assert sentence in found


@given(
    st.dates(date(1901, 1, 1), date(2030, 12, 31)),
    st.sampled_from([MALE, FEMALE]),
    st.integers(1, 9999),
    st.integers(110101, 969999),
)
def test_every_person_has_a_nik_without_fault(born: date, sex: str, serial: int, area: int) -> None:
    day = born.day + (40 if sex == FEMALE else 0)
    nik = f"{area}{day:02}{born:%m%y}{serial:04}"
    assert fault(nik) is None
    assert mismatches(nik, birth_date=born, sex=sex) == []


@given(st.text())
def test_anything_may_be_typed(typed: str) -> None:
    assert (fault(typed) is None) <= (len(digits(typed)) == 16)
    assert len(mismatches(typed, birth_date=date(1991, 3, 12), sex=MALE)) <= 2
    assert len(masked(typed)) == 16


def test_what_differs_is_a_warning() -> None:
    assert mismatches(SITI, birth_date=date(1991, 3, 12), sex=FEMALE) == []
    assert mismatches(SITI, birth_date=date(1891, 3, 12)) == []  # the century is not written
    assert mismatches(SITI, birth_date=date(1991, 3, 13), sex=MALE) == [
        "Menurut NIK tanggal lahirnya 12-03-91, sedangkan yang diisi 13-03-1991. Periksa keduanya.",
        "NIK ini milik perempuan, sedangkan yang diisi laki-laki. Periksa keduanya.",
    ]
    assert mismatches(BUDI, sex=FEMALE) == [
        "NIK ini milik laki-laki, sedangkan yang diisi perempuan. Periksa keduanya."
    ]
    assert mismatches(SITI) == mismatches(SITI, sex="") == []
    assert mismatches("161101", birth_date=date(1991, 3, 13), sex=MALE) == []


def test_an_unknown_word_for_sex_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="perempuan"):
        mismatches(SITI, sex="perempuan")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("1611 0117 0326 0007", None),
        ("1611019999990000", None),  # we do not know what its digits mean
        ("161101170326007", "Nomor KK harus 16 angka. Anda menulis 15."),
        ("16110117032600x7", "Nomor KK hanya berisi angka. Anda menulis “x”."),
        ("0000000000000000", "Nomor KK tidak mungkin nol semua. Periksa lagi."),
        (" ", "Tulis Nomor KK, 16 angka."),
    ],
)
def test_family_card(typed: str, sentence: str | None) -> None:
    assert family_card_fault(typed) == sentence


def test_masked() -> None:
    assert masked(SITI) == masked("1611 0152 0391 0001") == "1611••••••••0001"
    assert masked("161101") == masked("") == "••••••••••••••••"
