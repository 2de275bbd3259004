"""The movement's pages in a browser: axe finds nothing, nothing is wider than a phone."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from lawang.areas.models import Area
from lawang.movement.cohorts import actions, mentoring, selection
from lawang.movement.cohorts.models import Blueprint, Cohort, Participant
from lawang.movement.cohorts.tests.cast import (
    csv_of,
    make_area,
    make_movement,
    person,
    secretary,
)
from lawang.movement.cohorts.tests.test_pages import browser as signed_in
from lawang.record.models import Outbox
from tests.browser import axe, open_page, photograph, wider_than

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMES = {"13.06": "Kabupaten Agam", "16.03": "Kabupaten Muara Enim", "74.07": "Kabupaten Wakatobi"}


def blueprint(kind: str, code: str) -> Blueprint:
    return Blueprint.objects.get(kind=kind, code=code)


def call(year: int, state: str, *, at: Any) -> tuple[Cohort, list[Participant], str]:
    """Return a cohort of the national form with three regions, as far as `state`; and the last one's link."""
    cohort = actions.call_cohort(
        year=year,
        title={"id": f"Angkatan {year}", "en": f"Cohort of {year}"},
        call={
            "id": "Kabupaten dan kota yang ingin menyusun rencana induknya.",
            "en": "Regencies and cities.",
        },
        track="",
        areas=[],
        areas_note="",
        opens_at=at - timedelta(days=10),
        closes_at=at + timedelta(days=10),
        form=blueprint("forms", "kesiapan"),
        criteria=blueprint("criteria", "seleksi-2019"),
        by=secretary(),
        at=at,
    )
    for code, name in NAMES.items():
        actions.invite(
            cohort,
            make_area(code, name),
            contact="kominfo@contoh.id",
            contact_office="Kominfo",
            by=secretary(),
            at=at,
        )
    secret = (
        Outbox.objects.filter(kind="cohort_invited").latest("pk").body.split("/undangan/")[1].split("/")[0]
    )
    cohort = actions.move_on(cohort, by=secretary(), at=at)
    answers = {
        one["code"]: {"level": "sedang", "words": "Sudah ada, tetapi belum di semua perangkat daerah."}
        for one in actions.questions_of(blueprint("forms", "kesiapan"))
    }
    rows = list(cohort.participants.select_related("cohort", "area"))
    for row in rows[:-1]:
        actions.write(
            row,
            answers=answers,
            applications=[{"name": "e-Surat", "agency": "Kominfo", "users": 40}],
            by_office="Dinas Kominfo",
            at=at,
        )
        actions.send(row, at=at)
    while cohort.state != state:
        cohort = actions.move_on(cohort, by=secretary(), at=at)
    return cohort, list(cohort.participants.select_related("cohort", "area")), secret


def mark(row: Participant, names: dict[str, tuple[int, int]], *, at: Any) -> None:
    jurors = {
        name: selection.seat(row.cohort, person("assessor", name), [row], by=secretary(), at=at)
        for name in names
    }
    for name, (first, others) in names.items():
        ballot = selection.declare(row, conflict="", by=person("assessor", name), at=at)
        marks = {one["code"]: others for one in row.cohort.criteria} | {"visi": first}
        selection.mark(ballot, marks, note="Siap, anggaran perlu dijaga.", by=person("assessor", name), at=at)
        selection.hand_in(ballot, by=person("assessor", name), at=at)
    selection.set_slot(
        row, starts_at=at, minutes=45, place="Ruang 2", jurors=jurors.values(), by=secretary(), at=at
    )


