"""What is still missing or weak in a self-assessment, said before an assessor says it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from lawang.lib.text import say
from lawang.measures.models import Evidence
from lawang.movement.answering import OPEN, finding_of_age
from lawang.movement.instrument import Item
from lawang.movement.models import Answer


@dataclass(frozen=True)
class Finding:
    """One thing about one item. `blocks`: the assessment cannot be sent with it."""

    item: Item
    sentence: str
    blocks: bool = False


def proofs_of(answers: Iterable[Answer]) -> dict[UUID, list[Evidence]]:
    """Return the proofs that people added, by the key of the answer. One query."""
    found: dict[UUID, list[Evidence]] = {}
    keys = [answer.key for answer in answers]
    for evidence in Evidence.objects.filter(about__in=keys).select_related("file"):
        found.setdefault(evidence.about, []).append(evidence)
    return found


def examine(
    items: Iterable[Item],
    answers: Mapping[str, Answer],
    proofs: Mapping[UUID, list[Evidence]],
    year: int,
) -> list[Finding]:
    """Return what is wrong, in the order of the form. `answers` by code of the item."""
    findings = []
    for item in items:
        answer = answers[item.code]
        added = proofs.get(answer.key, [])
        if answer.source == Answer.Source.EMPTY:
            findings.append(Finding(item, _("Belum dijawab."), blocks=True))
        elif answer.source in OPEN:
            findings.append(Finding(item, _("Usulan sistem belum diperiksa."), blocks=True))
        elif answer.source != Answer.Source.NOTHING and not added and not answer.proofs:
            wanted = say(item.evidence)
            words = _("Tanpa bukti. Yang meyakinkan: %(what)s.") if wanted else _("Tanpa bukti.")
            findings.append(Finding(item, words % {"what": wanted}))
        findings += [Finding(item, words) for one in added if (words := finding_of_age(one, year))]
    return findings
