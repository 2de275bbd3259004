"""What people do to a plan: edit its draft, record progress of what is in force, hold meetings.

Copying, publishing, merging and splitting are in revising.py; imports in importing.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.lib.refused import Refused
from lawang.measures.definitions import define
from lawang.measures.models import Series
from lawang.people.models import User
from lawang.people.permissions import demand
from lawang.plans.meanwhile import BUDGET, Seen, check
from lawang.plans.models import (
    Activity,
    Application,
    Attendance,
    Body,
    BudgetLine,
    Dependency,
    FrameworkNode,
    Gap,
    Indicator,
    Meeting,
    Member,
    Milestone,
    Partner,
    Placement,
    Programme,
    QuickWin,
    Resource,
    Revision,
    Risk,
    Statement,
    Swot,
    Target,
)
from lawang.record.actions import record
from lawang.record.models import File

# Every row that belongs to one edition of the plan and may be edited while that is a draft.
Row = (
    Activity
    | BudgetLine
    | Dependency
    | Gap
    | Indicator
    | Milestone
    | Partner
    | Programme
    | QuickWin
    | Resource
    | Revision
    | Risk
    | Statement
    | Swot
)


def revision_of(row: Row) -> Revision:
    """Return the edition a row belongs to."""
    if isinstance(row, Revision):
        return row
    if isinstance(row, Partner | Resource | Risk):
        return row.quick_win.revision
    if isinstance(row, BudgetLine | Dependency):
        return row.programme.revision
    return row.revision


def thing_of(row: Row) -> models.Model | str:
    """Return the thing whose history tells of a change of `row`: itself if it has a key, else what it is part of."""
    if isinstance(row, Partner | Resource | Risk):
        return row.quick_win
    if isinstance(row, BudgetLine | Dependency):
        return row.programme
    if isinstance(row, Revision | Gap | Swot):
        return revision_of(row).plan
    return row


def _draft(row: Row) -> Revision:
    """Return the row's edition, locked; raise Refused when it is in force already."""
    revision = Revision.objects.select_for_update().get(pk=revision_of(row).pk)
    if revision.status != Revision.Status.DRAFT:
        raise Refused(_("Revisi ini sudah berlaku dan tidak bisa diubah. Mulailah revisi baru."))
    return revision


def _fields(row: models.Model) -> dict[str, Any]:
    """Return what an Entry tells of a row."""
    skipped = {"id", "key", "revision", "search", "colour", "order"}
    return {
        field.name: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.name not in skipped and getattr(row, field.attname) not in (None, "")
    }


# What a constraint means to the person who ran into it.
TAKEN = {
    "activity_code_once": gettext_lazy("Kode kegiatan ini sudah dipakai. Pilih kode lain."),
    "application_code_once": gettext_lazy("Kode aplikasi ini sudah dipakai. Pilih kode lain."),
    "body_code_once": gettext_lazy("Kode lembaga ini sudah dipakai. Pilih kode lain."),
    "budget_once_per_year_and_source": gettext_lazy(
        "Tahun dan sumber ini sudah ada barisnya. Ubah baris itu, jangan buat yang kedua."
    ),
    "budget_planned_not_negative": gettext_lazy("Anggaran tidak bisa kurang dari nol."),
    "budget_share_is_percent": gettext_lazy("Bagian harus lebih dari 0 dan paling banyak 100 persen."),
    "dependency_once": gettext_lazy("Ketergantungan ini sudah tercatat."),
    "dependency_on_another": gettext_lazy("Program tidak bisa bergantung pada dirinya sendiri."),
    "gap_once_per_node": gettext_lazy("Kesenjangan subdimensi ini sudah ditulis. Ubah yang sudah ada."),
    "indicator_code_once": gettext_lazy("Kode indikator ini sudah dipakai. Pilih kode lain."),
    "member_once_per_body": gettext_lazy("Jabatan dan nama ini sudah tercatat di lembaga ini."),
    "programme_code_once": gettext_lazy("Kode program ini sudah dipakai. Pilih kode lain."),
    "programme_ends_after_start": gettext_lazy("Tahun selesai tidak boleh sebelum tahun mulai."),
    "quick_win_code_once": gettext_lazy("Kode percepatan ini sudah dipakai. Pilih kode lain."),
    "quick_win_ends_after_start": gettext_lazy("Hari selesai tidak boleh sebelum hari mulai."),
    "quick_win_progress_is_percent": gettext_lazy("Kemajuan harus antara 0 dan 100 persen."),
    "statement_code_once": gettext_lazy("Kode ini sudah dipakai pernyataan lain. Pilih kode lain."),
    "swot_code_once": gettext_lazy("Kode ini sudah dipakai baris SWOT lain. Pilih kode lain."),
}