def test_the_pages_are_for_everybody(browser: Browser, live_server: LiveServer) -> None:
    at = timezone.now()
    make_movement()
    for code, name in NAMES.items():
        make_area(code, name, Area.Level.REGENCY)
    call_command("packs", "install", str(settings.ROOT / "packs" / "nasional"), verbosity=0)
    actions.take_in_history(by=secretary(), at=at)
    taken = actions.take_in_figures(
        csv_of(
            "region;indicator;year;value;source",
            "13.06;IPM;2024;74,51;BPS",
            "16.03;SPBE;2024;3,1;PANRB",
            "99;IPM;2024;1;BPS",
        ),
        by=secretary(),
        at=at,
    )
    _open, _rows, secret = call(at.year, Cohort.State.APPLYING, at=at)
    assessing, rows, _secret = call(at.year + 1, Cohort.State.ASSESSING, at=at)
    mark(rows[0], {"wayan": (5, 4), "made": (2, 4)}, at=at)
    selection.seat(assessing, person("assessor", "wayan"), [rows[1]], by=secretary(), at=at)
    selection.declare(rows[1], conflict="", by=person("assessor", "wayan"), at=at)
    decided, others, _secret = call(at.year + 2, Cohort.State.ASSESSING, at=at)
    for row in others[:2]:
        mark_one(row, at=at)
    cohort = actions.move_on(decided, by=secretary(), at=at)
    mentoring.begin(cohort, blueprint("programmes", "bimtek-empat"), by=secretary(), at=at)
    mentored = Participant.objects.select_related("cohort", "area").get(pk=others[0].pk)
    fill(mentored, at=at)
    pages = {
        "gerakan/angkatan/": "",
        f"gerakan/angkatan/{cohort.key}/": "",
        f"undangan/{secret}/": "",
        "kelola/angkatan/": "ketut",
        "kelola/angkatan/baru/": "ketut",
        f"kelola/angkatan/{assessing.key}/": "ketut",
        f"kelola/angkatan/peserta/{rows[0].key}/": "ketut",
        f"kelola/angkatan/{assessing.key}/penilai/": "ketut",
        f"kelola/angkatan/peserta/{rows[0].key}/wawancara/": "ketut",
        "kelola/angkatan/angka/": "ketut",
        f"kelola/angkatan/angka/{taken.key}/": "ketut",
        "kelola/angkatan/lembaga/": "ketut",
        "kelola/seleksi/": "wayan",
        f"kelola/seleksi/{rows[0].key}/": "wayan",
        f"kelola/seleksi/{rows[1].key}/": "wayan",
        "kelola/pendampingan/": "putu",
        f"kelola/pendampingan/{mentored.key}/": "putu",
        f"kelola/pendampingan/{mentored.key}/komentar/": "putu",
    }
    roles = {"ketut": "movement-secretariat", "wayan": "assessor", "putu": "mentor"}
    wrong: list[str] = []
    for number, (path, username) in enumerate(pages.items()):
        cookies = []
        if username:
            client = signed_in(roles[username], username)
            cookies = [
                {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
            ]
        scheme = "dark" if number % 2 else "light"
        page = open_page(browser, f"{live_server.url}/{path}", scheme=scheme, cookies=cookies)
        photograph(page, f"angkatan-{number:02}-phone")
        wrong += [f"{path}: {found}" for found in axe(page)]
        wrong += [f"{path}: {said}" for said in page.complaints]  # type: ignore[attr-defined]
        if over := wider_than(page, 320):
            wrong.append(f"{path}: {over} pixels wider than 320")
        if over := wider_than(page, 1280):
            wrong.append(f"{path}: {over} pixels wider than 1280")
        photograph(page, f"angkatan-{number:02}-desk")
        page.context.close()
    assert wrong == []


def mark_one(row: Participant, *, at: Any) -> None:
    selection.seat(row.cohort, person("assessor", "komang"), [row], by=secretary(), at=at)
    ballot = selection.declare(row, conflict="", by=person("assessor", "komang"), at=at)
    marks = {one["code"]: 4 for one in row.cohort.criteria}
    selection.mark(ballot, marks, by=person("assessor", "komang"), at=at)
    selection.hand_in(ballot, by=person("assessor", "komang"), at=at)
    selection.decide(row, is_chosen=True, reason="Pemimpin dan anggarannya siap.", by=secretary(), at=at)


def fill(row: Participant, *, at: Any) -> None:
    """Give a mentored region something of everything."""
    putu = person("mentor", "putu")
    mentoring.give_mentors(row, [putu], by=secretary(), at=at)
    session = mentoring.hold_session(
        row,
        stage="i",
        starts=at.date() - timedelta(days=2),
        ends=at.date() - timedelta(days=1),
        place="Aula bupati",
        agenda="Konsep kota cerdas\nKesiapan dan SWOT",
        by=putu,
        at=at,
    )
    mentoring.count_attendance(
        session, [{"agency": "Kominfo", "people": 4}, {"agency": "Bappeda", "people": 3}], by=putu, at=at
    )
    for item, is_accepted in zip(
        row.deliverables.select_related("participant__cohort", "participant__area")[:2],
        (True, False),
        strict=True,
    ):
        mentoring.receive(item, None, by=putu, at=at)
        mentoring.judge(item, is_accepted=is_accepted, reason="Belum ada tanda tangan Sekda.", by=putu, at=at)
    one = mentoring.comment(
        row, line="programme", quoted="Air bersih sampai desa", words="Target 2027 belum ada.", by=putu, at=at
    )
    mentoring.answer(one, "Ditambahkan di revisi berikutnya.", by=putu, at=at)
    mentoring.comment(row, line="swot", quoted="Budaya", words="Sebutkan sumbernya.", by=putu, at=at)
    mentoring.advise(
        row,
        day=at.date(),
        office="Dinas PU",
        subject="Data jalan",
        advice="Pakai ukuran tahun lalu.",
        by=putu,
        at=at,
    )
    mentoring.commit(
        row,
        title="Pakta integritas",
        signed_date=at.date(),
        heads="Dinas PU: Contoh Satu\nDinas Kesehatan: Contoh Dua",
        file=None,
        by=putu,
        at=at,
    )
