"""A regency's self-assessment begins filled in; somebody looks at every item before it is sent."""

from datetime import date, timedelta
from typing import Any

import pytest

from lawang.areas.models import Area
from lawang.lib.refused import Refused
from lawang.movement import answering
from lawang.movement.exhibition.models import Booth, Collaboration, Exhibition, Offer
from lawang.movement.models import Answer, Assessment, Evaluation, Recommendation
from lawang.movement.proposals import PROPOSALS, Known
from lawang.movement.tests.cast import AT, UNTIL, make_area, make_instrument, person
from lawang.people.models import Node
from lawang.plans.models import (
    Activity,
    Attendance,
    Body,
    BudgetLine,
    Meeting,
    Member,
    Partner,
    Programme,
    Revision,
)
from lawang.record.models import Entry
from lawang.surveys.models import Survey
from lawang.surveys.tests.making import make_skm, receive
from tests.cast import make_agency
from tests.plan_factory import make_plan, make_programme, make_quick_win

pytestmark = pytest.mark.django_db
LINK = "https://jdih.example.id/5"


@pytest.fixture
def revision() -> Revision:
    """A plan with two programmes of economy, one of them paused, and a council that met twice."""
    revision = make_plan()
    Node.objects.update(area=make_area())
    running = make_programme(
        revision, code="E1", node="ekonomi.1", lead=make_agency("dinkop", "Dinas Koperasi")
    )
    make_programme(revision, code="E2", node="ekonomi.2", state=Programme.State.PAUSED)
    council = Body.objects.create(
        plan=revision.plan,
        code="dewan",
        kind=Body.Kind.COUNCIL,
        name={"id": "Dewan Kota Cerdas"},
        legal_basis="SK 5/2025",
    )
    rector = Member.objects.create(body=council, office="Rektor", is_external=True)
    Member.objects.create(body=council, office="Kepala Dinas", agency=make_agency("dinkop"))
    for day, recorded in ((date(2026, 2, 3), AT), (date(2026, 5, 6), AT), (date(2026, 5, 20), None)):
        meeting = Meeting.objects.create(body=council, date=day, title=f"Rapat {day}", recorded_at=recorded)
        Attendance.objects.create(meeting=meeting, member=rector, was_present=True)
    BudgetLine.objects.create(
        programme=running,
        year=2026,
        source=BudgetLine.Source.APBD,
        planned=2_000_000,
        realised=500_000,
        share=50,
    )
    BudgetLine.objects.create(programme=running, year=2026, source=BudgetLine.Source.CSR, planned=70_000)
    for number, is_running in enumerate((True, False)):
        Activity.objects.create(
            revision=revision,
            programme=running,
            code=f"K{number}",
            title={"id": f"Kegiatan {number}"},
            track=Activity.Track.LITERACY,
            year_from=2025,
            year_to=2027,
            is_running=is_running,
        )
    make_quick_win(running)
    return revision


@pytest.fixture
def assessment(revision: Revision) -> Assessment:
    coordinator = person("coordinator", "ratna")
    return answering.begin(make_instrument(), "reguler", 2026, answers_until=UNTIL, by=coordinator, at=AT)


def row(assessment: Assessment, code: str) -> Answer:
    return Answer.objects.select_related("assessment").get(assessment=assessment, item=code)


def say(assessment: Assessment, code: str, words: str, **more: Any) -> Answer:
    given = row(assessment, code)
    return answering.answer(
        given, words, **({"seen": given.at, "by": person("coordinator", "ratna"), "at": AT} | more)
    )


def settle_all(assessment: Assessment) -> None:
    for one in assessment.answers.all():
        say(assessment, one.item, one.proposed or "Ada.")


# Proposals


def known(revision: Revision) -> Known:
    return Known(revision, 2026)


def proposal(revision: Revision, name: str, about: str = "", node: str = "") -> Any:
    from dataclasses import replace

    shape = make_instrument().shape
    return PROPOSALS[name](known(revision), replace(shape.items["A1-1"], about=about, node=node))


