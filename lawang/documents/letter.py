"""One letter, ready to be set as PDF or Word: the same tree for both. Pure data."""

from dataclasses import dataclass

from lawang.documents.language import Block, Heading, Tree


@dataclass(frozen=True)
class Crest:
    """The picture in the head."""

    format: str  # "svg" or "png"
    content: bytes
    alt: str  # what it is, for people who do not see it


@dataclass(frozen=True)
class Head:
    """What stands at the top of the first page."""

    lines: tuple[str, ...]  # from the regency down; the last is the office itself
    address: str = ""
    contact: str = ""
    crest: Crest | None = None


@dataclass(frozen=True)
class Signer:
    """One place for a signature."""

    order: int
    position: str
    name: str
    rank: str = ""  # a line below the name
    note: str = ""  # in place of ink: "Ditandatangani secara elektronik"


@dataclass(frozen=True)
class Check:
    """How anybody can see whether the paper is genuine."""

    url: str  # what the QR opens, with the signed statement in its fragment
    alt: str
    lines: tuple[str, ...]
    code: str  # as people type it
    after: str = ""  # a line below the code
    notice: str = ""  # what the watermark says, in words


@dataclass(frozen=True)
class Letter:
    """Everything that is printed, in one language, filled in."""

    language: str
    layout: str  # "letter": date and subject at the top; "certificate": a title in the middle
    title: str
    head: Head
    body: Tree
    check: Check
    author: str  # the office, for the properties of the file
    number: str = ""
    date: str = ""  # "20 November 2026"
    place: str = ""
    reference: tuple[tuple[str, str], ...] = ()  # rows above a letter: number, enclosures, subject
    signers: tuple[Signer, ...] = ()
    watermark: str = ""
    foot: str = ""  # left at the bottom of each page
    page: str = ""  # "Halaman {page} dari {pages}", shown when there are several

    @property
    def dated(self) -> str:
        """Return place and date as one line, or either."""
        return ", ".join(word for word in (self.place, self.date) if word)


def leveled(body: Tree, below: int) -> list[Block]:
    """Return the blocks with headings that leave no level out, the first being `below` + 1 (PDF/UA-1, 7.4.2)."""
    found: list[Block] = []
    last = below
    for block in body:
        if isinstance(block, Heading):
            last = min(block.level + below, last + 1)
            block = Heading(last, block.inside)
        found.append(block)
    return found
