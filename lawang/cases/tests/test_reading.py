import json
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lawang.cases.reading import LARGEST, clean_words, files_asked, read_answers, read_flat, unknown
from lawang.lib.fields import Choice, Class, Field, Kind, ShowWhen
from lawang.lib.text import text

TODAY = date(2026, 3, 16)
SITI = "1611015203910001"


def field(name: str, kind: Kind = Kind.TEXT, **more: Any) -> Field:
    return Field(name, kind, text(name.replace("_", " ").capitalize()), **more)


def choice(name: str, *codes: str, **more: Any) -> Field:
    return field(
        name, Kind.CHOICE, choices=tuple(Choice(code, text(code.capitalize())) for code in codes), **more
    )


def group(name: str, *fields: Field, **more: Any) -> Field:
    return field(name, Kind.GROUP, fields=fields, **more)


WITNESSES = group(
    "witnesses",
    field("name"),
    field("nik", Kind.IDENTITY),
    field("phone", format="phone", required=False),
    least_times=2,
    most_times=3,
)


def flat(fields: tuple[Field, ...], **data: str) -> tuple[dict[str, Any], dict[str, str]]:
    return read_flat(
        fields,
        {name.replace("__", "."): [value] for name, value in data.items()},
        today=TODAY,
        places=lambda code: code == "16.11.01.2001",
    )


@pytest.mark.parametrize(
    ("asked", "typed", "value"),
    [
        (field("x"), "  Siti \t Aminah\r\n", "Siti Aminah"),
        (field("x"), "Si\0ti\x07", "Siti"),
        (field("x"), "abc\u202edcba", "abcdcba"),
        (field("x", Kind.LONG_TEXT), " satu \r\n\r\n\r\n\r\n dua\x00 ", "satu\n\ndua"),
        (field("x", Kind.NUMBER), "1.250", 1250),
        (field("x", Kind.NUMBER, decimals=2), "1.250,50", "1250.5"),
        (field("x", Kind.NUMBER, decimals=2), "-0,00", "0"),
        (field("x", Kind.MONEY), "Rp1.250.000", 1250000),
        (field("x", Kind.DATE), "1991-03-12", "1991-03-12"),
        (field("x", Kind.DATE), "12/3/1991", "1991-03-12"),
        (field("x", Kind.DATE), "12 Maret 1991", "1991-03-12"),
        (choice("x", "shop", "farm"), "farm", "farm"),
        (field("x", Kind.PLACE), "16.11.01.2001", "16.11.01.2001"),
        (field("x", Kind.IDENTITY), "1611 0152 0391 0001", SITI),
        (field("x", format="phone"), "0812-3456-7890", "+6281234567890"),
        (field("x", format="email"), "Siti@Contoh.id", "siti@contoh.id"),
        (field("x", format="time"), "8.30", "08:30"),
        (field("x", format="time"), "pukul 17:05 WIB", "17:05"),
        (field("x", format="family_card"), "1611 0101 0120 0001", "1611010101200001"),
        (field("x", required=False), "   ", None),
    ],
)
def test_an_answer_as_people_write_it(asked: Field, typed: str, value: object) -> None:
    answers, faults = flat((asked,), x=typed)
    assert faults == {}
    assert answers.get("x") == value


