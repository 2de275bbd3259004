"""What is held about somebody, as a letter of the office that answers them."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from lawang.cases.models import Case
from lawang.cases.privacy.holdings import Assembled
from lawang.documents import composing, typeset
from lawang.documents.language import Block, Facts, Heading, Item, Paragraph, Words
from lawang.documents.letter import Check, Letter
from lawang.documents.letterheads import head_of
from lawang.lib import codes
from lawang.lib.dates import long_moment
from lawang.lib.text import say
from lawang.people.holdings import Holding
from lawang.people.node import day_of


def pdf(found: Assembled) -> bytes:
    """Return the letter as PDF; its QR opens the request."""
    return typeset.pdf(_letter(found, found.request), at=found.made_at)


def _letter(found: Assembled, request: Case) -> Letter:
    head, place = head_of(request.office)
    shown = codes.shown(request.code)
    return Letter(
        language="id",
        layout="certificate",
        title=_("Data pribadi yang kami simpan"),
        head=head,
        body=tuple(_body(found)),
        check=Check(
            url=f"{composing.site()}/lacak/{request.code}/",
            alt=_("Kode QR yang membuka permohonan Anda."),
            lines=(_("Permohonan Anda, dengan surat jawabannya, terbuka dengan kode ini:"),),
            code=shown,
        ),
        author=say(request.office.name),
        number=_("Menjawab permohonan %(number)s") % {"number": request.number},
        date=composing.plain_date(day_of(found.made_at)),
        place=place,
        foot=request.number + " · " + _("berisi data pribadi"),
        page=_("Halaman {page} dari {pages}"),
    )


def _body(found: Assembled) -> Iterator[Block]:
    yield _paragraph(
        _("Disusun untuk %(name)s pada %(moment)s, menurut UU 27/2022 pasal 32.")
        % {"name": found.name, "moment": long_moment(found.made_at)}
    )
    for title, holdings, empty in (
        (_("Permohonan yang menyebut NIK Anda"), found.cases, _("Tidak ada.")),
        (_("Akun dan langganan"), found.others, _("Tidak ada.")),
        (
            _("Mungkin juga milik Anda: hanya telepon atau surelnya yang sama"),
            found.doubtful,
            _("Tidak ada."),
        ),
    ):
        yield _heading(1, title)
        if not holdings:
            yield _paragraph(empty)
        for one in holdings:
            yield from _holding(one, 2)


def _holding(one: Holding, level: int) -> Iterator[Block]:
    yield _heading(level, one.title)
    if one.rows:
        yield Facts(tuple(Item((Words(value or "–"),), (Words(label),)) for label, value in one.rows))
    for part in one.parts:
        yield from _holding(part, min(level + 1, 3))


def _heading(level: int, words: str) -> Heading:
    return Heading(level, (Words(words),))


def _paragraph(words: str) -> Paragraph:
    return Paragraph((Words(words),))
