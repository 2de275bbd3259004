"""The kinds of files that packs itself knows: areas, roles, holidays, word lists, theme and settings.

Frameworks and the like are registered by the nouns that own them.
"""

import gzip
import io
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any, cast
from xml.etree.ElementTree import ParseError

import holidays
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.areas import actions as areas
from lawang.areas.models import Area
from lawang.lib.numbers import number
from lawang.lib.refused import Refused
from lawang.packs.registry import PackVersion, register_kind
from lawang.packs.schema import (
    Bilingual,
    Code,
    Colour,
    Day,
    Fault,
    Field,
    FileName,
    Flag,
    Group,
    Line,
    ListOf,
    MapOf,
    Number,
    OneOf,
    Ref,
)
from lawang.people import actions as people
from lawang.people import node as the_node
from lawang.people.models import Calendar, Holiday, Node
from lawang.record.models import Privacy
from lawang.web.colours import contrast

TEXT_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3


# areas.yaml

CODES = Group(
    "area codes",
    (
        Field("file", FileName((".csv.gz",)), "CSV with code, parent, level and name, gzipped."),
        Field("decree", Line(60), "The decree that lists the codes."),
        Field("valid_from", Day(), "The first day on which the codes are valid."),
        Field("licence", Line(), "Under which the list may be passed on."),
        Field("credit", Line(), "Printed wherever the names are used."),
    ),
    "A list of administrative areas.",
)

AREAS = Group(
    "areas",
    (
        Field("codes", CODES, "The code list.", required=False),
        Field(
            "points",
            FileName((".csv",), most=1_000_000),
            "CSV with code, lon and lat (WGS 84, two decimals): a point in each district, for the schematic map.",
            required=False,
        ),
    ),
    "Administrative areas.",
)


def install_areas(items: list[dict[str, Any]], pack: PackVersion) -> None:
    """Load the code list and the points; areas that exist are left alone."""
    for item in items:
        if codes := item.get("codes"):
            with gzip.open(pack.folder / codes["file"]["file"], "rt", encoding="utf-8", newline="") as stream:
                areas.load_codes(
                    io.StringIO(stream.read()),
                    decree=codes["decree"],
                    valid_from=date.fromisoformat(codes["valid_from"]),
                    at=pack.at,
                )
        if points := item.get("points"):
            with (pack.folder / points["file"]).open(encoding="utf-8", newline="") as stream:
                areas.load_points(stream, at=pack.at)


# roles.yaml

SIGNS_AS = ("section_head", "division_head", "secretary", "head")

ROLE = Group(
    "role",
    (
        Field("code", Code("role", pattern=r"[a-z0-9]+([_-][a-z0-9]+)*"), "Short word."),
        Field("title", Bilingual(), "What people call the role."),
        Field(
            "verbs",
            MapOf(
                "`noun.verb` or `noun.*`, each with its scope",
                r"[a-z_]+\.([a-z_]+|\*)",
                OneOf(("all", "agency", "area", "self")),
            ),
            "What the role may do, and how far: everywhere, own agency and below, own area and below, oneself.",
        ),
        Field("highest_privacy", OneOf(tuple(Privacy.values)), "The highest class of data it may see."),
        Field("needs_second_factor", Flag(), "True asks for a code at login.", required=False, default=False),
        Field(
            "signs_as",
            ListOf(OneOf(SIGNS_AS)),
            "The offices for which it signs letters; a letter names them in order.",
            required=False,
            default=[],
        ),
    ),
    "What somebody in an office may do.",
)


def install_roles(items: list[dict[str, Any]], pack: PackVersion) -> None:
    people.install_roles(cast(list[people.RoleItem], items), pack=pack.name, at=pack.at)


# holidays.yaml

OWN_DAY = Group(
    "day off",
    (
        Field("date", Day(), "The day."),
        Field("name", Bilingual(), "Why it is off."),
        Field("kind", OneOf(tuple(Holiday.Kind.values)), "National, joint leave (cuti bersama) or regional."),
        Field("source", Line(), "The decree that says so."),
    ),
    "A day that the `holidays` package does not have, or names otherwise.",
)

