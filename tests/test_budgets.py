"""What a first visit loads, and how long that takes on the slowest line: the budgets of the design, for every page.

The pages come from granian, compressed as they leave it: HTML by GZipMiddleware, files as whitenoise keeps them.
"""

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Error

from tests.addresses import every, is_worth_a_visit
from tests.house import House, no_page
from tests.test_pages import guest_of
from tests.test_permissions import EVERYBODY, TABLE

pytestmark = [pytest.mark.browser, pytest.mark.django_db]  # the second: pytest-django makes no database else

KB = 1024
HOME, PUBLIC, STAFF = (25, 4), (40, 4), (60, 25)  # everything, of that JavaScript
JOURNEY = 60  # find, read, apply, receipt: all of it, on a first visit
FORM, PHONE = (35, 10), (35, 12)  # a form that is kept on the phone; the page of what is kept there
KEEPS = {"cases:apply": FORM, "cases:apply_event": FORM, "web:here": PHONE}
SLOW_LINE = {"offline": False, "latency": 800, "downloadThroughput": 280 * 125, "uploadThroughput": 56 * 125}
SLOWER = 4  # times slower than this machine: a cheap phone
FIRST_PAINT, LOADED = 3.0, 6.0  # seconds
ON_2G = ["portal:home", "plan", "programme", "portal:leader", "cases:service", "cases:apply"]
NOT_WEIGHED = {"web:components"}  # shows every component there is, for developers


@dataclass
class Visit:
    total: float  # KB as they came over the line
    script: float
    requests: int
    painted: float  # seconds
    loaded: float
    foreign: list[str]


def visit(browser: Browser, house: House, name: str, *, slow: bool = False) -> Visit | None:
    """Open a page as a first visit; None for what is no page."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="id-ID")
    context.add_cookies(house.cookies[guest_of(name)])
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    if slow:
        line.send("Network.emulateNetworkConditions", SLOW_LINE)
        line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = {}
    urls: list[str] = []

    def told(event: Any) -> None:
        kinds[event["requestId"]] = event["type"]
        urls.append(event["response"]["url"])

    line.on("Network.responseReceived", told)
    line.on(
        "Network.loadingFinished",
        lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}),
    )
    try:
        response = page.goto(house.url + house.examples[name], wait_until="load", timeout=60_000)
    except Error as error:
        context.close()
        if no_page(error):
            return None
        raise
    if response is None or response.status != 200 or "html" not in response.headers.get("content-type", ""):
        context.close()
        return None
    page.wait_for_timeout(150)
    times = page.evaluate(
        "[(performance.getEntriesByName('first-contentful-paint')[0] || {}).startTime || 0,"
        " performance.getEntriesByType('navigation')[0].loadEventEnd]"
    )
    context.close()
    return Visit(
        total=sum(sizes.values()) / KB,
        script=sum(size for one, size in sizes.items() if kinds.get(one) == "Script") / KB,
        requests=len(sizes),
        painted=times[0] / 1000,
        loaded=times[1] / 1000,
        foreign=[url for url in urls if not url.startswith((house.url, "data:"))],
    )


def budget(name: str) -> tuple[int, int]:
    if name == "portal:home":
        return HOME
    if name in KEEPS:
        return KEEPS[name]
    return PUBLIC if TABLE.get(name) == EVERYBODY or name == "portal:leader" else STAFF


def test_every_page_is_within_its_budget(browser: Browser, house: House) -> None:
    over = []
    seen: list[tuple[float, float, str]] = []
    for name, address in every().items():
        if (
            name in NOT_WEIGHED
            or not is_worth_a_visit(address)
            or (found := visit(browser, house, name)) is None
        ):
            continue
        total, script = budget(name)
        seen.append((round(found.total, 1), round(found.script, 1), name))
        if found.total > total:
            over.append(f"{name}: {found.total:.1f} KB of {total}")
        if found.script > script:
            over.append(f"{name}: {found.script:.1f} KB JavaScript of {script}")
        over += [f"{name} loads from elsewhere: {url}" for url in found.foreign]
    print(
        "\n".join(
            f"{total:6.1f} KB {script:5.1f} KB JavaScript  {name}"
            for total, script, name in sorted(seen)[::-1]
        )
    )
    assert len(seen) > 50
    assert over == []


def test_a_birth_is_reported_within_the_budget_of_a_first_visit(browser: Browser, house: House) -> None:
    """Find the service, read it, open its form, see the receipt: everything that comes over the line."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740},
        locale="id-ID",
        service_workers="block",  # what goes through the worker is not counted here
    )
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    sizes: dict[str, float] = {}
    line.on(
        "Network.loadingFinished",
        lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}),
    )
    steps = []
    for name in ("cases:services", "cases:service", "cases:apply"):
        page.goto(house.url + house.examples[name], wait_until="load")
        page.wait_for_timeout(300)
        if name == "cases:apply":  # what the form loads once somebody fills it in
            page.fill("form[data-outbox] input[type=text]", "Siti Contoh")
            page.wait_for_timeout(1000)
        steps.append((name, round(sum(sizes.values()) / KB, 1)))
    context.add_cookies(house.cookies["citizen"])
    page.goto(house.url + house.examples["cases:track"] + "?baru", wait_until="load")
    page.wait_for_timeout(300)
    assert page.locator(".receipt").count() == 1
    steps.append(("cases:track", round(sum(sizes.values()) / KB, 1)))
    context.close()
    print("; ".join(f"after {name} {total} KB" for name, total in steps))
    assert steps[-1][1] <= JOURNEY, steps


@pytest.mark.parametrize("name", ON_2G)
def test_pages_are_there_soon_on_a_2g_line(browser: Browser, house: House, name: str) -> None:
    found = visit(browser, house, name, slow=True)
    assert found is not None
    print(f"{name}: first paint {found.painted:.1f} s, loaded {found.loaded:.1f} s, {found.total:.1f} KB")
    assert found.painted <= FIRST_PAINT
    assert found.loaded <= LOADED
