"""How a service is written in a pack: services/CODE.yaml, one a file; units.yaml and events.yaml beside them."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy

from lawang.cases.models import Event, Unit
from lawang.cases.services.registry import CHECKS, EFFECTS, Word
from lawang.lib.fields import Class, Kind
from lawang.packs.reference import APPENDICES
from lawang.packs.registry import PackVersion, register_kind
from lawang.packs.schema import (
    Anything,
    Bilingual,
    Code,
    Fault,
    Field,
    Flag,
    Group,
    Later,
    Line,
    ListOf,
    MapOf,
    Number,
    OneOf,
    Ref,
)

WORD = r"[a-z][a-z0-9_]*"  # names of fields, states, steps: they stand in paths and addresses
PATH = r"[a-z][a-z0-9_.]*"

BY_PLACE = ("village", "district")  # units that follow the place of the case
PHASES = ("open", "waiting", "decided", "closed")
TAKERS = ("applicant", "officer", "section_head", "division_head", "head", "superior", "clock")
STEP_KINDS = (
    "move",  # on to the next office
    "ask",  # back to the applicant, with a list of what is missing; the clock stands
    "answer",  # the applicant's answer to that
    "decide",  # writes the outcome
    "issue",  # makes, numbers and signs the letter
    "record_result",  # what a national system made: its number and its signed PDF
    "hand_over",  # to another agency or a national system, with its reference
    "extend",  # the promise, once, with a reason
    "pay",  # part of a payment batch
    "withdraw",  # by the applicant
    "lapse",  # by the clock, when a question was not answered in time
    "reopen",  # by the applicant, within the window
    "correct",  # of something issued, approved again
    "close",
)
OUTCOMES = ("granted", "partly", "refused", "not_held", "referred", "duplicate")

DURATION = Group(
    "duration",
    (
        Field(
            "kind",
            OneOf(("working_days", "calendar_days", "hours")),
            "Working days follow the office's calendar.",
        ),
        Field("count", Number(0, 2000), "How many."),
        Field("source", Line(), "Where the number comes from.", required=False, default=""),
    ),
    "A span of time with its unit.",
)

CHOICE = Group(
    "choice",
    (
        Field("code", Line(40), "The word that is stored."),
        Field("title", Bilingual(), "What people read."),
    ),
    "One answer to choose.",
)

SHOW_WHEN = Group(
    "show when",
    (
        Field("field", Line(80), "Name of another field (or `papers.CODE`)."),
        Field("is", ListOf(Line(60), least=1), "The answers with which this is asked."),
    ),
    "Ask something only after certain answers.",
)

TIMES = Group(
    "times",
    (
        Field("least", Number(0, 50), "Fewest repetitions."),
        Field("most", Number(1, 50), "Most repetitions."),
    ),
    "How often a group is filled in.",
)

FIELD: Group = Group(
    "field",
    (
        Field("name", Line(40), "Short word; the same name means the same thing in every service."),
        Field("type", OneOf(tuple(Kind)), "One of the ten types."),
        Field("title", Bilingual(), "The question or label."),
        Field("required", Flag(), "False: may stay empty.", required=False, default=True),
        Field(
            "privacy",
            OneOf(tuple(Class)),
            "Who may see it; personal and sensitive are encrypted.",
            required=False,
            default="personal",
        ),
        Field("help", Bilingual(), "One sentence under the label.", required=False),
        Field("example", Line(), "An answer as it could be.", required=False, default=""),
        Field(
            "format",
            OneOf(("email", "phone", "time", "family_card")),
            "A text of a certain form.",
            required=False,
        ),
        Field("choices", ListOf(CHOICE, least=2), "Of a choice.", required=False, default=[]),
        Field("least", Number(), "Smallest number, or fewest letters.", required=False),
        Field("most", Number(), "Largest number, or most letters.", required=False),
        Field("decimals", Number(0, 6), "Of a number.", required=False, default=0),
        Field("not_after_today", Flag(), "Of a date.", required=False, default=False),
        Field("level", OneOf(("village", "district")), "Of a place.", required=False, default="village"),
        Field("show_when", SHOW_WHEN, "Ask it only after certain answers.", required=False),
        Field(
            "fields",
            ListOf(Later("field", lambda: FIELD), least=1),
            "Of a group.",
            required=False,
            default=[],
        ),
        Field("times", TIMES, "Of a group that repeats.", required=False),
    ),
    "One question of a form.",
)

SECTION = Group(
    "section",
    (
        Field("code", Code("section", under="service", pattern=WORD), "Short word."),
        Field("title", Bilingual(), "The heading of this part of the form."),
        Field("help", Bilingual(), "One sentence under it.", required=False),
        Field("fields", ListOf(FIELD, least=1), "What is asked."),
    ),
    "A part of the form.",
)

SUBSTITUTE = Group(
    "substitute",
    (
        Field("code", Line(40), "Short word, stored in `papers.REQUIREMENT`."),
        Field("title", Bilingual(), "What takes its place: an SPTJM with two witnesses."),
        Field("note", Bilingual(), "What to do.", required=False),
        Field("source", Line(), "The rule that allows it."),
        Field(
            "is_uploaded",
            Flag(),
            "False: nothing to upload, the form asks for it.",
            required=False,
            default=True,
        ),
    ),
    "What may take the place of a requirement.",
)

REQUIREMENT = Group(
    "requirement",
    (
        Field("code", Code("requirement", under="service", pattern=WORD), "Short word."),
        Field("title", Bilingual(), "The paper."),
        Field("note", Bilingual(), "How it must look.", required=False),
        Field("source", Line(), "The rule that asks for it."),
        Field("required", Flag(), "False: only if there is one.", required=False, default=True),
        Field("is_uploaded", Flag(), "False: only shown at the counter.", required=False, default=True),
        Field(
            "accepts",
            ListOf(OneOf(("photo", "pdf")), least=1),
            "What may be uploaded.",
            required=False,
            default=["photo", "pdf"],
        ),
        Field("privacy", OneOf(tuple(Class)), "Class of the upload.", required=False, default="personal"),
        Field("show_when", SHOW_WHEN, "Asked only after certain answers.", required=False),
        Field("substitutes", ListOf(SUBSTITUTE), "What may take its place.", required=False, default=[]),
    ),
    "What an applicant brings.",
)

STATE = Group(
    "state",
    (
        Field("code", Code("state", under="service", pattern=WORD), "Short word."),
        Field("title", Bilingual(60), "What officers and citizens call it."),
        Field("citizen", Bilingual(), "What is happening now and what comes next, to the applicant."),
        Field("phase", OneOf(PHASES), "One of the phases that code knows."),
        Field("unit", Ref("unit", also=("same", *BY_PLACE)), "Who holds the case; `same`: whoever had it."),
        Field("due", DURATION, "How long it may stay here.", required=False),
    ),
    "A label inside a phase.",
)

NAMED = Group(
    "named function",
    (
        Field("name", Line(60), "A function in lawang/cases/services/."),
        Field(
            "parameters",
            MapOf("parameter", WORD, Line()),
            "What it is given beside the answers.",
            required=False,
            default={},
        ),
    ),
    "A check or an effect, by name.",
)

STEP = Group(
    "step",
    (
        Field("code", Code("step", under="service", pattern=WORD), "Short word."),
        Field("title", Bilingual(60), "The words on the button."),
        Field("kind", OneOf(STEP_KINDS), "What the step does."),
        Field("from", ListOf(Ref("state", under="service"), least=1), "States in which it can be taken."),
        Field("to", Ref("state", under="service"), "The state it leads to."),
        Field("by", OneOf(TAKERS), "Who takes it."),
        Field("is_main", Flag(), "The usual way on: the one primary button.", required=False, default=False),
        Field("in_bulk", Flag(), "Safe for many cases at once.", required=False, default=False),
        Field("needs_reason", Flag(), "A reason must be written.", required=False, default=False),
        Field(
            "outcomes",
            ListOf(OneOf(OUTCOMES)),
            "Of `decide`: what may be decided.",
            required=False,
            default=[],
        ),
        Field("fields", ListOf(FIELD), "What the person enters with it.", required=False, default=[]),
        Field(
            "checks", ListOf(NAMED), "Must hold, or the step is refused with why.", required=False, default=[]
        ),
        Field("effects", ListOf(NAMED), "What else happens.", required=False, default=[]),
        Field(
            "letter",
            Ref("letter", under="service"),
            "Of `issue` and `decide`: what is written.",
            required=False,
        ),
        Field(
            "system",
            Line(40),
            "Of `hand_over` and `record_result`: SIAK, OSS ...",
            required=False,
            default="",
        ),
        Field(
            "product",
            Bilingual(),
            "Of `record_result`: what was made, where it is not the service's whole product.",
            required=False,
        ),
        Field(
            "message",
            Bilingual(),
            "What the applicant is told; without it: the new state's sentence.",
            required=False,
        ),
    ),
    "A way from one state to another.",
)

LETTER = Group(
    "letter",
    (
        Field("code", Code("letter", under="service", pattern=WORD), "Short word."),
        Field("kind", OneOf(("receipt", "letter", "certificate", "decision")), "What it is."),
        Field("title", Bilingual(), "Its name, on top of the page."),
        Field("series", Line(20), "Number series; empty: not numbered.", required=False, default=""),
        Field(
            "signers",
            ListOf(OneOf(("section_head", "division_head", "head"))),
            "Who signs, in order.",
            required=False,
            default=[],
        ),
        Field("body", Bilingual(6000), "Markdown with `{{name}}` and `[[name: sentence]]`."),
    ),
    "What is written to somebody.",
)

LAW = Group(
    "legal basis",
    (
        Field("title", Line(), "Number and name of the rule."),
        Field("about", Bilingual(), "What it says about this.", required=False),
        Field("source", Line(), "Where it was read.", required=False, default=""),
    ),
    "One rule on which the service stands.",
)

STANDARD = Group(
    "standard",
    (
        Field(
            "legal_basis",
            ListOf(LAW, least=1),
            "Component 1. Components 2 to 6 come from requirements, steps, clock, fee and product.",
        ),
        Field("facilities", Bilingual(), "Component 7: rooms and equipment."),
        Field("competence", Bilingual(), "Component 8: what staff must know."),
        Field("supervision", Bilingual(), "Component 9: internal control."),
        Field("complaints", Bilingual(), "Component 10: where to complain."),
        Field("staff", Bilingual(), "Component 11: how many serve."),
        Field("guarantee", Bilingual(), "Component 12: what is promised."),
        Field("safety", Bilingual(), "Component 13: safety and confidentiality."),
        Field("evaluation", Bilingual(), "Component 14: how performance is reviewed."),
    ),
    "The parts of the service standard (UU 25/2009) that are written; the other five are made from the definition.",
)

PARTY = MapOf(
    "`name`, `nik`, `phone`, `email`, `birth_date`, `address`",
    r"name|nik|phone|email|birth_date|address",
    Line(80),
)

PARAMETER = Group(
    "parameter",
    (
        Field(
            "name",
            Code("parameter", under="service", pattern=WORD),
            "Short word that checks and effects know.",
        ),
        Field("title", Bilingual(), "What it means."),
        Field("value", Line(), "The value until a regency sets its own."),
        Field("source", Line(), "Where the value comes from."),
    ),
    "A number or word that regencies set.",
)

PRESET = Group(
    "preset",
    (
        Field("code", Code("preset", under="service", pattern=WORD), "Short word."),
        Field("title", Bilingual(), "Whose rules these are."),
        Field("source", Line(), "The rule or report."),
        Field("values", MapOf("parameter", WORD, Line()), "The values that differ."),
    ),
    "The parameters of one regency, to start from.",
)

EXAMPLE_STEP = Group(
    "example step",
    (
        Field("take", Line(40), "Code of the step."),
        Field("at", Line(16), "Local time: `2026-03-17 10:00`."),
        Field("outcome", OneOf(OUTCOMES), "Of `decide`.", required=False),
        Field("fields", Anything(), "What is entered with it.", required=False, default={}),
    ),
    "One step of a worked example.",
)

EXAMPLE = Group(
    "service example",
    (
        Field("title", Line(), "What it shows."),
        Field("received", Line(16), "Local time: `2026-03-16 09:00`."),
        Field("answers", Anything(), "The answers, nested by field name."),
        Field(
            "faults",
            MapOf("path", PATH, Line()),
            "Paths that must be refused, with a word of the sentence.",
            required=False,
            default={},
        ),
        Field(
            "parameters",
            MapOf("parameter", WORD, Line()),
            "Parameters for this example.",
            required=False,
            default={},
        ),
        Field("preset", Line(40), "Parameters of a preset.", required=False, default=""),
        Field("steps", ListOf(EXAMPLE_STEP), "What happens then.", required=False, default=[]),
        Field("state", Line(40), "The state at the end.", required=False, default=""),
        Field("due", Line(10), "The day that is promised at the receipt.", required=False, default=""),
        Field(
            "checks",
            MapOf("check", WORD, OneOf(("passed", "failed", "unsure"))),
            "Verdicts of named checks.",
            required=False,
            default={},
        ),
    ),
    "A worked example; `lawang packs check` runs it.",
)

RETENTION = Group(
    "retention",
    (
        Field("years", Number(0, 100), "After the case is closed."),
        Field("source", Line(), "The rule."),
    ),
    "How long personal data are kept.",
)

OBJECTION = Group(
    "objection",
    (
        Field("service", Ref("service"), "The service by which one objects."),
        Field("within", DURATION, "How long one may object after the decision."),
    ),
    "How an applicant contests the outcome.",
)

PROCESSING = Group(
    "processing",
    (
        Field("purpose", Bilingual(), "What the data are used for."),
        Field(
            "basis",
            OneOf(
                (
                    "consent",
                    "contract",
                    "legal_duty",
                    "vital_interest",
                    "public_service",
                    "legitimate_interest",
                )
            ),
            "Legal basis (UU 27/2022, article 20).",
        ),
        Field("recipients", ListOf(Bilingual()), "Who else receives them.", required=False, default=[]),
    ),
    "The entry in the register of processing (UU 27/2022, article 31).",
)


def rules_hold(service: dict[str, Any]) -> Iterator[Fault]:
    """Whatever is named must exist, and the steps must make sense together."""
    from lawang.cases.proofs import faults

    yield from faults(service)


SERVICE = Group(
    "service",
    (
        Field("code", Code("service"), "Never changes; stands in addresses."),
        Field("series", Line(10), "First letters of its numbers: `AKL`."),
        Field("title", Bilingual(80), "As people call it."),
        Field("summary", Bilingual(), "One sentence: who gets what."),
        Field("keywords", ListOf(Line(60)), "Other words people search with.", required=False, default=[]),
        Field("unit", Ref("unit", also=BY_PLACE), "Who answers for it."),
        Field("product", Bilingual(), "What the applicant gets."),
        Field(
            "made_in",
            Line(40),
            "National system in which the product is made; we hand over.",
            required=False,
            default="",
        ),
        Field("clock", DURATION, "The promise."),
        Field("answer_within", DURATION, "How long an applicant has to answer a question."),
        Field("reopen_within", DURATION, "How long an applicant may reopen a closed case.", required=False),
        Field("objection", OBJECTION, "How to contest the outcome.", required=False),
        Field("fee", Number(0), "In rupiah; 0 is free."),
        Field("fee_note", Bilingual(), "Who pays what, or why it is free.", required=False),
        Field("standard", STANDARD, "The service standard."),
        Field("requirements", ListOf(REQUIREMENT), "What to bring.", required=False, default=[]),
        Field("sections", ListOf(SECTION, least=1), "The form."),
        Field("applicant", PARTY, "Which fields say who asks."),
        Field("subject", PARTY, "Which fields say whom it is about.", required=False, default={}),
        Field(
            "area",
            Line(80),
            "The place field that says where the case belongs; empty: nowhere.",
            required=False,
            default="",
        ),
        Field(
            "checks",
            ListOf(NAMED),
            "Shown to officers beside the answers; never refuse the filing.",
            required=False,
            default=[],
        ),
        Field("parameters", ListOf(PARAMETER), "What regencies set.", required=False, default=[]),
        Field("presets", ListOf(PRESET), "Known sets of parameters.", required=False, default=[]),
        Field("start", Ref("state", under="service"), "The state after receipt."),
        Field("states", ListOf(STATE, least=2), "In the order of the usual way."),
        Field("steps", ListOf(STEP, least=1), "Who may do what when."),
        Field("letters", ListOf(LETTER), "What is written.", required=False, default=[]),
        Field(
            "questions",
            ListOf(
                Group(
                    "question",
                    (
                        Field("question", Bilingual(), "As people ask."),
                        Field("answer", Bilingual(), "In plain words."),
                    ),
                    "A frequent question.",
                )
            ),
            "Questions and answers.",
            required=False,
            default=[],
        ),
        Field("retention", RETENTION, "How long personal data are kept."),
        Field("processing", PROCESSING, "Why personal data are processed."),
        Field("examples", ListOf(EXAMPLE, least=1), "Worked examples."),
    ),
    "One service: what it asks, promises, does and writes.",
    rules=(rules_hold,),
)

UNIT = Group(
    "unit",
    (
        Field("code", Code("unit", pattern=WORD), "Short word that services name."),
        Field("title", Bilingual(), "What it is."),
    ),
    "Work that some agency of every regency does. `village` and `district` follow the place of the case.",
)

EVENT = Group(
    "event",
    (
        Field("code", Code("event"), "Short word; stands in addresses."),
        Field("title", Bilingual(40), "As people say it: `Anak lahir`."),
        Field("summary", Bilingual(), "One sentence."),
        Field("services", ListOf(Ref("service"), least=1), "What can be filed together, answers given once."),
    ),
    "An event of life and the services it needs.",
)


def install_units(items: list[dict[str, Any]], pack: PackVersion) -> None:
    for order, item in enumerate(items):
        Unit.objects.update_or_create(code=item["code"], defaults={"title": item["title"], "order": order})


def install_services(items: list[dict[str, Any]], pack: PackVersion) -> None:
    """Bring each definition as a draft; it is published after a rehearsal, by `publish` of actions.py."""
    from lawang.cases.publishing import bring

    for item in items:
        bring(item, pack=pack.name, at=pack.at)


def install_events(items: list[dict[str, Any]], pack: PackVersion) -> None:
    for order, item in enumerate(items):
        Event.objects.update_or_create(
            code=item["code"],
            defaults={
                "title": item["title"],
                "summary": item["summary"],
                "services": item["services"],
                "pack": pack.name,
                "order": order,
            },
        )
    Event.objects.filter(pack=pack.name).exclude(code__in=[item["code"] for item in items]).delete()


def functions() -> str:
    """Return the Markdown of the checks and effects that services may name."""
    lines = ["## Checks and effects\n", "What a service may name in `checks` and `effects`.\n"]
    for title, known in (("Checks", CHECKS), ("Effects", EFFECTS)):
        lines += [
            f"### {title}\n",
            "| name | what it does | needs | in its `parameters` |",
            "|---|---|---|---|",
        ]
        for name, one in sorted(known.items()):
            meaning = (one.function.__doc__ or "").strip().partition("\n")[0].replace("|", "/")
            needs = [f"`{word}`" for word in (*one.fields, *one.parameters)]
            beside = [_beside(word) for word in one.given]
            lines.append(f"| `{name}` | {meaning} | {', '.join(needs)} | {', '.join(beside)} |")
        lines.append("")
    return "\n".join(lines)


def _beside(word: Word) -> str:
    """Return how the reference tells a word beside a function's name: `who` (`applicant`, `subject`)."""
    notes = [", ".join(f"`{value}`" for value in word.values)] if word.values else []
    notes += [] if word.required else ["may be left out"]
    return f"`{word.name}`" + (f" ({'; '.join(notes)})" if notes else "")


def register() -> None:
    """Make units.yaml, services/*.yaml and events.yaml parts of packs."""
    register_kind(
        "units",
        schema=ListOf(UNIT, least=1),
        install=install_units,
        meaning="Who does the work that services name.",
        title=gettext_lazy("Satuan kerja"),
    )
    register_kind(
        "services",
        schema=ListOf(SERVICE),
        install=install_services,
        meaning="The services of a regency, one file each in the folder services/.",
        title=gettext_lazy("Layanan"),
        in_folder=True,
    )
    register_kind(
        "events",
        schema=ListOf(EVENT),
        install=install_events,
        meaning="Events of life and the services they need.",
        title=gettext_lazy("Peristiwa"),
    )
    if functions not in APPENDICES:
        APPENDICES.append(functions)
