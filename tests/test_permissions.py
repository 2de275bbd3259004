"""Who may open which address: one table for all of them, tried with every role of the demonstration.

An address that is missing from the table fails, so that nobody forgets to decide.
"""

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client

from tests.addresses import Address, every
from tests.world import ROLES, client_of, finish

pytestmark = [pytest.mark.usefixtures("in_demo"), pytest.mark.django_db]

OPEN, LOGIN, FORBIDDEN = "open", "login", "forbidden"
SCRIPT = {"X-Lawang": "1"}
Who = frozenset[str]
EVERYBODY: Who = frozenset(ROLES)
SIGNED_IN = EVERYBODY - {"visitor"}
ADMINISTRATOR: Who = frozenset({"administrator"})
PLANNER: Who = frozenset({"planner"})
PROPOSE = PLANNER | {"officer", "agency-head", "steward"}
FIELD: Who = frozenset({"district-officer", "village-officer"})  # propose too, but not for this agency
DECIDE = PLANNER | {"agency-head", "steward"}
RECORD = PLANNER | {"officer", "agency-head"}
LEAD = PLANNER | {"agency-head", "leader", "council-member"}
CHECK: Who = frozenset({"section-head", "division-head"})  # they look at what an officer prepared
EXPORT = PROPOSE | CHECK | {"leader", "information-officer", "auditor", "coordinator"}
HANDLE = FIELD | {"officer", "agency-head", "village-head", "information-officer", "data-protection-officer"}
SEE_CASES = HANDLE | CHECK | {"counter-officer", "treasurer", "auditor"}
FILE_FOR = FIELD | {"counter-officer", "information-officer"}
PAY: Who = frozenset({"treasurer"})
HEADS: Who = frozenset({"agency-head", "village-head"})
ISSUE = FIELD | CHECK | HEADS | {"officer", "counter-officer"}
DPO: Who = frozenset({"data-protection-officer"})
OVERSEE = ADMINISTRATOR | {"auditor"}
COORDINATE: Who = frozenset({"coordinator"})
ASSESS: Who = frozenset({"assessor"})
KEEP: Who = frozenset({"booth-keeper"})
SECRETARIAT: Who = frozenset({"movement-secretariat"})
SEE_PLAN = (
    SIGNED_IN - {"citizen", "data-protection-officer"} - ASSESS - SECRETARIAT - KEEP
)  # also what is not public
SURVEY = RECORD | {"steward"}  # may open and close surveys
COLLECT = SURVEY | FIELD | {"counter-officer"}  # may take answers, and that for another office
NODES: Who = frozenset()  # no person at all: only installations, whose signature stands in the request

