"""What stands at the head of an agency's letters: its own letterhead, or one made of what the installation knows."""

from lawang.documents.letter import Crest, Head
from lawang.documents.models import Letterhead
from lawang.lib.text import say
from lawang.packs.theme import current_crest
from lawang.people.models import Agency
from lawang.people.node import node

MOST_LINES = 5


def letterhead_of(agency: Agency) -> Letterhead:
    """Return the agency's letterhead; an unsaved one with what can be known when it has none."""
    found = Letterhead.objects.filter(agency=agency).first()
    return found or Letterhead(
        agency=agency, lines=_usual_lines(agency), contact=_phone(agency), place=_usual_place(agency)
    )


def _phone(agency: Agency) -> str:
    return f"Telepon {agency.phone}" if agency.phone else ""


def _usual_lines(agency: Agency) -> list[str]:
    """Return "PEMERINTAH KABUPATEN EMPAT LAWANG", for a village also its district, and the office once."""
    lines = [f"Pemerintah {say(node().name, 'id')}"]
    above = agency.parent
    if agency.kind == Agency.Kind.VILLAGE and above is not None and above.kind == Agency.Kind.DISTRICT:
        lines.append(say(above.name, "id"))
    own = say(agency.name, "id")
    if own.lower() not in (line.lower() for line in lines):
        lines.append(own)
    return [line.upper() for line in lines]


def _usual_place(agency: Agency) -> str:
    """Return the name of the village or district, else of the regency, until somebody writes the town."""
    bare = say(agency.name, "id")
    for kind, prefixes in (
        (Agency.Kind.VILLAGE, ("Desa ", "Kelurahan ", "Nagari ")),
        (Agency.Kind.DISTRICT, ("Kecamatan ",)),
    ):
        for prefix in prefixes:
            if agency.kind == kind and bare.startswith(prefix):
                return bare.removeprefix(prefix)
    name = say(node().name, "id")
    for prefix in ("Kabupaten ", "Kota "):
        name = name.removeprefix(prefix)
    return name


def head_of(agency: Agency) -> tuple[Head, str]:
    """Return what is printed at the head, and the town before the date."""
    letterhead = letterhead_of(agency)
    head = Head(tuple(letterhead.lines), letterhead.address, letterhead.contact, _crest())
    return head, letterhead.place


def _crest() -> Crest | None:
    picture = current_crest()
    if picture is None:
        return None
    form = "svg" if picture.kind == "image/svg+xml" else "png"
    return Crest(form, picture.content, f"Lambang {say(node().name, 'id')}")
