"""Every kind of mistake is found where it stands, with what would be right."""

from pathlib import Path

import pytest
from django.utils import translation

from lawang.packs.reader import read_pack
from lawang.packs.tests.folders import FRAMEWORK, MANIFEST, problems, write_pack

pytestmark = pytest.mark.django_db

HOLIDAYS = """\
- code: libur
  title: {id: Libur}
  weekend: [6, 7]
  years: {from: 2026, to: 2026}
  add:
    - {date: 2026-10-07, name: {id: Hari jadi}, kind: regional, source: SK 1/2026}
"""
THEME = """\
name: {id: Kabupaten Coba}
short_name: Coba
accent: "#1f5c3f"
"""


def test_a_good_pack_has_no_problems(tmp_path: Path) -> None:
    pack = read_pack(write_pack(tmp_path, frameworks=FRAMEWORK, holidays=HOLIDAYS, theme=THEME))
    assert pack.problems == ()
    assert pack.definitions["frameworks"][0]["nodes"][0]["aliases"] == ["PDAM"]
    assert pack.definitions["holidays"][0]["add"][0]["date"] == "2026-10-07"


MISTAKES = {
    # what: (file, old, new, line:column, words of the sentence)
    "unknown word": (
        "frameworks",
        "  version:",
        "  versi:",
        "3:3",
        "Kata “versi” tidak dikenal; yang ada: code, title",
    ),
    "unknown word, meant": ("frameworks", "aliases:", "aliasses:", "8:7", "Maksud Anda “aliases”?"),
    "word twice": (
        "frameworks",
        '  version: "1"',
        '  version: "1"\n  version: "2"',
        "4:3",
        "ditulis dua kali",
    ),
    "word missing": ("frameworks", "  source: Dikarang\n", "", "1:3", "Kata “source” belum ada"),
    "text is no text": ("frameworks", "{id: Jalan, en: Roads}", "Jalan", "10:14", "teks dua bahasa"),
    "no Indonesian": (
        "frameworks",
        "{id: Jalan, en: Roads}",
        "{en: Roads}",
        "10:14",
        "Indonesia (id) belum ada",
    ),
    "unknown language": (
        "frameworks",
        "en: Roads",
        "eng: Roads",
        "10:26",
        "“eng” tidak dikenal; yang ada: id, en.",
    ),
    "empty text": ("frameworks", "id: Jalan,", "id: '',", "10:19", "harus teks, bukan kosong"),
    "code twice": (
        "frameworks",
        "code: jalan",
        "code: air",
        "9:13",
        "“kecil/air” dipakai dua kali; yang pertama di",
    ),
    "no code": ("frameworks", "code: jalan", "code: Jalan Raya", "9:13", "huruf kecil"),
    "list is no list": ("frameworks", "[PDAM]", "PDAM", "8:16", "Di sini harus daftar"),
    "group is no group": (
        "frameworks",
        "    - code: air\n",
        "    - air\n    - code: air\n",
        "6:7",
        "kelompok dengan",
    ),
    "no true or false": (
        "frameworks",
        "  nodes:",
        "  is_draft: ya\n  nodes:",
        "5:13",
        "true (ya) atau false",
    ),
    "spelling twice": (
        "frameworks",
        "[PDAM]",
        "[PDAM, jalan]",
        "10:14",
        "Ejaan “Jalan” sudah dipakai simpul “air”",
    ),
    "broken reference": (
        "frameworks",
        "  nodes:",
        "  succeeds: kecill\n  nodes:",
        "5:13",
        "“kecill” merujuk ke kerangka yang tidak ada; yang ada: kecil. Maksud Anda “kecil”?",
    ),
    "broken reference inside": (
        "frameworks",
        "  nodes:",
        "  examples: [{spelling: Air bersih, node: aer}]\n  nodes:",
        "5:43",
        "yang ada: air, jalan. Maksud Anda “air”?",
    ),
    "example fails": (
        "frameworks",
        "  nodes:",
        "  examples: [{spelling: pdam, node: jalan}]\n  nodes:",
        "5:25",
        "Contoh gagal: ejaan “pdam” seharusnya mengarah ke “jalan”, ternyata ke air",
    ),
    "circle": ("frameworks", "  nodes:", "  succeeds: kecil\n  nodes:", "5:13", "berputar: kecil → kecil"),
    "colon in text": ("frameworks", "source: Dikarang", "source: SK: 1", "4:13", "beri tanda kutip"),
    "open quote": (
        "frameworks",
        "source: Dikarang",
        'source: "Dikarang',
        "4:11",
        "Tanda kutip belum ditutup",
    ),
    "tab": ("frameworks", "  source:", "\tsource:", "4:1", "Jangan pakai tab"),
    "alias": ("frameworks", "{id: Jalan, en: Roads}", "*jalan", "10:14", "Jangan pakai alias"),
    "wrong indent": ("frameworks", "      title: {id: Jalan", "    title: {id: Jalan", "10:5", "sejajar"),
    "no date": (
        "holidays",
        "2026-10-07",
        "7 Oktober",
        "6:14",
        "tanggal seperti 2026-03-20, bukan “7 Oktober”",
    ),
    "impossible date": ("holidays", "2026-10-07", "2026-02-30", "6:14", "2026-02-30 tidak ada di kalender"),
    "date outside": ("holidays", "2026-10-07", "2027-10-07", "6:14", "di luar tahun 2026 sampai 2026"),
    "years backwards": ("holidays", "to: 2026}", "to: 2025}", "4:27", "mendahului tahun awal 2026"),
    "no number": ("holidays", "[6, 7]", "[6, Minggu]", "3:16", "harus bilangan bulat, bukan “Minggu”"),
    "number outside": ("holidays", "[6, 7]", "[6, 8]", "3:16", "Angka 8 di luar batas 1 sampai 7"),
    "not among the words": (
        "holidays",
        "kind: regional",
        "kind: regonal",
        "6:55",
        "“regonal” tidak dikenal; yang ada: national, joint_leave, regional. Maksud Anda “regional”?",
    ),
    "low contrast": (
        "theme",
        "#1f5c3f",
        "#f0c040",
        "3:9",
        "terlalu pucat: kontras dengan putih 1,7, paling sedikit 4,5",
    ),
    "no colour": ("theme", "#1f5c3f", "hijau", "3:9", 'warna seperti "#1f5f3f"'),
    "no such file": ("theme", "accent:", "crest: lambang.svg\naccent:", "3:8", "“lambang.svg” tidak ada"),
    "file outside": ("theme", "accent:", "crest: ../../x.svg\naccent:", "3:8", "di luar folder paket"),
    "file of another kind": ("theme", "accent:", "crest: pack.yaml\naccent:", "3:8", "berakhiran .svg, .png"),
    "no version": ("pack", 'version: "1"', "version: satu", "2:10", "Versi harus angka bertitik"),
    "another name": ("pack", "name: coba", "name: cobaan", "1:7", "harus sama dengan nama foldernya, “coba”"),
    "required pack missing": (
        "pack",
        "licence:",
        "requires: [nasionall]\nlicence:",
        "4:12",
        "paket yang tidak ada",
    ),
}
FILES = {"pack": MANIFEST, "frameworks": FRAMEWORK, "holidays": HOLIDAYS, "theme": THEME}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_found_where_it_stands(name: str, tmp_path: Path) -> None:
    file, old, new, place, sentence = MISTAKES[name]
    assert old in FILES[file]
    found = problems(write_pack(tmp_path, **FILES | {file: FILES[file].replace(old, new, 1)}))
    assert any(line.startswith(f"{file}.yaml:{place}: ") and sentence in line for line in found), found


