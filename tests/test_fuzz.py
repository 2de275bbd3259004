"""Nothing that somebody can send makes a page fail: every address, every field found on it, nasty words and files.

LAWANG_FUZZ=20 makes the random part twenty times as long.
"""

import io
import os
import re
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.addresses import every
from tests.test_pages import guest_of
from tests.world import client_of, finish

pytestmark = [pytest.mark.usefixtures("in_demo"), pytest.mark.django_db]

TIMES = int(os.environ.get("LAWANG_FUZZ", "1"))
NASTY = {
    "nul": "a\x00b",
    "long": "ཀ" * 20_000,
    "huge number": "9" * 400,
    "exponent": "1e999999",
    "not a number": "NaN",
    "negative": "-1",
    "signs": "'\"><script>%s{}{{7*7}}\\ \u202e\ufeff\ud7ff\U0001f9ed",
    "date": "9999-99-99",
}
PARAMETERS = sorted(  # every one that some page reads
    {
        found
        for path in Path(settings.ROOT / "lawang").rglob("*.py")
        for found in re.findall(r"GET(?:\.get\(|\.getlist\(|\[)\"(\w+)\"", path.read_text())
    }
)
STRANGE_PATHS = [
    "/rencana/dimensi/%00/",
    "/rencana/dimensi/" + "x" * 3000 + "/",
    "/ikuti/ya/%00/",
    "/ikuti/berhenti/%F0%9F%92%A9/",
    "/angka/99999999999999999999999999/",
    "/angka/99999999999999999999999999/angka.json",
    "/akun/titip-tugas/99999999999999999999/akhiri/",
    "/program/00000000-0000-0000-0000-000000000000/",
    "/indikator/00000000-0000-0000-0000-000000000000/angka.csv",
    "/tugas/angka/00000000-0000-0000-0000-000000000000/2026-T3/",
    "/data-wilayah/99.99.99.9999/",
    "/berkas/00000000-0000-0000-0000-000000000000/",
    "/kelola/rencana/ekspor/%00.xlsx",
    "/kelola/rencana/ekspor/%2e%2e%2fetc.zip",
    "/kelola/paket/tidak-ada/",
    "/akun/lupa/zzzzzzzzzzzzzzzzzzzzzzzzzzzz-x/",
    "/%ff%fe/",
    "/en/%00",
    "//evil.example/",
    "/tema-0.css",
    "/lambang-0",
]


