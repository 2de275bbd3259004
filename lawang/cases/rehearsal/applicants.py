"""Made-up applicants, and what their answers do to the form, the checks and the letters."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta

from django.utils.translation import gettext_lazy as _

from lawang.cases import synthetic, worked
from lawang.cases.definition import Definition, Step, graph_of
from lawang.cases.rehearsal.finding import Finding, found
from lawang.cases.rehearsal.house import House
from lawang.cases.services.registry import CHECKS, Facts
from lawang.lib import fields as lib
from lawang.lib.refused import Refused

YEAR = 365  # days over which they come
HARD = 20  # one in so many may be refused by the form before it is said
LETTER_TESTS = 50  # applicants whose letters are written on each way


class Applicant:
    """Somebody who does not exist, with what they filled in and on which day."""

    def __init__(self, definition: Definition, source: random.Random, house: House) -> None:
        self.received = house.day + timedelta(days=source.randrange(YEAR))
        villages = [area.code for area in house.places] or list(synthetic.VILLAGES)
        read = synthetic.applicant(definition.fields, source, today=self.received, villages=villages)
        self.answers, self.faults = read
        code = str(lib.look(self.answers, definition.area) or "") if definition.area else ""
        self.area = next(
            (area for area in house.places if code and f"{area.code}.".startswith(f"{code}.")), None
        )
        self.seed = source.random()


def outcome_of(step: Step, chance: float) -> str:
    """Return what a made-up decision is: four times of five the first of the outcomes. `chance` from 0 to 1."""
    if not step.outcomes:
        return ""
    rest = step.outcomes[1:]
    if chance < 0.8 or not rest:
        return step.outcomes[0]
    return rest[min(len(rest) - 1, int((chance - 0.8) * 5 * len(rest)))]


def of_form(definition: Definition, people: Sequence[Applicant]) -> Iterator[Finding]:
    """Find questions that can hardly be answered, and questions that nobody was asked."""
    refused = Counter(path for one in people for path in one.faults)
    for path, count in refused.items():
        if count > len(people) // HARD:
            sentence = next(one.faults[path] for one in people if path in one.faults)
            words = _("“%(field)s” sulit diisi: jawaban karangan ditolak. %(sentence)s Periksa batasnya.")
            yield found("hard_to_answer", f"field:{path}", words, field=path, sentence=sentence)
    for leaf in lib.leaves(definition.fields):
        if not any(lib.is_asked(leaf, one.answers) for one in people):
            words = _("“%(question)s” tidak pernah ditanyakan kepada %(count)s pemohon karangan.")
            yield found(
                "never_asked", f"field:{leaf.path}", words, question=leaf.field.title, count=len(people)
            )


def of_checks(
    definition: Definition, parameters: Mapping[str, str], people: Sequence[Applicant]
) -> Iterator[Finding]:
    """Find checks that fall over answers as people could give them."""
    named = {one.name: one for step in definition.steps.values() for one in step.checks}
    named |= {one.name: one for one in definition.checks}
    for name, one in named.items():
        for person in people:
            facts = Facts(person.answers, parameters, person.received, person.received)
            try:
                CHECKS[name].function(facts, one.parameters)
            except Refused as refusal:
                why = refusal.sentence
            except Exception as error:  # whatever a check of ours does wrong is a finding
                why = f"{type(error).__name__}: {error}"
            else:
                continue
            words = _("Pemeriksaan “%(check)s” tidak dapat dijalankan: %(why)s")
            yield found("check_fails", f"check:{name}", words, True, check=CHECKS[name].title, why=why)
            break


def of_letters(
    definition: Definition, parameters: Mapping[str, str], people: Sequence[Applicant], house: House
) -> Iterator[Finding]:
    """Find letters with a hole, on any way that leads to them: they could not be issued."""
    told: set[tuple[str, str]] = set()
    for way in graph_of(definition).ways():
        if not any(definition.steps[edge.step].letter for edge in way):
            continue
        for person in people[:LETTER_TESTS]:
            at = datetime.combine(person.received, time(9), house.at.tzinfo)
            paper = worked.OnPaper(definition.start, at, at)
            source = random.Random(person.seed)  # noqa: S311
            for step in (definition.steps[edge.step] for edge in way):
                if step.fields:
                    paper.work[step.code] = synthetic.applicant(
                        step.fields, source, today=person.received
                    ).answers
                paper.outcome = outcome_of(step, person.seed) or paper.outcome
                paper.reference = step.system or paper.reference
                if letter := definition.letters.get(step.letter):
                    names = worked.holes(definition, letter, person.answers, parameters, paper)
                    told |= {(letter.code, name) for name in names}
    for code, name in sorted(told):
        words = _(
            "“%(letter)s” bisa berlubang: “%(name)s” tidak selalu ada isinya. "
            "Tulis dalam surat [[%(name)s: kalimat dengan {{%(name)s}}]]."
        )
        yield found(
            "letter_with_hole",
            f"letter:{code}",
            words,
            True,
            letter=definition.letters[code].title,
            name=name,
        )