@pytest.mark.parametrize(
    ("asked", "typed", "sentence"),
    [
        (field("x"), " ", "Isian ini belum diisi."),
        (field("x", most=5), "Siti Aminah", "Paling banyak 5 huruf. Anda menulis 11"),
        (field("x", least=5), "Siti", "Paling sedikit 5 huruf. Anda menulis 4"),
        (field("x", Kind.NUMBER), "dua", "Tulis angka, misalnya 1.250,5. Anda menulis “dua”."),
        (field("x", Kind.NUMBER), "2,5", "Tulis bilangan bulat"),
        (field("x", Kind.NUMBER, decimals=1), "2,55", "paling banyak 1 angka di belakang koma"),
        (field("x", Kind.NUMBER, least=1), "0", "Paling sedikit 1. Anda menulis 0."),
        (field("x", Kind.NUMBER, most=12), "13", "Paling banyak 12. Anda menulis 13."),
        (field("x", Kind.MONEY), "-5", "Paling sedikit Rp0."),
        (field("x", Kind.MONEY), "9" * 16, "terlalu besar"),
        (field("x", Kind.DATE), "2026-02-30", "Tanggal 30 Februari 2026 tidak ada di kalender."),
        (field("x", Kind.DATE), "kemarin", "Tulis tanggal seperti 17 Agustus 2026."),
        (field("x", Kind.DATE), "12-3-91", "tahun dengan empat angka"),
        (field("x", Kind.DATE), "1026-03-12", "Periksa tahunnya. Anda menulis 1026."),
        (
            field("x", Kind.DATE, not_after_today=True),
            "2026-03-17",
            "belum terjadi: hari ini Senin, 16 Maret 2026",
        ),
        (choice("x", "shop", "farm"), "boat", "Pilih salah satu: Shop; Farm."),
        (field("x", Kind.PLACE), "16.11.01.2999", "Desa itu tidak ada di daftar kabupaten ini."),
        (field("x", Kind.PLACE, level="district"), "16.11.01.2001", "Kecamatan itu tidak ada"),
        (field("x", Kind.IDENTITY), "161101520391001", "NIK harus 16 angka. Anda menulis 15."),
        (field("x", format="phone"), "0812", "Nomor telepon harus 8 sampai 15 angka"),
        (field("x", format="phone"), "812345678901234", "Nomor telepon harus 8 sampai 15 angka"),
        (field("x", format="email"), "siti", "alamat surel seperti nama@contoh.id"),
        (field("x", format="time"), "25.00", "Tulis jam dari 00.00 sampai 23.59"),
        (field("x", format="family_card"), "1611", "Nomor KK harus 16 angka."),
    ],
)
def test_a_fault_says_what_to_do(asked: Field, typed: str, sentence: str) -> None:
    answers, faults = flat((asked,), x=typed)
    assert answers == {}
    assert sentence in faults["x"]


def test_a_date_from_three_boxes() -> None:
    asked = (group("child", field("birth_date", Kind.DATE, not_after_today=True)),)
    assert flat(
        asked, child__birth_date_day="1", child__birth_date_month="Maret", child__birth_date_year="2026"
    ) == ({"child": {"birth_date": "2026-03-01"}}, {})
    _answers, faults = flat(asked, child__birth_date_day="1", child__birth_date_year="2026")
    assert faults == {"child.birth_date": "Isi tanggal, bulan dan tahun ketiganya."}
    _answers, faults = flat(asked, child__birth_date_day="")
    assert faults == {"child.birth_date": "Isian ini belum diisi."}


def test_repetitions_close_up_and_faults_keep_the_number_of_the_form() -> None:
    answers, faults = flat(
        (WITNESSES,),
        witnesses__1__name="",
        witnesses__2__name="Budi Contoh",
        witnesses__2__nik=SITI,
        witnesses__3__name="Ani Contoh",
        witnesses__3__nik="12",
    )
    assert [row["name"] for row in answers["witnesses"]] == ["Budi Contoh", "Ani Contoh"]
    assert list(faults) == ["witnesses.3.nik"]
    _answers, faults = flat((WITNESSES,), witnesses__2__name="Budi Contoh", witnesses__2__nik=SITI)
    assert list(faults) == ["witnesses.1.name", "witnesses.1.nik"]


def test_a_repetition_with_papers_keeps_its_number() -> None:
    children = group("children", field("name", required=False), field("letter", Kind.FILE), most_times=3)
    answers, _faults = flat((children,), children__2__name="Adik Contoh")
    assert answers == {"children": [{}, {"name": "Adik Contoh"}]}


def test_too_many_repetitions_are_said() -> None:
    many = {f"witnesses__{number}__name": f"Saksi {number}" for number in range(1, 6)}
    answers, faults = flat((WITNESSES,), **many)
    assert len(answers["witnesses"]) == 3
    assert faults["witnesses"] == "“Witnesses” diisi paling banyak 3 kali."


