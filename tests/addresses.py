"""Every address of Lawang, found by walking the URL configuration, with an example of each from the demonstration.

Whoever adds an address with arguments that `EXAMPLES` does not know adds a line there; a test says so.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse


@dataclass(frozen=True)
class Address:
    """One pattern of the URL configuration."""

    name: str  # with its namespace
    route: str
    arguments: tuple[str, ...]
    view: Callable[..., Any] = field(compare=False, repr=False)

    @property
    def is_known(self) -> bool:
        return not self.arguments or self.name in EXAMPLES

    def example(self) -> str:
        """Return the path of a thing that exists. Raise LookupError when EXAMPLES does not know one."""
        if not self.arguments:
            return reverse(self.name)
        if self.name not in EXAMPLES:
            raise LookupError(f"tests/addresses.py: EXAMPLES has no arguments for {self.name} ({self.route})")
        return reverse(self.name, kwargs=EXAMPLES[self.name]())


def walk(patterns: Any = None, before: str = "", namespace: str = "") -> Iterator[Address]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            name = f"{namespace}:{pattern.name}" if namespace else str(pattern.name)
            yield Address(
                name,
                before + str(pattern.pattern),
                tuple(pattern.pattern.regex.groupindex),
                pattern.callback,
            )
        elif isinstance(pattern, URLResolver):
            yield from walk(
                pattern.url_patterns, before + str(pattern.pattern), pattern.namespace or namespace
            )


def is_worth_a_visit(address: Address) -> bool:
    """Tell whether a browser would show it as a page; what only looks so is found out there."""
    ends = address.route.rstrip("/").rsplit(".", 1)[-1]
    return ends not in ("csv", "json", "xml", "xlsx", "zip", "css", "js", "webmanifest")


@lru_cache(maxsize=1)
def every() -> dict[str, Address]:
    return {address.name: address for address in walk()}


def _first(model: str, order: str = "pk", **only: Any) -> Any:
    from django.apps import apps

    found = apps.get_model(model).objects.filter(**only).order_by(order).first()
    assert found is not None, f"the demonstration has no {model} {only}"
    return found


def _key(model: str, **only: Any) -> Callable[[], dict[str, Any]]:
    return lambda: {"key": _first(model, **only).key}


def _programme() -> dict[str, Any]:
    """Return one with indicators and milestones that the officer of the water works leads."""
    return {"key": _first("plans.programme", lead__code="PDAM").key}


def _theme() -> dict[str, Any]:
    from lawang.web import shell

    return {"digest": shell.theme_hash(shell.brand().accent)}


def _crest() -> dict[str, Any]:
    from lawang.web import shell

    return {"digest": shell.brand().crest.rsplit("-", 1)[-1]}


def _figure() -> dict[str, Any]:
    return {"key": _first("measures.series", owner__code="PDAM").key, "code": "2026-T3"}


def _of_draft(model: str, **only: Any) -> Callable[[], dict[str, Any]]:
    return lambda: {"key": _first(model, revision__status="draft", **only).key}


def _row_of_draft() -> dict[str, Any]:
    return {"kind": "arah", "pk": _first("plans.statement", revision__status="draft", kind="mission").pk}


def _user() -> dict[str, Any]:
    return {"key": _first("people.user", username="mega").key}


def _membership() -> dict[str, Any]:
    return {**_user(), "pk": _first("people.membership", user__username="mega").pk}


def _case(**more: Any) -> Callable[[], dict[str, Any]]:
    """Return the code of Siti's case."""
    return lambda: {"code": _first("cases.case", account__username="siti").code, **more}


def _work(**more: Any) -> Callable[[], dict[str, Any]]:
    """Return the key of the case that lies with the officer of the water works."""
    only = {"office__code": "PDAM", "service__code": "akta-kelahiran"}
    return lambda: {"key": _first("cases.case", **only).key, **more}


def _own_assessment(**more: Any) -> Callable[[], dict[str, Any]]:
    """Return the key of the self-assessment that the regency is filling in."""
    return lambda: {"key": _first("movement.assessment", state="answering").key, **more}


def _marked(**more: Any) -> Callable[[], dict[str, Any]]:
    """Return the key of the assessment that the assessor is marking."""
    return lambda: {"key": _first("movement.assessment", state="released").key, **more}


def _survey(name: str = "key", **only: Any) -> Callable[[], dict[str, Any]]:
    """Return how a survey of the water works is addressed."""
    more = {"kind": "skm", "agency__code": "PDAM", "state": "open", **only}
    return lambda: {name.removeprefix("counter_"): getattr(_first("surveys.survey", **more), name)}


