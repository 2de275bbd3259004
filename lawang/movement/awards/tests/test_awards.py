"""From results to a published award: lists, corrections, a blind jury, a decision with reasons."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lawang.lib.refused import Refused
from lawang.lib.text import text
from lawang.movement.awards import actions
from lawang.movement.awards.actions import Win
from lawang.movement.awards.models import Award, AwardCategory, AwardJuror, JuryVote, Nominee
from lawang.movement.awards.tests.cast import (
    AT,
    LATER,
    NAMES,
    category,
    decided,
    judge,
    judging,
    make_award,
    make_year,
    nominee,
    person,
    published,
    result,
    seat,
    secretary,
)
from lawang.movement.models import Evaluation
from lawang.record.models import Entry

pytestmark = pytest.mark.django_db


def opened(evaluation: Evaluation, *categories: AwardCategory) -> list[Award]:
    made, _empty = actions.open_awards(evaluation, categories, by=secretary(), at=AT)
    return made


def named(award: Award) -> list[tuple[str, int | None, Decimal | None]]:
    rows = award.nominees.filter(is_dropped=False).order_by("rank", "assessment__area__code")
    return [
        (one.assessment.area.code, one.rank, one.value) for one in rows.select_related("assessment__area")
    ]


# Opening


def test_a_list_holds_only_who_took_part_and_is_published() -> None:
    year = make_year()
    result(year, "13.06", "Kabupaten Agam", "3.00")
    result(year, "16.03", "Kabupaten Muara Enim", None)
    result(year, "16.11", "Kabupaten Empat Lawang", "3.90")
    year.assessments.filter(area__code="16.11").update(state="released")  # an objection was accepted
    (award,) = opened(year, category())
    assert named(award) == [("13.06", 1, Decimal("3.00"))]
    assert Entry.objects.filter(verb="award_opened").count() == 1


def test_each_track_has_a_list_of_its_own_where_the_category_says_so() -> None:
    year = make_year()
    result(year, "13.06", "Kabupaten Agam", "3.00")
    result(year, "16.03", "Kabupaten Muara Enim", "3.60", track="baru")
    result(year, "16.11", "Kabupaten Empat Lawang", "3.40", track="baru")
    apart, together = category("apart", per_track=True, shortlist=1), category("together", shortlist=1)
    awards = {(one.code, one.track): one for one in opened(year, apart, together)}
    assert {key: [code for code, _rank, _value in named(one)] for key, one in awards.items()} == {
        ("apart", "reguler"): ["13.06"],
        ("apart", "baru"): ["16.03"],
        ("together", ""): ["16.03"],
    }
    assert awards["apart", "baru"].called("id") == "Terbaik apart (Baru)"


def test_a_dimension_is_awarded_from_the_marks_of_its_items() -> None:
    year = make_year()
    result(year, "13.06", "Kabupaten Agam", "3.00", marks={"B1-1": 4, "B1-2": 1, "C1-1": 3})
    result(year, "16.03", "Kabupaten Muara Enim", "3.60", marks={"B1-1": 3, "B1-2": 4})
    result(year, "16.11", "Kabupaten Empat Lawang", "3.40")  # brought without marks
    (award,) = opened(year, category("ekonomi", "dimension", node="sc/ekonomi"))
    assert named(award) == [("13.06", 1, Decimal("3.50")), ("16.03", 2, Decimal("3.00"))]
    assert "Ekonomi cerdas" in award.how


def test_a_category_that_names_nobody_is_told_and_not_opened() -> None:
    year = make_year()
    result(year, "13.06", "Kabupaten Agam", "3.00")
    rises, finals = category("naik", "improvement"), category()
    made, empty = actions.open_awards(year, [rises, finals], by=secretary(), at=AT)
    assert [one.code for one in made] == ["keseluruhan"]
    assert empty == [rises]
    with pytest.raises(Refused, match="tidak memuat nilai"):
        actions.open_awards(year, [rises], by=secretary(), at=AT)
    other = category("lain", "dimension", node="kerangka-lain/ekonomi")
    with pytest.raises(Refused, match="tidak memuat nilai"):
        actions.open_awards(year, [other], by=secretary(), at=AT)


def test_awards_are_opened_once_and_only_of_published_results() -> None:
    award = make_award()
    with pytest.raises(Refused, match="sudah dibuka"):
        actions.open_awards(award.evaluation, AwardCategory.objects.all(), by=secretary(), at=LATER)
    marking = make_year(2027, state="marking", published_at=None)
    with pytest.raises(Refused, match="setelah hasil evaluasi"):
        actions.open_awards(marking, AwardCategory.objects.all(), by=secretary(), at=AT)


def test_a_later_pack_changes_nothing_of_an_open_award() -> None:
    award = make_award()
    AwardCategory.objects.create(
        code=award.code, number=2, title={"id": "Lain"}, definition={"shortlist": 1}, pack="uji", at=LATER
    )
    award.refresh_from_db()
    assert award.title == "Terbaik keseluruhan"
    assert [one["code"] for one in award.criteria] == ["manfaat", "lanjut"]


def test_only_the_secretariat_runs_awards() -> None:
    award = make_award()
    stranger = person("assessor", "made")
    rows: list[Any] = [
        lambda: actions.open_awards(award.evaluation, [], by=stranger, at=AT),
        lambda: actions.drop_nominee(nominee(award), reason="Bukan saya", by=stranger, at=AT),
        lambda: actions.seat_juror(award, stranger, by=stranger, at=AT),
        lambda: actions.begin_judging(award, by=stranger, at=AT),
        lambda: actions.decide(award, [], by=stranger, at=AT),
        lambda: actions.publish(award, by=stranger, at=AT),
    ]
    for do in rows:
        with pytest.raises(Refused, match="tidak mencakup"):
            do()


# Corrections


def test_a_list_is_corrected_with_a_reason_that_stays() -> None:
    award = make_award(shortlist=2)
    assert [code for code, _rank, _value in named(award)] == ["13.06", "16.03"]
    actions.drop_nominee(nominee(award), reason="Sedang diperiksa ulang.", by=secretary(), at=AT)
    left_out = award.evaluation.assessments.get(area__code="16.11")
    added = actions.add_nominee(award, left_out, reason="Usul juri tahun lalu.", by=secretary(), at=AT)
    assert named(award) == [("16.03", 2, Decimal("3.10")), ("16.11", None, Decimal("2.90"))]
    assert added.note == "Usul juri tahun lalu."
    notes = (
        Entry.objects.filter(verb__startswith="award_nominee").order_by("pk").values_list("note", flat=True)
    )
    assert list(notes) == ["Sedang diperiksa ulang.", "Usul juri tahun lalu."]
    back = nominee(award).assessment
    again = actions.add_nominee(award, back, reason="Pemeriksaan selesai.", by=secretary(), at=AT)
    assert (again.rank, again.value, again.is_dropped) == (1, Decimal("3.50"), False)


def test_a_correction_needs_a_reason_and_a_published_result() -> None:
    award = make_award(shortlist=2)
    left_out = award.evaluation.assessments.get(area__code="16.11")
    with pytest.raises(Refused, match="alasannya"):
        actions.add_nominee(award, left_out, reason=" ", by=secretary(), at=AT)
    with pytest.raises(Refused, match="sudah dinominasikan"):
        actions.add_nominee(award, nominee(award).assessment, reason="Dua kali.", by=secretary(), at=AT)
    absent = result(award.evaluation, "74.07", "Kabupaten Wakatobi", None)
    with pytest.raises(Refused, match="tidak punya hasil"):
        actions.add_nominee(award, absent, reason="Mereka baik.", by=secretary(), at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Nominee.objects.filter(pk=nominee(award).pk).update(is_dropped=True, note="")


def test_the_list_is_fixed_once_the_jury_judges() -> None:
    award = make_award(shortlist=2)
    judging(award)
    left_out = award.evaluation.assessments.get(area__code="16.11")
    with pytest.raises(Refused, match="dinilai juri"):
        actions.add_nominee(award, left_out, reason="Terlambat.", by=secretary(), at=AT)
    with pytest.raises(Refused, match="dinilai juri"):
        actions.drop_nominee(nominee(award), reason="Terlambat.", by=secretary(), at=AT)


def test_a_quick_win_is_named_before_it_is_judged() -> None:
    award = make_award(by="quick_win", about=["baseline"], shortlist=1)
    seat(award, "made")
    with pytest.raises(Refused, match="percepatan mana yang dinilai dari: Kabupaten Agam"):
        actions.begin_judging(award, by=secretary(), at=AT)
    actions.name_subject(nominee(award), "  Antrean   puskesmas ", by=secretary(), at=AT)
    actions.begin_judging(award, by=secretary(), at=AT)
    assert nominee(award).subject == "Antrean puskesmas"


def test_judging_needs_a_jury_and_a_list() -> None:
    award = make_award()
    with pytest.raises(Refused, match="Tunjuk juri"):
        actions.begin_judging(award, by=secretary(), at=AT)
    seat(award, "made")
    with pytest.raises(Refused, match="sudah menjadi juri"):
        seat(award, "made")
    for code, _name in NAMES:
        actions.drop_nominee(nominee(award, code), reason="Semua keluar.", by=secretary(), at=AT)
    with pytest.raises(Refused, match="Belum ada daerah"):
        actions.begin_judging(award, by=secretary(), at=AT)


# The jury


def test_marks_are_blind_until_all_have_handed_in() -> None:
    award = make_award()
    made, putu = judging(award)
    judge(made, _13_06=(5, 5))
    assert actions.tallies(award) == []
    assert actions.votes_shown_to(putu.user, award) == []
    assert actions.votes_shown_to(secretary(), award) == []
    assert {one.juror_id for one in actions.votes_shown_to(made.user, award)} == {made.pk}
    judge(putu, _13_06=(2, 4))
    shown = actions.votes_shown_to(putu.user, award)
    assert {one.juror_id for one in shown} == {made.pk, putu.pk}
    agam = next(one for one in actions.tallies(award) if one.nominee.assessment.area.code == "13.06")
    assert dict(agam.means) == {"manfaat": Decimal("3.50"), "lanjut": Decimal("4.50")}
    assert dict(agam.spreads) == {"manfaat": 3, "lanjut": 1}
    assert agam.score == Decimal("3.90")  # 0.6 x 3.5 + 0.4 x 4.5
    assert agam.spread == Decimal("2.20")  # 5.0 less 0.6 x 2 + 0.4 x 4
    assert agam.jurors == 2


def test_nobody_judges_a_nominee_with_a_declared_conflict() -> None:
    award = make_award()
    (made,) = judging(award, "made")
    agam = nominee(award)
    with pytest.raises(Refused, match="Nyatakan dahulu"):
        actions.mark(made, {agam.pk: {"manfaat": 3}}, by=made.user, at=AT)
    with pytest.raises(Refused, match="setiap daerah"):
        actions.declare(made, {agam.pk: ""}, by=made.user, at=AT)
    every = {one.pk: "" for one in award.nominees.all()}
    actions.declare(made, every, by=made.user, at=AT)
    actions.mark(made, {agam.pk: {"manfaat": 5}}, by=made.user, at=AT)
    actions.declare(made, {**every, agam.pk: "Saudara bekerja di sana"}, by=made.user, at=AT)
    assert JuryVote.objects.get(nominee=agam).marks == {}
    with pytest.raises(Refused, match="benturan kepentingan dengan Kabupaten Agam"):
        actions.mark(made, {agam.pk: {"manfaat": 5}}, by=made.user, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        JuryVote.objects.filter(nominee=agam).update(marks={"manfaat": 5})


def test_a_nominee_whom_nobody_could_judge_gets_another_juror() -> None:
    award = make_award()
    for juror in judging(award):
        judge(juror, conflicts={"16.11": "Pernah menjadi pendamping"})
    assert actions.tallies(award) == []
    win = Win(nominee(award).pk, 1, text("Baik."))
    with pytest.raises(Refused, match=r"Empat Lawang\. Tunjuk seorang juri lagi"):
        actions.decide(award, [win], by=secretary(), at=AT)
    (third,) = seat(award, "komang")
    judge(third)
    far = next(one for one in actions.tallies(award) if one.nominee.assessment.area.code == "16.11")
    assert (far.jurors, far.conflicts) == (1, 2)
    with pytest.raises(Refused, match="sudah lengkap"):
        seat(award, "terlambat")


def test_marks_are_whole_within_the_scale_complete_and_ones_own() -> None:
    award = make_award()
    made, putu = judging(award)
    agam = nominee(award).pk
    every = {one.pk: "" for one in award.nominees.all()}
    actions.declare(made, every, by=made.user, at=AT)
    for wrong, words in (({"manfaat": 6}, "1 sampai 5"), ({"indah": 3}, "tidak ada di penghargaan")):
        with pytest.raises(Refused, match=words):
            actions.mark(made, {agam: wrong}, by=made.user, at=AT)
    with pytest.raises(Refused, match="tidak ada di daftar"):
        actions.mark(made, {0: {"manfaat": 3}}, by=made.user, at=AT)
    with pytest.raises(Refused, match="untuk diri sendiri"):
        actions.mark(made, {agam: {"manfaat": 3}}, by=putu.user, at=AT)
    actions.mark(made, {agam: {"manfaat": 3}}, by=made.user, at=AT)
    with pytest.raises(Refused, match="3 daerah belum lengkap"):
        actions.hand_in(made, by=made.user, at=AT)
    judge(made)
    with pytest.raises(Refused, match="sudah diserahkan"):
        actions.hand_in(made, by=made.user, at=LATER)
    with pytest.raises(Refused, match="sudah diserahkan"):
        actions.mark(made, {agam: {"manfaat": 1}}, by=made.user, at=LATER)


def test_a_juror_who_does_not_come_is_let_go() -> None:
    award = make_award()
    made, putu = judging(award)
    judge(made)
    with pytest.raises(Refused, match="sudah menyerahkan"):
        actions.release_juror(made, reason="Sakit", by=secretary(), at=AT)
    with pytest.raises(Refused, match="mengapa"):
        actions.release_juror(putu, reason="", by=secretary(), at=AT)
    actions.release_juror(putu, reason="Sakit", by=secretary(), at=AT)
    assert [one.user.username for one in AwardJuror.objects.filter(award=award)] == ["made"]
    assert len(actions.tallies(award)) == 3


# The decision


def test_nothing_is_decided_before_all_are_in() -> None:
    award = make_award()
    made, putu = judging(award)
    win = Win(nominee(award).pk, 1, text("Baik."))
    judge(made)
    with pytest.raises(Refused, match="Belum semua juri menyerahkan nilainya: Putu"):
        actions.decide(award, [win], by=secretary(), at=AT)
    judge(putu)
    assert actions.decide(award, [win], by=secretary(), at=AT).state == "decided"
    with pytest.raises(Refused, match="diputuskan, belum diumumkan"):
        actions.decide(award, [win], by=secretary(), at=AT)


@pytest.mark.parametrize(
    ("places", "reason", "words"),
    [
        ({}, "Baik.", "Pilih pemenangnya"),
        ({"13.06": 2}, "Baik.", "peringkat 1 harus ada"),
        ({"13.06": 1, "16.03": 3}, "Baik.", "dilewati"),
        ({"13.06": 1}, " ", "alasan putusan"),
    ],
)
def test_a_decision_has_a_first_place_and_reasons(places: dict[str, int], reason: str, words: str) -> None:
    award = make_award()
    for juror in judging(award):
        judge(juror)
    wins = [Win(nominee(award, code).pk, place, text(reason)) for code, place in places.items()]
    with pytest.raises(Refused, match=words):
        actions.decide(award, wins, by=secretary(), at=AT)
    stranger = [Win(0, 1, text("Baik."))]
    with pytest.raises(Refused, match="harus ada di daftar"):
        actions.decide(award, stranger, by=secretary(), at=AT)


def test_two_may_share_the_first_place() -> None:
    award = make_award()
    for juror in judging(award):
        judge(juror)
    wins = [Win(nominee(award, code).pk, 1, text("Sama baiknya.")) for code in ("13.06", "16.03")]
    actions.decide(award, wins, by=secretary(), at=AT)
    assert set(award.nominees.filter(place=1).values_list("assessment__area__code", flat=True)) == {
        "13.06",
        "16.03",
    }


def test_a_decision_is_taken_back_until_it_is_published() -> None:
    award = decided()
    actions.reconsider(award, reason="Salah tulis.", by=secretary(), at=AT)
    assert not nominee(award).is_winner
    assert len(actions.tallies(award)) == 3  # what the jury gave stays
    win = Win(nominee(award, "16.03").pk, 1, text("Baik."))
    actions.decide(award, [win], by=secretary(), at=AT)
    actions.publish(award, by=secretary(), at=LATER)
    award.refresh_from_db()
    assert (award.state, award.published_at) == ("published", LATER)
    for do in (actions.publish, actions.begin_judging):
        with pytest.raises(Refused, match="diumumkan"):
            do(award, by=secretary(), at=LATER)
    with pytest.raises(Refused, match="diumumkan"):
        actions.reconsider(award, reason="Terlambat", by=secretary(), at=LATER)


def test_an_award_is_published_only_after_its_decision() -> None:
    award = make_award()
    with pytest.raises(Refused, match="daftar nominasi disusun"):
        actions.publish(award, by=secretary(), at=AT)
    assert published(award).state == "published"
    verbs = Entry.objects.filter(thing=f"movement.award:{award.key}").values_list("verb", flat=True)
    assert {"award_opened", "award_juror_seated", "award_decided", "award_published"} <= set(verbs)
