from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile

from lawang.lib.refused import Refused
from lawang.web.forms import DateField, FileField, Form, LongTextField, NumberField, RupiahField


class Promise(Form):
    houses = NumberField(label="Rumah", unit="rumah", min_value=0)
    money = RupiahField(label="Anggaran", required=False)
    start = DateField(label="Mulai")
    proof = FileField(label="Bukti", required=False, megabytes=1)
    why = LongTextField(label="Alasan", required=False, max_length=5)


TYPED = {"houses": "53.592,5", "start_day": "20", "start_month": "Nov", "start_year": "2026"}


def test_typed_the_indonesian_way() -> None:
    form = Promise({**TYPED, "money": "Rp1.250.000"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["houses"] == Decimal("53592.5")
    assert form.cleaned_data["money"] == 1_250_000
    assert form.cleaned_data["start"] == date(2026, 11, 20)


@pytest.mark.parametrize("typed", ["2026-11-20", "20-11-2026", "20/11/2026"])
def test_a_date_in_one_piece(typed: str) -> None:
    assert Promise({"houses": "1", "start": typed}).is_valid()


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("houses", {"houses": "dua"}, "Tulis angka, misalnya 1.250,5. Anda menulis “dua”."),
        ("houses", {"houses": "-3"}, "Tulis angka 0 atau lebih besar."),
        ("money", {"money": "12,5"}, "Tulis rupiah bulat"),
        ("start", {"start_month": ""}, "Tanggal belum lengkap: isi bulan."),
        ("start", {"start_day": "31"}, "Tidak ada tanggal “31 Nov 2026”."),
        ("start", {"start_year": "26"}, "empat angka"),
        ("why", {"why": "terlalu"}, "Paling banyak 5 huruf. Anda menulis 7."),
    ],
)
def test_errors_say_what_to_do(field: str, typed: dict[str, str], sentence: str) -> None:
    form = Promise(TYPED | typed)
    assert sentence in form.errors[field][0]
    html = str(form)
    assert '<span class="hidden">Galat: </span>' in html
    assert f'id="id_{field}_error"' in html


def test_what_was_typed_is_shown_again() -> None:
    html = str(Promise(TYPED | {"houses": "<b>dua", "start_day": "31"}))
    assert 'value="&lt;b&gt;dua"' in html
    assert 'name="start_month" id="id_start_month" value="Nov"' in html


def test_a_file_that_is_too_big() -> None:
    form = Promise(TYPED, {"proof": SimpleUploadedFile("besar.pdf", b"x" * (2**20 + 1))})
    assert "lebih besar dari 1 MB" in form.errors["proof"][0]


def test_a_refusal_of_a_verb_is_shown_above_the_form() -> None:
    form = Promise(TYPED)
    assert form.is_valid()
    form.refuse(Refused("Angka ini sudah disetujui."))
    assert form.non_field_errors() == ["Angka ini sudah disetujui."]


def test_a_missing_choice_is_asked_for_kindly() -> None:
    class Choose(Form):
        term = forms.ChoiceField(label="Jangka", choices=[("a", "A")], widget=forms.RadioSelect)

    form = Choose({})
    assert form.errors["term"] == ["Pilih satu."]
    assert "<fieldset" in str(form)
    assert "required" not in str(form)
