"""A year of made-up cases finds what cannot work in this regency, and where cases would wait."""

import random
from datetime import date, datetime
from typing import Any

import pytest

from lawang.cases import rehearsal
from lawang.cases.definition import Definition, read
from lawang.cases.models import Unit
from lawang.cases.rehearsal import Rehearsal
from lawang.cases.rehearsal.applicants import Applicant, of_form
from lawang.cases.rehearsal.house import House
from lawang.cases.services import registry
from lawang.cases.tests.aula import aula, make_office
from lawang.lib.text import say
from lawang.people.models import Membership
from tests.cast import make_agency, make_membership, make_node, make_role, make_user

pytestmark = pytest.mark.django_db


def rehearse(at: datetime, parameters: dict[str, str] | None = None, **changes: Any) -> Rehearsal:
    definition = read(aula(**changes))
    return rehearsal.rehearse(definition, {**definition.parameters, **(parameters or {})}, "seed", at=at)


def kinds(found: Rehearsal) -> dict[str, bool]:
    """Return the kinds of findings, and whether they block."""
    return {one.kind: one.blocks for one in found.findings}


def test_a_sound_service_goes_all_its_ways(at: datetime) -> None:
    make_office()
    found = rehearse(at)
    assert found.findings == ()
    assert (found.cases, found.finished) == (500, 500)
    assert set(found.steps) == {step["code"] for step in aula()["steps"]} - {"take_back"}  # all are signed
    assert set(found.outcomes) == {"granted", "refused"}
    assert [(say(wait.office), wait.people, wait.capacity) for wait in found.waits] == [
        ("Pengelola Balai", 2, 16)
    ]


def test_the_same_rehearsal_gives_the_same_and_is_kept_whole(at: datetime) -> None:
    make_office()
    found = rehearse(at)
    assert rehearse(at) == found
    assert Rehearsal.from_json(found.as_json()) == found
    assert Rehearsal.from_json({}) is None


def test_work_that_no_office_does(at: datetime) -> None:
    make_office()
    Unit.objects.update(agency=None)
    found = rehearse(at)
    assert kinds(found)["unit_without_agency"] is True
    assert "Belum ditetapkan instansi mana yang mengerjakan “Pengelola balai”." in [
        say(one.sentence) for one in found.blocking
    ]
    assert found.waits == ()


def test_steps_that_nobody_may_take(at: datetime) -> None:
    make_office()
    Membership.objects.filter(user__username="wayan").update(to_date=date(2026, 3, 1))
    found = rehearse(at)
    assert {one.place for one in found.blocking} == {"step:refuse", "step:take_back", "letter:permit"}


def test_two_heads_are_no_head(at: datetime) -> None:
    office = make_office()
    make_membership(make_user("lina"), role="keeper-head", agency=office)
    assert kinds(rehearse(at)) == {"nobody_signs": True}


def test_somebody_above_may_take_a_step(at: datetime) -> None:
    office = make_office()
    above = make_agency("setda", "Sekretariat Daerah")
    office.parent = above
    office.save()
    Membership.objects.filter(user__username="ratna").update(agency=above)
    assert kinds(rehearse(at)) == {}


def test_an_office_with_too_few_hands(at: datetime) -> None:
    """It is said and counted, but does not forbid: people can be found."""
    make_office()
    found = rehearse(at, {"cases_per_year": "1500", "capacity_balai": "2"})
    assert kinds(found) == {"queue_grows": False, "promise_breaks": False}
    (wait,) = found.waits
    assert (wait.capacity, wait.left > 500, wait.median_days > 20) == (2, True, True)
    assert found.in_time < found.judged // 2


def test_letters_with_a_hole(at: datetime) -> None:
    make_office()
    letter = aula()["letters"][0]
    letter["body"] = {"id": "Alasan: lihat bawah.\n\nDitolak karena {{reason}} dan [[people: {{people}}]]."}
    found = rehearse(at, letters=[letter])
    assert [(one.kind, one.place) for one in found.blocking] == [("letter_with_hole", "letter:permit")]