def _store(row: models.Model) -> None:
    """Check a row and save it; raise Refused with a sentence for what cannot be kept."""
    try:
        row.clean_fields(exclude=["search"])
    except ValidationError as error:
        raise Refused(error.messages[0]) from None
    for constraint in row._meta.constraints:
        try:
            constraint.validate(type(row), row)
        except ValidationError as error:
            raise Refused(str(TAKEN.get(constraint.name, error.messages[0]))) from None
    for field in row._meta.concrete_fields:
        if field.unique and not field.primary_key and field.name != "key":
            others = type(row)._default_manager.filter(**{field.name: getattr(row, field.attname)})
            if others.exclude(pk=row.pk).exists():
                raise Refused(
                    str(TAKEN.get(f"{row._meta.model_name}_{field.name}_once", _("Sudah dipakai.")))
                )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # somebody else was faster with the same code
        raise Refused(_("Baris seperti ini baru saja disimpan orang lain. Muat ulang halaman ini.")) from None


@transaction.atomic
def save_row(
    row: Row,
    *,
    by: User,
    at: datetime,
    many: Mapping[str, Iterable[models.Model]] | None = None,
    seen: Seen | None = None,
) -> None:
    """Add a row to a draft, or keep its changes; nothing changed leaves no trace.

    `many` holds the new members of many-to-many fields by name. Raise Refused when the edition is in force, or with
    a sentence about what cannot be kept; ChangedMeanwhile when the row is not what was `seen`.
    """
    _draft(row)
    demand(by, "plans.edit", row)
    before: dict[str, Any] = {}
    if row.pk:
        stored = type(row)._default_manager.get(pk=row.pk)
        check(stored, seen, things=[thing_of(row)])
        before = _fields(stored)
    is_new = not row.pk
    _store(row)
    if is_new:
        demand(by, "plans.edit", row)  # a new row must lie within reach too
    after = _fields(row)
    for name, members in (many or {}).items():
        manager = getattr(row, name)
        old, new = sorted(manager.values_list("pk", flat=True)), sorted(member.pk for member in members)
        if old != new:
            manager.set(new)
            before[name], after[name] = old, new
    _tell(row, thing_of(row), before, after, is_new=is_new, by=by, at=at)


def _tell(
    row: models.Model,
    thing: models.Model | str,
    before: dict[str, Any],
    after: dict[str, Any],
    *,
    is_new: bool,
    by: User,
    at: datetime,
) -> None:
    """Record what really changed, if anything did."""
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    if changed or is_new:
        record(
            thing,
            f"{row._meta.model_name}_{'added' if is_new else 'changed'}",
            by=by,
            at=at,
            before={name: before[name] for name in changed if name in before},
            after={name: after[name] for name in changed if name in after},
        )


def linked(programme: Programme) -> dict[str, Any]:
    """Return what a programme names, as ids: what its form shows beside its own fields."""
    return named(
        programme.supporting.values_list("pk", flat=True),
        programme.areas.values_list("pk", flat=True),
        programme.placements.values_list("framework", "node"),
    )


def named(
    supporting: Iterable[int], areas: Iterable[int], places: Iterable[tuple[int, int]]
) -> dict[str, Any]:
    """Return the same of ids that were read already."""
    return {"supporting": sorted(supporting), "areas": sorted(areas), "places": sorted(places)}


