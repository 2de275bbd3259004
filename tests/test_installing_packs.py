from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from lawang.lib.refused import Refused
from lawang.packs.actions import Broken, install
from lawang.packs.catalogues import catalogue
from lawang.packs.comparing import compare
from lawang.packs.models import InstalledPack
from lawang.packs.tests.folders import FRAMEWORK, MANIFEST, write_pack
from lawang.people.calendar import due_date
from lawang.people.models import Holiday, Role, User
from lawang.plans.models import Crosswalk, Framework, FrameworkNode, ReadinessElement
from lawang.record.models import Entry
from lawang.settings import ROOT
from tests.cast import make_membership, make_user

pytestmark = pytest.mark.django_db

ROLES = """\
- code: kasir
  title: {id: Kasir}
  verbs: {measures.propose: agency}
  highest_privacy: internal
"""


def test_installing_writes_rows_and_history(tmp_path: Path, at: datetime) -> None:
    result = install(write_pack(tmp_path, frameworks=FRAMEWORK, roles=ROLES), by=None, at=at)
    assert result.fresh
    assert Framework.objects.get(code="kecil").nodes.count() == 2
    assert Role.objects.get(code="kasir").pack == "coba"
    assert Entry.objects.get(thing="packs.pack:coba").after["version"] == "1"


def test_installing_twice_changes_nothing(tmp_path: Path, at: datetime) -> None:
    folder = write_pack(tmp_path, frameworks=FRAMEWORK)
    first = install(folder, by=None, at=at)
    nodes = list(FrameworkNode.objects.values())
    again = install(folder, by=None, at=at)
    assert (again.fresh, again.row.pk) == (False, first.row.pk)
    assert list(FrameworkNode.objects.values()) == nodes
    assert Entry.objects.filter(thing="packs.pack:coba").count() == 1


def test_a_broken_pack_installs_nothing(tmp_path: Path, at: datetime) -> None:
    folder = write_pack(tmp_path, frameworks=FRAMEWORK, roles=ROLES.replace("agency", "agenci"))
    with pytest.raises(Broken) as broken:
        install(folder, by=None, at=at)
    assert str(broken.value.problems[0]).startswith("roles.yaml:3:29: Kata “agenci” tidak dikenal")
    assert not Framework.objects.exists()
    assert not Role.objects.exists()
    assert not InstalledPack.objects.exists()


def test_a_refusal_half_way_takes_everything_back(tmp_path: Path, at: datetime) -> None:
    settings = (
        'area: "99.99"\nname: {id: Kabupaten Coba}\n'  # no such area: refused after the framework's turn
    )
    folder = write_pack(tmp_path, roles=ROLES, settings=settings)
    with pytest.raises(Refused, match=r"99\.99"):
        install(folder, by=None, at=at)
    assert not Role.objects.exists()
    assert not InstalledPack.objects.exists()
    assert not Entry.objects.exists()


def test_the_same_version_with_other_contents_is_refused(tmp_path: Path, at: datetime) -> None:
    install(write_pack(tmp_path, frameworks=FRAMEWORK), by=None, at=at)
    with pytest.raises(Refused, match="Naikkan angka versi"):
        install(write_pack(tmp_path, frameworks=FRAMEWORK.replace("PDAM", "Air minum")), by=None, at=at)
    assert FrameworkNode.objects.get(code="air").aliases == ["PDAM"]


def test_an_upgrade_keeps_the_old_version_and_shows_the_difference(tmp_path: Path, at: datetime) -> None:
    install(write_pack(tmp_path, frameworks=FRAMEWORK), by=None, at=at)
    node = FrameworkNode.objects.get(code="air")
    newer = FRAMEWORK.replace("[PDAM]", "[PDAM, Air minum]").replace("code: jalan", "code: jembatan")
    install(write_pack(tmp_path, pack=MANIFEST.replace('"1"', '"1.10"'), frameworks=newer), by=None, at=at)
    old, new = InstalledPack.objects.order_by("pk")
    assert (old.is_current, new.is_current) == (False, True)
    assert FrameworkNode.objects.get(code="air").pk == node.pk
    assert not FrameworkNode.objects.filter(code="jalan").exists()
    assert [str(change) for change in compare(old.definitions, new.definitions)] == [
        "~ pack › version: 1 → 1.10",
        "+ frameworks › kecil › nodes › air › aliases › Air minum: Air minum",
        "+ frameworks › kecil › nodes › jembatan: Jalan",
        "- frameworks › kecil › nodes › jalan: Jalan",
    ]


def test_an_older_version_is_refused(tmp_path: Path, at: datetime) -> None:
    install(write_pack(tmp_path, pack=MANIFEST.replace('"1"', '"1.10"')), by=None, at=at)
    with pytest.raises(Refused, match=r"sudah di versi 1\.10; versi 1\.9 lebih lama"):
        install(write_pack(tmp_path, pack=MANIFEST.replace('"1"', '"1.9"')), by=None, at=at)


