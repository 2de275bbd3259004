"""The letters desk: an agency's own words, its letterhead, its numbers."""

from typing import Any

import pytest
from django.test import Client

from lawang.documents import actions, sources, typeset
from lawang.documents.letter import Letter
from lawang.documents.models import Document, Letterhead, Template
from lawang.documents.tests.letters import (
    AT,
    BODY,
    VALUES,
    make_document,
    make_draft,
    make_template,
    make_village,
)
from lawang.documents.tests.reading import text_of
from lawang.lib.refused import Refused
from lawang.people.models import Agency, User
from lawang.record.models import Access
from tests.cast import make_agency, make_membership, make_node, make_role, make_user

pytestmark = pytest.mark.django_db
VERBS = {"documents.edit_template": "agency", "documents.see": "agency"}


@pytest.fixture(autouse=True)
def desa() -> Agency:
    make_node(is_demo=True)
    make_template()
    return make_village()


@pytest.fixture
def kepala(client: Client, desa: Agency) -> User:
    user = make_user("wayan", name="Wayan Contoh")
    make_membership(user, role=make_role("chief", VERBS, signs_as=["head"]), agency=desa)
    client.force_login(user)
    return user


def letter(desa: Agency, more: str = "") -> str:
    return f"/kelola/surat/{desa.key}/bunyi/usaha/letter/{more}"


def typed(body: str = BODY, **more: str) -> dict[str, str]:
    return {"title_id": "Surat keterangan usaha", "body_id": body, "title_en": "", "body_en": ""} | more


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_list_says_whose_words_are_used(
    client: Client, kepala: User, desa: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "_wordings", [])  # of a letter that no noun knows
    assert "dari paket" in words(client.get("/kelola/surat/"))
    client.post(letter(desa), typed("Menerangkan bahwa {{name}} berusaha."))
    assert "sendiri, versi 1" in words(client.get("/kelola/surat/"))


