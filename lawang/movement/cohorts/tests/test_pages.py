"""The pages of a movement: whole, few queries, for whom they are, and nowhere on a regency's installation."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lawang.movement.cohorts import actions, mentoring, selection
from lawang.movement.cohorts.models import (
    Ballot,
    Blueprint,
    Cohort,
    Determination,
    FigureImport,
    Organisation,
    Participant,
    Proof,
    Submission,
)
from lawang.movement.cohorts.tests.cast import (
    AFTER,
    AT,
    DURING,
    LATER,
    PROGRAMME,
    advance,
    apply,
    blueprint,
    csv_of,
    decide,
    hand_in,
    invite,
    make_applied,
    make_area,
    make_cohort,
    make_mentored,
    person,
    seat,
    secretary,
    signed_in,
)
from lawang.movement.letters import letters_of
from lawang.movement.tests import letters
from lawang.people.middleware import HAS_FACTOR
from lawang.people.models import Node
from lawang.people.node import today
from tests.markup import Markup

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be 10 June, while applications are open."""
    from lawang.movement.cohorts import views
    from lawang.movement.cohorts.desk import common, jury, mentors, secretariat

    for module in (views, common, jury, mentors, secretariat):
        monkeypatch.setattr(module, "now", lambda: DURING)


def browser(role: str, username: str) -> Client:
    client = signed_in(person(role, username))
    session = client.session
    session[HAS_FACTOR] = True
    session.save()
    return client


def desk() -> Client:
    secretary()
    return browser("movement-secretariat", "ketut")


def whole(response: Any, status: int = 200) -> str:
    """Check a page's markup; return its words."""
    content: str = (b"".join(response) if response.streaming else response.content).decode()
    assert response.status_code == status, content[:400]
    if response["Content-Type"].startswith("text/html"):
        assert Markup(content).problems() == []
    return content


# The public


def test_the_public_sees_how_the_movement_grew(django_assert_max_num_queries: Any) -> None:
    make_cohort()
    for year, chosen in ((2017, 25), (2018, 50)):
        Cohort.objects.create(
            year=year,
            title={"id": f"Angkatan {year}"},
            chosen=chosen,
            from_history=True,
            state="finished",
            source="s",
        )
    with django_assert_max_num_queries(12):
        words = whole(Client().get("/gerakan/angkatan/"))
    assert "<svg" in words
    assert "<table" in words
    whole(Client().get("/gerakan/angkatan.csv"))


def test_who_was_not_chosen_is_not_named_in_public(django_assert_max_num_queries: Any) -> None:
    cohort, rows = make_applied(make_area(), make_area("16.03", "Kabupaten Muara Enim"))
    for row, is_chosen in zip(rows, (True, False), strict=True):
        _juror, wayan = seat(row, "wayan")
        hand_in(row, wayan, 4, 4)
        decide(row, is_chosen=is_chosen)
    with django_assert_max_num_queries(12):
        words = whole(Client().get(f"/gerakan/angkatan/{cohort.key}/"))
    assert "Kabupaten Agam" in words
    assert "Muara Enim" not in words
    assert "kominfo@agam.example" not in words
    lines = whole(Client().get(f"/gerakan/angkatan/{cohort.key}/peserta.csv"))
    assert "13.06" in lines
    assert "16.03" not in lines
    assert "Tidak ada peserta" in whole(Client().get(f"/gerakan/angkatan/{cohort.key}/?q=jambi"))
    response = Client().get(f"/gerakan/angkatan/{cohort.key}/?status=not_chosen")
    assert "Muara Enim" not in response.content.decode()


def test_a_regency_has_none_of_these_pages() -> None:
    cohort = make_cohort()
    row, secret = invite(cohort)
    Node.objects.update(kind=Node.Kind.REGENCY)
    for path in ("gerakan/angkatan/", f"gerakan/angkatan/{cohort.key}/", f"undangan/{secret}/"):
        assert Client().get(f"/{path}").status_code == 404
    for path in ("angkatan/", f"angkatan/peserta/{row.key}/", "pendampingan/"):
        assert desk().get(f"/kelola/{path}").status_code == 404
    assert browser("assessor", "wayan").get("/kelola/seleksi/").status_code == 404


# The form behind the link


def typed(**more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"rows": 3, "office": "Dinas Kominfo", "a-0-name": "e-Surat", "a-0-users": "40"}
    for code in ("pemimpin", "anggaran", "literasi"):
        given |= {f"q-{code}": "sedang", f"w-{code}": "Ada."}
    return given | more