def test_what_is_not_asked_is_dropped_with_what_hangs_on_it() -> None:
    asked = (
        choice("has_father", "yes", "no"),
        choice("is_married", "yes", "no", show_when=ShowWhen("has_father", ("yes",))),
        field("book", show_when=ShowWhen("is_married", ("yes",))),
        group("father", field("name"), show_when=ShowWhen("has_father", ("yes",))),
    )
    filled = {
        "has_father": "no",
        "is_married": "yes",
        "book": "12",
        "father": {"name": ""},
    }
    assert read_answers(asked, filled, today=TODAY) == ({"has_father": "no"}, {})
    _answers, faults = read_answers(asked, filled | {"has_father": "yes"}, today=TODAY)
    assert list(faults) == ["father.name"]


def test_a_group_that_is_not_required_is_whole_or_not_at_all() -> None:
    asked = (group("helper", field("name"), field("phone", format="phone"), required=False),)
    assert flat(asked) == ({}, {})
    _answers, faults = flat(asked, helper__name="Ani Contoh")
    assert list(faults) == ["helper.phone"]


def test_papers_are_not_demanded_here_but_named() -> None:
    asked = (
        field("letter", Kind.FILE),
        field("book", Kind.FILE, show_when=ShowWhen("is_married", ("yes",))),
        choice("is_married", "yes", "no"),
    )
    answers, faults = flat(asked, is_married="no")
    assert faults == {}
    assert [leaf.path for leaf in files_asked(asked, answers)] == ["letter"]
    key = "0d6b2ad6-6f0b-4a85-9f6e-6d6a4ed5e0f1"
    assert read_flat(asked, {"letter": [key, key.upper()], "is_married": ["no"]}, today=TODAY) == (
        {"letter": [key], "is_married": "no"},
        {},
    )


def test_plain_data_are_read_as_programs_write_them() -> None:
    asked = (
        field("amount", Kind.MONEY),
        field("share", Kind.NUMBER, decimals=3),
        field("born", Kind.DATE),
    )
    assert read_answers(
        asked, {"amount": 1250000, "share": "1.250", "born": date(2026, 3, 1)}, today=TODAY
    ) == (
        {"amount": 1250000, "share": "1.25", "born": "2026-03-01"},
        {},
    )
    _answers, faults = read_answers(
        asked, {"amount": "1.250", "share": "1,5", "born": "1 Maret 2026"}, today=TODAY
    )
    assert list(faults) == ["amount", "share", "born"]


def test_other_shapes_than_asked_are_faults_and_other_names_are_listed() -> None:
    asked = (WITNESSES, group("child", field("name")))
    _answers, faults = read_answers(
        asked, {"witnesses": {"name": "Budi"}, "child": [{"name": "x"}], "extra": 1}, today=TODAY
    )
    assert faults["witnesses"] == "“Witnesses” harus berisi daftar."
    assert "nama pertanyaan dan jawabannya" in faults["child"]
    assert list(unknown(asked, {"witnesses": [{"nam": "x"}], "child": {"age": 1}, "extra": 1})) == [
        "witnesses.1.nam",
        "child.age",
        "extra",
    ]


# ── any form, any answers ───────────────────────────────────────────────────────────────────────────────────────────

NAMES = ("a", "b", "c", "d")
CONDITIONS = st.none() | st.builds(
    ShowWhen,
    st.sampled_from((*NAMES, "a.b", "papers.a")),
    st.lists(st.sampled_from(["x", "y", "1", "2026-03-01"]), min_size=1).map(tuple),
)
CHOICES = (Choice("x", text("X")), Choice("y", text("Y")))


def leaf_fields(name: str) -> st.SearchStrategy[Field]:
    return st.builds(
        Field,
        st.just(name),
        st.sampled_from([kind for kind in Kind if kind != Kind.GROUP]),
        st.just(text(name)),
        required=st.booleans(),
        privacy=st.sampled_from(list(Class)),
        format=st.sampled_from(["", "email", "phone", "time", "family_card"]),
        choices=st.just(CHOICES),
        least=st.none() | st.integers(0, 3),
        most=st.none() | st.integers(3, 500),
        decimals=st.integers(0, 6),
        not_after_today=st.booleans(),
        level=st.sampled_from(["village", "district"]),
        show_when=CONDITIONS,
    )


