"""Revise a plan: copy the revision in force into a draft, merge and split programmes in it, publish it from a day.

Keys stay, so addresses, series, evidence, history and subscriptions go on across revisions; only rows are new.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext as _

from lawang.lib.refused import Refused
from lawang.lib.text import Text
from lawang.people.models import User
from lawang.people.permissions import demand
from lawang.plans.comparing import compare
from lawang.plans.following import revision_published
from lawang.plans.models import (
    Activity,
    BudgetLine,
    Dependency,
    Edition,
    Gap,
    Indicator,
    Milestone,
    Partner,
    Placement,
    Plan,
    Programme,
    QuickWin,
    Resource,
    Revision,
    Risk,
    Statement,
    Succession,
    Swot,
    Target,
)
from lawang.plans.standings import recompute
from lawang.record.actions import record
from lawang.record.models import Entry

# Every table that hangs from a revision, parents first, with the lookup that leads to it. A test walks all models and
# finds what would be forgotten here.
COPIED: dict[type[models.Model], str] = {
    Statement: "revision",
    Swot: "revision",
    Gap: "revision",
    Programme: "revision",
    Placement: "programme__revision",
    BudgetLine: "programme__revision",
    Activity: "revision",
    Milestone: "revision",
    Dependency: "programme__revision",
    Indicator: "revision",
    Target: "indicator__revision",
    QuickWin: "revision",
    Partner: "quick_win__revision",
    Risk: "quick_win__revision",
    Resource: "quick_win__revision",
}
# What was stated by the old edition and is not the new one's: its legal basis and how it came about.
NOT_OF_THE_NEW = (
    "id",
    "number",
    "status",
    "in_force_from",
    "based_on",
    "changed",
    "legal_kind",
    "legal_number",
    "legal_date",
    "legal_file",
    "made_at",
    "published_at",
    "published_by",
)
BATCH = 1000
MONEY = ("planned", "revised", "realised")


def newest_published(plan: Plan) -> Revision | None:
    """Return the published revision that begins last; it may begin in the future."""
    return (
        Revision.objects.filter(plan=plan, status=Revision.Status.PUBLISHED)
        .order_by("-in_force_from")
        .select_related("plan__framework")
        .first()
    )


@transaction.atomic
def start_revision(plan: Plan, *, by: User, at: datetime) -> Revision:
    """Copy the published revision that begins last into a draft with the next number, keys and all.

    Raise Refused when there is nothing published yet, or a draft is open already.
    """
    demand(by, "plans.edit", plan)
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    base = newest_published(plan)
    if base is None:
        raise Refused(_("Rencana ini belum pernah berlaku; ubah saja drafnya."))
    if Revision.objects.filter(plan=plan, status=Revision.Status.DRAFT).exists():
        raise Refused(_("Masih ada draf yang terbuka. Berlakukan atau buang dulu draf itu."))
    number = Revision.objects.filter(plan=plan).aggregate(highest=models.Max("number"))["highest"] + 1
    kept = {
        field.attname: getattr(base, field.attname)
        for field in Revision._meta.concrete_fields
        if field.name not in NOT_OF_THE_NEW
    }
    draft = Revision.objects.create(**kept, number=number, based_on=base, made_at=at)
    copies = _copy_all(base, draft)
    record(draft, "started", by=by, at=at, after={"number": number, "based_on": base.number, "rows": copies})
    return draft


def _copy_all(base: Revision, draft: Revision) -> int:
    """Copy every table of COPIED; return the number of rows."""
    made: dict[type[models.Model], dict[int, int]] = {Revision: {base.pk: draft.pk}}
    count = 0
    for model, within in COPIED.items():
        rows = list(model._default_manager.filter(**{within: base}).order_by("pk"))
        made[model] = _copy(model, rows, made)
        for field in model._meta.local_many_to_many:
            _copy_many(field, made[model])
        count += len(rows)
    return count


def _copy(
    model: type[models.Model], rows: list[Any], made: dict[type[models.Model], dict[int, int]]
) -> dict[int, int]:
    """Copy rows of one table, pointing at the copies of what they pointed at; return old pk -> new pk."""
    columns = [
        field for field in model._meta.concrete_fields if not field.primary_key and not field.generated
    ]
    own = [field for field in columns if field.related_model is model]
    fresh = []
    for row in rows:
        values: dict[str, Any] = {}
        for field in columns:
            value = getattr(row, field.attname)
            if field in own:
                value = None
            elif field.is_relation and value is not None and field.related_model in made:
                value = made[field.related_model][value]
            values[field.attname] = value
        fresh.append(model(**values))
    model._default_manager.bulk_create(fresh, batch_size=BATCH)
    pks = {row.pk: copy.pk for row, copy in zip(rows, fresh, strict=True)}
    for field in own:
        pointing = []
        for row, copy in zip(rows, fresh, strict=True):
            if target := getattr(row, field.attname):
                setattr(copy, field.attname, pks[target])
                pointing.append(copy)
        model._default_manager.bulk_update(pointing, [field.name], batch_size=BATCH)
    return pks


def _copy_many(field: "models.ManyToManyField[Any, Any]", pks: dict[int, int]) -> None:
    through: Any = field.remote_field.through
    here, there = field.m2m_column_name(), field.m2m_reverse_name()
    rows = (
        through._default_manager.filter(**{f"{here}__in": list(pks)}).order_by("pk").values_list(here, there)
    )
    through._default_manager.bulk_create(
        [through(**{here: pks[owner], there: other}) for owner, other in rows], batch_size=BATCH
    )


def _lock_draft(revision: Revision) -> Revision:
    """Return the draft, locked. Raise Refused when it is none."""
    revision = Revision.objects.select_for_update(of=("self",)).select_related("plan").get(pk=revision.pk)
    if revision.status != Revision.Status.DRAFT:
        raise Refused(
            _("Revisi %(number)s sudah berlaku dan tidak bisa diubah.") % {"number": revision.number}
        )
    return revision


@transaction.atomic
def discard_draft(revision: Revision, *, by: User, at: datetime) -> None:
    """Throw a draft away. The plan's history keeps that it was there."""
    demand(by, "plans.edit", revision.plan)
    revision = _lock_draft(revision)
    counts = {"programmes": Programme.objects.filter(revision=revision).count()}
    record(revision, "discarded", by=by, at=at, before={"number": revision.number, **counts})
    # The tables are emptied children first; a cascade would read all rows into memory.
    Succession.objects.filter(revision=revision).delete()
    Edition.objects.filter(revision=revision).delete()  # books of a draft were never public
    for model, within in reversed(COPIED.items()):
        model._default_manager.filter(**{within: revision}).delete()
    revision.delete()


