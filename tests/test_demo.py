"""The demonstration regency: its files fit the sheets, its sizes are those that were promised, and it loads."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command

from lawang.measures import periods
from lawang.plans.cells import typed
from lawang.plans.sheets import SHEETS, Column, Kind, Sheet
from lawang.plans.workbook import column_names
from lawang.portal import demo_movement
from tests.cast import moment

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "demo" / "empat-lawang"


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def values(name: str, column: str) -> list[str]:
    return [row[column] for row in rows(name)]


def leaves() -> list[str]:
    """Return the codes of the eighteen sub-dimensions."""
    frameworks = yaml.safe_load((ROOT / "packs/nasional/frameworks.yaml").read_text())
    tree = next(each for each in frameworks if each["code"] == "smart-city-2017")["nodes"]
    return [leaf["code"] for node in tree for leaf in node["children"]]


def dimension_of(leaf: str) -> str:
    frameworks = yaml.safe_load((ROOT / "packs/nasional/frameworks.yaml").read_text())
    tree = next(each for each in frameworks if each["code"] == "smart-city-2017")["nodes"]
    return next(str(node["code"]) for node in tree if leaf in [each["code"] for each in node["children"]])


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_sheet_is_there_with_its_columns(sheet: Sheet) -> None:
    with (FOLDER / f"{sheet.name}.csv").open(encoding="utf-8", newline="") as file:
        heading = next(csv.reader(file))
    assert set(heading) <= set(column_names(sheet))
    assert {column.name for column in sheet.columns if column.required} <= set(heading)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_cell_can_be_read_and_no_row_is_there_twice(sheet: Sheet) -> None:
    seen = Counter(tuple(row.get(name, "") for name in sheet.identity) for row in rows(sheet.name))
    assert seen
    assert max(seen.values()) == 1
    for row in rows(sheet.name):
        for column in sheet.columns:
            value = typed(column, row.get(column.name, ""))
            assert value is not None or not column.required, (sheet.name, row, column.name)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_reference_leads_somewhere(sheet: Sheet) -> None:
    known = {other.name: set(values(other.name, "kode")) for other in SHEETS if other.identity == ("kode",)}
    known["agency"] = set(values("instansi", "kode"))
    known["deret"] |= known["indikator"]  # an indicator's series carries its code
    known["promise"] = known["program"] | known["percepatan"] | known["indikator"]
    for column in sheet.columns:
        for row in rows(sheet.name):
            for code in named(column, row.get(column.name, "")):
                target = "promise" if sheet.name == "bukti" else column.to
                assert code in known.get(target, {code}), (sheet.name, column.name, code)


def named(column: Column, words: str) -> list[str]:
    if column.kind not in (Kind.REFERENCE, Kind.REFERENCES):
        return []
    return [code.strip() for code in words.split(";") if code.strip()]


def test_accounts_are_openly_fictional_and_their_agencies_and_roles_exist() -> None:
    roles = {role["code"] for role in yaml.safe_load((ROOT / "packs/nasional/roles.yaml").read_text())}
    agencies = set(values("instansi", "kode"))
    for row in rows("orang"):
        assert row["nama"].endswith(" Contoh")
        if row["peran"]:
            assert row["peran"] in roles
            assert row["instansi"] in agencies
        else:
            assert not row["instansi"]  # a citizen
    assert roles == set(values("orang", "peran")) - {""} | {role for _username, role in demo_movement.PEOPLE}


def test_an_agency_stands_below_one_that_comes_before_it() -> None:
    seen: set[str] = {""}
    for row in rows("instansi"):
        assert row["induk"] in seen
        seen.add(row["kode"])


def test_sizes_are_what_was_promised() -> None:
    assert 48 <= len(rows("program")) <= 55
    assert Counter(values("program", "subdimensi")).keys() == set(leaves())
    assert set(values("kesenjangan", "subdimensi")) == set(leaves())
    homes = {row["kode"]: dimension_of(row["subdimensi"]) for row in rows("program")}
    assert Counter(homes[code] for code in values("percepatan", "program")) == Counter(set(homes.values()))
    assert len(set(homes.values())) == 6
    assert set(values("lembaga", "jenis")) == {"dewan", "tim", "forum"}
    assert set(values("kegiatan", "jalur")) == {"SDM", "infrastruktur", "aplikasi", "literasi"}
    quarters = {period for period in values("angka", "periode") if "-T" in period}
    assert len([period for period in quarters if period < "2026"]) == 8  # two whole years


def test_every_figure_but_the_sourced_ones_says_that_it_is_an_example() -> None:
    for row in rows("deret"):
        assert row["catatan_sumber"]
        assert row["sumber"] == ("diketik" if "contoh" in row["catatan_sumber"] else "impor")
    without = [row["kode"] for row in rows("indikator") if "contoh" not in row["catatan_sumber"]]
    assert len(without) == 4  # left without a source on purpose: the linter shall find them


def test_no_address_leads_to_a_real_site() -> None:
    links = [*values("angka", "bukti"), *values("bukti", "tautan")]
    assert all(link.startswith("https://empatlawang.example/") for link in links if link)


def test_later_figures_go_on_where_the_others_end() -> None:
    newest: dict[str, date] = {}
    for row in [*rows("angka"), *rows("usulan")]:
        end = periods.parse(row["periode"]).end
        newest[row["deret"]] = max(end, newest.get(row["deret"], end))
    for row in rows("menyusul/angka"):
        assert periods.parse(row["periode"]).end > newest[row["deret"]], row


@pytest.mark.slow
@pytest.mark.django_db
def test_it_loads_once_through_the_ordinary_verbs() -> None:
    from lawang.measures.models import Value
    from lawang.people.models import User
    from lawang.people.node import node
    from lawang.plans.models import Body, Colour, Indicator, Plan, Programme, QuickWin, Revision
    from lawang.portal import demo
    from lawang.record.models import Entry

    at, said = moment("2026-11-22 10:00"), list[str]()
    call_command("packs", "install", str(ROOT / "packs/nasional"), str(ROOT / "packs/empat-lawang"))
    assert demo.load(at=at, say=said.append)
    plan, revision = Plan.objects.get(), Revision.objects.get()
    assert node().is_demo
    assert plan.is_demo
    assert revision.status == Revision.Status.PUBLISHED
    assert Programme.objects.count() == len(rows("program"))
    colours = Counter(Programme.objects.values_list("colour", flat=True))
    assert set(colours) == set(Colour.values)
    assert colours[Colour.ON_TRACK] > sum(colours.values()) / 2
    assert (QuickWin.objects.count(), Body.objects.count()) == (6, 3)
    satisfied = Value.objects.filter(series__code="TK-01.6", status=Value.Status.APPROVED)
    assert satisfied.count() == 7  # quarters since residents answer
    assert all(60 < one.amount < 100 and one.basis["rows"]["counted"] >= 5 for one in satisfied)
    assert Indicator.objects.get(code="TK-01.6").standing.colour == Colour.ON_TRACK
    assert User.objects.get(username="ratna").check_password("lawang-contoh-2026")
    entries = Entry.objects.count()
    assert not demo.load(at=at, say=said.append)
    assert Entry.objects.count() == entries
