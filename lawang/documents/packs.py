"""How a pack brings letters that belong to no service: letters.yaml."""

from typing import Any

from django.utils.translation import gettext_lazy

from lawang.documents.actions import install_template
from lawang.documents.kinds import KINDS
from lawang.packs.registry import PackVersion, register_kind
from lawang.packs.schema import Bilingual, Code, Field, Group, Line, ListOf, MapOf, OneOf

LETTER = Group(
    "letter of the house",
    (
        Field("code", Code("house letter", pattern=r"[a-z0-9-]+/[a-z0-9-]+"), "Names it: `gerakan/result`."),
        Field("kind", OneOf(tuple(KINDS)), "What it is."),
        Field("title", Bilingual(), "Its name, on top of the page."),
        Field("series", Line(40), "Number series; empty: not numbered.", required=False, default=""),
        Field("signers", ListOf(OneOf(("section_head", "division_head", "head"))), "Who signs, in order."),
        Field(
            "values",
            MapOf("value", r"[a-z_]+", Bilingual()),
            "What the words may use: name, and what it means.",
        ),
        Field("body", Bilingual(6000), "Markdown with `{{name}}` and `[[name: sentence]]`."),
    ),
    "What this installation writes to somebody, outside a service.",
)


def install_letters(definitions: list[dict[str, Any]], pack: PackVersion) -> None:
    """Put the wordings in; an agency's own words stay. Raise Refused for a fault in the words."""
    for one in definitions:
        install_template(
            one["code"],
            kind=one["kind"],
            title=one["title"],
            body=one["body"],
            series=one["series"],
            signers=one["signers"],
            names=one["values"],
            at=pack.at,
        )


def register() -> None:
    """Make letters.yaml a part of packs."""
    register_kind(
        "letters",
        schema=ListOf(LETTER),
        install=install_letters,
        meaning="Letters that belong to no service.",
        title=gettext_lazy("Surat di luar layanan"),
    )