@transaction.atomic
def publish(
    revision: Revision, *, in_force_from: date, changed: Text | None = None, by: User, at: datetime
) -> Revision:
    """Put a draft in force from a day on; the revision before it counts until the day before.

    Progress that was reported on the present revision while the draft was written is carried over. `changed` says what
    is new; every revision but the first needs it. Raise Refused for an empty plan, or a day that is not after the
    present revision's first.
    """
    demand(by, "plans.publish", revision.plan)
    Plan.objects.select_for_update().get(pk=revision.plan_id)
    revision = _lock_draft(revision)
    if not Programme.objects.filter(revision=revision).exists():
        raise Refused(_("Draf ini belum memuat program satu pun."))
    present = newest_published(revision.plan)
    if present is not None:
        assert present.in_force_from is not None
        if in_force_from <= present.in_force_from:
            raise Refused(
                _("Revisi %(number)s berlaku sejak %(day)s; revisi baru harus mulai sesudah hari itu.")
                % {"number": present.number, "day": present.in_force_from.strftime("%d-%m-%Y")}
            )
        if not (changed or revision.changed):
            raise Refused(_("Tulis apa yang berubah dalam revisi ini, supaya orang bisa membacanya."))
        _carry_progress(present, revision)
    revision.status, revision.in_force_from = Revision.Status.PUBLISHED, in_force_from
    revision.changed = changed or revision.changed
    revision.published_at, revision.published_by = at, by
    revision.save(update_fields=["status", "in_force_from", "changed", "published_at", "published_by"])
    record(
        revision.plan,
        "published",
        by=by,
        at=at,
        before={"revision": present.number} if present else None,
        after={"revision": revision.number, "in_force_from": in_force_from},
    )
    if present is not None:
        _tell_programmes(present, revision, by=by, at=at)
    recompute(revision, at=at)
    revision_published(revision, at)
    return revision


def _tell_programmes(old: Revision, new: Revision, *, by: User, at: datetime) -> None:
    """Write into each programme's own history what the new revision changed in it."""
    for difference in compare(old, new):
        record(
            f"plans.programme:{difference.key}",
            "revised",
            by=by,
            at=at,
            before={change.name: change.old for change in difference.changes},
            after={
                "revision": new.number,
                "kind": difference.kind,
                **{change.name: change.new for change in difference.changes},
            },
        )


