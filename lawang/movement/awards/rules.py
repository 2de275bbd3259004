"""Who judges what, and what the history calls it."""

from django.utils.translation import gettext_lazy

from lawang.documents.sources import register_source_reader
from lawang.movement.awards import certificates
from lawang.movement.awards.models import AwardJuror
from lawang.record import verbs


def jury(thing: object) -> set[int] | None:
    """Return the id of who holds a seat on a jury; None for what is no such thing."""
    return {thing.user_id} if isinstance(thing, AwardJuror) else None


def install() -> None:
    register_source_reader("movement.nominee", certificates.may_read)
    verbs.register(
        {
            "award_certified": gettext_lazy("Piagam dibuat"),
            "award_conflicts_declared": gettext_lazy("Benturan kepentingan dinyatakan"),
            "award_decided": gettext_lazy("Pemenang diputuskan"),
            "award_judging_begun": gettext_lazy("Juri mulai menilai"),
            "award_juror_released": gettext_lazy("Juri dilepas"),
            "award_juror_seated": gettext_lazy("Juri ditunjuk"),
            "award_nominee_added": gettext_lazy("Daerah dinominasikan"),
            "award_nominee_dropped": gettext_lazy("Daerah dikeluarkan dari nominasi"),
            "award_opened": gettext_lazy("Penghargaan dibuka"),
            "award_published": gettext_lazy("Penghargaan diumumkan"),
            "award_reconsidered": gettext_lazy("Putusan penghargaan ditarik"),
            "award_subject_named": gettext_lazy("Percepatan yang dinominasikan ditulis"),
            "award_votes_handed_in": gettext_lazy("Nilai juri diserahkan"),
        }
    )
