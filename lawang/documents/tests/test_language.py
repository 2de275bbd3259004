"""The language of letters: Markdown, a value, an optional sentence, and nothing else."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lawang.documents.language import (
    Break,
    Bullets,
    Emphasis,
    Facts,
    Heading,
    Numbered,
    Paragraph,
    Strong,
    Value,
    When,
    Words,
    faults,
    fill,
    missing,
    names_in,
    needed_in,
    parse,
)

LETTER = """# Keterangan

Yang bertanda tangan di bawah ini menerangkan
bahwa **{{name}}** benar:

Nama: {{name}}
[[nik: NIK: {{nik}}]]

- satu
- [[trade: usaha {{trade}}]]

1. pertama
2. kedua

[[purpose: Surat ini untuk *{{purpose}}*.]]
"""


def words_of(part: Any) -> str:
    """Return what a filled tree says, blocks apart by a slash."""
    match part:
        case tuple():
            return "".join(map(words_of, part))
        case Words(words):
            return words
        case Break():
            return "\n"
        case Facts(rows):
            return "".join(f"{words_of(row.label)}={words_of(row.inside)}/" for row in rows)
        case Bullets(items) | Numbered(items):
            return "".join(f"{words_of(item.inside)}/" for item in items)
        case Heading() | Paragraph():
            return f"{words_of(part.inside)}/"
        case Strong() | Emphasis():
            return words_of(part.inside)
    raise AssertionError(part)


def test_every_construct() -> None:
    tree = parse(LETTER)
    assert [type(block) for block in tree] == [
        *(Heading, Paragraph, Facts, Bullets, Numbered, Paragraph),
    ]
    assert tree[1] == Paragraph(
        (
            Words("Yang bertanda tangan di bawah ini menerangkan bahwa "),
            Strong((Value("name"),)),
            Words(" benar:"),
        )
    )
    assert tree[5] == Paragraph(
        (When("purpose", (Words("Surat ini untuk "), Emphasis((Value("purpose"),)), Words("."))),)
    )
    assert faults(LETTER, {"name", "nik", "trade", "purpose"}) == []


def test_values_are_put_in_and_sentences_without_a_value_are_left_out() -> None:
    filled = fill(parse(LETTER), {"name": "Siti", "trade": "kopi"})
    assert words_of(filled) == (
        "Keterangan/Yang bertanda tangan di bawah ini menerangkan bahwa Siti benar:/Nama=Siti/"
        "satu/usaha kopi/pertama/kedua/"
    )


def test_what_people_typed_is_never_markdown() -> None:
    nasty = "# Judul\n**tebal** {{nik}} [[name: x]] - butir\nNama: palsu"
    assert words_of(fill(parse("{{name}}"), {"name": nasty})) == f"{nasty}/"


def test_a_value_that_nobody_gave_is_a_dash_in_a_table_and_a_hole_in_a_sentence() -> None:
    tree = parse("Nama: {{name}}\n\nSaudara {{name}} datang. [[trade: Usaha {{trade}} {{where}}.]]")
    assert words_of(fill(tree, {}))[:7] == "Nama=–/"
    assert missing(tree, {}) == ["name"]
    assert missing(tree, {"name": "Siti", "trade": "kopi"}) == ["where"]


def test_names() -> None:
    assert names_in(LETTER) == {"name", "nik", "trade", "purpose"}
    assert needed_in(LETTER) == {"name"}
    assert names_in("{{field-check.result}} {{children.1.name}}") == {
        "field-check.result",
        "children.1.name",
    }


def test_a_paragraph_that_holds_a_colon_stays_one() -> None:
    assert len(parse("Menerangkan bahwa yang tersebut di atas\nalamat: Jalan Lintas, benar warga kami.")) == 1


@pytest.mark.parametrize(
    ("written", "read"), [(r"\*", "*"), (r"\{\{", "{{"), (r"\[\[", "[["), (r"\\", "\\"), (r"\# a", "# a")]
)
def test_a_backslash_takes_a_mark_literally(written: str, read: str) -> None:
    assert words_of(parse(written)) == f"{read}/"


@pytest.mark.parametrize(
    ("body", "line", "says"),
    [
        ("a\n\nb {{nama}}", 3, "Mungkin maksud Anda “name”"),
        ("a {{name", 1, "tidak ditutup"),
        ("a\nb [[name: x", 2, "tidak ditutup"),
        ("a ]] b", 1, "tanpa [["),
        ("**a", 1, "tidak ditutup"),
        ("[[name: a [[trade: b]] c]]", 1, "di dalam"),
        ("[[name]]", 1, "titik dua"),
        ("{{ }}", 1, "belum ada nama"),
        ("{{Nama Saya}}", 1, "bukan nama"),
        ("#### a", 1, "tiga tingkat"),
        ("- a\n  - b", 2, "daftar di dalam daftar"),
        ("", 1, "kosong"),
        ("x" * 20_001, 1, "terlalu panjang"),
    ],
)
def test_a_fault_names_its_line_and_what_to_do(body: str, line: int, says: str) -> None:
    found = faults(body, {"name", "trade"})
    assert found, "no fault found"
    assert (found[0].line, says in str(found[0])) == (line, True), found


def test_a_fault_lists_the_allowed_words_and_the_nearest() -> None:
    (fault,) = faults("{{adress}}", {"address", "name"})
    assert fault.nearest == "address"
    assert {"address", "name", "number", "date"} <= set(fault.allowed)
    assert "address, code, date" in fault.sentence


def shapes(part: Any) -> Counter[str]:
    """Count the constructs of a tree."""
    found: Counter[str] = Counter()
    for one in part if isinstance(part, tuple) else (part,):
        found[type(one).__name__] += 1
        for name in ("inside", "rows", "items", "label"):
            found += shapes(getattr(one, name, ()))
    return found


anything = st.text(st.characters(codec="utf-8"), max_size=80) | st.text(
    alphabet="*#{}[]:- \n\\1.abc", max_size=80
)


@settings(max_examples=300, deadline=None)
@given(anything, anything)
def test_no_value_changes_the_shape_of_a_letter(name: str, nik: str) -> None:
    values = {"name": name, "nik": nik, "trade": "x", "purpose": "x"}
    expected = fill(parse(LETTER), {one: "x" if words.strip() else "" for one, words in values.items()})
    found = shapes(fill(parse(LETTER), values))
    without_breaks = {one: count for one, count in found.items() if one not in ("Break", "Words")}
    assert without_breaks == {
        one: count for one, count in shapes(expected).items() if one not in ("Break", "Words")
    }


@settings(max_examples=400, deadline=None)
@given(anything)
def test_any_letter_is_read_and_every_fault_has_a_line(body: str) -> None:
    fill(parse(body), {"a": "x"})
    lines = len(body.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    assert all(1 <= fault.line <= lines for fault in faults(body, {"a"}))
