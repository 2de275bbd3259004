"""A regency and its movement as two installations: two databases, two folders of keys, processes of their own."""

import http.cookiejar
import io
import os
import random
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import override_settings
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.utils import timezone
from PIL import Image
from pytest_django.plugin import DjangoDbBlocker

from tests.house import free_port, url_of
from tests.world import client_of, drop_database, make_database, using

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SERIES, YEARS = 60, 10
KILLS = 2
SECRET = "Dewan belum pernah bersidang."


@dataclass(frozen=True)
class House:
    """One installation."""

    database: str
    env: dict[str, str]
    folder: Path

    def lawang(self, *arguments: str, fails: bool = False) -> str:
        """Run a command to its end and return what it said."""
        answer = subprocess.run(
            [sys.executable, "-m", "lawang", *arguments],
            cwd=settings.ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (answer.returncode != 0) == fails, answer.stdout + answer.stderr[-3000:]
        return answer.stdout + answer.stderr

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "lawang", *arguments],
                cwd=settings.ROOT,
                env=self.env,
                stdout=log,
                stderr=log,
            )

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Be this installation for a while: its database, its keys, its files."""
        folders = {"KEYS": self.folder / "keys", "MEDIA_ROOT": str(self.folder / "files")}
        with using(self.database), override_settings(**folders):
            yield

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.env['LAWANG_PORT']}"


class Browser:
    """Somebody in front of the pages that an installation serves; `username` is signed in."""

    def __init__(self, house: House, username: str) -> None:
        self.url = house.url
        with house.inside():
            session = client_of(username).cookies[settings.SESSION_COOKIE_NAME].value
        jar = http.cookiejar.CookieJar()
        jar.set_cookie(
            http.cookiejar.Cookie(
                *(0, settings.SESSION_COOKIE_NAME, session, None, False, "127.0.0.1", True, False),
                *("/", True, False, None, True, None, None, {}),
            )
        )
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(jar)
        )
        self.open = opener.open

    def get(self, path: str) -> str:
        with self.open(self.url + path, timeout=30) as page:
            return str(page.read().decode())

    def post(self, path: str, page: str, **typed: Any) -> str:
        """Send a form with the token of a page that was read before; return the page that it leads to."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        body = encode_multipart(BOUNDARY, typed | {"csrfmiddlewaretoken": token[1]})
        request = urllib.request.Request(self.url + path, body, {"Content-Type": MULTIPART_CONTENT})
        try:
            with self.open(request, timeout=30) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from error


def make_house(name: str, folder: Path, port: int) -> House:
    here = str(connections["default"].settings_dict["NAME"])
    database = f"{here}_{name}"
    make_database(database, here)
    folder.mkdir()
    kept = {key: value for key, value in os.environ.items() if not key.startswith("LAWANG_")}
    env = kept | {
        "DATABASE_URL": url_of(database),
        "LAWANG_DATA": str(folder),
        "LAWANG_PORT": str(port),
        "LAWANG_SECRET_KEY": settings.SECRET_KEY,  # so that a session made here is one there
        "PYTHONPATH": str(settings.ROOT),
    }
    return House(database, env, folder)


@pytest.fixture
def two(db: None, tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[House, House]]:
    """A regency with a plan, which serves its pages, and a movement."""
    from lawang.areas.models import Area
    from lawang.people.actions import set_up_node

    port = free_port()
    houses = (
        make_house("regency", tmp_path / "regency", port),
        make_house("movement", tmp_path / "movement", 0),
    )
    at = timezone.now()
    try:
        for one, kind in zip(houses, ("regency", "movement"), strict=True):
            with one.inside():
                area = Area.objects.create(
                    code="16.11",
                    name="Kabupaten Empat Lawang",
                    level="regency",
                    decree="d",
                    valid_from=date(2020, 1, 1),
                )
                set_up_node(
                    name={"id": kind.title()},
                    kind=kind,
                    area=area if kind == "regency" else None,
                    base_url=f"http://127.0.0.1:{port}" if kind == "regency" else "",
                    by=None,
                    at=at,
                )
        server = houses[0].start("serve")
        try:
            wait(f"http://127.0.0.1:{port}/api/v1/batches/card.json")
            yield houses
        finally:
            server.terminate()
            server.wait(20)
    finally:
        for one in houses:
            drop_database(one.database)


