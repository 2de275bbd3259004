"""Who writes and who reads over."""

from django.utils.translation import gettext, gettext_lazy

from lawang.pages.models import Page
from lawang.people.models import User
from lawang.people.permissions import register
from lawang.record import verbs


def _agencies(thing: object) -> set[int]:
    assert isinstance(thing, Page)
    return {thing.agency_id} if thing.agency_id else set()


def _not_the_writer(person: User, thing: object) -> str | None:
    assert isinstance(thing, Page)
    if thing.writer == person:
        return gettext("Tulisan sendiri diperiksa orang lain sebelum terbit.")
    return None


def install() -> None:
    noun = gettext_lazy("tulisan ini")
    register("pages.write", title=gettext_lazy("menulis berita"), noun=noun, agencies=_agencies)
    register(
        "pages.publish",
        title=gettext_lazy("memeriksa dan menerbitkan tulisan"),
        noun=noun,
        agencies=_agencies,
        veto=_not_the_writer,
    )
    verbs.register(
        {
            "page_handed_in": gettext_lazy("Tulisan diajukan"),
            "page_published": gettext_lazy("Tulisan diterbitkan"),
            "page_returned": gettext_lazy("Tulisan dikembalikan"),
            "page_withdrawn": gettext_lazy("Tulisan ditarik"),
            "page_written": gettext_lazy("Tulisan disimpan"),
            "picture_added": gettext_lazy("Gambar ditambahkan"),
        }
    )