def _carry_progress(present: Revision, draft: Revision) -> None:
    """Take over what officers reported on the present revision after the draft was copied."""
    _carry_money(present, draft)
    done = dict(
        Milestone.objects.filter(revision=present).exclude(done_date=None).values_list("key", "done_date")
    )
    open_ones = list(Milestone.objects.filter(revision=draft, key__in=done, done_date=None))
    for milestone in open_ones:
        milestone.done_date = done[milestone.key]
    Milestone.objects.bulk_update(open_ones, ["done_date"], batch_size=BATCH)
    moved = set(
        Entry.objects.filter(
            thing__startswith="plans.quickwin:", verb="quick_win_moved", at__gte=draft.made_at
        ).values_list("thing", flat=True)
    )
    standing = {row.key: row for row in QuickWin.objects.filter(revision=present)}
    behind = [
        row
        for row in QuickWin.objects.filter(revision=draft, key__in=standing)
        if f"plans.quickwin:{row.key}" in moved
    ]
    fields = ("stage", "progress", "users_after", "note")
    for row in behind:
        for field in fields:
            setattr(row, field, getattr(standing[row.key], field))
    QuickWin.objects.bulk_update(behind, fields, batch_size=BATCH)


def _carry_money(present: Revision, draft: Revision) -> None:
    reported = {
        (line.programme.key, line.year, line.source): line
        for line in BudgetLine.objects.filter(programme__revision=present)
        .exclude(as_of=None)
        .select_related("programme")
    }
    behind = []
    for line in BudgetLine.objects.filter(programme__revision=draft).select_related("programme"):
        newer = reported.get((line.programme.key, line.year, line.source))
        if newer and newer.as_of and (line.as_of is None or newer.as_of > line.as_of):
            line.realised, line.as_of = newer.realised, newer.as_of
            behind.append(line)
    BudgetLine.objects.bulk_update(behind, ["realised", "as_of"], batch_size=BATCH)


# --- merging and splitting ------------------------------------------------------------------------------------------


def _programmes(revision: Revision, keys: Iterable[UUID]) -> dict[UUID, Programme]:
    found = {row.key: row for row in Programme.objects.filter(revision=revision, key__in=list(keys))}
    if set(keys) - set(found):
        raise Refused(_("Ada program yang tidak ada di draf ini."))
    return found


@transaction.atomic
def merge_programmes(
    revision: Revision, *, into: UUID, others: Sequence[UUID], by: User, at: datetime
) -> Programme:
    """Let programmes of a draft go on as one of them: everything they have moves there, money is added up.

    Raise Refused when this is no draft, or a programme is not in it.
    """
    demand(by, "plans.edit", revision.plan)
    revision = _lock_draft(revision)
    if not others or into in others:
        raise Refused(_("Pilih satu program tujuan dan paling sedikit satu program lain."))
    found = _programmes(revision, [into, *others])
    target, gone = found[into], [found[key] for key in others]
    for model in (Activity, Milestone, Indicator, QuickWin):
        model._default_manager.filter(programme__in=gone).update(programme=target)
    _merge_money(target, gone)
    target.areas.add(*{area for row in gone for area in row.areas.all()})
    agencies = {row.lead for row in gone if row.lead} | {one for row in gone for one in row.supporting.all()}
    target.supporting.add(*(agencies - {target.lead}))
    _merge_dependencies(target, gone)
    target.year_from = min([target.year_from, *(row.year_from for row in gone)])
    target.year_to = max([target.year_to, *(row.year_to for row in gone)])
    target.save(update_fields=["year_from", "year_to"])
    Succession.objects.bulk_create(
        [
            Succession(old_key=row.key, new_key=target.key, kind=Succession.Kind.MERGE, revision=revision)
            for row in gone
        ]
    )
    # A programme that an earlier merge in this draft led to leads on to the new one.
    Succession.objects.filter(revision=revision, new_key__in=others).update(new_key=target.key)
    Programme.objects.filter(pk__in=[row.pk for row in gone]).delete()
    for row in gone:
        record(row, "merged", by=by, at=at, after={"into": target.code, "into_key": target.key})
    record(target, "merged", by=by, at=at, after={"from": ", ".join(row.code for row in gone)})
    return target


def _merge_money(target: Programme, gone: list[Programme]) -> None:
    lines: dict[tuple[int, str], list[BudgetLine]] = defaultdict(list)
    for line in BudgetLine.objects.filter(programme__in=[target, *gone]):
        lines[line.year, line.source].append(line)
    BudgetLine.objects.filter(programme__in=[target, *gone]).delete()
    BudgetLine.objects.bulk_create([_sum(target, found) for found in lines.values()])


def _sum(target: Programme, lines: list[BudgetLine]) -> BudgetLine:
    """Return one line for several; where their shares differ, the money that counts is added and the share is full."""
    whole = BudgetLine(programme=target, year=lines[0].year, source=lines[0].source)
    whole.share = lines[0].share if len({line.share for line in lines}) == 1 else Decimal(100)
    for field in MONEY:
        amounts = [
            round(amount * line.share / whole.share)
            for line in lines
            if (amount := getattr(line, field)) is not None
        ]
        setattr(whole, field, sum(amounts) if amounts else (0 if field == "planned" else None))
    days = [line.as_of for line in lines if line.as_of]
    whole.as_of = max(days) if days else None
    whole.document = "; ".join(dict.fromkeys(line.document for line in lines if line.document))[:200]
    return whole


