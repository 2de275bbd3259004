"""Workbooks for tests, and the small regency that they are imported into."""

import csv
import io
from datetime import date
from typing import Any

from lawang.areas.models import Area
from lawang.people.models import User
from lawang.plans.dry_run import DryRun
from lawang.plans.importing import check
from lawang.plans.models import Framework, FrameworkNode, Plan, ReadinessElement
from lawang.plans.workbook import Workbook, read_csvs
from lawang.plans.writing import apply
from tests.cast import make_agency, make_membership, make_node, make_user, moment

AT = moment("2026-11-20 09:00")
Rows = list[dict[str, Any]]

PLAN: Rows = [
    {
        "kode": "RI",
        "judul": "Rencana Induk",
        "judul_en": "Masterplan",
        "kerangka": "sc",
        "tahun_mulai": 2024,
        "tahun_selesai": 2033,
    }
]
PROGRAMME: dict[str, Any] = {
    "kode": "P-01",
    "judul": "Air bersih sampai desa",
    "subdimensi": "Layanan Publik",
    "penanggung_jawab": "Dinas Kesehatan",
    "tahun_mulai": 2024,
    "tahun_selesai": 2028,
}
INDICATOR: dict[str, Any] = {
    "kode": "I-01",
    "program": "P-01",
    "judul": "Rumah tersambung",
    "satuan": "rumah",
    "pemilik": "dinkes",
    "frekuensi": "triwulanan",
    "kondisi_awal": "1.200",
    "tahun_awal": 2023,
}


def make_regency() -> User:
    """Make areas, agencies, a framework and a planner; return the planner."""
    home = Area.objects.get_or_create(
        code="16.11",
        defaults={
            "name": "Kabupaten Empat Lawang",
            "level": "regency",
            "decree": "x",
            "valid_from": date(2007, 1, 1),
        },
    )[0]
    for code, name in (("16.11.01", "Muara Pinang"), ("16.11.02", "Pendopo"), ("16.11.09", "Pendopo Barat")):
        Area.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "level": "district",
                "decree": "x",
                "valid_from": date(2007, 1, 1),
                "parent": home,
            },
        )
    make_node(area=home)
    make_agency("dinkes", "Dinas Kesehatan", short_name="Dinkes", aliases=["Din. Kes."])
    make_agency("kominfo", "Dinas Komunikasi dan Informatika", short_name="Diskominfo")
    make_agency("disdik", "Dinas Pendidikan dan Kebudayaan", short_name="Disdikbud")
    framework = Framework.objects.get_or_create(code="sc", defaults={"title": {"id": "Kota Cerdas"}})[0]
    other = Framework.objects.get_or_create(code="draf", defaults={"title": {"id": "Draf"}})[0]
    top = FrameworkNode.objects.get_or_create(
        framework=framework, code="tata-kelola", defaults={"title": {"id": "Smart Governance"}}
    )[0]
    for code, title in (("layanan-publik", "Layanan Publik"), ("birokrasi", "Tata Kelola Birokrasi")):
        FrameworkNode.objects.get_or_create(
            framework=framework, code=code, defaults={"title": {"id": title}, "parent": top, "depth": 1}
        )
    FrameworkNode.objects.get_or_create(framework=other, code="a1", defaults={"title": {"id": "Aspek satu"}})
    ReadinessElement.objects.get_or_create(
        framework=framework, code="struktur", defaults={"title": {"id": "Struktur"}}
    )
    planner = make_user("wayan")
    if not planner.memberships.exists():
        make_membership(planner, role="planner", agency=make_agency("bappeda", "Bappeda"))
    return planner


def sheet_csv(rows: Rows) -> bytes:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def book(**sheets: Rows) -> Workbook:
    return read_csvs([(f"{name}.csv", sheet_csv(rows)) for name, rows in sheets.items()], "uji")


def load(by: User, **sheets: Rows) -> DryRun:
    """Check and apply; return the dry run."""
    dry = check(book(**sheets), by=by)
    apply(dry, by=by, at=AT)
    return dry


def make_plan(by: User, **sheets: Rows) -> Plan:
    load(by, rencana=PLAN, **sheets)
    return Plan.objects.select_related("framework").get(code="RI")


def sentences(dry: DryRun) -> list[str]:
    return [problem.sentence for rows in dry.rows.values() for row in rows for problem in row.problems]