TABLE: dict[str, Who] = {
    **dict.fromkeys(
        (
            *("theme", "crest", "record:file", "web:components"),
            *("worker", "token", "web:here", "web:offline", "web:manifest"),
            *("account_login", "people:login", "account_logout", "people:logout"),
            "account_request_login_code",
            *("account_signup", "account_inactive", "account_reset_password", "account_reset_password_done"),
            *("account_reset_password_from_key", "account_reset_password_from_key_done"),
            *("areas:index", "areas:export-all", "areas:detail", "areas:export", "value", "value_json"),
            *(
                "plan",
                "programmes",
                "programmes_csv",
                "programmes_json",
                "dimension",
                "revisions",
                "difference",
            ),
            *("roadmap", "budget", "budget_csv", "swot", "colours", "books"),
            *("programme", "programme_csv", "programme_json", "programme_feed"),
            *("indicator", "indicator_csv", "indicator_json", "follow", "follow_confirm", "follow_end"),
            *("quick_wins", "quick_wins_csv", "quick_wins_json", "quick_win", "bodies", "body"),
            *("applications", "applications_csv", "applications_json"),
            *("portal:home", "portal:search", "portal:profile", "portal:profile_csv", "portal:profile_json"),
            *("portal:changes", "portal:changes_feed", "portal:changes_json"),
            *("cases:services", "cases:service", "cases:service_json", "cases:apply", "cases:paper"),
            *("cases:event", "cases:choose_event", "cases:apply_event", "cases:find", "cases:forget_all"),
            # Of a case only a ticket or its account opens more than a question; see cases/tests/test_views_follow.py.
            *(
                "cases:track",
                "cases:receipt",
                "cases:history",
                "cases:answers",
                "cases:correct",
                "cases:reply",
            ),
            *("cases:note", "cases:withdraw", "cases:reopen", "cases:resend", "cases:attachment"),
            *("cases:document", "cases:forget", "cases:send", "cases:piece"),
            *("cases:performance", "cases:performance_csv", "cases:performance_json"),
            *("cases:service_performance", "cases:service_performance_csv", "cases:service_performance_json"),
            *("surveys:index", "surveys:year", "surveys:year_csv", "surveys:survey", "surveys:survey_csv"),
            *("surveys:answer", "surveys:thanks", "surveys:counter", "surveys:counter_thanks"),
            "surveys:after_case",  # asks for the ticket of the case itself
        ),
        EVERYBODY,
    ),
    **dict.fromkeys(
        (
            *("account_confirm_login_code", "people:email"),
            *("mfa_authenticate", "account_change_password", "account_reauthenticate", "mfa_reauthenticate"),
            *("mfa_index", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes"),
            *("mfa_generate_recovery_codes", "mfa_download_recovery_codes", "usersessions_list"),
            *("cases:mine", "cases:claim"),
            *("people:account", "people:contact", "people:delegate", "people:end_delegation"),
        ),
        SIGNED_IN,
    ),
    **dict.fromkeys(
        (
            *("people:users", "people:export_users", "people:add_user", "people:user", "people:change_user"),
            *("people:grant", "people:end_membership", "people:deactivate", "people:reactivate"),
            *("people:link", "people:reset_second_factor", "people:end_sessions"),
            *("people:agencies", "people:add_agency", "people:change_agency", "people:close_agency"),
            *("packs:index", "packs:pack", "packs:folder", "packs:install", "portal:resend"),
            *("cases:manage_units", "cases:manage_unit", "cases:manage_rehearse", "cases:manage_publish"),
            *(
                "cases:manage_service",
                "cases:manage_version",
                "cases:manage_difference",
            ),  # of another's office
            *("cases:manage_settings", "cases:manage_door"),
        ),
        ADMINISTRATOR,
    ),
    **dict.fromkeys(
        (
            *("imports", "import_template", "import", "import_choose", "import_carry_out", "import_again"),
            *(
                "portal:meeting",
                "portal:move_quick_win",
            ),  # of an agency that officer and head do not belong to
        ),
        PLANNER,
    ),
    **dict.fromkeys(("plan_xlsx", "plan_csv_zip"), EXPORT),
    "side_by_side": SEE_PLAN,
    **dict.fromkeys(
        (
            *(
                "planner:home",
                "planner:direction",
                "planner:basis",
                "planner:programmes",
                "planner:programme",
            ),
            *("planner:indicator", "planner:quick_win", "planner:rows", "planner:row", "planner:review"),
            *("planner:roadmap", "planner:money"),
            *("planner:books", "planner:edition", "planner:book", "planner:book_text"),
        ),
        SEE_PLAN,
    ),
    **dict.fromkeys(
        (
            *("planner:start", "planner:discard", "planner:publish", "planner:order", "planner:many"),
            *(
                "planner:add_programme",
                "planner:remove_programme",
                "planner:add_indicator",
                "planner:add_part",
            ),
            *("planner:remove_indicator", "planner:remove_quick_win", "planner:add_win_part"),
            *("planner:merge", "planner:split", "planner:budget"),
            *("planner:make_again", "planner:publish_edition"),
            *("planner:add_member", "planner:add_row", "planner:remove_row"),
        ),
        PLANNER,
    ),
    "cases:manage": ADMINISTRATOR | {"agency-head"},
    **dict.fromkeys(("desk:list", "desk:case", "desk:step", "desk:why", "desk:letter"), SEE_CASES),
    **dict.fromkeys(
        (
            *("desk:replies", "desk:add_reply", "desk:reply", "desk:drop_reply"),
            *("desk:hand", "desk:note", "desk:correct", "desk:resend"),
        ),
        HANDLE,
    ),
    "desk:many": HANDLE | CHECK,
    **dict.fromkeys(
        ("desk:export", "desk:register_csv"), frozenset({"officer", "agency-head", "information-officer"})
    ),
    **dict.fromkeys(("desk:registers", "desk:register"), SEE_CASES),
    **dict.fromkeys(("desk:record", "desk:entry", "desk:slip"), FILE_FOR),
    **dict.fromkeys(
        (
            *("desk:payments", "desk:payment", "desk:batch", "desk:send_batch", "desk:paid_batch"),
            *("desk:batch_csv", "desk:batch_xlsx"),
        ),
        PAY,
    ),
    "cases:payments": EVERYBODY,
    "portal:manage": SIGNED_IN - {"citizen"} - ASSESS - KEEP,  # asks by itself: any of many verbs
    "people:roles": OVERSEE | LEAD - {"council-member"} | {"steward", "data-protection-officer"},
    **dict.fromkeys(
        (
            *("privacy:index", "privacy:register", "privacy:register_csv", "privacy:erasure"),
            *("privacy:accesses", "privacy:accesses_csv", "privacy:find"),
        ),
        OVERSEE | DPO,
    ),
    **dict.fromkeys(
        (
            *("privacy:release", "privacy:incidents", "privacy:report", "privacy:incident", "privacy:change"),
            *("privacy:tick", "privacy:authority", "privacy:subjects", "privacy:people_csv", "privacy:close"),
        ),
        DPO,
    ),
    "privacy:gather": HANDLE,  # and then only of a request for data that one may see
    "people:history": OVERSEE
    | PLANNER
    | SECRETARIAT
    | {"steward", "information-officer", "data-protection-officer"},
    **dict.fromkeys(("portal:outbox", "portal:doctor"), OVERSEE),
    **dict.fromkeys(("portal:tasks", "portal:sheet"), PROPOSE | FIELD | CHECK),
    "portal:figure": PROPOSE,
    "portal:decisions": DECIDE,
    **dict.fromkeys(("portal:new_meeting", "portal:progress"), RECORD),
    **dict.fromkeys(("portal:leader", "portal:leader_services", "portal:seen"), LEAD),
    **dict.fromkeys(("documents:check_any", "documents:check"), EVERYBODY),
    **dict.fromkeys(
        ("documents:documents", "documents:export", "documents:document"),
        ISSUE | SECRETARIAT | {"auditor"},
    ),
    **dict.fromkeys(("documents:pdf", "documents:word"), ISSUE | SECRETARIAT),  # what is written is personal
    **dict.fromkeys(
        ("documents:issue", "documents:discard", "documents:attach", "documents:start_again"),
        ISSUE | SECRETARIAT,
    ),
    **dict.fromkeys(("documents:sign", "documents:sign_several", "documents:decline"), HEADS | CHECK),
    "documents:revoke": HEADS,
    **dict.fromkeys(
        (
            *("documents:letter", "documents:letter_pdf", "documents:letter_reset"),
            *("documents:letterhead", "documents:pattern"),
        ),
        ADMINISTRATOR | {"agency-head"},  # of her own office
    ),
    "documents:letters": ADMINISTRATOR | HEADS | SECRETARIAT,
    **dict.fromkeys(
        (
            *("movement:assessment", "movement:begin", "movement:item", "movement:prove", "movement:act"),
            *("movement:recommendation", "movement:objections"),
        ),
        COORDINATE,
    ),
    **dict.fromkeys(
        (
            *("movement:judging", "movement:minutes", "movement:sheet", "movement:revise"),
            "movement:marking",
        ),
        ASSESS,
    ),
    **dict.fromkeys(
        (
            *("movement:evaluations", "movement:evaluation", "movement:evaluation_csv", "movement:enter"),
            *("movement:seats", "movement:advance", "movement:regency", "movement:bring"),
        ),
        SECRETARIAT,
    ),
    **dict.fromkeys(("movement:results", "movement:results_csv", "movement:result"), EVERYBODY),
    **dict.fromkeys(
        (
            *("movement:exhibition", "movement:floor", "movement:offers", "movement:booth", "movement:ask"),
            *("movement:talks", "movement:talk", "movement:talk_news"),  # a talk only with its own cookie
            *("pages:index", "pages:feed", "pages:page"),
        ),
        EVERYBODY,
    ),
    **dict.fromkeys(
        (
            *("movement:booths", "movement:fill_booth", "movement:exhibits", "movement:remove_exhibit"),
            *("movement:representatives", "movement:collaboration", "movement:agree"),
            *("movement:withdraw_offer", "movement:booth_figures"),
        ),
        KEEP | COORDINATE | SECRETARIAT,  # of booths at which they stand
    ),
    **dict.fromkeys(("movement:desk_talk", "movement:desk_talk_act"), KEEP),
    **dict.fromkeys(("movement:exhibitions", "movement:give_booths"), SECRETARIAT),
    **dict.fromkeys(
        ("pages:desk", "pages:new", "pages:edit", "pages:act"),
        COORDINATE | SECRETARIAT | {"information-officer"},
    ),
    "surveys:manage": COLLECT,
    **dict.fromkeys(
        (
            *("surveys:manage_survey", "surveys:fill_in"),  # of an office that the others do not belong to
            *("surveys:open_skm", "surveys:open_impact", "surveys:report", "surveys:report_xlsx"),
            *("surveys:change", "surveys:hand_in", "surveys:handed_in", "surveys:template", "surveys:close"),
        ),
        SURVEY,
    ),
    "surveys:comments": frozenset(
        {"officer", "agency-head"}
    ),  # may be personal: not for those who see no such data
    "exchange:card_file": EVERYBODY,
    **dict.fromkeys(
        (
            *("exchange:nodes", "exchange:nodes_csv", "exchange:node", "exchange:card"),
            *("exchange:sent", "exchange:download"),
            *("exchange:figures", "exchange:figures_csv", "exchange:figure"),
        ),
        OVERSEE | COORDINATE | SECRETARIAT | {"steward"},
    ),
    **dict.fromkeys(
        (
            *("exchange:admit", "exchange:revoke", "exchange:address", "exchange:change_keys"),
            "exchange:anew",
        ),
        ADMINISTRATOR,
    ),
    **dict.fromkeys(
        ("exchange:upload", "exchange:seal", "exchange:collect"), ADMINISTRATOR | SECRETARIAT | {"steward"}
    ),
    **dict.fromkeys(("exchange:api_batches", "exchange:api_batch"), NODES),
    **dict.fromkeys(
        (
            *("movement:cohorts", "movement:cohorts_csv", "movement:cohort", "movement:participants_csv"),
            *(
                "movement:readiness",
                "movement:invitation_letter",
                "movement:add_proof",
                "movement:drop_proof",
            ),
            *("movement:awards", "movement:awards_of", "movement:awards_csv", "movement:awards_json"),
        ),
        EVERYBODY,  # of a movement; elsewhere there is nothing behind them
    ),
    **dict.fromkeys(
        (  # too, and so not for a mentor of the demonstration, which has none
            *("movement:manage_cohorts", "movement:call_cohort", "movement:cohort_history"),
            *("movement:manage_organisations", "movement:add_organisation", "movement:manage_organisation"),
            *("movement:figures", "movement:figures_csv", "movement:figure_import"),
            *("movement:manage_participant", "movement:for_participant", "movement:drop_slot"),
            *("movement:manage_cohort", "movement:manage_cohort_csv"),
            *("movement:move_cohort_on", "movement:for_cohort", "movement:mentoring", "movement:mentored"),
            *("movement:attendance", "movement:deliverable", "movement:comment", "movement:settle_comment"),
            "movement:mentor_add",
            *("movement:manage_awards", "movement:manage_award", "movement:for_award"),
            *("movement:for_nominee", "movement:release_award_juror"),
        ),
        frozenset({"movement-secretariat"}),
    ),
    **dict.fromkeys(
        (
            *("movement:jury", "movement:jury_participant", "movement:revise_point", "movement:slot_minutes"),
            *("movement:award_jury", "movement:award_ballot"),
        ),
        frozenset({"assessor"}),
    ),
    **dict.fromkeys(
        (
            *("movement:workshop", "movement:funnel", "movement:participation"),
            *("movement:products", "movement:products_csv", "movement:product_draft"),
        ),
        SEE_PLAN,
    ),
    **dict.fromkeys(("movement:nominee", "movement:reply"), PLANNER | {"coordinator"}),
    **dict.fromkeys(
        ("movement:own_readiness", "movement:add_own_proof", "movement:drop_own_proof"), COORDINATE
    ),
    **dict.fromkeys(
        ("movement:add_product", "movement:product", "movement:drop_product"),
        PLANNER | {"officer", "agency-head", "coordinator"},
    ),
}


def test_every_address_is_in_the_table_and_the_table_names_no_other() -> None:
    missing, gone = set(every()) - set(TABLE), set(TABLE) - set(every())
    assert not missing, "decide in tests/test_permissions.py who may open these"
    assert not gone


def outcome(response: HttpResponseBase) -> str:
    """Say whether the door opened; behind it a page may still be missing or ask for another method."""
    if response.status_code == 302 and response["Location"].startswith("/masuk/"):
        return LOGIN
    if response.status_code == 403:
        return FORBIDDEN
    assert response.status_code in (200, 302, 304, 400, 404, 422), response.status_code
    return OPEN


def knock(client: Client, address: Address) -> str:
    """Open an address, with an empty form where nothing else is answered; what that changes is undone.

    As a script of ours would: /kirim/ asks for its header and for nobody's name.
    """
    path = address.example()
    mark = transaction.savepoint()
    response = client.get(path, headers=SCRIPT)
    if response.status_code == 405:
        response = client.post(path, headers=SCRIPT)
    transaction.savepoint_rollback(mark)
    finish(response)
    return outcome(response)


def expected(name: str, role: str) -> str:
    if role in TABLE[name]:
        return OPEN
    return LOGIN if role == "visitor" and TABLE[name] != NODES else FORBIDDEN


@pytest.mark.parametrize("role", ROLES)
def test_who_may_open_what(role: str) -> None:
    """Pages for everybody are tried with some roles only: they do not ask who comes."""
    wanted = [
        address
        for name, address in every().items()
        if TABLE.get(name) != EVERYBODY or role in ("visitor", "citizen", "administrator")
    ]
    client = client_of(role)
    found = {address.name: knock(client, address) for address in wanted}
    assert found == {address.name: expected(address.name, role) for address in wanted}


def test_pages_for_people_at_work_say_what_they_need() -> None:
    """Whatever is not for everybody is guarded by a verb, or by being signed in."""
    bare = {
        name
        for name, address in every().items()
        if TABLE[name] not in (EVERYBODY, SIGNED_IN, NODES) and not verbs_of(address)
    }
    assert bare == {"portal:manage"}


def verbs_of(address: Address) -> tuple[str, ...]:
    view = address.view
    while not hasattr(view, "verbs") and hasattr(view, "__wrapped__"):
        view = view.__wrapped__
    return tuple(getattr(view, "verbs", ()))
