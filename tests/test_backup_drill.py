"""The drill: a backup goes from PostgreSQL 18 into an empty 15 and back, and every table is the same.

Each side is a real installation: its own server, data folder and `lawang` processes.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lawang.database import Server, temporary
from lawang.settings import ROOT

DEBIAN = Path("/usr/lib/postgresql/15/bin")
FILL = """
import json
from django.utils import timezone
from lawang.areas.models import Area
from lawang.documents.tests.letters import leave_letters_behind
from lawang.record.actions import keep_file, notify, record, send_again
from lawang.record.seals import make_seal
from tests.cast import make_agency, make_membership, make_node, make_user
at = timezone.now()
ratna = make_user("ratna", name='Ratna "Dewi"\\n, 東京 \\\\N')
make_membership(ratna, agency=make_agency())
top = Area.objects.create(code="16", name="Sumatera Selatan", level="province", decree="", valid_from="2020-01-01")
Area.objects.create(code="16.11", name="Empat Lawang", level="regency", decree="x", valid_from="2020-01-01", parent=top)
for number in range(500):
    after = {"n": number, "words": "“kutip”, '"}
    record(f"a.b:{number % 7}", "counted", by=ratna, at=at, after=after, sealed={"nik": str(number)})
keep_file(b"bukti", name="bukti.txt", about="a.b:1", privacy="internal", by=ratna, at=at)
notify(address="a@b.id", kind="x", subject="", body="b", about="a.b:1", at=at)
make_node()
leave_letters_behind(make_agency(), at=at)
make_seal(at=at)
"""
LOOK = """
import hashlib
import json
from django.db import transaction
from lawang.documents import actions, composing, qr
from lawang.documents.models import Document, Template
from lawang.documents.numbers import take_number
from lawang.people.models import Agency, NodeKey
from lawang.record.backup import table_hash, tables
from lawang.record.models import Entry, File
from lawang.record.seals import verify_chains, verify_seals
from lawang.record.actions import read_file, record
from lawang.record.sealing import open_fields
from django.utils import timezone
hashes = {table: table_hash(table) for table in tables()}
record("a.b:0", "goes_on", by=None, at=timezone.now())
letters = list(Document.objects.exclude(state="draft").select_related("office").order_by("pk"))
keys = dict(NodeKey.objects.filter(purpose="qr").values_list("fingerprint", "public"))
statements = [composing.statement_of(one) for one in letters]
with transaction.atomic():
    number = take_number("CONTOH", at=timezone.now(), office=Agency.objects.get())
try:
    Template.objects.all().delete()
    guarded = False
except Exception:
    guarded = True
print("LOOK" + json.dumps({
    "letters": [hashlib.sha256(actions.file_of(one)).hexdigest() == one.sha256 for one in letters],
    "qr": [qr.read(qr.payload(one), keys) == one for one in statements],
    "number": number,
    "guarded": guarded,
    "tables": hashes,
    "breaks": [str(found) for found in [*verify_chains(), *verify_seals()]],
    "file": read_file(File.objects.get(name="bukti.txt")).read().decode(),
    "sealed": open_fields(Entry.objects.get(thing="a.b:3", number=1)),
}))
"""


class Installation:
    """One server with its folder."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.env = {key: value for key, value in os.environ.items() if not key.startswith("LAWANG_")} | {
            "DATABASE_URL": server.url(),
            "LAWANG_DATA": str(folder),
            "LAWANG_KEYS_PASSPHRASE": "gajah makan durian",
            "PYTHONPATH": str(ROOT),
        }

    def lawang(self, *arguments: str, script: str = "") -> str:
        answer = subprocess.run(
            [sys.executable, "-m", "lawang", *arguments],
            cwd=ROOT,
            env=self.env,
            input=script,
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stdout[-2000:] + answer.stderr[-3000:]
        return answer.stdout

    def look(self) -> dict[str, Any]:
        line = next(
            line for line in self.lawang("shell", script=LOOK).splitlines() if line.startswith("LOOK")
        )
        found: dict[str, Any] = json.loads(line.removeprefix("LOOK"))
        return found


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Installation]:
    with temporary() as server:
        yield Installation(server, tmp_path / "embedded")


@pytest.fixture
def debian(tmp_path: Path) -> Iterator[Installation]:
    if not DEBIAN.exists():
        pytest.skip(
            "PostgreSQL 15 is not installed here (Debian: apt install postgresql-15); .ci/run installs it"
        )
    with temporary(str(DEBIAN)) as server:
        yield Installation(server, tmp_path / "debian")


@pytest.mark.slow
@pytest.mark.parametrize("way", ["18 to 15", "15 to 18"])
def test_a_backup_moves_between_servers(
    way: str, embedded: Installation, debian: Installation, tmp_path: Path
) -> None:
    there, here = (embedded, debian) if way == "18 to 15" else (debian, embedded)
    there.lawang("migrate", "-v0")
    there.lawang("shell", script=FILL)
    there.lawang("keys", "export", str(tmp_path / "keys.json"))
    said = there.lawang("backup", str(tmp_path / "b.tar"))
    assert "sudah disalin" in said
    here.lawang("restore", str(tmp_path / "b.tar"))
    here.lawang("keys", "import", str(tmp_path / "keys.json"))
    before, after = there.look(), here.look()
    assert after["breaks"] == []
    assert after["file"] == "bukti"
    assert after["sealed"] == {"nik": "3"}
    assert after["letters"] == after["qr"] == [True] * 6
    assert "/003/" in after["number"]  # the series goes on where the backup left it
    assert after["number"] == before["number"]
    assert after["guarded"]
    assert {name for name in before["tables"] if before["tables"][name] != after["tables"][name]} == set()
    assert len(after["tables"]) > 20