def wait(url: str) -> None:
    for _try in range(300):
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read()) from error
        except OSError:
            time.sleep(0.2)
    raise AssertionError("nobody answers")


def introduce(one: House, other: House) -> None:
    """Let `one` admit `other` by its card and the fingerprint that it says."""
    card = other.folder / "kartu.json"
    said = other.lawang("batch", "card", str(card)).strip()
    one.lawang(
        *("batch", "admit", str(card), "--agreement", "MoU 12/2026"),
        *("--fingerprint", said.rpartition("sidik ")[2]),
    )


def admit(one: House, other: House) -> None:
    """The same without two more processes."""
    from lawang.exchange import actions, cards

    with other.inside():
        card = actions.own_card(at=timezone.now())
    with one.inside():
        fingerprint = cards.read(card).fingerprint
        actions.admit(card, fingerprint=fingerprint, agreement="MoU 12/2026", by=None, at=timezone.now())


def fill(amount: int) -> None:
    """Make many figures of a sum, approved."""
    from lawang.measures.models import Series, Value
    from tests.cast import make_agency

    owner = make_agency()
    given = {"unit": {"id": "rumah"}, "owner": owner, "adds_up_over_time": "sum", "adds_up_over_area": "sum"}
    series = Series.objects.bulk_create(
        Series(code=f"s-{number:03}", title={"id": f"Ukuran {number}"}, frequency="month", **given)
        for number in range(SERIES)
    )
    Value.objects.bulk_create(
        Value(
            series=one,
            start=date(year, month, 1),
            end=date(year, month, 28),
            amount=Decimal(amount + month),
            status="approved",
            is_current=True,
        )
        for one in series
        for year in range(2017, 2017 + YEARS)
        for month in range(1, 13)
    )


def seal(regency: House) -> Path:
    said = regency.lawang("batch", "seal", "--folder", str(regency.folder))
    return Path(said.strip().splitlines()[-1])


def change(house: House, year: int, amount: int) -> None:
    from lawang.measures.models import Value

    with house.inside():
        Value.objects.filter(end__year=year).update(amount=amount)


def kill_while_it_reads(movement: House, path: Path) -> bool:
    """Start to receive and kill -9 while rows are written; tell whether it was in the middle."""
    process = movement.start("batch", "receive", str(path))
    question = (
        "select count(*) from pg_stat_activity where datname = %s and xact_start is not null "
        "and pid <> pg_backend_pid() and query like 'INSERT INTO \"exchange_receivedvalue\"%%'"
    )
    is_in_the_middle = False
    with connections["default"].cursor() as cursor:
        while process.poll() is None:
            cursor.execute(question, [movement.database])
            if cursor.fetchone()[0]:
                time.sleep(random.uniform(0, 0.15))
                is_in_the_middle = process.poll() is None
                break
            time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    return is_in_the_middle


def told(movement: House) -> dict[str, Any]:
    """Return what there is at the movement."""
    from lawang.exchange.models import ReceivedBatch, ReceivedPart, ReceivedValue
    from lawang.record.models import Entry

    with movement.inside():
        return {
            "taken": list(
                ReceivedBatch.objects.filter(state="taken")
                .order_by("sequence")
                .values_list("sequence", flat=True)
            ),
            "rows": ReceivedValue.objects.count(),
            "entries": Entry.objects.filter(verb="batch_taken").count(),
            "parts": ReceivedPart.objects.filter(is_latest=True).count(),
        }


