"""What people do with the outbox in a browser, as functions of a page: for the tests here and for drills elsewhere."""

import base64
import hashlib
import io
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.templatetags.static import static
from PIL import Image
from playwright.sync_api import Page

WAIT = 60_000  # ms: the machine may be busy with other things
# Puts `count` submissions into the outbox as form.js does, without its form. Each has its code in the field `mark`, and
# photos of random bytes, or the given JPEG with random bytes behind its end, so that no two are alike.
ENQUEUE = """async ({ code: module, count, photos, size, jpeg, field, mark, answers: given, ...rest }) => {
  const { newCode } = await import(module);
  const start = Uint8Array.from(atob(jpeg), (one) => one.charCodeAt(0));
  const photo = async (n) => {
    const data = new Uint8Array(start.length + size);
    data.set(start);
    for (let at = start.length; at < data.length; at += 65536) crypto.getRandomValues(data.subarray(at, at + 65536));
    const sha256 = await self.outbox.sha256(data.buffer);
    return { field, name: `foto-${n}.jpg`, kind: "image/jpeg", size: data.length, sha256, data: data.buffer };
  };
  const made = [];
  for (let n = 0; n < count; n++) {
    const files = [];
    for (let one = 0; one < photos; one++) files.push(await photo(one));
    const key = self.outbox.newKey(), code = newCode(), made_at = new Date().toISOString();
    const answers = { ...given, [mark]: `${given[mark] || ""} ${code}`.trim() };
    await self.outbox.enqueue({ ...rest, key, code, answers, files, title: "Contoh", shown: [], made_at });
    made.push({ key, code, answers, files: files.map(({ sha256 }) => sha256) });
  }
  return made;
}"""
LEFT = """self.outbox.all("waiting").then((all) =>
  all.map(({ code, problem, message, fields, tries }) => ({ code, problem, message, fields, tries })))"""
ANSWERS = {"name": "Warga", "village": "tanjung", "way": "web"}


@dataclass(frozen=True)
class Made:
    """One submission as the browser put it into its outbox."""

    key: str
    code: str
    answers: dict[str, Any] = field(compare=False)
    files: tuple[str, ...] = ()  # SHA-256 of each photo