class Fields(HTMLParser):
    """The fields of the forms on a page, with what they hold."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: dict[str, str] = {}
        self.files: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("input", "select", "textarea", "button") and (name := given.get("name")):
            if given.get("type") == "file":
                self.files.add(name)
            else:
                self.names.setdefault(name, given.get("value") or "")


def fields_of(client: Client, path: str) -> Fields:
    response = client.get(path, follow=True)
    finish(response)
    is_page = response.get("Content-Type", "").startswith("text/html") and not response.streaming
    return Fields(response.content.decode() if is_page else "")


def tried(client: Client, method: str, path: str, *arguments: Any, **named: Any) -> int:
    """Send one request, undo what it changed, and return its status; it never is 500."""
    mark = transaction.savepoint()
    try:
        response = getattr(client, method)(path, *arguments, **named)
        finish(response)
    finally:
        transaction.savepoint_rollback(mark)
    error = getattr(response, "exc_info", None)
    assert response.status_code < 500, f"{method} {path[:200]} {str(arguments)[:300]}: {error and error[1]!r}"
    return int(response.status_code)


KEEP = ("account_logout", "people:logout")  # these end the session of the client
TARGETS = [name for name in every() if name not in KEEP]


@pytest.mark.parametrize("turn", range(len(NASTY) if TIMES > 1 else 1))
def test_nasty_words_in_every_field(turn: int) -> None:
    """All parameters and all fields of each page at once, every field another kind."""
    clients: dict[str, Client] = {}
    words = [*NASTY.values()][turn:] + [*NASTY.values()][:turn]
    for place, name in enumerate(TARGETS):
        client = clients.setdefault(guest_of(name), client_of(guest_of(name)))
        path = every()[name].example()
        if name not in KNOWN:
            KNOWN[name] = fields_of(client, path)
        fields = {field: words[(at + place) % len(words)] for at, field in enumerate(KNOWN[name].names)}
        asked = {name: words[(at + place) % len(words)] for at, name in enumerate(PARAMETERS)}
        tried(
            client,
            "get",
            path,
            {name: value.replace("\0", "") for name, value in {**asked, **fields}.items()},
        )
        tried(client, "post", path, fields)


KNOWN: dict[str, Fields] = {}  # address -> what its page showed


@pytest.mark.parametrize("path", STRANGE_PATHS, ids=lambda path: path[:40])
@pytest.mark.parametrize("role", ["visitor", "planner", "administrator"])
def test_strange_paths(path: str, role: str) -> None:
    assert tried(client_of(role), "get", path) in (200, 301, 302, 400, 403, 404, 405)


BODIES = [
    ("application/json", b'{"a": [1, {"b": "\\u0000"}]}'),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="\x00"\r\n\r\n\xff'),
    ("multipart/form-data", b"no boundary"),
    ("application/x-www-form-urlencoded; charset=utf-16", b"a=\xff\xfe%00%D8%00"),
    ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % n for n in range(3000))),
    ("text/plain; charset=nonsense", b"\xff" * 100),
    ("", b""),
]


def test_bodies_that_are_no_form() -> None:
    """Each address gets some of them; with a longer run all."""
    clients: dict[str, Client] = {}
    for place, name in enumerate(TARGETS):
        client = clients.setdefault(guest_of(name), client_of(guest_of(name)))
        for turn in range(len(BODIES) if TIMES > 1 else 1):
            kind, body = BODIES[(place + turn) % len(BODIES)]
            tried(client, "generic", "POST", every()[name].example(), body, content_type=kind)


def test_no_form_is_taken_without_its_token() -> None:
    for role in ("visitor", "planner", "administrator", "officer"):
        client = client_of(role)
        client.handler.enforce_csrf_checks = True
        for name in TARGETS:
            if guest_of(name) == role and tried(client, "get", path := every()[name].example()) != 404:
                assert tried(client, "post", path, {"a": "1"}) in (302, 403, 404, 405), name


WORDS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [*NASTY.values(), "", "2026-T9", "2026-13", "0000", "1.250,5", "1,5,5", "ya", "on", "None"]
    ),
    st.integers().map(str),
    st.floats().map(str),
    st.dates().map(str),
    st.uuids().map(str),
)


@hypothesis_settings(
    max_examples=120 * TIMES,
    deadline=None,
    derandomize=TIMES == 1,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_anything_in_any_field(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(TARGETS), "address")
    role = data.draw(st.sampled_from([guest_of(name), "visitor", "officer", "planner"]), "role")
    client = client_of(role)
    path = every()[name].example()
    shown = fields_of(client, path)
    known = [*shown.names, *shown.files, *PARAMETERS]
    fields = data.draw(st.dictionaries(st.sampled_from(known), WORDS, max_size=12), "fields")
    fields = {
        name: value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        for name, value in fields.items()
    }
    is_post = data.draw(st.booleans(), "post")
    if is_post:
        assume("logout" not in name)
    sent = {**shown.names, **fields} if data.draw(st.booleans(), "as shown") else fields
    tried(client, "post" if is_post else "get", path, sent)


# --- files ----------------------------------------------------------------------------------------------------------


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, contents in files.items():
            archive.writestr(name, contents)
    return out.getvalue()


def workbook(*rows: list[Any], title: str = "program") -> bytes:
    from openpyxl import Workbook

    book, out = Workbook(), io.BytesIO()
    page = book.active
    assert page is not None
    page.title = title
    for row in rows:
        page.append(row)
    book.save(out)
    return out.getvalue()


def bomb() -> bytes:
    """A small file that unpacks to 300 MB."""
    whole = zipfile.ZipFile(io.BytesIO(workbook(["kode"])))
    files = {name: whole.read(name) for name in whole.namelist()}
    return packed(files | {"xl/worksheets/sheet1.xml": b"<a>" + b" " * 300_000_000})


def billion_laughs() -> bytes:
    whole = zipfile.ZipFile(io.BytesIO(workbook(["kode"])))
    files = {name: whole.read(name) for name in whole.namelist()}
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    files["xl/worksheets/sheet1.xml"] = f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}]><x>&l9;</x>'.encode()
    return packed(files)


BAD_FILES: dict[str, Callable[[], bytes]] = {
    "bomb.xlsx": bomb,
    "tawa.xlsx": billion_laughs,
    "rusak.xlsx": lambda: workbook(["kode"])[:-200],
    "kosong.xlsx": lambda: b"",
    "gambar.xlsx": lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 500,
    "bukan.zip": lambda: b"PK\x03\x04" + os.urandom(300),
    "jalan.zip": lambda: packed({"../../etc/passwd": b"root", "program.csv": b"kode\n"}),
    "program.csv": lambda: b"kode,judul\nP-01,J\x00dul\n",
    "tidak-dikenal.csv": lambda: b"a,b\n1,2\n",
    "lembar.xlsx": lambda: workbook(["x"], title="Lembar tak dikenal"),
    "sandi.xlsx": lambda: bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 5000,
}


def upload(client: Client, name: str, contents: bytes) -> Any:
    response = client.post(reverse("imports"), {"file": SimpleUploadedFile(name, contents)}, follow=True)
    finish(response)
    return response


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_gets_a_sentence(name: str) -> None:
    response = upload(client_of("planner"), name, BAD_FILES[name]())
    words = strip_tags(response.content.decode())
    assert response.status_code in (200, 422), response.status_code
    assert re.search("tidak|bukan|lebih dari|kosong|rusak", words), words[:500]


def imported(name: str, contents: bytes) -> Any:
    from lawang.plans.models import Import

    assert upload(client_of("planner"), name, contents).status_code in (200, 422)
    return Import.objects.order_by("-pk").first()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_in_another_encoding_is_read_or_refused_with_a_sentence(encoding: str, separator: str) -> None:
    lines = separator.join(["kode", "judul"]) + "\n" + separator.join(["P-01", "Café – “air”"]) + "\n"
    response = upload(client_of("planner"), "program.csv", lines.encode(encoding, "replace"))
    assert response.status_code in (200, 422)


@pytest.mark.parametrize(
    "words", ["=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)", "+62", "-1", "\t=1", '=HYPERLINK("x")']
)
def test_formulas_are_words_on_the_way_in_and_harmless_on_the_way_out(words: str) -> None:
    from lawang.plans.models import Programme

    programme = Programme.objects.order_by("code")[0]
    client = client_of("planner")
    assert imported("program.xlsx", workbook(["kode", "judul"], [programme.code, words])) is not None
    Programme.objects.filter(pk=programme.pk).update(title={"id": words})
    answer = client.get(reverse("programmes_csv"))
    text = b"".join(answer) if answer.streaming else answer.content
    for line in text.decode().splitlines():
        assert not re.search(r'(^|[,;])"?[=@\t]', line), line


def test_200_megabytes_are_refused_before_they_are_read() -> None:
    """The size is in the head of the request: nobody waits for the body."""
    head: dict[str, Any] = {
        "CONTENT_LENGTH": str(200_000_000),
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
    }
    for name in ("portal:home", "imports", "portal:sheet", "portal:meeting", "account_login"):
        client = client_of(guest_of(name))
        mark = transaction.savepoint()
        response = client.post(
            every()[name].example(), b"--x--", content_type="multipart/form-data; boundary=x", **head
        )
        transaction.savepoint_rollback(mark)
        finish(response)
        assert response.status_code == (200 if name == "portal:home" else 413), name  # home reads no body
        assert name == "portal:home" or "besar" in strip_tags(response.content.decode())
