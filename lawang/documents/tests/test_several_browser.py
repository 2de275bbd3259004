"""Signing several letters in Chromium: without a script, nothing for axe, nothing wider than a phone."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from lawang.documents import actions, signatures
from lawang.documents.models import Document, Signature
from lawang.documents.tests.letters import AT, make_draft, make_template, make_village
from lawang.people.models import User
from lawang.people.node import now
from lawang.people.registered import sealed_nik
from tests.browser import axe, open_page, photograph, wider_than
from tests.bsre_server import serving
from tests.cast import make_membership, make_node, make_role, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NIK, PASSPHRASE = "1611010101900001", "Kuda-Terbang-42"
SIZES = (("phone", 360, "light"), ("desk", 1280, "light"), ("phone", 360, "dark"))


@pytest.fixture
def kepala(transactional_db: None) -> User:
    make_node(is_demo=True)
    user = make_user("wayan", name="Wayan Contoh")
    user.nik = sealed_nik(user, NIK)
    user.save()
    verbs = dict.fromkeys(("documents.see", "documents.issue", "documents.sign"), "agency")
    role = make_role("chief", verbs, signs_as=["head"], highest_privacy="personal")
    make_membership(user, role=role, agency=make_village())
    return user


def cookies_of(user: User, live_server: LiveServer) -> list[Any]:
    client = Client()
    client.force_login(user, "lawang.people.login.Identified")
    name = django_settings.SESSION_COOKIE_NAME
    return [{"name": name, "value": client.cookies[name].value, "url": live_server.url}]


def waiting(count: int) -> list[Document]:
    long = "Surat keterangan usaha untuk pengajuan kredit usaha rakyat di bank daerah"
    templates = [
        make_template(signers=["head"]),
        make_template("usaha/long", title={"id": long}, signers=["head"]),
    ]
    return [actions.issue(make_draft(templates[n % 3 == 2]), by=None, at=AT) for n in range(count)]


def test_letters_are_ticked_and_signed_without_a_script(
    browser: Browser, live_server: LiveServer, kepala: User, settings: Any, tmp_path: Path
) -> None:
    letters = waiting(7)
    signatures.decline(letters[3], by=kepala, at=AT, reason="Nama salah.")
    address, cookies = f"{live_server.url}/meja/dokumen/", cookies_of(kepala, live_server)
    with serving(tmp_path) as bsre:
        bsre.add(NIK, kepala.name, PASSPHRASE)
        settings.BSRE_URL, settings.BSRE_SECONDS = bsre.url, 5
        for size, width, scheme in SIZES:
            page = open_page(browser, address, size=size, scheme=scheme, cookies=cookies)
            photograph(page, f"sign-several-{size}-{scheme}")
            assert axe(page) == []
            assert wider_than(page, width) == 0
            assert page.complaints == []  # type: ignore[attr-defined]
            page.context.close()

        page = open_page(browser, address, cookies=cookies, script=False)
        page.get_by_role("link", name="Pilih semua").click()
        assert page.get_by_role("checkbox", checked=True).count() == 6
        photograph(page, "sign-several-ticked")
        page.get_by_role("checkbox").last.uncheck(force=True)
        page.get_by_label("Passphrase").fill("Kuda-Jatuh-41")
        page.get_by_role("button", name="Tanda tangani yang dicentang").click()
        expect(page.get_by_text("5 surat yang dicentang belum ditandatangani.")).to_be_visible()
        assert page.get_by_role("checkbox", checked=True).count() == 5
        photograph(page, "sign-several-wrong")

        Signature.objects.filter(document=letters[1]).update(state="asked", asked_at=now())
        page.get_by_label("Passphrase").fill(PASSPHRASE)
        page.get_by_role("button", name="Tanda tangani yang dicentang").click()
        expect(page.get_by_text("4 surat ditandatangani.")).to_be_visible()
        expect(page.get_by_text("Belum ditandatangani: ")).to_be_visible()
        photograph(page, "sign-several-done")
        page.context.close()
    assert Document.objects.filter(state=Document.State.VALID).count() == 4