def test_a_region_fills_in_the_form_without_an_account(django_assert_max_num_queries: Any) -> None:
    cohort = make_cohort()
    row, secret = invite(cohort)
    path, client = f"/undangan/{secret}/", Client()
    assert "belum dibuka" in whole(client.get(path))
    advance(cohort, Cohort.State.APPLYING)
    with django_assert_max_num_queries(12):
        response = client.get(path)
        assert 'data-draft="kesiapan-' in whole(response)
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"
    assert client.post(path, typed(do="save", office="")).status_code == 302
    assert "rancangan, belum dikirim" in whole(client.get(path))
    assert "Isian ini belum diisi" in whole(client.post(path, typed(do="send", office="")), 422)
    assert "angka saja" in whole(client.post(path, typed(**{"a-0-users": "banyak"})), 422)
    assert client.post(path, typed(do="send")).status_code == 302
    row.refresh_from_db()
    assert row.status == Participant.Status.APPLIED
    assert Submission.objects.get().applications == [{"name": "e-Surat", "agency": "", "users": 40}]
    assert Client().get("/undangan/salah/").status_code == 404


def test_proofs_are_uploaded_and_dropped_through_the_link() -> None:
    cohort = advance(make_cohort(), Cohort.State.APPLYING)
    _row, secret = invite(cohort)
    path, client = f"/undangan/{secret}/bukti/", Client()
    given = {"question": "pemimpin", "proves": "SK bupati"}
    bad = SimpleUploadedFile("sk.exe", b"MZ\x00\x01")
    assert "Jenis berkas" in whole(client.post(path, given | {"file": bad}), 422)
    assert client.post(path, given | {"file": SimpleUploadedFile("sk.txt", b"isi")}).status_code == 302
    proof = Proof.objects.get()
    assert "SK bupati" in whole(client.get(f"/undangan/{secret}/"))
    _other, theirs = invite(cohort, make_area("16.03", "Kabupaten Muara Enim"))
    assert client.post(f"/undangan/{theirs}/bukti/{proof.key}/hapus/").status_code == 404
    assert client.post(f"{path}{proof.key}/hapus/").status_code == 302
    assert not Proof.objects.exists()


def test_after_the_deadline_the_form_only_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    from lawang.movement.cohorts import views

    row, secret = invite(advance(make_cohort(), Cohort.State.APPLYING))
    apply(row)
    monkeypatch.setattr(views, "now", lambda: AFTER)
    words = whole(Client().get(f"/undangan/{secret}/"))
    assert "Pendaftaran ditutup" in words
    assert "<textarea" not in words
    assert "Pendaftaran ditutup" in whole(Client().post(f"/undangan/{secret}/", typed()), 422)


# The secretariat


def pages_of(row: Participant) -> list[str]:
    cohort = row.cohort
    taken = actions.take_in_figures(
        csv_of("region;indicator;year;value;source", "13.06;IPM;2024;74,5;BPS", "x;IPM;2024;1;B"),
        by=secretary(),
        at=AT,
    )
    backer = Organisation.objects.create(name="Universitas Contoh", kind="university")
    return [
        "angkatan/",
        "angkatan/baru/",
        "angkatan/lembaga/",
        "angkatan/lembaga/baru/",
        f"angkatan/lembaga/{backer.key}/",
        "angkatan/angka/?q=agam&indicator=ipm&year=2024",
        "angkatan/angka.csv",
        f"angkatan/angka/{taken.key}/",
        f"angkatan/{cohort.key}/",
        f"angkatan/{cohort.key}/peserta.csv",
        *(f"angkatan/{cohort.key}/{what}/" for what in ("undang", "tenggat", "penilai", "bimtek")),
        f"angkatan/peserta/{row.key}/",
        *(
            f"angkatan/peserta/{row.key}/{what}/"
            for what in ("wawancara", "putusan", "kesepakatan", "keadaan", "pendamping")
        ),
    ]


def test_the_secretariats_pages_are_whole_and_ask_little(django_assert_max_num_queries: Any) -> None:
    _cohort, (row, *_rest) = make_applied(
        make_area(), *(make_area(f"16.{n:02}", f"Kabupaten {n}") for n in range(10, 22))
    )
    (first, wayan), (second, made) = seat(row, "wayan"), seat(row, "made")
    hand_in(row, wayan, 5, 2)
    hand_in(row, made, 2, 3)
    slot = selection.set_slot(
        row, starts_at=DURING, minutes=30, place="R", jurors=[first, second], by=secretary(), at=DURING
    )
    selection.keep_minutes(slot, "Siap.", by=wayan, at=DURING)
    blueprint("area_lists", {"code": "x", "title": {"id": "Daftar"}, "source": "s", "areas": ["13.06"]})
    blueprint("programmes", PROGRAMME)
    client = desk()
    for path in pages_of(row):
        with django_assert_max_num_queries(12, info=path):
            whole(client.get(f"/kelola/{path}"))
    row = decide(row)
    (letter,) = letters_of(Determination.objects.get())
    assert letter.number in whole(client.get(f"/kelola/angkatan/peserta/{row.key}/"))
    Participant.objects.filter(pk=row.pk).update(secret_hash=actions.digest("rahasia"))
    path = "/undangan/rahasia/"
    assert Client().get(f"{path}surat/").status_code == 404  # nobody signed it yet
    assert letter.number not in whole(Client().get(path))
    letters.sign(letter, AFTER)
    assert letter.number in whole(Client().get(path))
    found = Client().get(f"{path}surat/")
    assert found["Content-Type"] == "application/pdf"
    assert found.content.startswith(b"%PDF")
    assert found["Cache-Control"] == "private, no-store"