@transaction.atomic
def save_programme(
    programme: Programme,
    *,
    places: Mapping[int, FrameworkNode | None],
    supporting: Iterable[models.Model],
    areas: Iterable[models.Model],
    by: User,
    at: datetime,
    seen: Seen | None = None,
) -> None:
    """Add a programme to a draft or keep its changes, with partners, areas and its place in each framework.

    `places` is by framework id; None takes the programme out of that framework.
    """
    if programme.pk and seen is not None:
        _draft(programme)
        stored = Programme.objects.get(pk=programme.pk)
        check(stored, seen, linked(stored), things=[stored])
    if not programme.pk and not programme.order:
        last = Programme.objects.filter(revision=programme.revision).aggregate(models.Max("order"))
        programme.order = (last["order__max"] or 0) + 1
    save_row(programme, by=by, at=at, many={"supporting": supporting, "areas": areas})
    for framework, node in places.items():
        if node is not None:
            place(programme, node, by=by, at=at)
        else:
            old = Placement.objects.filter(programme=programme, framework=framework).select_related("node")
            for row in old:
                record(programme, "programme_placed", by=by, at=at, before={"node": row.node.code})
                row.delete()


@transaction.atomic
def remove_row(row: Row, *, by: User, at: datetime) -> None:
    """Take a row out of a draft; the edition in force keeps its own.

    Raise Refused when the edition is in force.
    """
    _draft(row)
    demand(by, "plans.edit", row)
    if isinstance(row, Revision):
        raise Refused(_("Draf dibuang lewat halaman revisi."))
    record(thing_of(row), f"{row._meta.model_name}_removed", by=by, at=at, before=_fields(row))
    row.delete()


@transaction.atomic
def place(programme: Programme, node: FrameworkNode, *, by: User, at: datetime) -> None:
    """Put a programme of a draft at a node; it has one place per framework."""
    _draft(programme)
    demand(by, "plans.edit", programme)
    old = Placement.objects.filter(programme=programme, framework=node.framework_id).first()
    if old and old.node_id == node.pk:
        return
    before = {"node": old.node.code} if old else None
    Placement.objects.update_or_create(programme=programme, framework=node.framework, defaults={"node": node})
    record(programme, "programme_placed", by=by, at=at, before=before, after={"node": node.code})


@transaction.atomic
def set_targets(indicator: Indicator, targets: Mapping[int, Decimal], *, by: User, at: datetime) -> None:
    """Make these the only targets of an indicator of a draft, by year."""
    _draft(indicator)
    demand(by, "plans.edit", indicator)
    before = dict(indicator.targets.values_list("year", "amount"))
    if before == dict(targets):
        return
    indicator.targets.all().delete()
    Target.objects.bulk_create(
        Target(indicator=indicator, year=year, amount=amount) for year, amount in sorted(targets.items())
    )
    record(
        indicator,
        "targets_changed",
        by=by,
        at=at,
        before={str(year): amount for year, amount in before.items()},
        after={str(year): amount for year, amount in targets.items()},
    )


def budgeted(lines: Iterable[BudgetLine]) -> dict[str, Any]:
    """Return what the table of a programme's budget shows."""
    told = [[line.year, line.source, line.planned, line.revised, line.share, line.document] for line in lines]
    return {"lines": sorted(told, key=lambda one: (one[0], one[1]))}