def test_every_mistake_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    broken = (
        FRAMEWORK.replace("version", "versi").replace("[PDAM]", "PDAM").replace("code: jalan", "code: air")
    )
    assert (
        len(problems(write_pack(tmp_path, frameworks=broken))) == 4
    )  # unknown and missing, no list, code twice


def test_a_missing_translation_matters_only_where_the_pack_says_so(tmp_path: Path) -> None:
    words = FRAMEWORK.replace("{id: Jalan, en: Roads}", "{id: Jalan}")
    assert problems(write_pack(tmp_path, frameworks=words)) == []
    strict = MANIFEST.replace("{id: Coba}", "{id: Coba, en: Try}") + "needs_english: true\n"
    found = problems(write_pack(tmp_path, frameworks=words, pack=strict))
    assert found == [
        "frameworks.yaml:10:14: Terjemahan Inggris (en) untuk “Jalan” belum ada; paket ini mewajibkannya."
    ]


def test_an_unknown_file_is_named_with_the_nearest(tmp_path: Path) -> None:
    found = problems(write_pack(tmp_path, framework=FRAMEWORK))
    assert len(found) == 1
    assert found[0].startswith(
        "framework.yaml:1:1: Berkas “framework.yaml” tidak dikenal; yang ada: pack.yaml"
    )
    assert found[0].endswith("Maksud Anda “frameworks.yaml”?")


