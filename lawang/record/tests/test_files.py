import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from lawang.lib.refused import Refused
from lawang.record.actions import keep_file, read_file
from lawang.record.files_sweep import GRACE, remove_strays
from lawang.record.models import File
from tests import pdfs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def keep(data: bytes, name: str, **fields: Any) -> File:
    from tests.cast import moment

    fields = {"about": "a.b:1", "privacy": "internal", "by": None, "at": moment("2026-03-17 10:00")} | fields
    return keep_file(SimpleUploadedFile(name, data), name=name, **fields)


def photo(form: str = "JPEG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, form, **options)
    return out.getvalue()


def folder(*names: str, content: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return out.getvalue()


def test_equal_contents_lie_on_disk_once(media: Path) -> None:
    one, two = keep(b"a;b\n", "a.csv"), keep(b"a;b\n", "../../b.CSV")
    assert one.sha256 == two.sha256
    assert [path.name for path in media.glob("*/*")] == [one.sha256]
    assert (two.name, two.kind) == ("b.csv", "text/csv")
    with read_file(two) as stream:
        assert stream.read() == b"a;b\n"


def test_a_photo_loses_place_and_camera_and_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif[0x0112] = 6  # lies on its side
    exif.get_ifd(0x8825)[2] = (3.0, 45.0, 10.0)  # GPS latitude
    file = keep(photo(exif=exif, comment=b"rumah Siti"), "foto.png")
    assert (file.kind, file.name) == ("image/jpeg", "foto.png.jpg")
    with read_file(file) as stream, Image.open(stream) as clean:
        assert clean.size == (20, 40)
        assert not clean.getexif()
        assert "comment" not in clean.info


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "1", "L"])
def test_pictures_of_every_mode_are_kept(form: str, mode: str) -> None:
    data = photo(form, mode="RGB" if form == "WEBP" else mode)
    assert keep(data, "x").kind == f"image/{form.lower()}"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "kosong.pdf"),
        (b"MZ\x90\x00 program", "surat.pdf"),
        (b"<html><script>alert(1)</script>", "halaman.html"),
        (b"<svg xmlns='x'/>", "gambar.svg"),
        (b"\xff\xd8\xff\xe0 broken", "foto.jpg"),
        (photo("PNG")[:60], "foto.png"),
        (b"PK\x03\x04 broken", "tabel.xlsx"),
        (folder("a.txt"), "arsip.zip"),
        (folder("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), "makro.xlsx"),
        (folder("[Content_Types].xml", "xl/workbook.xml", "big", content=b"\0" * 150_000_000), "bom.xlsx"),
        (b"{not json", "peta.geojson"),
        (b"a\x00b", "a.txt"),
    ],
)
def test_what_is_dangerous_or_broken_gets_a_sentence(data: bytes, name: str) -> None:
    with pytest.raises(Refused) as refusal:
        keep(data, name)
    assert refusal.value.sentence.endswith(".")
    assert not File.objects.exists()


def test_a_picture_that_unpacks_too_large_is_refused() -> None:
    with pytest.raises(Refused, match="megapiksel"):
        keep(photo("PNG", (9000, 9000), "1"), "besar.png")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pdfs.plain("<</S/JavaScript/JS(app.alert\\(1\\))>>", catalog="/OpenAction 5 0 R"), "JavaScript"),
        (pdfs.plain("<</S/Launch/F(cmd.exe)>>", catalog="/OpenAction 5 0 R"), "program"),
        (pdfs.locked(pdfs.plain(), to_open="rahasia"), "kata sandi"),
        (pdfs.plain()[:120], "rusak"),
    ],
)
def test_a_pdf_is_looked_into_before_it_is_kept(data: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        keep(data, "surat.pdf")
    assert not File.objects.exists()


def test_a_file_above_the_limit_is_refused(settings: Any) -> None:
    settings.FILE_MEGABYTES = 1
    with pytest.raises(Refused, match="1 MB"):
        keep(b"%PDF-" + b"0" * 1_000_000, "a.pdf")


@pytest.mark.parametrize("kind", ["xl/workbook.xml", "word/document.xml"])
def test_office_documents_are_kept(kind: str) -> None:
    assert "openxmlformats" in keep(folder("[Content_Types].xml", kind), "x").kind


def test_contents_without_a_row_are_swept_after_a_day(media: Path, at: datetime) -> None:
    import os

    kept, stray = keep(b"kept", "a.txt"), keep(b"stray", "b.txt")
    File.objects.filter(pk=stray.pk).delete()
    for path in media.glob("*/*"):
        os.utime(path, (at.timestamp(), at.timestamp()))
    assert remove_strays(at=at) == 0
    assert remove_strays(at=at + 2 * GRACE) == 1
    assert [path.name for path in media.glob("*/*")] == [kept.sha256]