def test_it_begins_with_what_the_system_knows(assessment: Assessment) -> None:
    legal = row(assessment, "A1-1")
    assert legal.source == Answer.Source.PROPOSED
    assert legal.words == legal.proposed
    assert "Peraturan Bupati" in legal.words
    council = row(assessment, "A1-2")
    assert "bersidang 2 kali pada 2026" in council.words
    assert council.counts == {"meetings": 2, "agencies": 0, "outside": 1}
    assert council.proofs[0]["url"].startswith("/lembaga/")
    assert row(assessment, "A1-3").source == Answer.Source.EMPTY
    economy = row(assessment, "B1-1")
    assert economy.counts == {"planned": 2, "ran": 1}
    assert "E2" in economy.words  # says which one does not run
    assert row(assessment, "B1-2").source == Answer.Source.EMPTY  # nothing planned there


@pytest.mark.parametrize(
    ("name", "about", "node", "counts", "said"),
    [
        ("body", "council", "", {"members": 2, "meetings": 2}, "SK 5/2025"),
        ("body", "forum", "", {}, ""),
        ("meetings", "team", "", {}, ""),
        ("agencies_active", "", "", {"agencies": 2, "programmes": 2, "in_renstra": 0}, "2 perangkat daerah"),
        ("budget", "apbd", "", {"planned": 1_000_000, "realised": 250_000}, "Rp1.000.000"),
        ("budget", "other", "", {"planned": 70_000, "realised": 0}, "CSR"),
        ("programmes_last_year", "", "", {"planned": 2, "ran": 1}, "2025"),
        ("activities_last_year", "", "", {"planned": 2}, "literasi 2"),
        ("action_plan", "literacy", "", {"planned": 2, "running": 1}, "1 dari 2 kegiatan"),
        ("action_plan", "people", "", {}, ""),
        ("quick_wins", "risk_mitigation", "", {"all": 1, "fitting": 0}, "0 dari 1"),
        ("partners", "", "ekonomi", {}, ""),
    ],
)
def test_each_proposal_counts_what_is_there(
    revision: Revision, name: str, about: str, node: str, counts: dict[str, int], said: str
) -> None:
    found = proposal(revision, name, about, node)
    assert found.counts == counts
    assert said in found.words
    assert bool(found.words) == bool(said)


def test_all_proposals_of_the_national_instrument_are_read_at_once(
    revision: Revision, django_assert_max_num_queries: Any
) -> None:
    from lawang.movement.management.commands.score import find

    instrument = find("2023")
    with django_assert_max_num_queries(18):
        facts = known(Revision.objects.select_related("plan", "legal_file").get(pk=revision.pk))
        found = [PROPOSALS[item.proposal](facts, item) for item in instrument.items.values() if item.proposal]
    assert len(found) > 30


def test_agreements_of_the_exhibition_count_as_collaboration_on_either_side(revision: Revision) -> None:
    coordinator, home, other = person("coordinator", "ratna"), make_area(), make_area("16.09", "Lahat")
    fair = Exhibition.objects.create(
        year=2026, title={"id": "Pameran"}, opens=date(2026, 3, 1), closes=date(2026, 4, 1)
    )
    booth = Booth.objects.create(exhibition=fair, area=other, since=2020)
    offer = Offer.objects.create(
        booth=booth, kind=Offer.Kind.SEEKS, dimension="ekonomi", title={"id": "Kopi"}, at=AT
    )

    def agree(area: Area, partner: Area, number: str, **more: Any) -> None:
        given = {
            "dimension": "ekonomi",
            "date": date(2026, 3, 5),
            "by": coordinator,
            "at": AT,
            "offer": offer,
        }
        Collaboration.objects.create(
            area=area, other=partner, number=number, subject={"id": "Pasar kopi"}, **(given | more)
        )

    agree(other, home, "PKS 1/2026")
    agree(home, other, "PKS 2/2026", dimension="lingkungan")
    agree(home, other, "PKS 3/2024", date=date(2024, 3, 5), until=date(2025, 3, 5))
    agree(other, make_area("16.03", "Muara Enim"), "PKS 4/2026")
    found = proposal(revision, "partners", node="ekonomi")
    assert found.counts == {"partners": 0, "agreements": 1}
    assert "Perjanjian tercatat di anjungan pameran: Lahat, Pasar kopi (PKS 1/2026)." in found.words
    assert "quick win" not in found.words
    assert [(one.title, one.url) for one in found.proofs] == [("PKS 1/2026", "/pameran/2026/kerja-sama/")]
    win = make_quick_win(revision.programmes.get(code="E1"), code="QW2", name="Kopi Lintang")
    win.partners.create(name="Dinas Perdagangan Lahat", kind=Partner.Kind.AGENCY)
    both = proposal(revision, "partners", node="ekonomi")
    assert both.counts == {"partners": 1, "agreements": 1}
    assert "Kopi Lintang (Dinas Perdagangan Lahat)" in both.words
    assert len(both.proofs) == 2
    assert proposal(revision, "partners", node="lingkungan").counts["agreements"] == 1
    Node.objects.update(area=None)
    assert proposal(revision, "partners", node="lingkungan").words == ""