def photo(folder: Path, name: str = "foto.jpg", *, width: int = 3000, height: int = 2250) -> Path:
    """Make a photo as a telephone makes it: some MB, with a place in its EXIF."""
    path = folder / name
    picture = Image.effect_noise((width // 4, height // 4), 90).resize((width, height)).convert("RGB")
    exif = picture.getexif()
    exif[0x010F] = "HP Contoh"
    exif.get_ifd(0x8825)[1] = "S"
    picture.save(path, quality=95, exif=exif)
    return path


def read(page: Page, name: str) -> list[dict[str, Any]]:
    """Return a store of the outbox; bytes come as None."""
    found: list[dict[str, Any]] = page.evaluate(
        "name => self.outbox.all(name).then((all) => JSON.parse(JSON.stringify(all)))", name
    )
    return found


def fill(page: Page, name: str, *, photos: tuple[Path, ...] = (), story: str = "") -> None:
    page.fill("#id_name", name)
    page.select_option("#id_village", "tanjung")
    page.check("input[name=way][value=web]", force=True)
    if story:
        page.fill("#id_story", story)
    for field_name, path in zip(("photo", "second"), photos, strict=False):
        page.set_input_files(f"#id_{field_name}", path)
        page.locator(f"#id_{field_name} + [data-photo]", has_text="Siap").wait_for(timeout=WAIT)


def send(page: Page) -> None:
    page.get_by_role("button", name="Kirim", exact=True).click()


def state(page: Page, wanted: str, timeout: int = WAIT) -> None:
    """Wait until the page says of what was just sent that it is `wanted`: waiting, again, photos, done, repair ..."""
    page.locator(f"[data-outbox-result][data-state={wanted}]").wait_for(timeout=timeout)


def nudge(page: Page) -> None:
    """Tell the page what a phone tells it when the signal is back."""
    page.evaluate("dispatchEvent(new Event('online'))")


def nudge_until(page: Page, wanted: str, *, times: int = 40) -> None:
    """Nudge until the page says `wanted` of what was just sent."""
    for _time in range(times):
        nudge(page)
        page.wait_for_timeout(300)
        if page.get_attribute("[data-outbox-result]", "data-state") == wanted:
            return
    state(page, wanted, timeout=5_000)


def until(page: Page, asked: str, *, seconds: float = WAIT / 1000) -> None:
    """Ask the page, with promises awaited, until the answer is true. Playwright's wait_for_function awaits none."""
    began = time.monotonic()
    while not page.evaluate(asked):
        if time.monotonic() - began > seconds:
            raise AssertionError(f"not true after {seconds} s: {asked}")
        page.wait_for_timeout(100)


def settled(page: Page) -> None:
    """Wait until the worker controls the page, and has kept the shell and this page."""
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    until(page, "navigator.serviceWorker.controller !== null")
    until(page, "caches.match(location.pathname).then(Boolean)")


def enqueue(
    page: Page,
    count: int,
    *,
    photos: int = 0,
    size: int = 100_000,
    jpeg: bytes = b"",
    service: str = "contoh",
    version: int = 3,
    answers: dict[str, Any] = ANSWERS,
    mark: str = "name",
    field_name: str = "photo",
    address: str = "/contoh/",
) -> list[Made]:
    """Put submissions into the outbox of a page that has outbox.js, without sending them.

    The code of each is written behind the answer `mark`, so that a server that keeps only answers can be searched.
    """
    told = page.evaluate(
        ENQUEUE,
        {
            "code": static("web/js/code.js"),
            "count": count,
            "photos": photos,
            "size": size,
            "jpeg": base64.b64encode(jpeg).decode(),
            "field": field_name,
            "mark": mark,
            "answers": answers,
            "service": service,
            "version": version,
            "address": address,
        },
    )
    return [Made(one["key"], one["code"], one["answers"], tuple(one["files"])) for one in told]


def send_once(page: Page) -> int | None:
    """Try once to send all that waits; return how many want another try, None when another page sends."""
    later: int | None = page.evaluate("self.outbox.send({ again: true })")
    return later


def drain(page: Page, *, seconds: float = 120) -> int:
    """Send again and again without pausing, until nothing waits; return the rounds.

    Raise AssertionError when it takes too long, or when only such are left as a person must look at.
    """
    began, rounds = time.monotonic(), 0
    while left := page.evaluate(LEFT):
        stuck = [one for one in left if one["problem"]]
        if len(stuck) == len(left) or time.monotonic() - began > seconds:
            raise AssertionError(f"{len(left)} wait after {rounds} rounds: {json.dumps(left)[:800]}")
        rounds += 1
        send_once(page)
    return rounds


def complaints(made: list[Made], rows: list[dict[str, Any]], photo_of: Any) -> list[str]:
    """Compare what a browser made with what an office received; return what is wrong, [] for nothing.

    `rows` are {"receipt": {"key", "code"}, "answers"}; `photo_of(key, n)` gives the bytes of a photo that arrived.
    """
    wrong = []
    for one in made:
        mine = [row for row in rows if row["receipt"]["key"] == one.key]
        if len(mine) != 1:
            wrong.append(f"{one.code}: received {len(mine)} times")
            continue
        if mine[0]["answers"] != one.answers or mine[0]["receipt"]["code"] != one.code:
            wrong.append(f"{one.code}: received with other content")
        for n, sha256 in enumerate(one.files):
            if hashlib.sha256(photo_of(one.key, n)).hexdigest() != sha256:
                wrong.append(f"{one.code}: photo {n} is not whole")
    numbers = [row["receipt"]["number"] for row in rows if "number" in row["receipt"]]
    twice = len(numbers) - len(set(numbers))
    return [*wrong, *([f"numbers used twice: {twice}"] if twice else [])]


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))