def test_a_cohort_goes_through_in_pages() -> None:
    make_area()
    blueprint("area_lists", {"code": "x", "title": {"id": "Daftar"}, "source": "s", "areas": ["13.06"]})
    cohort = make_cohort(2030)
    cohort.delete()
    client = desk()
    form, criteria, listed = (
        Blueprint.objects.get(kind=kind).pk for kind in ("forms", "criteria", "area_lists")
    )
    given = {
        "year": "2026",
        "title_id": "Angkatan uji",
        "call_id": "Ayo.",
        "area_list": listed,
        "opens_day": "1",
        "opens_month": "6",
        "opens_year": "2026",
        "closes_day": "30",
        "closes_month": "6",
        "closes_year": "2026",
        "form": form,
        "criteria": criteria,
    }
    given |= {"year": str(today().year)}
    assert client.post("/kelola/angkatan/baru/", given | {"title_id": ""}).status_code == 422
    response = client.post("/kelola/angkatan/baru/", given)
    assert response.status_code == 302, response.content.decode().partition("<h1>")[2][:1800]
    cohort = Cohort.objects.get()
    assert (cohort.areas, cohort.areas_note) == (["13.06"], "Daftar – s")
    client.post(f"/kelola/angkatan/{cohort.key}/lanjut/")
    path = f"/kelola/angkatan/{cohort.key}/undang/"
    office = {"contact_office": "Kominfo", "contact": "a@b.example"}
    assert "tidak ditemukan" in whole(client.post(path, office | {"area": "Jambi"}), 422)
    assert client.post(path, office | {"area": "agam"}).status_code == 302
    cohort.refresh_from_db()
    assert (cohort.state, cohort.participants.count()) == ("applying", 1)
    assert client.get(f"/kelola/angkatan/{cohort.key}/entah/").status_code == 404
    client.post("/kelola/angkatan/riwayat/")


def test_figures_come_in_through_a_page() -> None:
    make_area()
    client = desk()
    words = whole(client.post("/kelola/angkatan/angka/", {"file": csv_of("x;y", "1;2")}), 422)
    assert "tidak ada di baris pertama" in words
    file = csv_of("region;indicator;year;value;source", "13.06;IPM;2024;74,5;BPS", "x;IPM;2024;1;B")
    words = whole(client.post("/kelola/angkatan/angka/", {"file": file}, follow=True))
    assert "1 angka diambil" in words
    assert "Daerah “x” tidak dikenal" in words
    assert FigureImport.objects.count() == 1


# Assessors


def test_an_assessor_declares_marks_and_hands_in(django_assert_max_num_queries: Any) -> None:
    _cohort, (row, other) = make_applied(make_area(), make_area("16.03", "Kabupaten Muara Enim"))
    seat(row, "wayan")
    _juror, made = seat(row, "made")
    client, path = browser("assessor", "wayan"), f"/kelola/seleksi/{row.key}/"
    assert "Kabupaten Agam" in whole(client.get("/kelola/seleksi/"))
    assert client.get(f"/kelola/seleksi/{other.key}/").status_code == 404
    assert 'name="k-visi"' not in whole(client.get(path))
    assert "Tulis benturannya" in whole(client.post(path, {"answer": "conflict"}), 422)
    assert client.post(path, {"answer": "free"}).status_code == 302
    with django_assert_max_num_queries(12):
        assert 'name="k-visi"' in whole(client.get(path))
    assert "Pilih satu" in whole(client.post(path, {"k-visi": "5", "do": "hand_in"}), 422)
    assert client.post(path, {"k-visi": "5", "k-uang": "2", "do": "hand_in"}).status_code == 302
    assert "Nilai semua penilai" not in whole(client.get(path))
    hand_in(row, made, 2, 2)
    with django_assert_max_num_queries(12):
        words = whole(client.get(path))
    assert "Nilai semua penilai" in words
    assert "bicarakan" in words
    again = f"{path}ubah/visi/"
    assert "Isian ini belum diisi" in whole(client.post(again, {"mark": "3", "reason": ""}), 422)
    assert client.post(again, {"mark": "3", "reason": "Sepakat."}).status_code == 302
    assert "semula 5: Sepakat." in whole(client.get(path))