def test_the_satisfaction_index_of_the_year_is_proposed_beside_the_quick_wins(revision: Revision) -> None:
    assert proposal(revision, "satisfaction").words == ""
    without = proposal(revision, "satisfaction", "benefit")
    assert without == proposal(revision, "quick_wins", "benefit")
    survey = receive(make_skm(), *[3] * 5)
    found = proposal(revision, "satisfaction")
    assert found.words == (
        "Survei kepuasan masyarakat (SKM) 2026: indeks 75,00 menurut 5 jawaban. Dihitung untuk 1 layanan atau unit."
    )
    assert (found.counts, found.value) == ({"answers": 5, "surveyed": 1}, None)  # no mark is proposed
    assert [one.url for one in found.proofs] == ["/kepuasan/2026/"]
    Survey.objects.filter(pk=survey.pk).update(
        counted=30, sums={code: 6 * total for code, total in survey.sums.items()}
    )
    assert "75,00 (C, Kurang baik) menurut 30 jawaban" in proposal(revision, "satisfaction").words
    both = proposal(revision, "satisfaction", "benefit")
    assert both.words.startswith(without.words)
    assert both.counts == {"all": 1, "fitting": 0, "answers": 30, "surveyed": 1}


def test_looking_again_leaves_what_somebody_answered(assessment: Assessment, revision: Revision) -> None:
    say(assessment, "B1-1", "Tiga program berjalan.", reason="Satu program dijalankan desa.")
    revision.programmes.filter(code="E2").update(state=Programme.State.RUNNING)
    revision.legal_number = "77 Tahun 2026"
    revision.save()
    count = answering.propose_again(assessment, by=person("coordinator", "ratna"), at=AT)
    assert count == 2
    assert "77 Tahun 2026" in row(assessment, "A1-1").words  # nobody had looked at it
    economy = row(assessment, "B1-1")
    assert economy.words == "Tiga program berjalan."
    assert "2 dari 2" in economy.proposed


# Answers


def test_confirming_changing_and_adding_are_told_apart(assessment: Assessment) -> None:
    legal = row(assessment, "A1-1")
    assert say(assessment, "A1-1", legal.proposed).source == Answer.Source.CONFIRMED
    assert (
        say(assessment, "A1-2", "Tiga kali.", reason="Satu rapat belum dicatat.").source
        == Answer.Source.CHANGED
    )
    assert say(assessment, "A1-3", "Ada perjanjian.").source == Answer.Source.ADDED
    nothing = say(assessment, "B1-2", "", is_nothing=True, reason="Belum ada program lingkungan.")
    assert (nothing.source, nothing.words) == (Answer.Source.NOTHING, "")
    entries = Entry.objects.filter(thing=f"movement.assessment:{assessment.key}", verb="answer_given")
    assert [entry.after["source"] for entry in entries.order_by("number")] == [
        "confirmed",
        "changed",
        "added",
        "nothing",
    ]