def test_an_office_sees_only_the_letters_that_a_noun_says_are_its_own(
    client: Client, kepala: User, desa: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_template("lain/letter", title={"id": "Surat kantor lain"})
    monkeypatch.setattr(sources, "_wordings", [lambda office: {"usaha/letter"} if office == desa else set()])
    shown = words(client.get("/kelola/surat/"))
    assert "Surat keterangan usaha" in shown
    assert "Surat kantor lain" not in shown


def test_own_words_are_a_new_version_and_old_letters_keep_theirs(
    client: Client, kepala: User, desa: Agency
) -> None:
    before = make_document(template=actions.template_for("usaha/letter", desa))
    client.post(letter(desa), typed("Bunyi kami sendiri untuk {{name}}."))
    own = actions.template_for("usaha/letter", desa)
    after = make_document(template=own)

    assert (own.agency, own.version, own.made_by) == (desa, 1, kepala)
    assert own.body == {"id": "Bunyi kami sendiri untuk {{name}}."}
    assert before.template != own
    assert "Bunyi kami sendiri untuk Siti Aminah Contoh." in text_of(actions.pdf(after))
    assert "Bunyi kami sendiri" not in text_of(actions.pdf(before))
    assert actions.template_for("usaha/letter", make_agency("desa-lain", "Desa Lain")).agency is None


def test_back_to_the_packs_words(client: Client, kepala: User, desa: Agency) -> None:
    client.post(letter(desa), typed("Bunyi kami sendiri."))
    client.post(letter(desa, "kembalikan/"))
    assert actions.template_for("usaha/letter", desa).agency is None
    assert Template.objects.filter(agency=desa).count() == 1
    client.post(letter(desa), typed("Bunyi kedua."))
    assert actions.template_for("usaha/letter", desa).version == 2


def test_a_fault_stays_beside_the_words_with_line_and_allowed_names(
    client: Client, kepala: User, desa: Agency
) -> None:
    answer = client.post(letter(desa), typed("Baris satu\n\nKepada {{nama}}"))
    said = words(answer)
    assert answer.status_code == 422
    assert "Baris 3: nama “nama” tidak dikenal. Mungkin maksud Anda “name”." in said
    assert "Kepada {{nama}}" in said
    assert not Template.objects.filter(agency=desa).exists()


def test_the_preview_saves_nothing_and_uses_real_answers_only_when_asked(
    client: Client, kepala: User, desa: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = make_document(template=actions.template_for("usaha/letter", desa))
    set_letters: list[str] = []
    png = typeset.png

    def looked_at(one: Letter) -> list[bytes]:
        set_letters.append(typeset.as_json(one))
        return png(one)

    monkeypatch.setattr(typeset, "png", looked_at)

    answer = client.post(letter(desa), typed("Halo {{name}}.", pratinjau="1"))
    assert "data:image/png;base64," in words(answer)
    assert "‹name›" in set_letters[0].encode().decode("unicode_escape")
    assert not Access.objects.exists()

    client.post(letter(desa), typed("Halo {{name}}.", pratinjau="1", isian=str(document.key)))
    assert VALUES["name"] in set_letters[1]
    assert Access.objects.get().fields == ["values"]
    assert not Template.objects.filter(agency=desa).exists()


def test_nobody_borrows_the_answers_of_another_office(client: Client, kepala: User, desa: Agency) -> None:
    other = make_document(
        template=actions.template_for("usaha/letter", desa), office=make_agency("desa-lain", "Desa Lain")
    )
    answer = client.post(letter(desa, "pratinjau/"), typed("Halo {{name}}.", isian=str(other.key)))
    assert answer["Content-Type"] == "application/pdf"
    assert VALUES["name"] not in text_of(answer.content)


def test_the_preview_as_pdf_says_draf(client: Client, kepala: User, desa: Agency) -> None:
    answer = client.post(letter(desa, "pratinjau/"), typed("Halo {{name}}."))
    assert "belum bernomor dan belum berlaku" in text_of(answer.content)
    assert client.post(letter(desa, "pratinjau/"), typed("Halo {{nama}}.")).status_code == 422


def test_letters_of_another_office_are_out_of_reach(client: Client, kepala: User) -> None:
    other = make_agency("desa-lain", "Desa Lain")
    assert client.get(letter(other)).status_code == 403
    assert client.post(letter(other), typed()).status_code == 403
    assert client.get(f"/kelola/surat/{other.key}/kop/").status_code == 403


def test_the_letterhead(client: Client, kepala: User, desa: Agency) -> None:
    address = f"/kelola/surat/{desa.key}/kop/"
    assert "DESA PADANG TEPONG" in words(client.get(address))
    client.post(
        address,
        {
            "lines": "PEMERINTAH KABUPATEN CONTOH\n\nKANTOR DESA PADANG",
            "address": "Jalan Desa 1",
            "contact": "",
            "place": "Padang",
        },
    )
    found = Letterhead.objects.get(agency=desa)
    assert found.lines == ["PEMERINTAH KABUPATEN CONTOH", "KANTOR DESA PADANG"]
    said = text_of(actions.pdf(make_document()))
    for line in ("KANTOR DESA PADANG", "Jalan Desa 1", "Padang, 20 November 2026"):
        assert line in said


@pytest.mark.parametrize("lines", ["", "a\nb\nc\nd\ne\nf"])
def test_a_letterhead_has_one_to_five_lines(client: Client, kepala: User, desa: Agency, lines: str) -> None:
    answer = client.post(f"/kelola/surat/{desa.key}/kop/", {"lines": lines, "place": "Padang"})
    assert answer.status_code == 422
    assert not Letterhead.objects.exists()


def test_the_pattern_of_numbers(client: Client, kepala: User, desa: Agency) -> None:
    address = f"/kelola/surat/{desa.key}/nomor/usaha/"
    assert "{code}/{number:03}" in words(client.get(address))
    assert "harus memuat" in words(client.post(address, {"pattern": "{number}"}))
    client.post(address, {"pattern": "{number:04}/{roman}/{year}"})
    assert make_document().number == "0001/XI/2026"
    assert client.get(f"/kelola/surat/{desa.key}/nomor/tidak-ada/").status_code == 404


@pytest.mark.parametrize("path", ["/kelola/surat/", "bunyi/usaha/letter/", "kop/", "nomor/usaha/"])
def test_questions_stay_few(
    client: Client, kepala: User, desa: Agency, path: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        make_template(f"layanan-{number}/letter")
        make_document()
    with django_assert_max_num_queries(12):
        address = path if path.startswith("/") else f"/kelola/surat/{desa.key}/{path}"
        assert client.get(address).status_code == 200


# The verbs below the pages


def test_a_packs_wording_is_installed_once_and_again_when_it_changed() -> None:
    first = make_template("x/letter")
    assert make_template("x/letter") == first
    second = make_template("x/letter", body={"id": "Baru {{name}}."})
    assert (second.version, Template.objects.filter(code="x/letter", is_current=True).count()) == (2, 1)


def test_an_agencys_words_stay_when_the_pack_changes_and_take_over_what_the_pack_decides(
    desa: Agency,
) -> None:
    own = actions.edit_template(
        make_template("x/letter"),
        title={"id": "J"},
        body={"id": "Milik {{name}}."},
        agency=desa,
        by=None,
        at=AT,
    )
    make_template("x/letter", body={"id": "Paket baru."}, signers=["head"])
    found = actions.template_for("x/letter", desa)
    assert (found.agency, found.body, found.signers) == (desa, own.body, ["head"])


def test_a_packs_wording_with_a_fault_is_not_installed() -> None:
    with pytest.raises(Refused, match="Bahasa Inggris, Baris 1"):
        make_template("x/letter", body={"id": "Halo {{name}}", "en": "Hello {{nama}}"})


def test_a_letter_nobody_installed_is_a_sentence(desa: Agency) -> None:
    with pytest.raises(Refused, match="belum dipasang"):
        actions.template_for("tidak/ada", desa)


def test_a_draft_in_english_is_english(desa: Agency) -> None:
    document = actions.issue(make_draft(language="en"), by=None, at=AT)
    said = text_of(actions.pdf(document))
    assert "This is to state that:" in said
    assert Document.objects.get(pk=document.pk).language == "en"