@transaction.atomic
def set_budget(
    programme: Programme,
    wanted: Mapping[tuple[int, str], Mapping[str, Any] | None],
    *,
    by: User,
    at: datetime,
    seen: Seen | None = None,
) -> int:
    """Give a programme of a draft these budget lines, by year and source; return how many really changed.

    A mapping holds the fields of a line, None takes the line away; lines not named stay. All or none. Raise Refused
    for taking away a line of which money is spent already.
    """
    _draft(programme)
    demand(by, "plans.edit", programme)
    stored = {(line.year, line.source): line for line in BudgetLine.objects.filter(programme=programme)}
    check(programme, seen, budgeted(stored.values()), things=[programme], verbs=BUDGET)
    count = 0
    for (year, source), fields in wanted.items():
        line = stored.get((year, source))
        name = f"{year} {BudgetLine.Source(source).label}"
        if fields is None:
            if line is None:
                continue
            if line.realised is not None:
                raise Refused(
                    _("%(line)s sudah ada realisasinya, jadi tidak bisa dikosongkan. Tulis 0.")
                    % {"line": name}
                )
            record(programme, "budgetline_removed", by=by, at=at, before=_fields(line))
            line.delete()
        else:
            before = _fields(line) if line else {}
            line = line or BudgetLine(programme=programme, year=year, source=source)
            for field, value in fields.items():
                setattr(line, field, value)
            after = _fields(line)
            if before == after:
                continue
            try:
                _store(line)
            except Refused as refused:
                raise Refused(f"{name}: {refused.sentence}") from None
            told = {
                field
                for field in before.keys() | after.keys()
                if before.get(field) != after.get(field) or field in ("year", "source")
            }
            record(
                programme,
                "budgetline_changed" if before else "budgetline_added",
                by=by,
                at=at,
                before={field: before[field] for field in sorted(told) if field in before},
                after={field: after[field] for field in sorted(told) if field in after},
            )
        count += 1
    return count


def promised(indicator: Indicator) -> dict[str, Any]:
    """Return what the form of an indicator shows beside its own fields: targets, and how its series is defined."""
    targets = sorted((target.year, target.amount) for target in indicator.targets.all())
    return {"targets": targets, "series": _fields(indicator.series)}


@transaction.atomic
def save_indicator(
    indicator: Indicator,
    *,
    targets: Mapping[int, Decimal],
    define_series: Series | None = None,
    by: User,
    at: datetime,
    seen: Seen | None = None,
) -> None:
    """Add an indicator to a draft or keep its changes, with its targets.

    `define_series` is a new series that it measures, or its own with a changed definition; that counts at once.
    """
    _draft(indicator)
    if indicator.pk and seen is not None:
        stored = Indicator.objects.select_related("series").prefetch_related("targets").get(pk=indicator.pk)
        check(stored, seen, promised(stored), things=[stored, stored.series])
    if define_series is not None:
        define(define_series, by=by, at=at)
        indicator.series = define_series
    save_row(indicator, by=by, at=at)
    set_targets(indicator, targets, by=by, at=at)


@transaction.atomic
def reorder(revision: Revision, keys: Sequence[str], *, by: User, at: datetime) -> bool:
    """Put these programmes of a draft into this order, in the places they hold now; return whether that moved any.

    Programmes not named stay where they are; unknown keys are passed over.
    """
    _draft(revision)
    demand(by, "plans.edit", revision.plan)
    rows = list(
        Programme.objects.filter(revision=revision).only("key", "order", "code").order_by("order", "code")
    )
    by_key = {str(row.key): row for row in rows}
    wanted = [by_key[key] for key in dict.fromkeys(map(str, keys)) if key in by_key]
    slots = [number for number, row in enumerate(rows) if row in set(wanted)]
    sorted_rows = list(rows)
    for slot, row in zip(slots, wanted, strict=True):
        sorted_rows[slot] = row
    if sorted_rows == rows:
        return False
    for number, row in enumerate(sorted_rows, 1):
        row.order = number
    Programme.objects.bulk_update(sorted_rows, ["order"], batch_size=500)
    record(
        revision.plan,
        "programmes_reordered",
        by=by,
        at=at,
        after={"codes": [row.code for row in wanted]},
    )
    return True


BULK_FIELDS = ("lead", "coordinator", "term", "state", "year_from", "year_to")