def test_letters_use_only_what_the_way_to_them_gave(at: datetime) -> None:
    """What an officer enters with one step is missing on the ways that avoid it."""
    make_office()
    data = aula()
    ask = next(step for step in data["steps"] if step["code"] == "ask")
    ask["fields"] = [{"name": "remark", "type": "text", "title": {"id": "Catatan"}, "required": True}]
    data["letters"][0]["body"] = {"id": "Catatan petugas {{ask.remark}}."}
    found = rehearse(at, steps=data["steps"], letters=data["letters"])
    assert [one.kind for one in found.blocking] == ["letter_with_hole"]


def test_checks_that_fall(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def falls(facts: registry.Facts, given: object) -> registry.Verdict:
        return registry.Verdict("passed", str(facts.answers["nothing"]))

    monkeypatch.setitem(registry.CHECKS, "falls", registry.Named("falls", "Jatuh", falls))
    make_office()
    found = rehearse(at, checks=[{"name": "falls", "parameters": {}}])
    assert [say(one.sentence) for one in found.blocking] == [
        "Pemeriksaan “Jatuh” tidak dapat dijalankan: KeyError: 'nothing'"
    ]


def test_the_graph_is_looked_at_in_both_languages(at: datetime) -> None:
    make_office()
    steps = [step for step in aula()["steps"] if step["code"] != "close"]
    found = rehearse(at, steps=steps)
    assert {(one.kind, one.place) for one in found.blocking} >= {("dead_end", "state:lent")}
    assert all(set(one.sentence) == {"id", "en"} for one in found.findings)


def test_cases_that_never_end(at: datetime) -> None:
    make_office()
    data = aula()
    there = {"code": "there", "kind": "move", "from": ["received"], "to": "second", "outcomes": []}
    back = {"code": "back", "kind": "move", "from": ["second"], "to": "received", "outcomes": []}
    moves = [{**data["steps"][0], **one} for one in (there, back)]
    for one in moves:
        one.pop("letter")
    states = [{**data["states"][0], "code": "second"}, *data["states"]]
    steps = [step for step in data["steps"] if step["kind"] != "decide"]
    found = rehearse(at, {"capacity_balai": "500"}, states=states, steps=[*steps, *moves])
    assert kinds(found)["circle"] is True


def test_a_letter_that_may_be_written_again_is_no_circle(at: datetime) -> None:
    make_office()
    data = aula()
    issue = next(step for step in data["steps"] if step.get("letter"))
    over = next(state["code"] for state in data["states"] if state["phase"] == "decided")
    again = {**issue, "code": "once_more", "kind": "issue", "from": [over], "to": over, "outcomes": []}
    found = rehearse(at, {"capacity_balai": "500"}, steps=[*data["steps"], again])
    assert "circle" not in kinds(found)


def _choice(name: str, *codes: str, **more: Any) -> dict[str, Any]:
    choices = [{"code": code, "title": {"id": code}} for code in codes]
    return {"name": name, "type": "choice", "title": {"id": name}, "choices": choices, **more}


def test_a_question_that_nobody_is_asked(at: datetime) -> None:
    make_office()
    data = aula()
    data["sections"][1]["fields"] += [
        _choice("kind", "free", "paid"),
        _choice("bank", "bri", "bni", show_when={"field": "kind", "is": ["paid"]}),
        {
            "name": "gift",
            "type": "group",
            "title": {"id": "Hadiah"},
            "show_when": {"field": "kind", "is": ["free"]},
            "fields": [
                {
                    "name": "branch",
                    "type": "text",
                    "title": {"id": "Cabang"},
                    "show_when": {"field": "bank", "is": ["bri"]},
                }
            ],
        },
    ]
    found = rehearse(at, sections=data["sections"])
    assert [(one.kind, one.place, one.blocks) for one in found.findings] == [
        ("never_asked", "field:gift.branch", False)
    ]


def test_a_question_that_is_hard_to_answer(at: datetime) -> None:
    make_office()
    definition = read(aula())
    house, source = House(definition, at), random.Random(1)
    people = [Applicant(definition, source, house) for _number in range(20)]
    for one in people[:2]:
        one.faults = {"people": "Paling banyak 200."}
    assert [one.place for one in of_form(definition, people)] == ["field:people"]


# Payments


def paid() -> dict[str, Any]:
    """Return the service with one more step: whoever was granted it is paid."""
    data = aula()
    decide = next(step for step in data["steps"] if step["kind"] == "decide")
    step = {**decide, "code": "pay", "kind": "pay", "from": ["lent"], "to": "lent", "outcomes": []}
    step |= {"by": "officer", "title": {"id": "Bayar"}}
    step.pop("letter", None)
    return {"steps": [*data["steps"], step]}


def test_whoever_pays_is_looked_for_by_the_verb_to_pay(at: datetime) -> None:
    office = make_office()
    sentences = [say(one.sentence) for one in rehearse(at, **paid()).findings if one.kind == "nobody_may"]
    assert sentences == [
        "Hari ini tidak ada orang yang boleh mengambil langkah “Bayar” di 1 kantor: Pengelola Balai."
    ]
    treasurer = make_role("treasurer", {"cases.see": "agency", "cases.pay": "agency"})
    make_membership(make_user("tuti"), role=treasurer, agency=make_agency("dinkes"))
    assert kinds(rehearse(at, **paid()))["nobody_may"] is True  # of another office
    make_membership(make_user("dwi"), role=treasurer, agency=office)
    found = rehearse(at, **paid())
    assert "nobody_may" not in kinds(found)
    assert [wait.people for wait in found.waits] == [3]


# Work that follows the place


def by_place() -> dict[str, Any]:
    data = aula(unit="village", area="where")
    where = {"name": "where", "type": "place", "title": {"id": "Di desa mana?"}, "level": "village"}
    data["sections"][1]["fields"].append(where)
    data["states"][0]["unit"] = "village"
    return data


def _regency(with_offices: int) -> None:
    from lawang.areas.models import Area
    from lawang.cases.tests.aula import HEAD
    from tests.cast import make_role

    def area(code: str, level: str, parent: Area | None = None) -> Area:
        return Area.objects.create(
            code=code, name=f"Wilayah {code}", level=level, valid_from=date(2020, 1, 1), parent=parent
        )

    home = area("16.11", "regency")
    make_node(area=home)
    district = area("16.11.01", "district", home)
    for number in range(1, 5):
        village = area(f"16.11.01.200{number}", "village", district)
        if number <= with_offices:
            office = make_agency(f"desa-{number}", f"Desa {number}", kind="village", area=village)
            make_membership(
                make_user(f"kades{number}"), role=make_role("kades", HEAD, signs_as=["head"]), agency=office
            )


def definition_by_place() -> Definition:
    return read(by_place())


def test_every_village_does_its_own_work(at: datetime) -> None:
    _regency(with_offices=4)
    found = rehearsal.rehearse(definition_by_place(), {}, "seed", at=at)
    assert kinds(found) == {}
    assert len(found.waits) == 4
    assert found.finished == 500


def test_a_village_without_an_office_is_said(at: datetime) -> None:
    _regency(with_offices=3)
    found = rehearsal.rehearse(definition_by_place(), {}, "seed", at=at)
    assert kinds(found) == {"place_without_office": False}
    (sentence,) = [say(one.sentence) for one in found.findings]
    assert sentence.startswith("1 dari 4 desa yang dicoba belum punya kantor: ")


def test_no_village_office_at_all_forbids(at: datetime) -> None:
    _regency(with_offices=0)
    assert kinds(rehearsal.rehearse(definition_by_place(), {}, "seed", at=at)) == {
        "place_without_office": True
    }


def test_a_regency_without_villages(at: datetime) -> None:
    make_node()
    assert kinds(rehearsal.rehearse(definition_by_place(), {}, "seed", at=at))["no_places"] is True