def some_fields(depth: int) -> st.SearchStrategy[tuple[Field, ...]]:
    def one(name: str) -> st.SearchStrategy[Field]:
        if depth == 0:
            return leaf_fields(name)
        groups = st.builds(
            Field,
            st.just(name),
            st.just(Kind.GROUP),
            st.just(text(name)),
            required=st.booleans(),
            show_when=CONDITIONS,
            fields=some_fields(depth - 1),
            least_times=st.integers(0, 2),
            most_times=st.integers(1, 3),
        )
        return leaf_fields(name) | groups

    return st.lists(st.sampled_from(NAMES), unique=True, min_size=1, max_size=4).flatmap(
        lambda names: st.tuples(*(one(name) for name in names))
    )


FIELDS = some_fields(2)
WORDS = st.text(max_size=30) | st.sampled_from(
    [
        "x",
        "y",
        "1",
        "12.5",
        "1.250,5",
        "Rp1.000",
        "2026-03-01",
        "1 maret 2026",
        "0812 3456 7890",
        "a@b.id",
        "8.30",
        "16.11.01.2001",
        SITI,
        "\0",
        "\ud800",
        "a\u0301\x00\u0301",
        " ",
        "9" * 6000,
    ]
)
PLAIN = st.recursive(
    WORDS | st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.dates(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=20,
)
PATHS = st.lists(st.sampled_from([*NAMES, "1", "2", "3", "0", "007", "²"]), min_size=1, max_size=5).map(
    ".".join
)


def all_words(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [word for one in value.values() for word in all_words(one)]
    if isinstance(value, list):
        return [word for one in value for word in all_words(one)]
    return [value] if isinstance(value, str) else []


def holds(fields: tuple[Field, ...], answers: dict[str, Any]) -> None:
    """What is true of every reading."""
    json.dumps(answers, allow_nan=False).encode("utf-8")
    again, faults = read_answers(fields, answers, today=TODAY)
    assert again == answers
    assert all("belum diisi" in sentence for sentence in faults.values())  # nothing that was kept is wrong
    assert list(unknown(fields, answers)) == []
    for word in all_words(answers):
        word.encode("utf-8")
        assert not [
            letter for letter in word if unicodedata.category(letter) in ("Cc", "Cs") and letter != "\n"
        ]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FIELDS, st.dictionaries(st.sampled_from(NAMES), PLAIN, max_size=4))
def test_any_plain_data_are_read(fields: tuple[Field, ...], data: dict[str, Any]) -> None:
    answers, _faults = read_answers(fields, data, today=TODAY)
    holds(fields, answers)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    FIELDS,
    st.dictionaries(
        st.builds(lambda path, part: path + part, PATHS, st.sampled_from(["", "_day", "_month", "_year"])),
        st.lists(WORDS, max_size=2),
        max_size=12,
    ),
)
def test_any_form_data_are_read(fields: tuple[Field, ...], data: dict[str, list[str]]) -> None:
    answers, _faults = read_flat(fields, data, today=TODAY)
    holds(fields, answers)


@given(st.text(), st.booleans())
def test_clean_words_stay_as_they_are(typed: str, lines: bool) -> None:
    once = clean_words(typed, lines=lines)
    assert clean_words(once, lines=lines) == once


def test_amounts_stay_exact_up_to_the_largest() -> None:
    asked = (field("x", Kind.MONEY),)
    assert "terlalu besar" in read_answers(asked, {"x": 10**5000}, today=TODAY).faults["x"]
    assert "x" in read_answers((field("x"),), {"x": 10**5000}, today=TODAY).faults
    assert read_answers(asked, {"x": LARGEST - 1}, today=TODAY).answers == {"x": LARGEST - 1}
    assert "x" in read_answers(asked, {"x": LARGEST}, today=TODAY).faults
