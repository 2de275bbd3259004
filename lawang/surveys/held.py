"""What surveys hold about whoever asks: that they answered, where it is known by the hash of their number."""

from django.utils.translation import gettext as _

from lawang.lib.dates import long_date
from lawang.lib.text import say
from lawang.people.holdings import Contacts, Holding
from lawang.surveys.actions import person_hash
from lawang.surveys.models import Kind, Response, Survey


def held_about(contacts: Contacts) -> list[Holding]:
    """Return the impact surveys that somebody with this telephone answered, and how."""
    if not contacts.phone:
        return []
    years = Survey.objects.filter(kind=Kind.IMPACT).order_by("year").values_list("year", flat=True).distinct()
    hashes = [person_hash(contacts.phone, year) for year in years]
    rows = Response.objects.filter(respondent__in=hashes).select_related(
        "survey__node", "survey__agency", "survey__service"
    )
    return [
        Holding(
            _("Jawaban survei dampak: %(title)s") % {"title": say(row.survey.title)},
            [
                (_("Dijawab"), long_date(row.answered_on)),
                (_("Jawaban"), ", ".join(map(str, row.answers))),
                (_("Nomor telepon"), _("hanya sidiknya, supaya tidak ada yang menjawab dua kali")),
            ],
            "phone",
        )
        for row in rows.order_by("pk")
    ]
