"""What every page carries: whose installation this is, navigation, the other language, the signed-in person.

`web` stands above people and packs on the street and cannot import them, so they hand in what they know:
`provide(brand=...)` and `provide(person=...)`, once, in their AppConfig.ready(). Apps add their own navigation
with `link(...)`. Until somebody does, the defaults below dress the pages.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lawang.lib.text import Text, text
from lawang.web.colours import contrast, mix, readable

Sentence = str | Any  # a string or a lazy translation


@dataclass(frozen=True)
class Brand:
    """How one installation looks and what it is called."""

    name: Text = field(default_factory=lambda: text("Kabupaten Contoh", "Example Regency"))
    tagline: Text = field(
        default_factory=lambda: text("Rencana induk kabupaten cerdas", "The smart regency masterplan")
    )
    crest: str = ""  # address of a picture; empty: our door
    accent: str = "#0a4da6"  # any colour: it is darkened or lightened until it is readable
    is_demo: bool = True  # every page then says so
    contact: Text | None = None  # whom to ask, one line
    phone: str = ""
    email: str = ""
    sources: tuple[tuple[Text, str], ...] = ()  # (what comes from whom under which licence, address or "")


@dataclass(frozen=True)
class Link:
    """One entry of the navigation."""

    title: Sentence
    address: str  # name of a URL without arguments
    order: int = 50
    place: str = "main"  # main: for everybody; desk: for those who work here; footer
    shown: Callable[[HttpRequest], bool] | None = None  # None: always (desk: when signed in)


@dataclass(frozen=True)
class Item:
    """One entry of the navigation as a page shows it."""

    title: Sentence
    href: str
    is_here: bool


_brand: Callable[[], Brand] = Brand
_person: Callable[[HttpRequest], str] | None = None
_login_note: Callable[[], dict[str, Any] | None] | None = None
_links: dict[tuple[str, str], Link] = {}


def provide(
    brand: Callable[[], Brand] | None = None,
    *,
    person: Callable[[HttpRequest], str] | None = None,
    login_note: Callable[[], dict[str, Any] | None] | None = None,
) -> None:
    """Let `brand()` say whose pages these are, and `person(request)` the name of who is signed in.

    Both are called at most once per page and should not cost more than one query each. `login_note()` gives the
    accounts of a demonstration to its login page: {"password": ..., "accounts": [(username, who that is)]}.
    """
    global _brand, _person, _login_note
    _brand = brand or _brand
    _person = person or _person
    _login_note = login_note or _login_note


def login_note() -> dict[str, Any] | None:
    """Return what a demonstration's login page tells, None elsewhere."""
    return _login_note() if _login_note and _brand().is_demo else None


def link(
    title: Sentence,
    address: str,
    *,
    order: int = 50,
    place: str = "main",
    shown: Callable[[HttpRequest], bool] | None = None,
) -> None:
    """Add an entry to the navigation; adding the same address again replaces it."""
    _links[(place, address)] = Link(title, address, order, place, shown)


def brand() -> Brand:
    """Return whose pages these are."""
    return _brand()


@lru_cache(maxsize=32)
def theme(accent: str) -> str:
    """Return the stylesheet that replaces the accent family, at least 7:1 for text on both grounds."""
    light = readable(accent, "#ffffff", 7)
    dark = readable(accent, "#10151c", 8)
    return (
        f":root{{--accent:{light};--accent-strong:{mix(light, '#000000', 0.25)};"
        f"--accent-soft:{mix(light, '#ffffff', 0.91)};--accent-on:#fff}}"
        f"@media (prefers-color-scheme:dark){{:root{{--accent:{dark};--accent-strong:{mix(dark, '#ffffff', 0.4)};"
        f"--accent-soft:{mix('#10151c', dark, 0.16)};"
        f"--accent-on:{readable(accent, dark, 7) if contrast('#10151c', dark) < 7 else '#10151c'}}}}}\n"
    )


def theme_hash(accent: str) -> str:
    """Return the part of the theme's address that changes with its content."""
    return hashlib.sha256(theme(accent).encode()).hexdigest()[:10]


def crest_address(brand: Brand) -> str:
    return brand.crest or static("web/crest.svg")


def theme_address(brand: Brand) -> str:
    return reverse("theme", kwargs={"digest": theme_hash(brand.accent)})


def _address(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def in_other_language(request: HttpRequest) -> str:
    """Return the address of this page in the other language, path and query kept."""
    path = request.get_full_path()
    if path == "/en" or path.startswith(("/en/", "/en?")):
        return path[3:] or "/"
    return f"/en{path}"


def _items(request: HttpRequest, place: str) -> list[Item]:
    items = []
    for entry in sorted((e for e in _links.values() if e.place == place), key=lambda e: (e.order, e.address)):
        href = _address(entry.address)
        if href is None or not (entry.shown(request) if entry.shown else True):
            continue
        home = href in ("/", "/en/")
        here = request.path == href if home else request.path.startswith(href)
        items.append(Item(entry.title, href, here))
    longest = max(
        (len(i.href) for i in items if i.is_here), default=0
    )  # /kelola/ and /kelola/impor/: only one
    return [Item(i.title, i.href, i.is_here and len(i.href) == longest) for i in items]


def has_session(request: HttpRequest) -> bool:
    """Tell whether a session came with the request, without reading it: reading would add `Vary: Cookie`."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES


def _signed_in(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return bool(has_session(request) and user is not None and user.is_authenticated)


def _notices(request: HttpRequest) -> list[Any]:
    """Return what the last action said. Only for people with a session or a message, for the sake of caches."""
    from django.contrib.messages import get_messages

    if not (has_session(request) or "messages" in request.COOKIES):
        return []
    return list(get_messages(request))


def context(request: HttpRequest) -> dict[str, Any]:
    """Give every template `shell`. Everything in it is lazy: an error page without a database still renders."""

    def build() -> dict[str, Any]:
        here = brand()
        signed_in = _signed_in(request)
        name = str(getattr(request.user, "name", "") or request.user) if signed_in else ""
        if signed_in and _person:
            name = _person(request)
        english = (get_language() or "id").startswith("en")
        return {
            "brand": here,
            "crest": crest_address(here),
            "theme": theme_address(here),
            "here": _address("web:here"),
            "manifest": _address("web:manifest"),
            "is_demo": here.is_demo,
            "signed_in": signed_in,
            "person": name,
            "person_key": str(getattr(request.user, "key", "")) if signed_in else "",
            "links": _items(request, "main"),
            "desk": _items(request, "desk") if signed_in else [],
            "footer": _items(request, "footer"),
            "language": "en" if english else "id",
            "other_language": "id" if english else "en",
            "other_name": "Bahasa Indonesia" if english else "English",
            "other_href": in_other_language(request),
            "home": "/en/" if english else "/",
            "search": _address("portal:search") or ("/en/cari/" if english else "/cari/"),
            "login": _address("people:login") or ("/en/masuk/" if english else "/masuk/"),
            "logout": _address("people:logout") or ("/en/keluar/" if english else "/keluar/"),
            "account": _address("people:account"),
            "notices": _notices(request),
            "login_note": login_note,
        }

    return {"shell": SimpleLazyObject(build)}


link(_("Beranda"), "portal:home", order=0)
link(_("Komponen"), "web:components", order=90, place="footer")