@pytest.mark.parametrize(
    ("words", "more", "said"),
    [
        ("", {}, "masih kosong"),
        ("Lain.", {}, "Anda mengubah usulan"),
        ("", {"is_nothing": True}, "mengapa tidak ada"),
        ("Lain.", {"seen": AT, "reason": "x"}, "Orang lain baru saja"),
    ],
)
def test_an_answer_that_cannot_stand_is_refused(
    assessment: Assessment, words: str, more: dict[str, Any], said: str
) -> None:
    with pytest.raises(Refused, match=said):
        say(assessment, "A1-1", words, **more)
    assert row(assessment, "A1-1").source == Answer.Source.PROPOSED


def test_two_who_answer_at_once_do_not_overwrite_each_other(assessment: Assessment) -> None:
    say(assessment, "A1-3", "Dari Ratna.")
    with pytest.raises(answering.Changed):
        say(assessment, "A1-3", "Dari Budi.", seen=None)
    assert row(assessment, "A1-3").words == "Dari Ratna."


def test_only_who_may_answers(assessment: Assessment) -> None:
    with pytest.raises(Refused, match="tidak mencakup"):
        say(assessment, "A1-3", "Ada.", by=person("assessor", "wayan"))


def test_a_proof_needs_something_to_show_and_a_day_that_has_come(assessment: Assessment) -> None:
    coordinator = person("coordinator", "ratna")
    given: dict[str, Any] = {"proves": "Perbup", "date": date(2026, 1, 2), "by": coordinator, "at": AT}
    with pytest.raises(Refused, match="Lampirkan berkas"):
        answering.prove(row(assessment, "A1-1"), **given)
    with pytest.raises(Refused, match="belum tiba"):
        answering.prove(row(assessment, "A1-1"), link=LINK, **(given | {"date": date(2027, 1, 1)}))
    with pytest.raises(Refused, match="apa yang dibuktikan"):
        answering.prove(row(assessment, "A1-1"), link=LINK, **(given | {"proves": " "}))
    evidence = answering.prove(row(assessment, "A1-1"), link=LINK, **given)
    assert evidence.about == row(assessment, "A1-1").key
    assert answering.finding_of_age(evidence, 2026) == ""
    evidence.date = date(2024, 12, 31)
    assert "lebih tua" in answering.finding_of_age(evidence, 2026)


# Sending


def test_it_is_sent_when_every_item_was_looked_at_and_then_closed(assessment: Assessment) -> None:
    coordinator = person("coordinator", "ratna")
    with pytest.raises(Refused, match="6 butir belum diperiksa"):
        answering.release(assessment, by=coordinator, at=AT)
    settle_all(assessment)
    with pytest.raises(Refused, match="tidak mencakup"):
        answering.release(assessment, by=person("contributor", "budi"), at=AT)
    sent = answering.release(assessment, by=coordinator, at=AT)
    assert sent.state == Assessment.State.RELEASED
    with pytest.raises(Refused, match="sudah dikirim"):
        say(assessment, "A1-3", "Terlambat.")
    with pytest.raises(Refused, match="sudah dikirim"):
        answering.propose_again(assessment, by=coordinator, at=AT)


def test_what_is_sent_late_says_so(assessment: Assessment) -> None:
    settle_all(assessment)
    answering.release(assessment, by=person("coordinator", "ratna"), at=UNTIL + timedelta(minutes=1))
    entry = Entry.objects.get(thing=f"movement.assessment:{assessment.key}", verb="assessment_released")
    assert entry.after == {"is_late": True}


def test_it_is_taken_back_with_a_reason_until_the_panel_begins(assessment: Assessment) -> None:
    coordinator = person("coordinator", "ratna")
    settle_all(assessment)
    answering.release(assessment, by=coordinator, at=AT)
    with pytest.raises(Refused, match="mengapa ditarik"):
        answering.take_back(assessment, reason=" ", by=coordinator, at=AT)
    answering.take_back(assessment, reason="Satu lampiran tertukar.", by=coordinator, at=AT)
    say(assessment, "A1-3", "Ada dua.")
    answering.release(assessment, by=coordinator, at=AT)
    Evaluation.objects.update(state=Evaluation.State.MARKING)
    with pytest.raises(Refused, match="Panel sudah mulai"):
        answering.take_back(assessment, reason="Lagi.", by=coordinator, at=AT)