def _letter_of(office: str = "PDAM", **more: Any) -> Callable[[], dict[str, Any]]:
    return lambda: {"office": _first("people.agency", code=office).key} | more


def _fair(**more: Any) -> Callable[[], dict[str, Any]]:
    return lambda: {"year": _first("movement.exhibition").year, **more}


NO_KEY = "00000000-0000-4000-8000-000000000000"

EXAMPLES: dict[str, Callable[[], dict[str, Any]]] = {
    **dict.fromkeys(
        ("cases:manage_service", "cases:manage_settings", "cases:manage_door", "cases:manage_difference"),
        lambda: {"code": "data-pribadi"},
    ),
    **dict.fromkeys(
        ("cases:manage_version", "cases:manage_rehearse", "cases:manage_publish"),
        lambda: {"code": "data-pribadi", "number": 1},
    ),
    "cases:manage_unit": lambda: {"code": "dukcapil"},
    "theme": _theme,
    "crest": _crest,
    "record:file": _key("record.file", privacy="public"),
    "account_reset_password_from_key": lambda: {"uidb36": "1", "key": "abc-def"},
    "people:end_delegation": lambda: {"pk": _first("people.delegation").pk},
    **dict.fromkeys(
        (
            "people:user",
            "people:change_user",
            "people:grant",
            "people:deactivate",
            "people:reactivate",
            "people:link",
            "people:reset_second_factor",
            "people:end_sessions",
        ),
        _user,
    ),
    "people:end_membership": _membership,
    "people:change_agency": _key("people.agency", code="DISPUS"),
    "people:close_agency": _key("people.agency", code="DISPUS"),
    "areas:detail": lambda: {"code": "16.11"},
    "areas:export": lambda: {"code": "16.11"},
    "packs:pack": lambda: {"name": "nasional"},
    "packs:folder": lambda: {"name": "nasional"},
    "packs:install": lambda: {"name": "nasional"},
    "value": lambda: {"pk": _first("measures.value", is_current=True).pk},
    "value_json": lambda: {"pk": _first("measures.value", is_current=True).pk},
    **dict.fromkeys(("import", "import_choose", "import_carry_out", "import_again"), _key("plans.import")),
    "plan_xlsx": lambda: {"code": _first("plans.plan").code},
    "plan_csv_zip": lambda: {"code": _first("plans.plan").code},
    "dimension": lambda: {"code": _first("plans.frameworknode", depth=0).code},
    **dict.fromkeys(
        ("programme", "programme_csv", "programme_json", "programme_feed", "follow", "portal:progress"),
        _programme,
    ),
    **dict.fromkeys(("indicator", "indicator_csv", "indicator_json"), _key("plans.indicator")),
    "follow_confirm": lambda: {"secret": "rahasia-siti"},
    "follow_end": lambda: {"secret": "rahasia-siti"},
    "quick_win": _key("plans.quickwin"),
    "portal:move_quick_win": _key("plans.quickwin"),
    "body": _key("plans.body"),
    **dict.fromkeys(
        (
            "planner:programme",
            "planner:remove_programme",
            "planner:add_indicator",
            "planner:merge",
            "planner:budget",
            "planner:split",
        ),
        _of_draft("plans.programme"),
    ),
    "planner:add_part": lambda: {**_of_draft("plans.programme")(), "kind": "tonggak"},
    **dict.fromkeys(("planner:indicator", "planner:remove_indicator"), _of_draft("plans.indicator")),
    **dict.fromkeys(("planner:quick_win", "planner:remove_quick_win"), _of_draft("plans.quickwin")),
    "planner:add_win_part": lambda: {**_of_draft("plans.quickwin")(), "kind": "mitra"},
    "planner:add_member": _key("plans.body"),
    **dict.fromkeys(
        ("planner:edition", "planner:make_again", "planner:publish_edition"), _key("plans.edition")
    ),
    "planner:book": lambda: {"code": "buku-2"},
    "planner:book_text": lambda: {"code": "buku-2", "way": "pendahuluan/rencana"},
    **dict.fromkeys(("planner:rows", "planner:add_row"), lambda: {"kind": "arah"}),
    **dict.fromkeys(("planner:row", "planner:remove_row"), _row_of_draft),
    "documents:check": lambda: {"code": _first("documents.document", state="replaced", kind="receipt").code},
    **dict.fromkeys(
        (
            *("documents:document", "documents:pdf", "documents:word", "documents:sign", "documents:decline"),
            *("documents:attach", "documents:start_again", "documents:revoke"),
        ),
        _key("documents.document", state="waiting", office__code="PDAM"),
    ),
    **dict.fromkeys(
        ("documents:issue", "documents:discard"),
        _key("documents.document", state="draft", office__code="PDAM"),
    ),
    "documents:letterhead": _letter_of(),
    "documents:pattern": _letter_of(series="CONTOH"),
    **dict.fromkeys(
        ("documents:letter", "documents:letter_pdf", "documents:letter_reset"),
        _letter_of(code="contoh/letter"),
    ),
    **dict.fromkeys(
        ("cases:service_performance", "cases:service_performance_csv", "cases:service_performance_json"),
        lambda: {"code": "akta-kelahiran"},
    ),
    **dict.fromkeys(
        ("cases:service", "cases:service_json", "cases:apply", "cases:paper"),
        lambda: {"code": "akta-kelahiran"},
    ),
    **dict.fromkeys(("cases:event", "cases:choose_event"), lambda: {"code": "anak-lahir"}),
    "cases:apply_event": lambda: {"code": "anak-lahir", "chosen": "akta-kelahiran"},
    "cases:piece": lambda: {"key": NO_KEY, "number": 0},
    **dict.fromkeys(
        (
            *(
                "cases:track",
                "cases:receipt",
                "cases:history",
                "cases:answers",
                "cases:correct",
                "cases:reply",
            ),
            *("cases:note", "cases:withdraw", "cases:reopen", "cases:claim", "cases:forget"),
        ),
        _case(),
    ),
    **dict.fromkeys(("cases:resend", "cases:document"), _case(key=NO_KEY)),
    "cases:attachment": _case(number=0),
    **dict.fromkeys(
        ("desk:case", "desk:hand", "desk:note", "desk:why", "desk:correct", "desk:slip"),
        _work(),
    ),
    "desk:step": _work(code="examine"),
    "desk:letter": _work(code="write_cover"),
    "desk:resend": _work(message=NO_KEY),
    "desk:entry": lambda: {"code": "akta-kelahiran"},
    **dict.fromkeys(
        ("desk:reply", "desk:drop_reply"), lambda: {"pk": _first("cases.reply", agency__code="PDAM").pk}
    ),
    **dict.fromkeys(("desk:register", "desk:register_csv"), lambda: {"code": "informasi-publik"}),
    **dict.fromkeys(("desk:payment", "cases:payments"), lambda: {"code": "santunan-kematian"}),
    **dict.fromkeys(
        ("desk:batch", "desk:send_batch", "desk:paid_batch", "desk:batch_csv", "desk:batch_xlsx"),
        _key("cases.paymentbatch"),
    ),
    "privacy:gather": _work(),
    "privacy:release": _key("cases.case", legal_hold=True),
    **dict.fromkeys(
        (
            *("privacy:incident", "privacy:change", "privacy:authority", "privacy:subjects"),
            *("privacy:people_csv", "privacy:close"),
        ),
        _key("cases.incident"),
    ),
    "privacy:tick": lambda: {"key": _first("cases.incident").key, "code": "stop"},
    **dict.fromkeys(("movement:item", "movement:prove"), _own_assessment(code="A1-1.1.1")),
    "movement:act": _own_assessment(what="usulkan"),
    "movement:recommendation": _key("movement.recommendation"),
    "movement:objections": lambda: {"key": _first("movement.assessment", evaluation__state="published").key},
    "movement:minutes": lambda: {"number": _first("movement.interview").pk},
    "movement:sheet": _marked(),
    "movement:revise": _marked(code="A1-1.1.1"),
    "movement:marking": _marked(component="outcome"),
    **dict.fromkeys(
        ("movement:evaluation", "movement:evaluation_csv", "movement:enter", "movement:seats"),
        _key("movement.evaluation", state="marking"),
    ),
    "movement:advance": lambda: {
        "key": _first("movement.evaluation", state="marking").key,
        "what": "umumkan",
    },
    "movement:regency": lambda: {
        "key": _first("movement.evaluation", state="published").key,
        "code": "16.11",
    },
    "movement:result": lambda: {"code": "16.11"},
    **dict.fromkeys(
        ("surveys:year", "surveys:year_csv", "surveys:report", "surveys:report_xlsx"), lambda: {"year": 2026}
    ),
    **dict.fromkeys(("surveys:answer", "surveys:thanks"), _survey("code")),
    **dict.fromkeys(("surveys:counter", "surveys:counter_thanks"), _survey("counter_code")),
    "surveys:after_case": _case(),
    **dict.fromkeys(
        (
            *(
                "surveys:survey",
                "surveys:survey_csv",
                "surveys:manage_survey",
                "surveys:change",
                "surveys:fill_in",
            ),
            *("surveys:hand_in", "surveys:template", "surveys:comments", "surveys:close"),
        ),
        _survey(),
    ),
    "surveys:handed_in": lambda: {
        **_survey()(),
        "pk": _first("surveys.handedin", survey__agency__code="PDAM").pk,
    },
    **dict.fromkeys(
        ("exchange:node", "exchange:revoke", "exchange:seal", "exchange:collect"), _key("exchange.peer")
    ),
    "exchange:anew": lambda: {**_key("exchange.peer")(), "way": "kirim"},
    "exchange:download": lambda: {**_key("exchange.peer")(), "number": 1},
    "exchange:api_batch": lambda: {"number": 1},
    "exchange:figure": lambda: {"series": _first("exchange.rolledfigure").series},
    **dict.fromkeys(
        (
            *("movement:cohort", "movement:participants_csv", "movement:manage_organisation"),
            *("movement:figure_import", "movement:manage_participant", "movement:drop_slot"),
            *("movement:manage_cohort", "movement:manage_cohort_csv"),
            *("movement:move_cohort_on", "movement:slot_minutes", "movement:jury_participant"),
            *("movement:attendance", "movement:deliverable", "movement:comment", "movement:settle_comment"),
            "movement:mentored",
        ),
        lambda: {"key": NO_KEY},  # of a movement, which the demonstration is not
    ),
    **dict.fromkeys(
        ("movement:readiness", "movement:invitation_letter", "movement:add_proof"),
        lambda: {"secret": "rahasia"},
    ),
    "movement:drop_proof": lambda: {"secret": "rahasia", "key": NO_KEY},
    **dict.fromkeys(
        ("movement:for_participant", "movement:for_cohort"), lambda: {"key": NO_KEY, "what": "x"}
    ),
    **dict.fromkeys(  # what a batch brings; none has come in the demonstration
        ("movement:participation", "movement:own_readiness", "movement:add_own_proof", "movement:reply"),
        lambda: {"key": NO_KEY},
    ),
    "movement:drop_own_proof": lambda: {"key": NO_KEY, "proof": NO_KEY},
    "movement:mentor_add": lambda: {"key": NO_KEY, "what": "bimtek"},
    **dict.fromkeys(
        ("movement:awards_of", "movement:awards_csv", "movement:awards_json"), lambda: {"year": 2023}
    ),
    **dict.fromkeys(("movement:manage_award", "movement:award_ballot"), lambda: {"key": NO_KEY}),
    **dict.fromkeys(("movement:for_award", "movement:for_nominee"), lambda: {"key": NO_KEY, "what": "x"}),
    "movement:release_award_juror": lambda: {"key": NO_KEY, "number": 0},
    "movement:revise_point": lambda: {"key": NO_KEY, "code": "visi"},
    "movement:nominee": lambda: {**_of_draft("plans.quickwin")(), "what": "timbang"},
    **dict.fromkeys(
        ("movement:product", "movement:drop_product", "movement:product_draft"), _key("movement.product")
    ),
    "portal:figure": _figure,
    "portal:meeting": _key("plans.meeting"),
    "portal:resend": _key("record.outbox", state="failed"),
    **dict.fromkeys(("movement:floor", "movement:offers", "movement:give_booths"), _fair()),
    **dict.fromkeys(("movement:booth", "movement:ask"), _fair(code="16.11")),
    **dict.fromkeys(
        (
            *(
                "movement:fill_booth",
                "movement:exhibits",
                "movement:remove_exhibit",
                "movement:representatives",
            ),
            *(
                "movement:collaboration",
                "movement:agree",
                "movement:withdraw_offer",
                "movement:booth_figures",
            ),
        ),
        _key("movement.booth", area__code="16.11"),
    ),
    **dict.fromkeys(("movement:talk", "movement:talk_news", "movement:desk_talk"), _key("movement.talk")),
    "movement:desk_talk_act": lambda: {"key": _first("movement.talk").key, "what": "tutup"},
    "pages:page": lambda: {"slug": _first("pages.page", state="published").slug},
    "pages:edit": _key("pages.page", state="review"),
    "pages:act": lambda: {"key": _first("pages.page", state="review").key, "what": "terbitkan"},
}
