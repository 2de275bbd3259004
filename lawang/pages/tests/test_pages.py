"""What is shown: safe Markdown, somebody else reads over, nothing before its moment, pictures without their place."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from lawang.lib.refused import Refused
from lawang.lib.text import text
from lawang.pages import actions, markdown, pictures
from lawang.pages.models import Page
from lawang.pages.tests.making import make_page, person
from lawang.record.files import path_of
from lawang.record.models import Entry, File
from tests.cast import make_node, moment
from tests.markup import Markup

pytestmark = pytest.mark.django_db
AT = moment("2026-11-24 10:00")


@pytest.fixture(autouse=True)
def in_november(monkeypatch: pytest.MonkeyPatch, media: Any) -> None:
    make_node()
    for module in ("views", "desk"):
        monkeypatch.setattr(f"lawang.pages.{module}.now", lambda: AT)


def published(slug: str = "air-bersih", **more: Any) -> Page:
    page = actions.hand_in(make_page(slug, by=person("siti"), at=AT, **more), by=person("siti"), at=AT)
    return actions.publish(page, by=person("budi"), at=AT)


@pytest.mark.parametrize(
    ("typed", "never"),
    [
        ("<script>alert(1)</script>", "<script"),
        ("<img src=x onerror=alert(1)>", "<img"),
        ("[tekan](javascript:alert(1))", "href"),
        ("[tekan](  JaVaScRiPt:alert(1))", "href"),
        ("[tekan](data:text/html;base64,AAAA)", "href"),
        ("![gambar](https://lain.example/lacak.gif)", "<img"),
        ('[a](/x "b\\" onmouseover=alert(1) c=\\"")', '" onmouseover'),
        ("<style>p{}</style>", "<style"),
    ],
)
def test_markdown_carries_nothing_but_words_and_safe_links(typed: str, never: str) -> None:
    assert never.lower() not in markdown.html(typed).lower()


def test_markdown_makes_headings_lists_tables_and_links() -> None:
    made = markdown.html(
        "# Satu\n\n- a\n- b\n\n| x | y |\n|--|--|\n| 1 | 2 |\n\n[ke situ](https://contoh.id)"
    )
    for part in (
        "<h2>Satu</h2>",
        "<li>a</li>",
        "<td>2</td>",
        '<a href="https://contoh.id" rel="nofollow noopener">',
    ):
        assert part in made


def test_nobody_publishes_what_they_wrote() -> None:
    siti, budi = person("siti"), person("budi")
    page = make_page(by=siti, at=AT)
    with pytest.raises(Refused):
        actions.publish(page, by=budi, at=AT)  # not handed in
    actions.hand_in(page, by=siti, at=AT)
    with pytest.raises(Refused, match="orang lain"):
        actions.publish(page, by=siti, at=AT)
    with pytest.raises(Refused):
        actions.send_back(page, " ", by=budi, at=AT)
    actions.send_back(page, "Tambahkan angka", by=budi, at=AT)
    page.refresh_from_db()
    assert (page.state, page.returned) == ("draft", "Tambahkan angka")
    actions.hand_in(page, by=siti, at=AT)
    actions.publish(page, by=budi, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Page.objects.filter(pk=page.pk).update(reader=siti)
    verbs = list(Entry.objects.filter(thing=f"pages.page:{page.key}").values_list("verb", flat=True))
    assert verbs == ["page_written", "page_handed_in", "page_returned", "page_handed_in", "page_published"]


def test_a_text_appears_at_its_moment_and_goes_when_withdrawn() -> None:
    page = published(publish_at=AT + timedelta(days=1))
    assert Client().get("/berita/air-bersih/").status_code == 404
    assert "air-bersih" not in Client().get("/berita/umpan.xml").content.decode()
    Page.objects.update(publish_at=AT - timedelta(minutes=1))
    shown = Client().get("/berita/air-bersih/")
    assert "<h2>Bagaimana</h2>" in shown.content.decode()
    assert Markup(shown.content.decode()).problems() == []
    assert "air-bersih" in Client().get("/berita/umpan.xml").content.decode()
    english = Client().get("/en/berita/air-bersih/").content.decode()
    assert "Clean water reaches the village" in english
    actions.withdraw(page, "Angkanya keliru", by=person("budi"), at=AT)
    assert Client().get("/berita/air-bersih/").status_code == 404


def test_the_list_is_searched_and_filtered_and_asks_the_same_for_many() -> None:
    published()
    published("kisah-kopi", kind="story", title=text("Kopi menyeberang pulau"))
    published("tentang", kind="page", title=text("Tentang kami"))
    with CaptureQueriesContext(connection) as few:
        page = Client().get("/berita/").content.decode()
    assert Markup(page).problems() == []
    assert "Kopi menyeberang" in page
    assert "Tentang kami" not in page
    found = Client().get("/berita/?q=menyeberangkan").content.decode()
    assert "Kopi menyeberang" in found
    assert "Air bersih sampai" not in found
    assert "Kopi menyeberang" not in Client().get("/berita/?jenis=news").content.decode()
    Page.objects.filter(slug="kisah-kopi").update(publish_at=moment("2025-03-01 10:00"))
    assert "Kopi menyeberang" not in Client().get("/berita/?tahun=2026").content.decode()
    assert "Kopi menyeberang" in Client().get("/berita/?tahun=2025").content.decode()
    for n in range(15):
        published(f"lagi-{n}")
    with CaptureQueriesContext(connection) as many:
        Client().get("/berita/")
    assert len(many) == len(few) <= 12


@pytest.mark.parametrize("slug", ["", "Huruf-Besar", "dua kata", "../x", "a" * 81])
def test_an_address_is_small_letters(slug: str) -> None:
    with pytest.raises(Refused):
        make_page(slug, by=person("siti"), at=AT)


def test_an_address_is_given_once_and_a_published_text_is_not_changed() -> None:
    page = published()
    with pytest.raises(Refused):
        make_page(by=person("siti"), at=AT)
    with pytest.raises(Refused):
        actions.write(
            page,
            kind="news",
            slug="lain",
            title=text("Lain"),
            summary=text("Lain"),
            body=text("Lain"),
            by=person("siti"),
            at=AT,
        )


def test_a_picture_loses_its_place_and_keeps_its_words() -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "RAHASIA-DI-EXIF"
    Image.effect_noise((1600, 1200), 80).convert("RGB").save(out, "JPEG", exif=exif)
    with pytest.raises(Refused):
        pictures.add_picture(out.getvalue(), name="a.jpg", alt=text(" "), by=person("siti"), at=AT)
    with pytest.raises(Refused):
        pictures.add_picture(b"%PDF-1.4 bukan gambar", name="a.jpg", alt=text("x"), by=person("siti"), at=AT)
    picture = pictures.add_picture(
        out.getvalue(), name="a.jpg", alt=text("Sungai", "River"), by=person("siti"), at=AT
    )
    kinds = {(one["kind"], one["width"]) for one in picture.renditions}
    assert kinds >= {(kind, width) for kind in ("image/avif", "image/webp") for width in (320, 640, 1280)}
    for file in File.objects.filter(about=f"pages.picture:{picture.key}"):
        data = path_of(file.sha256).read_bytes()
        assert b"RAHASIA" not in data
        with Image.open(io.BytesIO(data)) as opened:
            assert opened.width in (320, 640, 1280)
    html = pictures.show(picture, "100vw")
    assert 'width="1280" height="960"' in html
    assert 'loading="lazy"' in html
    assert "lazy" not in pictures.show(picture, "100vw", is_first=True)


def test_the_desk_takes_a_text_from_draft_to_published() -> None:
    siti, budi = Client(), Client()
    siti.force_login(person("siti"), "lawang.people.login.Identified")
    budi.force_login(person("budi"), "lawang.people.login.Identified")
    assert Markup(siti.get("/kelola/tulisan/baru/").content.decode()).problems() == []
    sent = {"kind": "news", "title": "Jalan desa diperbaiki", "summary": "Dua kilometer.", "body": "Selesai."}
    assert siti.post("/kelola/tulisan/baru/", sent | {"body": ""}).status_code == 422
    done = siti.post("/kelola/tulisan/baru/", sent)
    assert done.status_code == 302
    page = Page.objects.get(slug="jalan-desa-diperbaiki")
    siti.post(f"/kelola/tulisan/{page.key}/lakukan/ajukan/")
    assert "orang lain" in siti.get(f"/kelola/tulisan/{page.key}/").content.decode()
    assert "Menunggu Anda periksa" not in siti.get("/kelola/tulisan/").content.decode()
    assert "Menunggu Anda periksa" in budi.get("/kelola/tulisan/").content.decode()
    look = budi.get(f"/kelola/tulisan/{page.key}/").content.decode()
    assert Markup(look).problems() == []
    budi.post(f"/kelola/tulisan/{page.key}/lakukan/terbitkan/")
    assert Client().get("/berita/jalan-desa-diperbaiki/").status_code == 200
    assert budi.post(f"/kelola/tulisan/{page.key}/lakukan/lain/").status_code == 404


def test_whoever_may_neither_write_nor_publish_is_shut_out() -> None:
    client = Client()
    client.force_login(person("joko", {"plans.see_internal": "all"}), "lawang.people.login.Identified")
    page = make_page(by=person("siti"), at=AT)
    for path in ("", "baru/", f"{page.key}/"):
        assert client.get(f"/kelola/tulisan/{path}").status_code == 403
    elsewhere = person("andi", {"pages.write": "agency"})
    client.force_login(elsewhere, "lawang.people.login.Identified")
    assert client.get(f"/kelola/tulisan/{page.key}/").status_code == 404