def test_packs_that_require_each_other_are_a_circle(tmp_path: Path) -> None:
    write_pack(tmp_path, "dua", pack=MANIFEST.replace("coba", "dua") + "requires: [coba]\n")
    found = problems(write_pack(tmp_path, pack=MANIFEST + "requires: [dua]\n"))
    assert found == ["pack.yaml:5:12: Rujukan ini berputar: coba → dua → coba."]


def test_references_reach_into_required_packs(tmp_path: Path) -> None:
    write_pack(tmp_path, "dasar", frameworks=FRAMEWORK)
    readiness = "- framework: kecil\n  elements: [{code: struktur, title: {id: Struktur}}]\n"
    assert "merujuk ke kerangka" in problems(write_pack(tmp_path, readiness=readiness))[0]
    assert problems(write_pack(tmp_path, pack=MANIFEST + "requires: [dasar]\n", readiness=readiness)) == []


def test_a_folder_that_is_no_pack(tmp_path: Path) -> None:
    assert problems(tmp_path) == ["pack.yaml:1:1: Folder ini bukan paket: berkas pack.yaml tidak ada."]
    assert "tidak ada" in problems(tmp_path / "x")[0]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"name: \xff\xfe\n", "1:7"),
        (b"name: a\x00b\n", "1:8"),
        (b"", "1:1"),
        (b"[" * 20_000, "1:1"),
        (b"- just\n- a list\n", "1:1"),
        (b"!!python/object:os.system {}\n", "1:1"),
    ],
)
def test_no_file_is_too_odd_to_be_explained(content: bytes, place: str, tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    (folder / "pack.yaml").write_bytes(content)
    assert any(line.startswith(f"pack.yaml:{place}: ") for line in problems(folder)), problems(folder)


@pytest.mark.parametrize(
    "drawing",
    [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><script>alert(1)</script></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1" onload="alert(1)"/>',
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><use href="http://x/y.svg#a"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path fill="url(http://x)"/></svg>',
        '<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">&a;</svg>',
        "<html/>",
        "GIF89a",
    ],
)
def test_a_crest_must_be_a_plain_drawing(drawing: str, tmp_path: Path) -> None:
    folder = write_pack(tmp_path, theme=THEME + "crest: lambang.svg\n")
    (folder / "lambang.svg").write_text(drawing)
    found = problems(folder)
    assert found
    assert all(line.startswith("theme.yaml:4:8: Berkas “lambang.svg”: ") for line in found)


def test_sentences_follow_the_language(tmp_path: Path) -> None:
    with translation.override("en"):
        assert read_pack(write_pack(tmp_path, pack="")).problems[0].sentence
