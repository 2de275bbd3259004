from decimal import Decimal

import pytest
from django import forms
from django.test import RequestFactory
from django.utils.translation import override

from lawang.lib.text import text
from lawang.web import charts
from lawang.web.download import csv_response
from lawang.web.json import refusal
from lawang.web.tables import Column, Filters, Table, paginate, sorting
from lawang.web.templatetags.lawang import number, say, status


def test_pages_keep_the_filters(rf: RequestFactory) -> None:
    page = paginate(rf.get("/?q=air&halaman=3"), range(100), 10)
    assert page.items == list(range(20, 30))
    assert page.next_href == "?q=air&halaman=4"
    assert [step.number if step else None for step in page.steps] == [1, 2, 3, 4, None, 10]
    assert paginate(rf.get("/?halaman=99"), range(100), 10).number == 10
    assert paginate(rf.get("/?halaman=x"), range(100), 10).number == 1
    assert not paginate(rf.get("/"), [], 10).has_others


def test_a_table_knows_its_kinds_and_order(rf: RequestFactory) -> None:
    request = rf.get("/?urut=-capaian")
    table = Table(
        [Column("Nama", "name", is_head=True), Column("Capaian", "done", "number", sort="capaian")],
        [{"name": text("<Air>"), "done": Decimal("2140.5")}],
        query=request.GET,
    )
    assert [cell.html for cell in table.rows()[0]] == ["&lt;Air&gt;", "2.140,5"]
    assert (table.headings()[1].direction, table.headings()[1].href) == ("descending", "?urut=capaian")
    assert sorting(request, {"capaian": "value"}, "name") == "-value"
    assert sorting(rf.get("/?urut=password"), {"capaian": "value"}, "name") == "name"


class Some(Filters):
    kind = forms.ChoiceField(label="Jenis", choices=[("", "Semua"), ("a", "Air")])
    q = forms.CharField(label="Kata")


def test_filters_forgive_and_can_be_removed(rf: RequestFactory) -> None:
    filters = Some(rf.get("/?kind=a&q=&halaman=2"))
    assert filters.chosen() == {"kind": "a"}
    assert [(chip.words, chip.href) for chip in filters.chips()] == [("Jenis: Air", "?q=")]
    assert Some(rf.get("/?kind=zzz")).chosen() == {}


def _csv(rf: RequestFactory, address: str) -> str:
    response = csv_response(
        rf.get(address), "angka", ["Nama", "Nilai"], [["=1+1", Decimal("2.5")], ["-3", -3]]
    )
    return b"".join(response.streaming_content).decode()  # type: ignore[arg-type]


def test_csv_opens_well_and_runs_nothing(rf: RequestFactory) -> None:
    assert _csv(rf, "/x.csv") == "\ufeffNama;Nilai\r\n'=1+1;2,5\r\n'-3;-3\r\n"
    assert _csv(rf, "/en/x.csv") == "\ufeffNama,Nilai\r\n'=1+1,2.5\r\n'-3,-3\r\n"
    assert _csv(rf, "/x.csv?pemisah=koma") == _csv(rf, "/en/x.csv")


def test_one_error_shape() -> None:
    answer = refusal(422, "invalid", "Periksa isian.", {"nilai": ["Tulis angka."]})
    assert answer.content.decode() == (
        '{"error": {"code": "invalid", "message": "Periksa isian.", "fields": {"nilai": ["Tulis angka."]}}}'
    )


def test_words_of_people() -> None:
    assert say(text("Air", "Water")) == "Air"
    with override("en"):
        assert say(text("Air", "Water")) == "Water"
        assert 'lang="id"' in say(text("Kampung kopi"))
    assert number(None) == "–"
    assert "Melambat" in status("slipping")
    assert "Belum ada data" in status("nonsense")


@pytest.mark.parametrize(
    "drawing",
    [
        charts.line_chart([], title="<x>"),
        charts.line_chart([("a", 5)], title="<x>"),
        charts.line_chart(
            [("a", 5), ("b", None), ("c", -5)], title="<x>", targets=[("c", 9)], baseline=("z", 0)
        ),
        charts.line_chart([("a", 0), ("b", 0)], title="<x>", forecast=[("c", 0)], from_zero=False),
        charts.line_chart([("a", 7), ("b", 7)], title="<x>", from_zero=False),
        charts.line_chart([("a", Decimal("1e15")), ("b", Decimal("0.0001"))], title="<x>"),
        charts.bar_chart([], title="<x>"),
        charts.bar_chart([("<b>", 0), ("c", None)], title="<x>", targets={"<b>": 3}),
        charts.bar_chart([("<b>", 3)], title="<x>", notes={"<b>": "<3 dari 4>"}),
        charts.stacked_bar({}, title="<x>"),
        charts.stacked_bars([("<b>", {"on_track": 1}, "/?a=1&b=2")], title="<x>"),
        charts.budget_bars([], title="<x>"),
        charts.budget_bars([("2026", 0, None), ("2027", None, 5)], title="<x>"),
        charts.roadmap([], title="<x>"),
        charts.roadmap([charts.Span("<b>", 2024, 2026, href="/x")], title="<x>", now=2025.5),
        charts.sparkline([1, None, 1], title="<x>"),
        charts.progress_bar(None, "<x>"),
        charts.progress_bar(2.5, "<x>"),
    ],
)
def test_charts_are_well_formed_whatever_they_are_given(drawing: str) -> None:
    from html.parser import HTMLParser

    HTMLParser().feed(drawing)
    assert "<x>" not in drawing
    assert "<b>" not in drawing
    assert "nan" not in drawing.lower()
    assert "style=" not in drawing


def test_a_chart_says_itself() -> None:
    quarters, goal = [("I/26", 2060), ("II/26", 2140)], [("IV/26", 2600)]
    drawing = charts.line_chart(quarters, title="Rumah", unit="rumah", targets=goal)
    assert "Terakhir, II/26: 2.140 rumah. Target IV/26: 2.600 rumah." in drawing
    assert "<table" in drawing
    assert drawing == charts.line_chart(quarters, title="Rumah", unit="rumah", targets=goal)
