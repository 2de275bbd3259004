"""The draft framework of 2026 as a plan's own: six aspects without sub-dimensions on every page and in a workbook."""

import pytest
from django.urls import reverse
from django.utils import timezone

from lawang.people.models import User
from lawang.plans import exporting, importing, linter, writing
from lawang.plans.dry_run import State
from lawang.plans.linter_subject import read
from lawang.plans.models import Framework, FrameworkNode, Gap, Placement, Plan, Programme, Revision, Statement
from lawang.plans.revising import start_revision
from lawang.plans.workbook import read_xlsx
from tests.markup import Markup
from tests.world import client_of

pytestmark = [pytest.mark.usefixtures("in_demo"), pytest.mark.django_db]
CODE = "kota-cerdas-2026"
ASPECTS = ("Tata Kelola Birokrasi", "Ekonomi", "Kehidupan Kota", "Masyarakat", "Lingkungan", "Mobilitas")


@pytest.fixture
def plan() -> Plan:
    """The demonstration's plan, with the draft framework as its own."""
    plan, framework = Plan.objects.get(), Framework.objects.get(code=CODE)
    Plan.objects.filter(pk=plan.pk).update(framework=framework)
    Gap.objects.all().delete()
    Statement.objects.update(node=None)
    Revision.objects.filter(status=Revision.Status.DRAFT).delete()
    return Plan.objects.select_related("framework").get(pk=plan.pk)


def test_every_programme_of_the_demonstration_stands_in_both_frameworks() -> None:
    revision = Revision.objects.get(status=Revision.Status.PUBLISHED)
    placed = Placement.objects.filter(programme__revision=revision, framework__code=CODE)
    assert placed.count() == Programme.objects.filter(revision=revision).count()
    assert placed.values("node").distinct().count() == len(ASPECTS)


@pytest.mark.parametrize("language", ["", "/en"])
def test_citizens_and_leaders_read_six_aspects(plan: Plan, language: str) -> None:
    for role, name in (
        ("visitor", "portal:home"),
        ("visitor", "plan"),
        ("visitor", "roadmap"),
        ("visitor", "budget"),
        ("visitor", "swot"),
        ("leader", "portal:leader"),
        ("planner", "planner:home"),
        ("planner", "planner:programmes"),
        ("planner", "planner:review"),
    ):
        path = f"{language}{reverse(name)}"
        response = client_of(role).get(path)
        assert response.status_code == 200, path
        assert Markup(response.content.decode()).problems() == [], path
        assert "Smart Branding" not in response.content.decode(), path
    home = client_of("visitor").get(f"{language}{reverse('plan')}").content.decode()
    tops = FrameworkNode.objects.filter(framework=plan.framework)
    assert [top.title["id"] for top in tops] == list(ASPECTS)
    for top in tops:
        assert top.title["en" if language else "id"] in home
        page = client_of("visitor").get(f"{language}{reverse('dimension', args=[top.code])}")
        assert page.status_code == 200
        assert Programme.objects.filter(placements__node=top)[0].get_absolute_url() in page.content.decode()


def test_the_linter_reads_it(plan: Plan) -> None:
    report = linter.examine(read(Revision.objects.get(), today=timezone.localdate()))
    assert report.score > 50
    uncovered = [look.place for found in report.results for look in found.findings if "Citra" in look.place]
    assert uncovered == []


def test_the_workbook_comes_back_unchanged_and_may_move_a_programme(plan: Plan) -> None:
    dewi = User.objects.get(username="dewi")
    draft = start_revision(plan, by=dewi, at=timezone.now())
    book = read_xlsx(exporting.workbook(plan, by=dewi), "rencana.xlsx")
    dry = importing.check(book, plan, by=dewi)
    assert [dry.counts[state] for state in (State.ADDED, State.CHANGED, State.WAITING, State.REJECTED)] == [
        0
    ] * 4
    row = book.sheets["program"].rows[0]
    row.cells["subdimensi"] = "Smart Mobility"
    dry = importing.check(book, plan, by=dewi)
    assert [found.label for found in dry.of_state(State.CHANGED)] != []
    writing.apply(dry, by=dewi, at=timezone.now())
    moved = Placement.objects.get(
        programme__revision=draft, programme__code=row.cells["kode"], framework=plan.framework
    )
    assert moved.node.code == "mobilitas"


def test_the_plan_of_2017_is_looked_at_through_the_draft() -> None:
    page = client_of("visitor").get(f"{reverse('plan')}?kerangka={CODE}").content.decode()
    assert "rancangan, belum berlaku" in page
    for aspect in ASPECTS:
        assert aspect in page
    page = (
        client_of("visitor")
        .get(f"{reverse('dimension', args=['mobilitas'])}?kerangka={CODE}")
        .content.decode()
    )
    assert "Padanannya dalam" in page
    assert reverse("dimension", args=["mobilitas"]) in page
    page = (
        client_of("visitor").get(f"{reverse('dimension', args=['ekonomi'])}?kerangka={CODE}").content.decode()
    )
    assert "tidak punya padanan; ini yang terdekat" in page
