"""Who may do what in the exhibition: the movement runs it, the keepers of a booth fill it and answer there."""

from django.utils.translation import gettext_lazy

from lawang.movement.exhibition.models import Booth, Exhibit, Offer, Talk
from lawang.people.permissions import register
from lawang.record import verbs


def _keepers(thing: object) -> set[int]:
    """Return the ids of the accounts that stand at a booth."""
    booth = thing.booth if isinstance(thing, Talk | Offer | Exhibit) else thing
    assert isinstance(booth, Booth)
    return set(booth.representatives.exclude(user=None).values_list("user", flat=True))


def install() -> None:
    booth = gettext_lazy("anjungan ini")
    register("movement.exhibit", title=gettext_lazy("menyelenggarakan pameran"))
    register("movement.fill_booth", title=gettext_lazy("mengisi anjungan"), noun=booth, people=_keepers)
    register(
        "movement.represent",
        title=gettext_lazy("menjawab pertanyaan di anjungan"),
        noun=booth,
        people=_keepers,
    )
    verbs.register(
        {
            "booth_filled": gettext_lazy("Anjungan diisi"),
            "booth_given": gettext_lazy("Anjungan diberikan"),
            "collaboration_agreed": gettext_lazy("Kerja sama dicatat"),
            "exhibit_added": gettext_lazy("Bahan pameran ditambahkan"),
            "exhibit_removed": gettext_lazy("Bahan pameran dicabut"),
            "exhibition_opened": gettext_lazy("Pameran dibuat"),
            "message_hidden": gettext_lazy("Kata-kata disembunyikan"),
            "offer_made": gettext_lazy("Tawaran kerja sama ditulis"),
            "offer_withdrawn": gettext_lazy("Tawaran kerja sama ditarik"),
            "representatives_set": gettext_lazy("Petugas anjungan diatur"),
            "talk_answered": gettext_lazy("Pertanyaan anjungan dijawab"),
            "talk_asked": gettext_lazy("Pertanyaan anjungan masuk"),
            "talk_closed": gettext_lazy("Percakapan ditutup"),
        }
    )
