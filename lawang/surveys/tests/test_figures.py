"""Figures of the plan come out of answers, can be counted again, and the facts say the same."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from lawang.measures import statistics as measures
from lawang.measures.models import Series, Value
from lawang.measures.periods import parse
from lawang.surveys import actions, facts
from lawang.surveys.models import Response, Survey
from lawang.surveys.statistics import impact_mean, responses, skm_index
from lawang.surveys.tests.making import make_impact, make_skm, receive
from tests.case_factory import make_version
from tests.cast import make_agency, moment

pytestmark = pytest.mark.django_db


def make_series(statistic: str, **parameters: str) -> Series:
    return Series.objects.create(
        code=statistic,
        title={"id": "Kepuasan"},
        unit={"id": "indeks"},
        decimals=2,
        frequency="quarter",
        owner=make_agency("setda"),
        source="statistic",
        statistic=statistic,
        parameters=parameters,
        approves_itself=True,
    )


def test_an_indicator_can_name_the_index_and_it_says_what_it_was_counted_from() -> None:
    receive(make_skm(), *[3] * 5, *[4] * 5, *[1] * 3)
    series = make_series("surveys.skm_index", agency="pdam")
    value = measures.compute(series, parse("2026-T1"), at=moment("2026-04-02 01:00"))
    assert value is not None
    assert (value.amount, value.status) == (Decimal("87.5"), Value.Status.APPROVED)
    assert value.basis["rows"] == {"counted": 10, "elements": 9}
    assert measures.compute(series, parse("2026-T1"), at=moment("2026-04-03 01:00")) == value
    assert measures.compute(series, parse("2025-T4"), at=moment("2026-04-03 01:00")) is None


def test_the_index_is_that_of_its_service_element_and_period() -> None:
    version = make_version()
    of_unit = make_skm()
    of_service = make_skm(service=version.service)
    receive(of_unit, *[2] * 5)
    receive(of_service, *[[1, *[4] * 8]] * 5)
    receive(of_service, *[1] * 5, at=moment("2026-06-01 10:00"))
    first, whole = parse("2026-T1"), parse("2026")

    def index(period: object, **parameters: str) -> Decimal | None:
        found = skm_index(period, parameters)  # type: ignore[arg-type]
        return found.amount if found else None

    assert index(first, service="pinjam-aula") == Decimal("91.67")
    assert index(first, service="pinjam-aula", element="persyaratan") == Decimal("25.00")
    assert index(first) == Decimal("70.83")  # ten people: (5 * 18 + 5 * 33) / 90 * 25
    assert index(whole, service="pinjam-aula") == Decimal("58.33")
    assert index(first, service="tidak-ada") is None
    told = responses(whole, {})
    assert told is not None
    assert told.amount == 15


def test_an_unknown_parameter_is_refused() -> None:
    from lawang.lib.refused import Refused

    with pytest.raises(Refused):
        measures.compute(
            make_series("surveys.skm_index", desa="x"), parse("2026"), at=moment("2026-04-02 01:00")
        )


def test_random_answers_give_the_figure_of_a_slow_count() -> None:
    source = random.Random(4)
    survey = make_skm()
    for day in range(30):
        survey = receive(
            survey,
            *([source.randint(1, 4) for _q in range(9)] for _one in range(source.randint(0, 4))),
            at=moment("2026-03-01 10:00") + timedelta(days=day),
        )
    for code in ("2026-03", "2026-T1", "2026"):
        period = parse(code)
        rows = Response.objects.filter(counted_on__range=(period.start, period.end)).values_list(
            "answers", flat=True
        )
        found = skm_index(period, {})
        assert found is not None
        n = len(rows)
        assert n % 5 == 0
        assert found.rows["counted"] == n
        slow = Decimal(sum(sum(row) for row in rows) * 25 * 100) / Decimal(n * 9)
        assert abs(found.amount * 100 - slow) <= Decimal("0.5")


def test_the_mean_of_an_impact_survey_counts_once_it_is_closed() -> None:
    survey = receive(make_impact(), *[[4, 3, 2]] * 5, [3, 3, 3])
    period = parse("2026")
    assert impact_mean(period, {}) is None
    actions.close(survey, by=None, at=moment("2026-10-09 10:00"))
    of_leaf = impact_mean(period, {"node": "pariwisata"})
    assert of_leaf is not None
    assert of_leaf.amount == Decimal("3.00")  # (3.83 + 3.00 + 2.17) / 3
    assert of_leaf.rows == {"counted": 6, "statements": 3}
    assert impact_mean(period, {"node": "citra"}) == of_leaf
    one = impact_mean(period, {"statement": "online-booking"})
    assert one is not None
    assert one.amount == Decimal("2.17")
    assert impact_mean(period, {"node": "bisnis"}) is None


def test_facts_of_a_year_of_satisfaction() -> None:
    version = make_version()
    receive(make_skm(population=480), *[3] * 6)
    first = receive(make_skm(service=version.service), *[4] * 5)
    actions.close(first, by=None, at=moment("2026-06-30 10:00"))
    receive(
        make_skm(service=version.service, from_date=date(2026, 7, 1)), *[2] * 5, at=moment("2026-08-01 10:00")
    )
    found = facts.skm_year(2026)
    assert found.regency is not None
    assert (found.regency.n, found.regency.received, found.regency.index) == (15, 16, Decimal("75.00"))
    unit, service = sorted(found.services, key=lambda one: one.service or "")
    assert (unit.service, unit.n, unit.judged.needed, unit.judged.received) == (None, 5, 214, 6)
    assert (service.service, service.n, service.index, len(service.surveys)) == (
        "pinjam-aula",
        10,
        Decimal("75.00"),
        2,
    )
    assert service.judged.band is None  # thirty are needed for a grade
    assert facts.skm_year(2025).regency is None


def test_facts_of_a_year_of_impact(django_assert_max_num_queries: object) -> None:
    survey = receive(make_impact(runners=[]), *[[4, 3, 2]] * 5)
    actions.close(survey, by=None, at=moment("2026-10-09 10:00"))
    receive(make_impact("bisnis"), *[[1, 1, 1]] * 5)
    with django_assert_max_num_queries(1):  # type: ignore[operator]
        found = facts.impact_year(2026)
    assert set(found) == {
        f"impact.branding.tourism.{code}" for code in ("attraction", "online_promotion", "online_booking")
    }
    one = found["impact.branding.tourism.online_promotion"]
    assert (one.mean, one.n, one.node) == (Decimal("3.00"), 5, "smart-city-2017/pariwisata")
    assert {"too_few", "owner_absent"} <= {finding.code for finding in one.findings}
    both = facts.impact_year(2026, and_open=True)
    still_open = both["impact.branding.business.incentives"]
    assert (still_open.mean, still_open.n) == (None, 5)
    assert len(both) == 6


def test_a_statement_asked_twice_is_told_from_the_form_most_people_answered() -> None:
    few = receive(make_impact(), *[[4, 4, 4]] * 5)
    many = receive(make_impact("citra"), *[[1] * 9] * 6)
    for survey in (few, many):
        actions.close(survey, by=None, at=moment("2026-10-09 10:00"))
    found = facts.impact_year(2026)
    assert len(found) == 9
    assert found["impact.branding.tourism.attraction"].mean == Decimal("1.00")
    assert found["impact.branding.tourism.attraction"].survey == many


def test_people_in_two_dimensions_are_counted_and_two_forms_of_one_are_not() -> None:
    from lawang.plans.models import FrameworkNode
    from lawang.surveys.counting import sheet_of

    mine = make_impact()
    assert mine.node is not None
    framework = mine.node.framework
    economy = FrameworkNode.objects.create(framework=framework, code="ekonomi", title={"id": "Smart Economy"})
    FrameworkNode.objects.create(
        framework=framework, code="industri", title={"id": "Industri"}, parent=economy, depth=1
    )
    other = actions.open_impact(
        agency=make_agency("distan"),
        node=economy,
        year=2026,
        from_date=date(2026, 1, 1),
        to_date=date(2026, 12, 31),
        subject="Kopi",
        by=None,
        at=moment("2026-03-17 10:00"),
    )
    same_dimension = make_impact("bisnis")
    for number in range(4):
        person = actions.person_hash(f"08110000000{number}", 2026)
        for survey in (mine, same_dimension, *([other] if number else [])):
            receive(survey, 3, respondent=person)
    sheet = sheet_of(Survey.objects.with_names().get(pk=mine.pk))
    assert sheet.elsewhere == {"Smart Economy": 3}
    assert sheet.n == 4
    assert sheet.unnamed == 0