@transaction.atomic
def change_many(
    programmes: Iterable[Programme], changes: Mapping[str, Any], *, by: User, at: datetime
) -> int:
    """Give the same values to several programmes of a draft; return how many really changed.

    Only the fields of BULK_FIELDS. All or none: one that cannot take the value stops the whole.
    """
    unknown = set(changes) - set(BULK_FIELDS)
    if unknown:
        raise Refused(
            _("Kolom ini tidak bisa diubah sekaligus: %(names)s.") % {"names": ", ".join(sorted(unknown))}
        )
    count = 0
    for programme in programmes:
        if any(getattr(programme, name) != value for name, value in changes.items()):
            for name, value in changes.items():
                setattr(programme, name, value)
            try:
                save_row(programme, by=by, at=at)
            except Refused as refused:
                raise Refused(f"{programme.code}: {refused.sentence}") from None
            count += 1
    return count


# --- registers that belong to no edition: applications, bodies and their seats ---------------------------------------

Register = Application | Body | Member


def _kept_under(row: Register) -> models.Model:
    return row.body if isinstance(row, Member) else row


@transaction.atomic
def save_register(row: Register, *, by: User, at: datetime, seen: Seen | None = None) -> None:
    """Add a line to a register or keep its changes. It counts at once, also for the plan in force."""
    demand(by, "plans.edit", row)
    is_new = not row.pk
    before: dict[str, Any] = {}
    if not is_new:
        stored: Any = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
        check(stored, seen, things=[_kept_under(row)])
        before = _fields(stored)
    _store(row)
    if is_new:
        demand(by, "plans.edit", row)
    _tell(row, _kept_under(row), before, _fields(row), is_new=is_new, by=by, at=at)


@transaction.atomic
def remove_register(row: Register, *, by: User, at: datetime) -> None:
    """Take a line out of a register; raise Refused for a body that has met."""
    demand(by, "plans.edit", row)
    record(_kept_under(row), f"{row._meta.model_name}_removed", by=by, at=at, before=_fields(row))
    try:
        row.delete()
    except ProtectedError:
        raise Refused(
            _("Lembaga ini sudah punya catatan rapat, jadi tidak bisa dihapus. Riwayatnya harus tetap utuh.")
        ) from None


# --- progress of what is in force -----------------------------------------------------------------------------------


def _in_force(row: Programme | Milestone | QuickWin | BudgetLine) -> None:
    revision = revision_of(row)
    if revision.status != Revision.Status.PUBLISHED:
        raise Refused(_("Kemajuan dicatat pada rencana yang berlaku, bukan pada draf."))


@transaction.atomic
def spend(line: BudgetLine, *, realised: int, as_of: date, by: User, at: datetime) -> BudgetLine:
    """Record how much of a budget line is spent, in whole rupiah, up to a day.

    Raise Refused for a day in the future, before the line's year, or older than what is recorded.
    """
    line = (
        BudgetLine.objects.select_for_update(of=("self",))
        .select_related("programme__revision")
        .get(pk=line.pk)
    )
    _in_force(line)
    demand(by, "plans.update_progress", line)
    if as_of > at.date():
        raise Refused(_("Tanggal realisasi belum tiba."))
    if line.as_of and as_of < line.as_of:
        raise Refused(_("Sudah ada realisasi dengan tanggal yang lebih baru."))
    if realised < 0:
        raise Refused(_("Realisasi tidak bisa kurang dari nol."))
    before = {"realised": line.realised, "as_of": line.as_of}
    line.realised, line.as_of = realised, as_of
    line.save(update_fields=["realised", "as_of"])
    record(
        line.programme,
        "budget_realised",
        by=by,
        at=at,
        before=before,
        after={"realised": realised, "as_of": as_of, "year": line.year, "source": line.source},
    )
    return line


@transaction.atomic
def finish_milestone(milestone: Milestone, *, done_date: date, by: User, at: datetime) -> Milestone:
    """Record the day a milestone was reached; raise Refused for a day in the future."""
    milestone = (
        Milestone.objects.select_for_update(of=("self",))
        .select_related("programme", "revision")
        .get(pk=milestone.pk)
    )
    _in_force(milestone)
    demand(by, "plans.update_progress", milestone)
    if done_date > at.date():
        raise Refused(_("Hari selesai belum tiba."))
    before = {"done_date": milestone.done_date}
    milestone.done_date = done_date
    milestone.save(update_fields=["done_date"])
    record(
        milestone.programme,
        "milestone_done",
        by=by,
        at=at,
        before=before,
        after={"done_date": done_date, "title": milestone.title, "due_date": milestone.due_date},
    )
    return milestone


