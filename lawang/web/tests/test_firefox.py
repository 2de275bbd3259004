"""The lost answer in Firefox, which has no Background Sync and asks before it stores for good."""

from pathlib import Path

import pytest

from lawang.web.tests import scenes
from lawang.web.tests.firefox import FIREFOX, firefox
from lawang.web.tests.line import Fault, Line
from lawang.web.tests.office import Office

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("lawang.web.tests.office"),
    pytest.mark.skipif(not FIREFOX, reason="Tidak ada Firefox di sini: apt install firefox-esr"),
]
DONE = "document.querySelector('[data-outbox-result]').dataset.state === 'done'"
NUDGE = "dispatchEvent(new Event('online')); return 1;"


def test_lost_answers_make_one_row_and_a_whole_photo(line: Line, office: Office, tmp_path: Path) -> None:
    with firefox(tmp_path / "profile") as browser:
        browser.open(f"{line.url}/contoh/")
        browser.until("navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)")
        browser.type("#id_name", "Siti Contoh")
        browser.run("document.querySelector('#id_village').value = 'tanjung'; return 1;")
        browser.click("label[for=id_way_0]")
        browser.type("#id_photo", str(scenes.photo(tmp_path)))
        browser.until("document.querySelector('#id_photo + [data-photo]')?.textContent.startsWith('Siap')")
        line.fail(Fault("lost"), times=4, path=r"/kirim/$")
        line.fail(Fault("lost"), times=4, path=r"/kirim/.+/0/")
        browser.click("form[data-outbox] .actions button")
        browser.until("document.querySelector('[data-outbox-result]').dataset.state === 'again'")
        for _nudge in range(60):
            browser.run(NUDGE)
            if browser.run(f"await new Promise((later) => setTimeout(later, 300)); return {DONE};"):
                break
        browser.until(DONE, seconds=10)
        line.is_down = True
        browser.open(f"{line.url}/contoh/")
        browser.until("document.title.startsWith('Permohonan contoh')")
    assert len(office.rows()) == office.photos() == 1
    (row,) = office.rows()
    assert len(office.photo(row["receipt"]["key"], 0)) == row["files"][0]["size"] <= 300_000
    assert line.count("POST", r"/kirim/$") == 5