NO_DAY = Group(
    "day at work",
    (
        Field("date", Day(), "The day."),
        Field("source", Line(), "The decree that says so."),
    ),
    "A day that the `holidays` package has and that is not off.",
)


@lru_cache(maxsize=64)
def package_days(year: int) -> dict[date, tuple[str, str, str]]:
    """Return the days off of one year in the `holidays` package: day -> (Indonesian, English, kind)."""
    found: dict[date, tuple[str, str, str]] = {}
    for category, kind in (("government", Holiday.Kind.JOINT_LEAVE), ("public", Holiday.Kind.NATIONAL)):
        own = holidays.country_holidays("ID", years=year, categories=(category,), language="id")
        english = holidays.country_holidays("ID", years=year, categories=(category,), language="en_US")
        for day, name in own.items():
            found[day] = (name, english.get(day, ""), kind.value)
    return found


def days_of(calendar: dict[str, Any]) -> dict[date, tuple[dict[str, str], str]]:
    """Return every day off of a calendar definition: day -> (name, kind)."""
    found: dict[date, tuple[dict[str, str], str]] = {}
    if calendar["from_package"]:
        for year in range(calendar["years"]["from"], calendar["years"]["to"] + 1):
            for day, (name, english, kind) in package_days(year).items():
                found[day] = ({"id": name, "en": english} if english else {"id": name}, kind)
    for gone in calendar["remove"]:
        found.pop(date.fromisoformat(gone["date"]), None)
    for own in calendar["add"]:
        found[date.fromisoformat(own["date"])] = (own["name"], own["kind"])
    return found


def calendar_makes_sense(calendar: dict[str, Any]) -> Iterator[Fault]:
    """Years in order, every day within them and named once, nothing removed that is not there."""
    first, last = calendar["years"]["from"], calendar["years"]["to"]
    if last < first:
        yield Fault(
            ("years", "to"),
            _("Tahun akhir %(last)s mendahului tahun awal %(first)s.") % {"last": last, "first": first},
        )
        return
    seen: set[str] = set()
    for word in ("add", "remove"):
        for place, own in enumerate(calendar[word]):
            day = own["date"]
            if not first <= int(day[:4]) <= last:
                yield Fault(
                    (word, place, "date"),
                    _("Tanggal %(day)s di luar tahun %(first)s sampai %(last)s.")
                    % {"day": day, "first": first, "last": last},
                )
            elif day in seen:
                yield Fault((word, place, "date"), _("Tanggal %(day)s ditulis dua kali.") % {"day": day})
            elif word == "remove" and not (
                calendar["from_package"] and date.fromisoformat(day) in package_days(int(day[:4]))
            ):
                yield Fault(
                    (word, place, "date"), _("Tanggal %(day)s memang bukan hari libur.") % {"day": day}
                )
            seen.add(day)


CALENDAR = Group(
    "calendar",
    (
        Field("code", Code("calendar"), "Short word: `nasional`."),
        Field("title", Bilingual(), "What people call it."),
        Field("weekend", ListOf(Number(1, 7)), "Days of the week that are off, Monday is 1: `[6, 7]`."),
        Field(
            "years",
            Group(
                "years",
                (
                    Field("from", Number(2000, 2100), "First year."),
                    Field("to", Number(2000, 2100), "Last year."),
                ),
                "The years that the calendar covers.",
            ),
            "Which years it covers.",
        ),
        Field(
            "from_package",
            Flag(),
            "True takes national holidays and joint leave from the `holidays` package.",
            required=False,
            default=True,
        ),
        Field("add", ListOf(OWN_DAY), "Days to add or to name otherwise.", required=False, default=[]),
        Field("remove", ListOf(NO_DAY), "Days that are not off after all.", required=False, default=[]),
    ),
    "The days on which an office is closed.",
    rules=(calendar_makes_sense,),
)