@transaction.atomic
def move_quick_win(
    quick_win: QuickWin,
    *,
    stage: str,
    progress: int,
    users_after: int | None,
    note: str,
    by: User,
    at: datetime,
) -> QuickWin:
    """Record how far a quick win is: its stage, percent, users now, a note in Indonesian."""
    quick_win = (
        QuickWin.objects.select_for_update(of=("self",))
        .select_related("programme", "revision")
        .get(pk=quick_win.pk)
    )
    _in_force(quick_win)
    demand(by, "plans.update_progress", quick_win)
    if not 0 <= progress <= 100:
        raise Refused(_("Kemajuan harus antara 0 dan 100 persen."))
    before = {"stage": quick_win.stage, "progress": quick_win.progress, "users_after": quick_win.users_after}
    quick_win.stage, quick_win.progress, quick_win.users_after = stage, progress, users_after
    quick_win.note = {"id": note} if note else quick_win.note
    quick_win.save(update_fields=["stage", "progress", "users_after", "note"])
    record(
        quick_win,
        "quick_win_moved",
        by=by,
        at=at,
        before=before,
        after={"stage": stage, "progress": progress, "users_after": users_after},
        note=note,
    )
    return quick_win


# --- meetings -------------------------------------------------------------------------------------------------------


@transaction.atomic
def announce_meeting(
    body: Body, *, date: date, title: str, place: str = "", by: User, at: datetime
) -> Meeting:
    """Put a meeting in the calendar of a body; its minutes are then due from the secretariat."""
    demand(by, "plans.record_meeting", body)
    meeting, is_new = Meeting.objects.get_or_create(
        body=body, date=date, title=title, defaults={"place": place}
    )
    if is_new:
        record(meeting, "meeting_announced", by=by, at=at, after={"date": date, "title": title})
    return meeting


@transaction.atomic
def record_meeting(
    meeting: Meeting,
    *,
    present: Iterable[Member],
    invited: Iterable[Member],
    minutes: str,
    minutes_file: File | None = None,
    by: User,
    at: datetime,
) -> Meeting:
    """Record who was invited, who came and what was decided; recording it again corrects it.

    Raise Refused when the meeting lies ahead, or there are neither minutes nor a file.
    """
    meeting = Meeting.objects.select_for_update(of=("self",)).select_related("body").get(pk=meeting.pk)
    demand(by, "plans.record_meeting", meeting)
    if meeting.date > at.date():
        raise Refused(_("Rapat ini belum berlangsung."))
    if not minutes.strip() and not (minutes_file or meeting.minutes_file_id):
        raise Refused(_("Tulis ringkasan keputusan atau unggah notulennya."))
    here, asked = {member.pk for member in present}, {member.pk for member in invited}
    members = list(meeting.body.members.all())
    Attendance.objects.bulk_create(
        [
            Attendance(
                meeting=meeting,
                member=member,
                was_invited=member.pk in asked or member.pk in here,
                was_present=member.pk in here,
            )
            for member in members
        ],
        update_conflicts=True,
        unique_fields=["meeting", "member"],
        update_fields=["was_invited", "was_present"],
    )
    meeting.minutes, meeting.recorded_at = minutes.strip(), at
    if minutes_file:
        meeting.minutes_file = minutes_file
    meeting.save(update_fields=["minutes", "recorded_at", "minutes_file"])
    record(
        meeting,
        "meeting_recorded",
        by=by,
        at=at,
        after={
            "date": meeting.date,
            "present": len(here),
            "invited": len(asked | here),
            "members": len(members),
        },
    )
    return meeting
