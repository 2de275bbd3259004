"""The books of the national pack for tests, without installing the pack, and a planner who may make them."""

import io
from datetime import UTC, datetime
from typing import Any

import docx
import pypdfium2  # type: ignore[import-untyped]
import yaml
from django.conf import settings
from docx.oxml.ns import qn

from lawang.packs.models import InstalledPack
from lawang.people.models import User
from lawang.plans.books import definitions
from lawang.plans.books.composing import Wanted, compose
from lawang.plans.models import Revision
from tests.cast import make_membership, make_role, make_user, moment

AT = moment("2026-11-20 09:00")
PLANNER = dict.fromkeys(
    ("plans.see_internal", "plans.edit", "plans.publish", "plans.import", "plans.export"), "all"
)


def shelve() -> None:
    """Let the installation have the books of packs/nasional."""
    folder = settings.ROOT / "packs" / "nasional" / "books"
    books = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yaml"))]
    InstalledPack.objects.create(
        name="nasional", version="1", sha256="0" * 64, definitions={"books": books},
        installed_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip


def make_planner(username: str = "dewi", **verbs: str) -> User:
    user = make_user(username)
    make_membership(user, role=make_role(f"role-{username}", verbs or PLANNER))
    return user


def made(code: str, revision: Revision, **wanted: Any) -> Any:
    """Return a book as content."""
    definition = definitions.book(code)
    assert definition is not None
    return compose(Wanted(definition, revision, **wanted), today=AT.date())[0]


def text_of(pdf: bytes) -> str:
    """Return the words of a PDF, with plain spaces."""
    with pypdfium2.PdfDocument(pdf) as document:
        said = "\n".join(page.get_textpage().get_text_range() for page in document)
    return " ".join(said.replace("\u00a0", " ").split())


def words_of(content: bytes) -> str:
    """Return every word of a .docx."""
    paper = docx.Document(io.BytesIO(content))
    return "\n".join(node.text or "" for node in paper.element.body.iter(qn("w:t")))