def test_a_year_begins_once_and_only_where_the_installation_knows_its_regency(assessment: Assessment) -> None:
    coordinator = person("coordinator", "ratna")
    with pytest.raises(Refused, match="sudah dimulai"):
        answering.begin(make_instrument(), "baru", 2026, answers_until=UNTIL, by=coordinator, at=AT)
    with pytest.raises(Refused, match="Jalur itu tidak ada"):
        answering.begin(
            make_instrument("uji-2027", 2027), "x", 2027, answers_until=UNTIL, by=coordinator, at=AT
        )
    Node.objects.update(area=None)
    with pytest.raises(Refused, match="milik daerah mana"):
        answering.begin(
            make_instrument("uji-2027", 2027), "baru", 2027, answers_until=UNTIL, by=coordinator, at=AT
        )


# Recommendations


def test_a_recommendation_gets_an_owner_a_day_and_a_programme(
    assessment: Assessment, revision: Revision
) -> None:
    coordinator = person("coordinator", "ratna")
    given = Recommendation.objects.create(assessment=assessment, number=1, words="Perbarui SK Dewan.")
    underway: dict[str, Any] = {"state": Recommendation.State.UNDERWAY, "by": coordinator, "at": AT}
    with pytest.raises(Refused, match="penanggung jawab"):
        answering.follow_up(given, **underway)
    with pytest.raises(Refused, match="tidak ada di rencana"):
        answering.follow_up(
            given,
            owner=make_agency("dinkop"),
            due_date=UNTIL.date(),
            programme_key=assessment.key,
            **underway,
        )
    programme = revision.programmes.get(code="E1")
    done = answering.follow_up(
        given, owner=make_agency("dinkop"), due_date=UNTIL.date(), programme_key=programme.key, **underway
    )
    assert (done.state, done.owner, done.programme_key) == ("underway", make_agency("dinkop"), programme.key)
    with pytest.raises(Refused, match="apa yang sudah dikerjakan"):
        answering.follow_up(given, state=Recommendation.State.DONE, by=coordinator, at=AT)
    assert Entry.objects.filter(thing=f"movement.recommendation:{given.key}").count() == 1


# Objections


@pytest.fixture
def published(assessment: Assessment) -> Assessment:
    Assessment.objects.update(state=Assessment.State.PUBLISHED)
    Evaluation.objects.update(state=Evaluation.State.PUBLISHED, published_at=UNTIL)
    return assessment


def test_who_may_send_objects_to_the_result_and_twice_is_once(published: Assessment) -> None:
    coordinator = person("coordinator", "ratna")
    raised = answering.object(published, " Perbup kami terbit Mei. ", by=coordinator, at=UNTIL)
    again = answering.object(published, "Perbup kami terbit Mei.", by=coordinator, at=UNTIL)
    assert (raised.words, raised.by, again) == ("Perbup kami terbit Mei.", coordinator, raised)
    other = answering.object(published, "Nilai B1-1 keliru.", by=coordinator, at=UNTIL)
    assert other != raised
    assert Entry.objects.filter(verb="objection_raised").count() == 2
    with pytest.raises(Refused, match="tidak mencakup"):
        answering.object(published, "Saya juga.", by=person("contributor", "budi"), at=UNTIL)


def test_an_objection_has_its_time_and_its_words(published: Assessment) -> None:
    coordinator = person("coordinator", "ratna")
    last = UNTIL + timedelta(days=14)
    with pytest.raises(Refused, match="Tuliskan apa yang disanggah"):
        answering.object(published, "  ", by=coordinator, at=last)
    with pytest.raises(Refused, match="Paling banyak 4000 huruf"):
        answering.object(published, "a" * 4001, by=coordinator, at=last)
    with pytest.raises(Refused, match="sudah lewat: sampai Rabu, 15 Juli 2026"):
        answering.object(published, "Terlambat.", by=coordinator, at=last + timedelta(minutes=1))
    Evaluation.objects.update(objection_days=15)
    answering.object(published, "Masih sempat.", by=coordinator, at=last + timedelta(minutes=1))
    Evaluation.objects.update(state=Evaluation.State.MARKING)
    with pytest.raises(Refused, match="belum diumumkan"):
        answering.object(published, "Terlalu cepat.", by=coordinator, at=last)
