"""The pages of an import: hand in, look, answer, apply; every refusal is a sentence."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lawang.lib.text import text
from lawang.people.models import User
from lawang.plans import imports
from lawang.plans.models import Import, Plan, Programme, Revision
from lawang.plans.revising import publish, start_revision
from lawang.plans.tests.books import AT, INDICATOR, PLAN, PROGRAMME, make_plan, make_regency, sheet_csv
from lawang.plans.tests.test_workbook import zip_of
from tests.cast import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def wayan() -> User:
    return make_regency()


@pytest.fixture
def desk(wayan: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(wayan)
    return client


def book_zip(**sheets: list[dict[str, object]]) -> SimpleUploadedFile:
    files = {f"{name}.csv": sheet_csv(rows) for name, rows in sheets.items()}
    return SimpleUploadedFile("rencana.zip", zip_of(**files))


def test_a_workbook_is_uploaded_looked_at_and_applied(desk: Client) -> None:
    answer = desk.post(reverse("imports"), {"file": book_zip(rencana=PLAN, program=[PROGRAMME])})
    mine = Import.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, mine.get_absolute_url())
    page = desk.get(mine.get_absolute_url())
    assert "2 baris baru dan 0 baris berubah siap diterapkan" in page.content.decode()
    assert not Plan.objects.exists()
    desk.post(reverse("import_carry_out", args=[mine.key]))
    assert Programme.objects.get().code == "P-01"
    page = desk.get(mine.get_absolute_url())
    assert "Sudah diterapkan" in page.content.decode()
    assert 'http-equiv="refresh"' not in page.content.decode()


def test_applying_twice_is_applying_once(desk: Client) -> None:
    desk.post(reverse("imports"), {"file": book_zip(rencana=PLAN, program=[PROGRAMME])})
    mine = Import.objects.get()
    for _time in range(2):
        assert desk.post(reverse("import_carry_out", args=[mine.key])).status_code == 302
    assert Revision.objects.count() == 1


def test_an_unsure_name_is_picked_on_the_page(desk: Client) -> None:
    rows = [{**PROGRAMME, "penanggung_jawab": "Dinas Pendidikan"}]
    desk.post(reverse("imports"), {"file": book_zip(rencana=PLAN, program=rows)})
    mine = Import.objects.get()
    page = desk.get(mine.get_absolute_url() + "?lihat=waiting").content.decode()
    assert "“Dinas Pendidikan” berarti yang mana?" in page
    desk.post(reverse("import_choose", args=[mine.key]), {"pilihan-0": "disdik"})
    desk.post(reverse("import_carry_out", args=[mine.key]))
    programme = Programme.objects.select_related("lead").get()
    assert programme.lead is not None
    assert programme.lead.code == "disdik"


def test_an_answer_nobody_offered_is_no_answer(desk: Client) -> None:
    rows = [{**PROGRAMME, "penanggung_jawab": "Dinas Pendidikan"}]
    desk.post(reverse("imports"), {"file": book_zip(rencana=PLAN, program=rows)})
    mine = Import.objects.get()
    desk.post(reverse("import_choose", args=[mine.key]), {"pilihan-0": "bappeda"})
    mine.refresh_from_db()
    assert mine.dry_run["counts"]["waiting"] == 1


@pytest.mark.parametrize("tab", ["added", "changed", "waiting", "rejected", "left", "lain"])
def test_every_tab_is_a_page_with_few_queries(
    desk: Client, tab: str, django_assert_max_num_queries: object
) -> None:
    rows = [PROGRAMME, {**PROGRAMME, "kode": "P-02", "tahun_mulai": "x"}]
    desk.post(reverse("imports"), {"file": book_zip(rencana=PLAN, program=rows)})
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        assert desk.get(f"{Import.objects.get().get_absolute_url()}?lihat={tab}").status_code == 200


@pytest.mark.parametrize(
    ("contents", "sentence"),
    [(b"PK\x03\x04x", "rusak atau bukan XLSX"), (b"a,b\n1,2\n", "tidak memuat lembar")],
)
def test_a_bad_file_shows_its_sentence(desk: Client, contents: bytes, sentence: str) -> None:
    answer = desk.post(reverse("imports"), {"file": SimpleUploadedFile("x.xlsx", contents)})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Import.objects.exists()


def test_200_megabytes_are_refused_before_they_are_read(desk: Client) -> None:
    answer = desk.generic(
        "POST",
        reverse("imports"),
        b"--x\r\n",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(200 * 1024 * 1024),
    )
    assert answer.status_code == 413
    assert "terlalu besar" in answer.content.decode()


def test_a_large_file_waits_for_the_worker(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "SMALL", 10)
    desk.post(reverse("imports"), {"file": book_zip(rencana=PLAN, program=[PROGRAMME])})
    mine = Import.objects.get()
    assert mine.state == "reading"
    page = desk.get(mine.get_absolute_url()).content.decode()
    assert 'http-equiv="refresh"' in page
    assert "0 dari 2 baris" in page
    imports.examine(mine, at=AT)
    desk.post(reverse("import_carry_out", args=[mine.key]))
    assert not Programme.objects.exists()
    imports.carry_out(mine, at=AT)
    imports.carry_out(mine, at=AT)  # a worker that was killed after the commit runs it again
    assert Programme.objects.count() == 1


def test_a_plan_that_changed_meanwhile_fails_with_a_sentence(desk: Client, wayan: User) -> None:
    make_plan(wayan, program=[PROGRAMME])
    desk.post(reverse("imports"), {"file": book_zip(program=[{**PROGRAMME, "judul": "Lain"}])})
    mine = Import.objects.get()
    Programme.objects.update(title=text("Sudah diganti"))
    desk.post(reverse("import_carry_out", args=[mine.key]))
    mine.refresh_from_db()
    assert (mine.state, "Unggah lagi" in mine.trouble) == ("failed", True)


def test_a_stranger_sees_nothing_of_it(desk: Client) -> None:
    desk.post(reverse("imports"), {"file": book_zip(rencana=PLAN)})
    budi = Client()
    address = Import.objects.get().get_absolute_url()
    assert budi.get(address).status_code == 302
    budi.force_login(make_user("budi"))
    assert budi.get(address).status_code == 403
    assert budi.get(reverse("imports")).status_code == 403
    assert budi.get(reverse("import_template")).status_code == 403


@pytest.mark.parametrize("name", ["plan_xlsx", "plan_csv_zip"])
def test_the_plan_is_downloaded(desk: Client, wayan: User, name: str) -> None:
    make_plan(wayan, program=[PROGRAMME], indikator=[INDICATOR])
    answer = desk.get(reverse(name, args=["RI"]))
    assert answer.status_code == 200
    assert answer.content.startswith(b"PK")
    assert desk.get(reverse("import_template")).status_code == 200


def test_two_revisions_are_set_side_by_side(desk: Client, wayan: User) -> None:
    plan = make_plan(wayan, program=[PROGRAMME])
    publish(Revision.objects.get(), in_force_from=date(2024, 1, 1), by=wayan, at=AT)
    draft = start_revision(plan, by=wayan, at=AT)
    Programme.objects.filter(revision=draft).update(title=text("Air minum"))
    assert reverse("side_by_side") in desk.get(reverse("planner:home")).content.decode()
    page = desk.get(reverse("side_by_side")).content.decode()
    assert "Air bersih sampai desa" in page
    assert "Air minum" in page
    public = Client().get(reverse("difference"))
    assert public.status_code == 200
    assert "Air minum" not in public.content.decode()
    assert "{&#x27;" not in public.content.decode()
    assert Client().get(reverse("difference"), {"dari": "x", "ke": "y"}).status_code == 404
    assert Client().get(reverse("difference"), {"ke": str(draft.pk)}).status_code == 404
