"""Fills a database with one made-up regency of a given size, set by set, fast."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from django.db import connection
from django.utils import timezone

NAMES = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
PEOPLE = ("officer", "agency-head", "leader", "planner", "administrator")


@dataclass(frozen=True)
class Size:
    revisions: int
    programmes: int
    indicators: int
    areas: int  # slots of each figure; the first is the whole regency
    years: int  # monthly
    entries: int  # of the history
    agencies: int = 25

    @property
    def values(self) -> int:
        return self.indicators * self.areas * self.years * 12


SMALL = Size(revisions=2, programmes=5, indicators=15, areas=12, years=1, entries=400, agencies=3)
MIDDLE = Size(revisions=3, programmes=60, indicators=180, areas=12, years=2, entries=400)
FULL = Size(revisions=10, programmes=500, indicators=1500, areas=12, years=10, entries=50_000)


def key(kind: str, number: int) -> UUID:
    return uuid5(NAMES, f"{kind}-{number}")


def fill(size: Size) -> Any:
    """Make plan, revisions, figures, people and history; return the revision in force. Needs the national pack."""
    from lawang.people.models import Agency
    from lawang.plans.models import Framework, Plan, Revision
    from lawang.record.seals import make_seal

    today = timezone.localdate()
    framework = Framework.objects.order_by("pk")[0]
    agencies = Agency.objects.bulk_create(
        Agency(
            key=key("agency", number),
            code=f"OPD-{number:02}",
            name={"id": f"Dinas Urusan Nomor {number}", "en": f"Office {number}"},
            short_name=f"Dinas {number}",
            valid_from=date(2010, 1, 1),
        )
        for number in range(size.agencies)
    )
    people = make_people(agencies[0])
    first = today.year - size.years
    plan = Plan.objects.create(
        code="BENCH",
        title={"id": "Rencana induk besar", "en": "A large masterplan"},
        framework=framework,
        year_from=today.year - 5,
        year_to=today.year + 4,
    )
    revisions = Revision.objects.bulk_create(
        Revision(
            plan=plan,
            number=number + 1,
            status=Revision.Status.PUBLISHED,
            in_force_from=today - timedelta(days=200 * (size.revisions - number) - 190),
            made_at=datetime(2020, 1, 1, tzinfo=UTC),
            published_at=datetime(2020, 1, 1, tzinfo=UTC),
            vision={"id": "Kabupaten yang menepati janji"},
        )
        for number in range(size.revisions)
    )
    series = make_series(size, agencies)
    for revision in revisions:
        make_edition(revision, size, agencies, series, framework)
    make_values(size, series, first, today)
    make_entries(size, people["officer"].pk)
    for days in range(3):  # doctor looks at as many
        make_seal(at=timezone.now() - timedelta(days=days))
    with connection.cursor() as cursor:
        for table in ("measures_value", "plans_programme", "plans_indicator", "plans_target", "record_entry"):
            cursor.execute(f"analyze {table}")
    return revisions[-1]


def make_people(agency: Any) -> dict[str, Any]:
    from lawang.people.models import Membership, Role, User

    people = {}
    for role in PEOPLE:
        people[role] = User.objects.create(username=f"bench-{role}", name=f"Contoh {role}", password="!")
        Membership.objects.create(
            user=people[role], role=Role.objects.get(code=role), agency=agency, from_date=date(2020, 1, 1)
        )
    return people


def make_series(size: Size, agencies: list[Any]) -> list[Any]:
    from lawang.measures.models import Series

    return Series.objects.bulk_create(
        Series(
            key=key("series", number),
            code=f"bench-{number:05}",
            title={"id": f"Ukuran layanan nomor {number}", "en": f"Service measure {number}"},
            definition={"id": "Jumlah rumah tangga yang dilayani sampai akhir bulan."},
            unit={"id": "rumah tangga", "en": "households"},
            frequency=Series.Frequency.MONTH,
            owner=agencies[number % len(agencies)],
            breakdowns=["area"],
        )
        for number in range(size.indicators)
    )


def make_edition(revision: Any, size: Size, agencies: list[Any], series: list[Any], framework: Any) -> None:
    from lawang.plans.models import (
        BudgetLine,
        FrameworkNode,
        Indicator,
        Milestone,
        Placement,
        Programme,
        QuickWin,
    )

    leaves = list(FrameworkNode.objects.filter(framework=framework, depth__gt=0).order_by("order"))
    start = revision.plan.year_from
    programmes = Programme.objects.bulk_create(
        Programme(
            key=key("programme", number),
            revision=revision,
            code=f"P-{number:04}",
            title={"id": f"Program layanan air bersih nomor {number}", "en": f"Water programme {number}"},
            summary={"id": "Memasang sambungan sampai rumah di desa yang jauh dari kota."},
            reason={"id": "Warga berjalan jauh untuk mengambil air."},
            lead=agencies[number % len(agencies)],
            year_from=start + number % 4,
            year_to=start + 4 + number % 6,
            order=number,
        )
        for number in range(size.programmes)
    )
    Placement.objects.bulk_create(
        Placement(programme=row, framework=framework, node=leaves[number % len(leaves)])
        for number, row in enumerate(programmes)
    )
    BudgetLine.objects.bulk_create(
        BudgetLine(
            programme=row, year=year, source="apbd", planned=10**9 + revision.number, realised=6 * 10**8
        )
        for row in programmes
        for year in range(start + 1, start + 7)
    )
    Milestone.objects.bulk_create(
        Milestone(
            revision=revision,
            programme=row,
            title={"id": f"Tahap {step}"},
            due_date=date(start + 4 + step, 6, 30),
        )
        for row in programmes
        for step in range(3)
    )
    QuickWin.objects.bulk_create(
        QuickWin(
            key=key("win", number),
            revision=revision,
            programme=row,
            code=f"Q-{number}",
            name=f"Percepatan {number}",
            kind=QuickWin.Kind.PROGRAMME,
            stage=QuickWin.Stage.IMPLEMENT,
            starts=date(start + 4, 1, 1),
            ends=date(start + 5, 12, 31),
        )
        for number, row in enumerate(programmes[:12])
    )
    Indicator.objects.bulk_create(
        Indicator(
            key=key("indicator", number),
            revision=revision,
            programme=programmes[number % len(programmes)],
            code=f"I-{number:05}",
            title=one.title,
            series=one,
            baseline=Decimal(1000),
            baseline_year=start - 1,
            order=number,
        )
        for number, one in enumerate(series)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into plans_target (indicator_id, year, amount) "
            "select id, year, 1000 + 200 * (year - %s + 1) "
            "from plans_indicator, generate_series(%s::int, %s::int) as year "
            "where revision_id = %s",
            [start, start, start + 9, revision.pk],
        )


def make_values(size: Size, series: list[Any], first: int, today: date) -> None:
    """Insert a figure for each series, month and area in one statement; a few series have none or old ones.

    Which ones, the number in the code says, so that a page of one series is the same page at every size.
    """
    home_and_below = (
        "select null::bigint as area union all "
        "(select id from areas_area where level = 'district' order by code limit %s)"
    )
    end = today.replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            insert into measures_value (series_id, start, "end", area_id, breakdown, revision, amount, status,
                is_current, note, reason, basis, decided_at)
            select s.id, month, (month + interval '1 month - 1 day')::date, area, '', 1,
                round((1000 + (s.number %% 7 - 1) * 3 * extract(epoch from month - %s::date) / 864000)::numeric
                    / (case when area is null then 1 else 10 end), 0),
                'approved', true, '', '', '{{}}', now()
            from (select id, right(code, 5)::int as number from measures_series where code like 'bench-%%') s
            cross join generate_series(%s::date, %s::date, interval '1 month') as month
            cross join ({home_and_below}) as areas
            where not (s.number %% 17 = 0 and month > %s::date - interval '8 month')
                and s.number %% 23 <> 0 and not (s.number %% 4 = 0 and month >= %s::date - interval '1 month')
            """,
            [
                date(first, 1, 1),
                date(end.year - size.years, end.month, 1),
                end - timedelta(days=1),
                size.areas - 1,
                end,
                end,
            ],
        )


def make_entries(size: Size, by: int) -> None:
    """Insert history whose hashes nobody checks here; the newest is of this week."""
    random.seed(1)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into record_entry (
                thing, number, verb, by_id, at, before, after, sealed, note, previous_hash, hash)
            select 'plans.programme:' || key, 1000 + n / %s,
                (array['colour_changed', 'milestone_done', 'changed'])[1 + n %% 3],
                %s, now() - interval '1 hour' * (%s - n), '{"colour": "slipping"}', '{"colour": "on_track"}',
                '{}', '', '', md5(n::text) || md5(n::text)
            from generate_series(1, %s::int) as n
            join (select key, row_number() over (order by code) - 1 as place from plans_programme p
                where revision_id = (select max(id) from plans_revision)) as p on p.place = n %% %s
            """,
            [size.programmes, by, size.entries, size.entries, size.programmes],
        )
