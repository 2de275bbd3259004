"""What packs bring later: the demonstration publishes it by itself, a regency by hand."""

import io
from datetime import datetime

import pytest
from django.core.management import CommandError, call_command

from lawang import cli
from lawang.cases.models import Service, ServiceVersion
from lawang.cases.publishing import bring
from lawang.cases.tests.aula import aula, make_office
from lawang.people.models import Membership, Node
from lawang.plans.models import Plan
from lawang.portal import demo
from tests.plan_factory import make_plan

pytestmark = pytest.mark.django_db


def make_installation(*, is_demo: bool, at: datetime) -> None:
    """A regency with a plan and one service in force, and the next version of it as a pack brought it."""
    make_office()
    make_plan()
    bring(aula(), pack="contoh", at=at)
    Node.objects.update(is_demo=True)
    Plan.objects.update(is_demo=True)
    assert demo.open_new_services(at=at) == 1
    Node.objects.update(is_demo=is_demo)
    Plan.objects.update(is_demo=is_demo)
    bring(aula(fee=5000), pack="contoh", at=at)


def load() -> str:
    out = io.StringIO()
    call_command("demo", "load", stdout=out)
    return out.getvalue()


def fee_in_force() -> int:
    current = Service.objects.get().current
    assert current is not None
    return int(current.definition["fee"])


def test_the_demonstration_publishes_what_packs_brought(at: datetime) -> None:
    make_installation(is_demo=True, at=at)
    assert cli._demo_brings_services()
    assert "1 layanan baru dari paket diterbitkan" in load()
    assert fee_in_force() == 5000
    assert not cli._demo_brings_services()
    assert "tidak ada yang diubah" in load()


def test_a_regency_publishes_by_hand(at: datetime) -> None:
    make_installation(is_demo=False, at=at)
    assert not cli._demo_brings_services()
    with pytest.raises(CommandError, match="sudah berisi data daerah"):
        load()
    assert demo.open_new_services(at=at) == 0
    assert fee_in_force() == 0


@pytest.mark.parametrize("what", [Node, Plan])
def test_half_a_demonstration_is_none(what: type[Node] | type[Plan], at: datetime) -> None:
    make_installation(is_demo=True, at=at)
    what.objects.update(is_demo=False)
    assert not cli._demo_brings_services()
    assert demo.open_new_services(at=at) == 0


def test_a_draft_that_cannot_work_is_not_tried_at_every_start(at: datetime) -> None:
    make_installation(is_demo=True, at=at)
    Membership.objects.filter(user__username="wayan").delete()
    assert "tidak ada yang diubah" in load()
    assert ServiceVersion.objects.get(state="draft").rehearsal != {}
    assert not cli._demo_brings_services()
    assert fee_in_force() == 0