def test_batches_cross_by_wire_and_by_file_and_a_killed_receiver_loses_and_doubles_nothing(
    two: tuple[House, House], tmp_path: Path
) -> None:
    regency, movement = two
    introduce(regency, movement)
    introduce(movement, regency)
    with regency.inside():
        fill(100)
    rows = SERIES * YEARS * 12

    first = seal(regency)
    found = 0
    for _kill in range(KILLS):  # by file, cut off in the middle
        found += kill_while_it_reads(movement, first)
        assert told(movement)["taken"] in ([], [1])
    assert "1 diterima" in movement.lawang("batch", "receive", str(first))
    assert told(movement) == {"taken": [1], "rows": rows, "entries": 1, "parts": YEARS}
    print(f"killed {KILLS} times, {found} in the middle of {rows} rows")
    assert found

    change(regency, 2026, 500)  # over the wire
    second = seal(regency)
    assert "1 diterima, 0 menunggu, 0 ditolak" in movement.lawang("batch", "collect")
    assert "0 diterima, 0 menunggu, 0 ditolak" in movement.lawang("batch", "collect")

    change(regency, 2025, 600)  # by file again: replayed, too early, tampered
    third = seal(regency)
    change(regency, 2024, 700)
    fourth = seal(regency)
    said = movement.lawang("batch", "receive", str(first), str(second), str(fourth))
    assert said.count("diterima") == 2
    assert "Menunggu kiriman nomor 3." in said
    assert "hilang 3" in movement.lawang("batch", "list")
    spoilt = tmp_path / "spoilt.zip"
    content = bytearray(third.read_bytes())
    content[len(content) // 2] ^= 1
    spoilt.write_bytes(content)
    said = movement.lawang("batch", "receive", str(spoilt), fails=True)
    assert "ditolak" in said
    assert "tidak utuh" in said or "rusak" in said or "salah" in said
    assert told(movement)["taken"] == [1, 2]
    movement.lawang("batch", "receive", str(third))
    assert told(movement) == {"taken": [1, 2, 3, 4], "rows": rows, "entries": 4, "parts": YEARS}

    if find_spec("ibis") is not None:  # what the nation reads is what the regency has
        movement.lawang("batch", "columns")
        lines = movement.lawang("rollup", "--csv").splitlines()
        wanted = {2023: sum(100 + month for month in range(1, 13)), 2024: 8400, 2025: 7200, 2026: 6000}
        for year, amount in wanted.items():
            [line] = [
                line for line in lines if line.startswith("nation,,values,s-007,") and f",{year}," in line
            ]
            assert Decimal(line.split(",")[9]) == amount

    from lawang.exchange import actions
    from lawang.exchange.models import Peer

    with movement.inside():
        actions.revoke(Peer.objects.get(), why="Kunci dicuri", by=None, at=timezone.now())
    change(regency, 2023, 800)
    assert "dicabut sejak" in movement.lawang("batch", "receive", str(seal(regency)), fails=True)
    assert told(movement)["rows"] == rows


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    return out.getvalue()


def test_a_self_assessment_goes_up_with_its_evidence_and_its_result_comes_down(
    two: tuple[House, House], tmp_path: Path
) -> None:
    """The regency's side is pages that its own process serves; the movement fetches from their address."""
    regency, movement = two
    admit(regency, movement)
    admit(movement, regency)
    office = begin_to_answer(regency)
    year = timezone.localdate().year

    key, items = own_items(regency)
    page = office.get("/kelola/penilaian/")
    for item, proposed in items:
        office.post(f"/kelola/penilaian/{key}/{item}/", page, words=proposed or SECRET, seen="")
    proof = SimpleUploadedFile("rapat.png", picture(), "image/png")
    office.post(
        f"/kelola/penilaian/{key}/A1-3/bukti/",
        page,
        proves="Foto rapat",
        date=timezone.localdate().isoformat(),
        file=proof,
    )
    assert "Menunggu panel." in office.post(f"/kelola/penilaian/{key}/lakukan/kirim/", page)
    seal_on_the_page(office, regency)

    sent, final = take_mark_and_publish(movement, year)
    result = SimpleUploadedFile("hasil.zip", sent, "application/zip")
    office.post("/kelola/kiriman/unggah/", page, batch=result)
    page = office.get("/kelola/penilaian/")
    words = f"{final:.2f}".replace(".", ",")
    assert f"Nilai akhir {words}." in page
    assert "Perbarui SK Dewan." in page
    assert words in office.get("/hasil-evaluasi/16.11/")

    recommendation = re.search(r"/kelola/penilaian/rekomendasi/[0-9a-f-]{36}/", page)
    assert recommendation
    office.post(recommendation[0], page, state="done", note="SK 7/2026 terbit.")
    seal_on_the_page(office, regency)
    assert followed(movement) == ("done", "SK 7/2026 terbit.")


def begin_to_answer(regency: House) -> Browser:
    """Let the coordinator begin this year's self-assessment on the regency's pages."""
    from lawang.movement.tests.cast import VERBS, make_instrument
    from tests.cast import make_membership, make_role, make_user
    from tests.plan_factory import make_plan

    today = timezone.localdate()
    with regency.inside():
        make_plan()
        instrument = make_instrument(year=today.year).pk
        verbs = VERBS["coordinator"] | {"exchange.*": "all"}
        make_membership(make_user("ratna"), role=make_role("coordinator", verbs))
    office = Browser(regency, "ratna")
    office.post(
        "/kelola/penilaian/mulai/",
        office.get("/kelola/penilaian/"),
        instrument=instrument,
        year=today.year,
        track="reguler",
        until=(today + timedelta(days=9)).isoformat(),
    )
    return office


def own_items(regency: House) -> tuple[str, list[tuple[str, str]]]:
    """Return the key of the regency's assessment, and its items with what the system proposes."""
    from lawang.movement.models import Assessment

    with regency.inside():
        own = Assessment.objects.get()
        return str(own.key), list(own.answers.values_list("item", "proposed"))


def seal_on_the_page(office: Browser, regency: House) -> None:
    from lawang.exchange.models import Peer

    with regency.inside():
        path = f"/kelola/simpul/{Peer.objects.get().key}/"
    assert "disegel" in office.post(f"{path}segel/", office.get(path))


def take_mark_and_publish(movement: House, year: int) -> tuple[bytes, Decimal]:
    """Fetch what the regency sent, read it as an assessor, mark and publish; return the batch down and the result."""
    from lawang.areas.models import Area
    from lawang.exchange import actions, carrying
    from lawang.exchange.models import Peer
    from lawang.exchange.tests.sides import content_of
    from lawang.measures.models import Evidence
    from lawang.movement import panel
    from lawang.movement.models import Assessment
    from lawang.movement.tests.cast import hand_in, make_instrument, person, survey
    from lawang.record.actions import read_file

    at = timezone.now()
    with movement.inside():
        secretary, assessor = person("movement-secretariat", "ketut"), person("assessor", "made")
        evaluation = panel.open_evaluation(
            make_instrument(year=year), year, answers_until=at + timedelta(days=9), by=secretary, at=at
        )
        panel.enter(evaluation, {Area.objects.get(code="16.11"): "reguler"}, by=secretary, at=at)
        peer = Peer.objects.get()
        assert carrying.collect(peer, at=at) == carrying.Collected(taken=1, refused=0, waiting=0)
        row = Assessment.objects.whole().get()
        assert row.state == Assessment.State.RELEASED
        answer = row.answers.get(item="A1-3")
        assert answer.words == SECRET
        [proof] = Evidence.objects.filter(about=answer.key)
        assert proof.file is not None
        with read_file(proof.file) as stream, Image.open(stream) as image:
            assert image.size == (40, 30)

        panel.seat(evaluation, assessor, assessments=[row], by=secretary, at=at)
        panel.begin_marking(evaluation, by=secretary, at=at)
        sheet = panel.declare(row, by=assessor, at=at)
        seen = client_of("made").get(f"/gerakan/menilai/{row.key}/baseline/").content.decode()
        assert SECRET in seen
        assert "Foto rapat" in seen
        marks = {item.code: (3, "") for item in panel.items_of(sheet)}
        hand_in(row, assessor, marks, recommendations="Perbarui SK Dewan.")
        survey(row, C1_1="2.75")
        settled = panel.settle(row, by=secretary, at=at)
        evaluation.refresh_from_db()
        assert panel.publish(evaluation, by=secretary, at=at) == 1
        batch = actions.seal(peer, by=None, at=at)
        assert batch is not None
        assert settled.final is not None
        return content_of(batch), settled.final


def followed(movement: House) -> tuple[str, str]:
    """Fetch again, and return what the movement now knows of its recommendation."""
    from lawang.exchange import carrying
    from lawang.exchange.models import Peer
    from lawang.movement.models import Recommendation

    with movement.inside():
        found = carrying.collect(Peer.objects.get(), at=timezone.now())
        assert (found.taken, found.refused) == (1, 0)
        row = Recommendation.objects.get()
        return row.state, row.note
