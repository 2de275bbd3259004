"""The panel marks blind, talks when all are in, and what it settles is added up as published."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from lawang.lib.refused import Refused
from lawang.movement import panel, results
from lawang.movement.desk.judging import sheets_of, talk_of
from lawang.movement.models import Assessment, Evaluation, Mark, Objection
from lawang.movement.scoring import scores_of_components
from lawang.movement.tests.cast import (
    AT,
    UNTIL,
    hand_in,
    make_area,
    make_evaluation,
    make_instrument,
    person,
    survey,
)
from lawang.people.models import User

pytestmark = pytest.mark.django_db
GENERAL = ("A1-1", "A1-2", "A1-3")


@pytest.fixture
def evaluation() -> Evaluation:
    return make_evaluation(make_area(), make_area("16.03", "Muara Enim"))


@pytest.fixture
def regency(evaluation: Evaluation) -> Assessment:
    return evaluation.assessments.get(area__code="16.11")


def seat(assessment: Assessment, username: str, *nodes: str) -> User:
    user = person("assessor", username)
    panel.seat(
        assessment.evaluation,
        user,
        nodes=nodes,
        assessments=[assessment],
        by=person("movement-secretariat", "ketut"),
        at=AT,
    )
    return user


def marks(value: int, *codes: str) -> dict[str, tuple[int, str]]:
    return dict.fromkeys(codes or (*GENERAL, "B1-1", "B1-2"), (value, ""))


def test_an_evaluation_is_opened_once_and_in_time() -> None:
    secretary = person("movement-secretariat", "ketut")
    with pytest.raises(Refused, match="sudah lewat"):
        panel.open_evaluation(make_instrument(), 2026, answers_until=AT, by=secretary, at=AT)
    panel.open_evaluation(make_instrument(), 2026, answers_until=UNTIL, by=secretary, at=AT)
    with pytest.raises(Refused, match="sudah dibuka"):
        panel.open_evaluation(make_instrument(), 2026, answers_until=UNTIL, by=secretary, at=AT)
    with pytest.raises(Refused, match="tidak mencakup"):
        panel.open_evaluation(
            make_instrument("b", 2027), 2027, answers_until=UNTIL, by=person("assessor", "made"), at=AT
        )


def test_regencies_are_entered_once_with_a_track_that_exists(evaluation: Evaluation) -> None:
    secretary = person("movement-secretariat", "ketut")
    assert evaluation.assessments.count() == 2
    assert panel.enter(evaluation, {make_area(): "reguler"}, by=secretary, at=AT) == []
    with pytest.raises(Refused, match="tidak ada di instrumennya: kppn"):
        panel.enter(evaluation, {make_area("16.01", "OKU"): "kppn"}, by=secretary, at=AT)
    assert evaluation.assessments.get(area__code="16.03").answers.count() == 6


def test_an_assessor_marks_own_dimensions_and_what_belongs_to_none(regency: Assessment) -> None:
    wayan = seat(regency, "wayan", "ekonomi")
    sheet = panel.declare(regency, by=wayan, at=AT)
    assert [item.code for item in panel.items_of(sheet)] == [*GENERAL, "B1-1"]  # the survey is nobody's
    with pytest.raises(Refused, match="B1-2 bukan tugas"):
        panel.mark(sheet, {"B1-2": (3, "")}, by=wayan, at=AT)
    with pytest.raises(Refused, match="bilangan bulat 1 sampai 4, atau 0"):
        panel.mark(sheet, {"B1-1": (5, "")}, by=wayan, at=AT)
    assert panel.mark(sheet, {"B1-1": (0, "tidak ada")}, by=wayan, at=AT) == 1
    panel.mark(sheet, {"B1-1": (2, "ternyata ada")}, by=wayan, at=AT)
    assert Mark.objects.get().mark == 2


def test_nobody_marks_a_regency_that_is_not_theirs(evaluation: Evaluation, regency: Assessment) -> None:
    wayan = seat(regency, "wayan")
    other = evaluation.assessments.get(area__code="16.03")
    with pytest.raises(Refused):
        panel.declare(other, by=wayan, at=AT)
    sheet = panel.declare(regency, by=wayan, at=AT)
    made = seat(other, "made")
    with pytest.raises(Refused):
        panel.mark(sheet, marks(3), by=made, at=AT)


def test_a_conflict_of_interest_keeps_an_assessor_out(regency: Assessment) -> None:
    wayan, made = seat(regency, "wayan"), seat(regency, "made")
    sheet = panel.declare(regency, by=wayan, at=AT)
    panel.mark(sheet, marks(4), by=wayan, at=AT)
    sheet = panel.declare(regency, conflict="Pernah menjadi konsultannya.", by=wayan, at=AT)
    assert not sheet.marks.exists()
    with pytest.raises(Refused, match="benturan kepentingan"):
        panel.mark(sheet, marks(4), by=wayan, at=AT)
    assert not panel.is_complete(regency)
    hand_in(regency, made, marks(2))
    assert panel.is_complete(regency)  # without the one who may not


def test_marks_are_blind_until_all_are_in(regency: Assessment) -> None:
    wayan, made = seat(regency, "wayan"), seat(regency, "made")
    hand_in(regency, wayan, marks(4))
    for who in (made, wayan, None):  # nobody sees them, the secretariat neither
        assert talk_of(regency, sheets_of(regency), who) is None
    with pytest.raises(Refused, match="setelah semua penilai"):
        panel.revise(Mark.objects.filter(sheet__seat__user=wayan)[0], 3, reason="x", by=wayan, at=AT)
    hand_in(regency, made, marks(2))
    for who in (made, wayan, None):
        talk = talk_of(regency, sheets_of(regency), who)
        assert talk is not None
        assert (talk.names, talk.apart) == (["Wayan", "Made"], 5)
        assert {row.mine.sheet.seat.user for row in talk.rows if row.mine} == ({who} if who else set())


def test_a_sheet_is_handed_in_whole_and_then_stands(regency: Assessment) -> None:
    wayan = seat(regency, "wayan")
    sheet = panel.declare(regency, by=wayan, at=AT)
    panel.mark(sheet, marks(3, *GENERAL), by=wayan, at=AT)
    words: dict[str, Any] = {
        "strengths": "",
        "weaknesses": "",
        "recommendations": "Satu",
        "by": wayan,
        "at": AT,
    }
    with pytest.raises(Refused, match="2 butir belum bernilai: B1-1, B1-2"):
        panel.hand_in(sheet, **words)
    panel.mark(sheet, marks(3), by=wayan, at=AT)
    with pytest.raises(Refused, match="paling sedikit satu rekomendasi"):
        panel.hand_in(sheet, **(words | {"recommendations": "  "}))
    panel.hand_in(sheet, **words)
    with pytest.raises(Refused, match="sudah diserahkan"):
        panel.mark(sheet, marks(4), by=wayan, at=AT)
    with pytest.raises(Refused, match="sudah diserahkan"):
        panel.declare(regency, conflict="tiba-tiba", by=wayan, at=AT)


def test_nobody_marks_before_the_panel_begins() -> None:
    evaluation = make_evaluation(make_area())
    Evaluation.objects.update(state=Evaluation.State.OPEN)
    wayan = seat(evaluation.assessments.get(), "wayan")
    sheet = panel.declare(evaluation.assessments.get(), by=wayan, at=AT)
    with pytest.raises(Refused, match="belum mulai"):
        panel.mark(sheet, marks(3), by=wayan, at=AT)


def test_after_talking_the_first_mark_and_the_reason_stay(regency: Assessment) -> None:
    wayan, made = seat(regency, "wayan"), seat(regency, "made")
    hand_in(regency, wayan, marks(4))
    hand_in(regency, made, marks(1))
    row = Mark.objects.get(sheet__seat__user=made, item="B1-1")
    with pytest.raises(Refused, match="mengapa nilai ini berubah"):
        panel.revise(row, 3, reason="", by=made, at=AT)
    with pytest.raises(Refused):
        panel.revise(row, 3, reason="Bukan milik saya", by=wayan, at=AT)
    row = panel.revise(row, 3, reason="Bukti terbaca saat wawancara.", by=made, at=AT)
    row = panel.revise(row, 2, reason="Dibicarakan lagi.", by=made, at=AT)
    assert (row.first, row.mark, row.reason) == (1, 2, "Dibicarakan lagi.")


def test_the_result_is_settled_from_marks_and_survey(regency: Assessment) -> None:
    wayan, made = seat(regency, "wayan"), seat(regency, "made")
    secretary = person("movement-secretariat", "ketut")
    hand_in(regency, wayan, marks(4), recommendations="Perbarui SK Dewan\nTambah anggaran")
    with pytest.raises(Refused, match="Belum semua penilai"):
        panel.settle(regency, by=secretary, at=AT)
    hand_in(regency, made, marks(3) | {"B1-1": (0, "tidak ada")}, recommendations="Perbarui SK Dewan\n")
    with pytest.raises(Refused, match="1 butir belum bernilai: C1-1"):
        panel.settle(regency, by=secretary, at=AT)
    survey(regency, C1_1="2.345")
    done = panel.settle(regency, by=secretary, at=AT)
    # baseline 3.5; outcome (2 + 3.5) / 2 = 2.75; impact 2.35: 40, 40 and 20 percent
    assert done.components == {"baseline": "3.50", "outcome": "2.75", "impact": "2.35"}
    assert done.final == Decimal("2.97")
    assert list(done.recommendations.values_list("words", flat=True)) == [
        "Perbarui SK Dewan",
        "Tambah anggaran",
    ]
    with pytest.raises(Refused, match="sudah ditetapkan"):
        panel.revise(Mark.objects.filter(sheet__seat__user=made)[0], 4, reason="x", by=made, at=AT)


def test_published_results_stand_and_who_took_no_part_has_none(
    evaluation: Evaluation, regency: Assessment
) -> None:
    secretary = person("movement-secretariat", "ketut")
    wayan = seat(regency, "wayan")
    with pytest.raises(Refused, match="2 daerah belum ditetapkan nilainya"):
        panel.publish(evaluation, by=secretary, at=AT)
    evaluation.assessments.exclude(pk=regency.pk).update(state=Assessment.State.ANSWERING)
    hand_in(regency, wayan, marks(3))
    survey(regency, C1_1="3")
    panel.settle(regency, by=secretary, at=AT)
    assert panel.publish(evaluation, by=secretary, at=AT) == 1
    absent = evaluation.assessments.exclude(pk=regency.pk).get()
    assert (absent.took_part, absent.final, absent.components) == (False, None, {})
    with pytest.raises(Refused, match="sudah diumumkan"):
        panel.settle(regency, by=secretary, at=AT)
    with pytest.raises(Refused, match="hanya sekali"):
        panel.publish(evaluation, by=secretary, at=AT)


def test_next_year_counts_from_last_years_components(regency: Assessment) -> None:
    secretary = person("movement-secretariat", "ketut")
    wayan = seat(regency, "wayan")
    hand_in(regency, wayan, marks(3))
    survey(regency, C1_1="3")
    panel.settle(regency, by=secretary, at=AT)
    later = make_evaluation(make_area(), code="uji-2027", year=2027).assessments.get()
    hand_in(later, seat(later, "wayan"), marks(4))
    survey(later, C1_1="3.50")
    done = panel.settle(later, by=secretary, at=AT)
    assert done.final == Decimal("3.90")
    assert done.improvement == Decimal("0.90")


def test_an_accepted_objection_opens_the_result_again(regency: Assessment) -> None:
    secretary = person("movement-secretariat", "ketut")
    hand_in(regency, seat(regency, "wayan"), marks(3))
    survey(regency, C1_1="3")
    panel.settle(regency, by=secretary, at=AT)
    raised = Objection.objects.create(
        assessment=regency, words="Perbup kami terbit Mei.", by=secretary, at=AT
    )
    with pytest.raises(Refused, match="Tuliskan jawabannya"):
        panel.answer_objection(raised, answer=" ", is_accepted=True, by=secretary, at=AT)
    panel.answer_objection(raised, answer="Benar.", is_accepted=True, by=secretary, at=AT)
    regency.refresh_from_db()
    assert regency.state == Assessment.State.RELEASED
    with pytest.raises(Refused, match="sudah dijawab"):
        panel.answer_objection(raised, answer="Lagi.", is_accepted=False, by=secretary, at=AT)


def test_a_result_opened_again_after_publishing_is_published_when_it_is_settled(
    evaluation: Evaluation, regency: Assessment
) -> None:
    secretary, wayan = person("movement-secretariat", "ketut"), seat(regency, "wayan")
    hand_in(regency, wayan, marks(3))
    survey(regency, C1_1="3")
    panel.settle(regency, by=secretary, at=AT)
    evaluation.assessments.exclude(pk=regency.pk).update(state=Assessment.State.ANSWERING)
    panel.publish(evaluation, by=secretary, at=AT)
    raised = Objection.objects.create(assessment=regency, words="Perbup kami terbit Mei.", by=None, at=AT)
    panel.answer_objection(raised, answer="Benar.", is_accepted=True, by=secretary, at=AT)
    for row in Mark.objects.filter(item="A1-1"):
        panel.revise(row, 4, reason="Perbup terbaca.", by=wayan, at=AT)
    done = panel.settle(regency, by=secretary, at=AT)
    assert (done.state, done.final) == (Assessment.State.PUBLISHED, Decimal("3.13"))
    with pytest.raises(Refused, match="sudah diumumkan"):
        panel.settle(regency, by=secretary, at=AT)


def test_two_interviews_of_one_assessor_do_not_clash(evaluation: Evaluation, regency: Assessment) -> None:
    secretary = person("movement-secretariat", "ketut")
    other = evaluation.assessments.get(area__code="16.03")
    wayan = seat(regency, "wayan")
    seat(other, "wayan")
    at = UNTIL + timedelta(days=3)
    row = panel.set_interview(regency, starts_at=at, place="Ruang 2", by=secretary, at=AT)
    with pytest.raises(Refused, match="Empat Lawang pada jam itu"):
        panel.set_interview(other, starts_at=at, place="Ruang 3", by=secretary, at=AT)
    panel.set_interview(other, starts_at=at + timedelta(hours=1), place="Ruang 3", by=secretary, at=AT)
    with pytest.raises(Refused, match="apa yang dibicarakan"):
        panel.keep_minutes(row, present="", minutes=" ", by=wayan, at=AT)
    panel.keep_minutes(row, present="Kominfo, Bappeda", minutes="Perbup dibahas.", by=wayan, at=AT)


def test_everything_is_computed_anew_with_few_queries(
    evaluation: Evaluation, regency: Assessment, django_assert_max_num_queries: Any
) -> None:
    hand_in(regency, seat(regency, "wayan"), marks(3))
    survey(regency, C1_1="3")
    later = make_evaluation(make_area(), code="uji-2027", year=2027).assessments.get()
    hand_in(later, seat(later, "wayan"), marks(4))
    survey(later, C1_1="3.50")
    rows = list(Assessment.objects.select_related("evaluation__instrument").all())
    with django_assert_max_num_queries(6):
        assert results.recompute(rows) == 3  # one of them: it did not take part
    later.refresh_from_db()
    assert (later.final, later.improvement) == (Decimal("3.90"), Decimal("0.90"))
    rows = list(Assessment.objects.select_related("evaluation__instrument").all())
    assert results.recompute(rows) == 0


# Results of other years


def test_published_results_are_imported_and_next_year_counts_from_them(regency: Assessment) -> None:
    secretary = person("movement-secretariat", "ketut")
    instrument = make_instrument()
    shape = instrument.shape
    components = {"baseline": Decimal(2), "outcome": Decimal(2), "impact": Decimal(1)}
    scores = scores_of_components(components, shape.tracks["reguler"], shape)
    found = {make_area(): scores, make_area("16.03", "Muara Enim"): None}
    assert panel.import_results(instrument, 2025, "reguler", found, by=secretary, at=AT) == 2
    absent = Assessment.objects.get(evaluation__year=2025, area__code="16.03")
    assert (absent.took_part, absent.final) == (False, None)
    hand_in(regency, seat(regency, "wayan"), marks(3))
    survey(regency, C1_1="3")
    done = panel.settle(regency, by=secretary, at=AT)
    assert (done.final, done.improvement) == (Decimal("3.00"), Decimal("1.20"))
    assert panel.import_results(instrument, 2025, "reguler", found, by=secretary, at=AT) == 2
    assert Assessment.objects.filter(evaluation__year=2025).count() == 2
    with pytest.raises(Refused, match="dinilai panel di sini"):
        panel.import_results(instrument, 2026, "reguler", found, by=secretary, at=AT)