def install_holidays(items: list[dict[str, Any]], pack: PackVersion) -> None:
    """Write each calendar so that it holds exactly the days of its definition."""
    for item in items:
        calendar, _new = Calendar.objects.update_or_create(
            code=item["code"], defaults={"name": item["title"], "weekend": item["weekend"]}
        )
        calendar.holidays.all().delete()
        Holiday.objects.bulk_create(
            Holiday(calendar=calendar, date=day, name=name, kind=kind)
            for day, (name, kind) in sorted(days_of(item).items())
        )


# catalogues.yaml

CATALOGUE = Group(
    "catalogue",
    (
        Field("code", Code("catalogue"), "Short word: `budget-source`."),
        Field("title", Bilingual(), "What the list is."),
        Field(
            "words",
            ListOf(
                Group(
                    "catalogue word",
                    (
                        Field(
                            "code",
                            Code("word", under="catalogue", pattern=r"[a-z0-9_]+"),
                            "The word that the code stores.",
                        ),
                        Field("title", Bilingual(), "What people read."),
                        Field("gloss", Bilingual(), "What it means, in one sentence.", required=False),
                    ),
                    "One word of a list.",
                ),
                least=1,
            ),
            "In the order in which pages show them.",
        ),
    ),
    "Titles and explanations for words that the code knows.",
)


# theme.yaml