def test_whoever_has_a_conflict_reads_nothing() -> None:
    _cohort, (row,) = make_applied()
    seat(row, "wayan")
    client, path = browser("assessor", "wayan"), f"/kelola/seleksi/{row.key}/"
    client.post(path, {"answer": "conflict", "conflict": "Keluarga di sana."})
    words = whole(client.get(path))
    assert "Keluarga di sana." in words
    assert "e-Surat" not in words
    assert "Apakah kepala daerah" not in words
    assert client.post(f"{path}?ubah=1", {"answer": "free"}).status_code == 302
    assert Ballot.objects.get().conflict == ""


def test_minutes_are_for_who_sat_there() -> None:
    _cohort, (row,) = make_applied()
    juror, _wayan = seat(row, "wayan")
    seat(row, "made")
    slot = selection.set_slot(
        row, starts_at=DURING, minutes=30, place="R", jurors=[juror], by=secretary(), at=DURING
    )
    path = f"/kelola/seleksi/wawancara/{slot.key}/"
    assert browser("assessor", "made").get(path).status_code == 404
    client = browser("assessor", "wayan")
    whole(client.get(path))
    assert client.post(path, {"minutes": "Bupati hadir."}).status_code == 302
    slot.refresh_from_db()
    assert slot.minutes == "Bupati hadir."


# Mentors


def test_a_mentor_sees_and_fills_only_the_own_regions(django_assert_max_num_queries: Any) -> None:
    row = make_mentored("made")
    made = person("mentor", "made")
    given: dict[str, Any] = {"line": "programme", "quoted": "Air bersih", "words": "Kurang target."}
    for _number in range(5):
        remark = mentoring.comment(row, **given, by=made, at=LATER)
    mentoring.advise(row, day=AFTER.date(), office="PU", subject="Jalan", advice="Ukur.", by=made, at=LATER)
    session = mentoring.hold_session(
        row,
        stage="i",
        starts=AT.date(),
        ends=AT.date(),
        place="Aula",
        agenda="",
        by=made,
        at=LATER,
    )
    item = row.deliverables.first()
    assert item is not None
    paths = [
        "",
        f"{row.key}/",
        *(f"{row.key}/{what}/" for what in ("bimtek", "komentar", "klinik", "komitmen")),
        f"hadir/{session.key}/",
        f"hasil/{item.key}/",
        f"komentar/{remark.key}/",
    ]
    client, stranger = browser("mentor", "made"), browser("mentor", "budi")
    for path in paths:
        with django_assert_max_num_queries(12):
            whole(client.get(f"/kelola/pendampingan/{path}"))
        if path:
            assert stranger.get(f"/kelola/pendampingan/{path}").status_code == 404
        whole(desk().get(f"/kelola/pendampingan/{path}"))
    assert "Agam" not in whole(stranger.get("/kelola/pendampingan/"))
    path = f"/kelola/pendampingan/hadir/{session.key}/"
    assert "belum lengkap" in whole(client.post(path, {"rows": "Dinkes tiga"}), 422)
    assert client.post(path, {"rows": "Dinkes: 3\nPU: 1"}).status_code == 302
    path = f"/kelola/pendampingan/hasil/{item.key}/"
    assert client.post(path, {"file": SimpleUploadedFile("b.txt", b"isi")}).status_code == 302
    assert client.post(path, {"outcome": "returned", "reason": "Tambah SWOT."}).status_code == 302
    client.post(f"/kelola/pendampingan/komentar/{remark.key}/", {"words": "Sudah."})
    client.post(f"/kelola/pendampingan/komentar/{remark.key}/selesai/")
    words = whole(client.get(f"/kelola/pendampingan/{row.key}/"))
    for part in ("4 orang dari 2 kantor", "Tambah SWOT.", "dikembalikan", "1 komentar selesai"):
        assert part in words


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("assessor", "angkatan/"),
        ("mentor", "angkatan/"),
        ("mentor", "seleksi/"),
        ("assessor", "pendampingan/"),
        ("movement-secretariat", "seleksi/"),
    ],
)
def test_each_door_is_for_its_role(role: str, path: str) -> None:
    make_cohort()
    assert browser(role, f"orang-{role}").get(f"/kelola/{path}").status_code == 403