def test_a_framework_belongs_to_one_pack(tmp_path: Path, at: datetime) -> None:
    install(write_pack(tmp_path, frameworks=FRAMEWORK), by=None, at=at)
    with pytest.raises(Refused, match="sudah ditetapkan paket “coba”"):
        install(write_pack(tmp_path, "lain", frameworks=FRAMEWORK), by=None, at=at)


def test_a_required_pack_must_be_installed(tmp_path: Path, at: datetime) -> None:
    write_pack(tmp_path, "dasar", frameworks=FRAMEWORK)
    folder = write_pack(tmp_path, pack=MANIFEST + "requires: [dasar]\n")
    with pytest.raises(Refused, match="pasang itu lebih dulu"):
        install(folder, by=None, at=at)


def test_references_reach_into_installed_packs(tmp_path: Path, at: datetime) -> None:
    install(write_pack(tmp_path, "dasar", frameworks=FRAMEWORK), by=None, at=at)
    readiness = "- framework: kecil\n  elements: [{code: struktur, title: {id: Struktur}}]\n"
    far = write_pack(tmp_path / "jauh", pack=MANIFEST + "requires: [dasar]\n", readiness=readiness)
    install(far, by=None, at=at)
    assert ReadinessElement.objects.get().framework.code == "kecil"


def test_an_installed_version_cannot_be_changed(tmp_path: Path, at: datetime) -> None:
    row = install(write_pack(tmp_path), by=None, at=at).row
    for change in (
        lambda: InstalledPack.objects.filter(pk=row.pk).update(version="2"),
        lambda: InstalledPack.objects.filter(pk=row.pk).update(definitions={}),
        lambda: InstalledPack.objects.filter(pk=row.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
            change()


def test_only_who_may_installs(tmp_path: Path, at: datetime, budi: User) -> None:
    folder = write_pack(tmp_path)
    with pytest.raises(Refused):
        install(folder, by=budi, at=at)
    made = make_user("made")
    make_membership(made, role="administrator")
    assert install(folder, by=made, at=at).fresh
    assert Entry.objects.get(thing="packs.pack:coba").by == made


def test_a_calendar_follows_the_package_and_its_overrides(tmp_path: Path, at: datetime) -> None:
    holidays = """\
- code: coba
  title: {id: Coba}
  weekend: [6, 7]
  years: {from: 2026, to: 2026}
  add:
    - {date: 2026-10-07, name: {id: Hari jadi}, kind: regional, source: SK 1/2026}
    - {date: 2026-01-01, name: {id: Awal tahun}, kind: national, source: SK 2/2026}
  remove:
    - {date: 2026-12-24, source: SE 3/2026}
"""
    install(write_pack(tmp_path, holidays=holidays), by=None, at=at)
    days = {holiday.date: holiday for holiday in Holiday.objects.filter(calendar__code="coba")}
    assert days[date(2026, 3, 20)].kind == Holiday.Kind.JOINT_LEAVE
    assert days[date(2026, 8, 17)].name["en"]
    assert days[date(2026, 10, 7)].kind == Holiday.Kind.REGIONAL
    assert days[date(2026, 1, 1)].name == {"id": "Awal tahun"}
    assert date(2026, 12, 24) not in days


@pytest.fixture
def national(db: Any, at: datetime) -> InstalledPack:
    return install(ROOT / "packs" / "nasional", by=None, at=at).row


def test_the_national_pack_holds_both_frameworks(national: InstalledPack) -> None:
    old, new = Framework.objects.get(code="smart-city-2017"), Framework.objects.get(code="kota-cerdas-2026")
    assert old.nodes.filter(depth=0).count() == 6
    assert [dimension.children.count() for dimension in old.nodes.filter(depth=0)] == [3] * 6
    assert (new.is_draft, new.nodes.count()) == (True, 6)
    assert old.readiness.count() == new.readiness.count() == 5
    assert set(Crosswalk.objects.values_list("old", flat=True)) == set(old.nodes.values_list("pk", flat=True))
    assert Crosswalk.objects.get(old__code="mobilitas").new.code == "mobilitas"
    assert Crosswalk.objects.get(old__code="citra").kind == Crosswalk.Kind.NONE
    assert catalogue("budget-source")["csr"]["en"] == "Company CSR"
    assert due_date(date(2026, 3, 17), 3) == date(2026, 3, 27)


def test_catalogues_name_every_word_that_the_code_knows(national: InstalledPack) -> None:
    from lawang.plans.models import Activity, BudgetLine, QuickWin

    assert set(catalogue("budget-source")) == set(BudgetLine.Source.values)
    assert set(catalogue("quick-win-kind")) == set(QuickWin.Kind.values)
    assert set(catalogue("quick-win-stage")) == set(QuickWin.Stage.values)
    assert set(catalogue("action-track")) == set(Activity.Track.values)


def test_two_installations_at_once_wait_for_each_other(tmp_path: Path, at: datetime) -> None:
    install(write_pack(tmp_path), by=None, at=at)
    with connection.cursor() as cursor:  # the lock is held until the transaction ends
        cursor.execute("select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()")
        assert cursor.fetchone()[0] == 1