def drawing_is_safe(content: bytes) -> list[str]:
    """Return what is wrong with a crest: it must be a plain drawing (SVG) or a PNG."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return []
    try:
        root = ElementTree.fromstring(content.decode("utf-8"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, UnicodeDecodeError):
        return [_("gambar tidak terbaca sebagai SVG atau PNG.")]
    wrong = []
    if root.tag != "{http://www.w3.org/2000/svg}svg" or "viewBox" not in root.attrib:
        wrong.append(_("gambar SVG harus memiliki viewBox dan xmlns."))
    for element in root.iter():
        name = str(element.tag).rpartition("}")[2]
        if name in ("script", "foreignObject", "style", "image", "iframe", "animate", "set", "a"):
            wrong.append(_("unsur <%(name)s> tidak boleh ada di gambar.") % {"name": name})
        for attribute, value in element.attrib.items():
            plain = attribute.rpartition("}")[2].lower()
            if plain.startswith("on") or plain == "style" or (plain == "href" and not value.startswith("#")):
                wrong.append(_("atribut %(name)s tidak boleh ada di gambar.") % {"name": plain})
            elif "url(" in value and "url(#" not in value:
                wrong.append(_("gambar tidak boleh memuat sesuatu dari luar."))
    return wrong


def accent_is_readable(theme: dict[str, Any]) -> Iterator[Fault]:
    """The accent carries links and white words on buttons, so it must stand out from white."""
    found = contrast(theme["accent"], "#ffffff")
    if found < TEXT_CONTRAST:
        yield Fault(
            ("accent",),
            _(
                "Warna %(colour)s terlalu pucat: kontras dengan putih %(found)s, paling sedikit %(least)s."
                " Pilih yang lebih gelap."
            )
            % {"colour": theme["accent"], "found": number(found, 1), "least": number(TEXT_CONTRAST, 1)},
        )


THEME = Group(
    "theme",
    (
        Field("name", Bilingual(80), "The name in the head of every page: `Kabupaten Empat Lawang`."),
        Field("short_name", Line(30), "Where there is little room."),
        Field("tagline", Bilingual(120), "One line under the name.", required=False),
        Field(
            "crest",
            FileName((".svg", ".png"), most=60_000, keep=True, check=drawing_is_safe),
            "A drawing without scripts, styles or links, at most 60 KB. Without it: our door.",
            required=False,
        ),
        Field("crest_note", Bilingual(), "Says of a crest that it is not the official one.", required=False),
        Field(
            "accent",
            Colour(),
            "The one colour of the pages; at least 4.5:1 against white. The rest follows from it.",
        ),
        Field(
            "contact",
            Group(
                "contact",
                (
                    Field("office", Bilingual(), "Whom to ask."),
                    Field("phone", Line(30), "Public telephone of the office.", required=False),
                    Field("email", Line(120), "Public address of the office.", required=False),
                ),
                "The office that answers.",
            ),
            "Shown in the foot of every page.",
            required=False,
        ),
        Field(
            "sources",
            ListOf(
                Group(
                    "credit",
                    (
                        Field("words", Bilingual(), "What comes from whom, under which licence."),
                        Field("address", Line(200), "Where it is found.", required=False, default=""),
                    ),
                    "One line of credit in the foot of every page.",
                )
            ),
            "Credits.",
            required=False,
            default=[],
        ),
    ),
    "How one regency's pages look.",
    rules=(accent_is_readable,),
)


# settings.yaml

SETTINGS = Group(
    "settings",
    (
        Field(
            "kind",
            OneOf(tuple(Node.Kind.values)),
            "What this installation is.",
            required=False,
            default="regency",
        ),
        Field("area", Line(13), "Code of its area: `16.11`.", required=False),
        Field("name", Bilingual(80), "Its full name."),
        Field(
            "time_zone",
            OneOf(("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")),
            "WIB, WITA or WIT.",
            required=False,
            default="Asia/Jakarta",
        ),
        Field("theme", Ref("pack"), "The pack whose theme dresses the pages.", required=False),
    ),
    "Whose installation it is.",
)


def install_settings(items: list[dict[str, Any]], pack: PackVersion) -> None:
    """Write the node. Raise Refused when the installation already belongs to another area."""
    for item in items:
        node = Node.objects.select_for_update().order_by("pk").first() or Node()
        if code := item.get("area"):
            area = Area.objects.filter(code=code, valid_to=None).first()
            if area is None:
                raise Refused(
                    _("Kode wilayah %(code)s tidak ada. Pasang paket nasional lebih dulu.") % {"code": code}
                )
            if node.area is not None and node.area.code != code:
                raise Refused(
                    _("Instalasi ini milik %(area)s; paket ini untuk kode %(code)s.")
                    % {"area": node.area.name, "code": code}
                )
            node.area = area
        node.kind = item["kind"]
        node.name = item["name"]
        node.time_zone = item["time_zone"]
        node.theme = item.get("theme", pack.name)
        node.save()
        the_node.forget()


def install_theme(_items: list[dict[str, Any]], _pack: PackVersion) -> None:
    """Let the node bring the theme anew: it is read out of the installed version."""
    the_node.forget()


def nothing_more(_items: list[dict[str, Any]], _pack: PackVersion) -> None:
    """Install what is only read out of the installed version: the row in InstalledPack is all there is to it."""


def register() -> None:
    """Make the files above parts of packs, in the order in which they are installed."""
    register_kind(
        "areas",
        schema=AREAS,
        install=install_areas,
        meaning="Administrative areas: codes, names, points.",
        title=gettext_lazy("Wilayah"),
    )
    register_kind(
        "roles",
        schema=ListOf(ROLE, least=1),
        install=install_roles,
        meaning="What people in offices may do.",
        title=gettext_lazy("Peran"),
    )
    register_kind(
        "holidays",
        schema=ListOf(CALENDAR, least=1),
        install=install_holidays,
        meaning="Calendars of days off: the `holidays` package, and what overrides it.",
        title=gettext_lazy("Hari libur"),
    )
    register_kind(
        "catalogues",
        schema=ListOf(CATALOGUE, least=1),
        install=nothing_more,
        meaning="Titles and explanations for words that the code knows.",
        title=gettext_lazy("Daftar kata"),
    )
    register_kind(
        "theme",
        schema=THEME,
        install=install_theme,
        meaning="Name, crest, colour and contact of one regency.",
        title=gettext_lazy("Tampilan"),
    )
    register_kind(
        "settings",
        schema=SETTINGS,
        install=install_settings,
        meaning="Whose installation it is.",
        title=gettext_lazy("Pengaturan"),
    )