def _merge_dependencies(target: Programme, gone: list[Programme]) -> None:
    members = {target.pk, *(row.pk for row in gone)}
    rows = list(Dependency.objects.filter(models.Q(programme__in=members) | models.Q(on__in=members)))
    Dependency.objects.filter(pk__in=[row.pk for row in rows]).delete()
    wanted: dict[tuple[int, int], Any] = {}
    for row in rows:
        pair = (
            target.pk if row.programme_id in members else row.programme_id,
            target.pk if row.on_id in members else row.on_id,
        )
        if pair[0] != pair[1]:
            wanted.setdefault(pair, row.why)
    Dependency.objects.bulk_create(
        [Dependency(programme_id=one, on_id=other, why=why) for (one, other), why in wanted.items()]
    )


@dataclass(frozen=True)
class Part:
    """A programme that a split makes: what it takes along, by code, and its percent of every budget line."""

    code: str
    title: Text
    indicators: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    percent: Decimal = Decimal(0)


@transaction.atomic
def split_programme(
    revision: Revision, key: UUID, parts: Sequence[Part], *, by: User, at: datetime
) -> list[Programme]:
    """Make new programmes out of one of a draft; what no part takes along stays with the old one, which goes on.

    Parts have the old one's agencies, years, places and framework. Raise Refused when this is no draft, a code is
    taken, something is not the old one's, or the percents are more than 100.
    """
    demand(by, "plans.edit", revision.plan)
    revision = _lock_draft(revision)
    old = _programmes(revision, [key])[key]
    if not parts:
        raise Refused(_("Tulis paling sedikit satu program baru."))
    codes = [part.code for part in parts]
    if len(set(codes)) < len(codes) or Programme.objects.filter(revision=revision, code__in=codes).exists():
        raise Refused(_("Kode program baru sudah dipakai."))
    if any(part.percent < 0 for part in parts) or sum(part.percent for part in parts) > 100:
        raise Refused(_("Bagian anggaran harus 0 sampai 100 persen bersama-sama."))
    made = [_split_off(old, part) for part in parts]
    _split_money(old, list(zip(parts, made, strict=True)))
    Succession.objects.bulk_create(
        [
            Succession(old_key=old.key, new_key=new.key, kind=Succession.Kind.SPLIT, revision=revision)
            for new in made
        ]
    )
    record(old, "split", by=by, at=at, after={"into": ", ".join(codes)})
    for new in made:
        record(new, "split", by=by, at=at, after={"from": old.code, "from_key": old.key})
    return made


def _split_off(old: Programme, part: Part) -> Programme:
    skipped = ("id", "key", "code", "title", "colour", "order")
    kept = {
        field.attname: getattr(old, field.attname)
        for field in Programme._meta.concrete_fields
        if field.name not in skipped and not field.generated
    }
    new = Programme.objects.create(**kept, code=part.code, title=part.title, order=old.order)
    new.supporting.set(old.supporting.all())
    new.areas.set(old.areas.all())
    Placement.objects.bulk_create(
        [
            Placement(programme=new, framework_id=place.framework_id, node_id=place.node_id)
            for place in old.placements.all()
        ]
    )
    taken = Indicator.objects.filter(programme=old, code__in=part.indicators).update(programme=new)
    taken += Activity.objects.filter(programme=old, code__in=part.activities).update(programme=new)
    if taken != len(set(part.indicators)) + len(set(part.activities)):
        raise Refused(_("Ada indikator atau kegiatan yang bukan milik program ini."))
    return new


def _split_money(old: Programme, parts: list[tuple[Part, Programme]]) -> None:
    """Share out every budget line; what rounding leaves over stays with the old programme."""
    fresh, lines = [], list(BudgetLine.objects.filter(programme=old))
    for line in lines:
        amounts = {field: getattr(line, field) for field in MONEY}
        for part, new in parts:
            if part.percent == 0:
                continue
            share = BudgetLine(
                programme=new,
                year=line.year,
                source=line.source,
                as_of=line.as_of,
                share=line.share,
                document=line.document,
            )
            for field, amount in amounts.items():
                taken = None if amount is None else int(amount * part.percent / 100)
                setattr(share, field, taken)
                if taken:
                    setattr(line, field, getattr(line, field) - taken)
            fresh.append(share)
    BudgetLine.objects.bulk_create(fresh)
    BudgetLine.objects.bulk_update(lines, MONEY)
