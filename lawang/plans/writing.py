"""Write what a dry run said: the rows of a file into the plan, in one transaction, many rows at a time."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from lawang.areas.models import Area
from lawang.lib.refused import Refused
from lawang.lib.text import text
from lawang.measures import periods
from lawang.measures.actions import Figure, import_values
from lawang.measures.models import Evidence, Series, Value
from lawang.people.models import Agency, User
from lawang.people.node import node
from lawang.people.permissions import demand
from lawang.plans import cells, tables
from lawang.plans.dry_run import DryRun, RowResult, State, column_of
from lawang.plans.importing import check
from lawang.plans.models import (
    Application,
    Attendance,
    Body,
    Dependency,
    Framework,
    FrameworkNode,
    Indicator,
    Meeting,
    Member,
    Placement,
    Plan,
    Programme,
    QuickWin,
    ReadinessElement,
    Revision,
)
from lawang.plans.sheets import BY_NAME, SHEETS, Column, Kind
from lawang.plans.tables import (
    BINDINGS,
    BREAKDOWNS,
    PLAN_FIELDS,
    REVISION_FIELDS,
    SERIES_FIELDS,
    SEXES,
    Row,
    binding_field,
)
from lawang.record.actions import once, record

LOCK = 7_302_018  # one import at a time, so that what was checked is what is written
# Rows that point at rows of their own sheet get that pointer once all of them exist.
LATER = {"arah": "induk"}
# Whose history a row of each sheet belongs to: the column that names the owner, and the sheet of the owner.
OWNER = {
    "program": ("kode", "program"),
    "anggaran": ("program", "program"),
    "kegiatan": ("program", "program"),
    "tonggak": ("program", "program"),
    "indikator": ("kode", "indikator"),
    "target": ("indikator", "indikator"),
    "percepatan": ("kode", "percepatan"),
    "percepatan_mitra": ("percepatan", "percepatan"),
    "percepatan_risiko": ("percepatan", "percepatan"),
    "percepatan_sumber_daya": ("percepatan", "percepatan"),
    "aplikasi": ("kode", "aplikasi"),
    "deret": ("kode", "deret"),
    "lembaga": ("kode", "lembaga"),
    "anggota": ("lembaga", "lembaga"),
    "rapat": ("lembaga", "lembaga"),
    "hadir": ("lembaga", "lembaga"),
}


@transaction.atomic
def apply(
    dry_run: DryRun, *, by: User, at: datetime, key: str = "", approved_by: User | None = None
) -> dict[str, Any]:
    """Write everything that the dry run would add or change; return the counts by state.

    Figures are proposed by `by`, and put in force when `approved_by` is given. Nothing to do leaves no trace at all.
    `key` makes a second call with the same dry run answer what the first did. Raise Refused when the dry run is
    blocked, or when the plan changed since, so that it would now do something else.
    """
    demand(by, "plans.import", dry_run.plan)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
    if not key:
        return _apply(dry_run, by=by, at=at, approved_by=approved_by)
    result, _fresh = once(
        key,
        "plans.import",
        by,
        dry_run.digest,
        at,
        lambda: _apply(dry_run, by=by, at=at, approved_by=approved_by),
    )
    return result


def _apply(dry_run: DryRun, *, by: User, at: datetime, approved_by: User | None) -> dict[str, Any]:
    now = check(dry_run.workbook, dry_run.plan, by=by, choices=dry_run.choices)
    if now.digest != dry_run.digest:
        raise Refused(_("Rencana berubah sejak berkas ini diperiksa. Periksa lagi, lalu terapkan."))
    if now.blocked:
        raise Refused(now.blocked)
    if now.changes_something:
        _Writer(now, by=by, at=at, approved_by=approved_by).write()
    return dict(now.counts)


PROOF = ("bukti", "bukti_tentang", "bukti_terbuka")  # columns of a figure that tell of its proof


class _Writer:
    def __init__(self, dry: DryRun, *, by: User, at: datetime, approved_by: User | None) -> None:
        self.dry = dry
        self.by = by
        self.at = at
        self.approved_by = approved_by
        self.ids: dict[str, dict[str, int]] = {}
        self.before: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        self.after: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)

    def write(self) -> None:
        self.plan, self.revision = self._plan()
        for sheet in SHEETS:
            name = sheet.name
            rows = [row for row in self.dry.rows.get(name, ()) if row.state in (State.ADDED, State.CHANGED)]
            if not rows or name == "rencana":
                continue
            special = {
                "indikator": self._indicators,
                "rapat": self._meetings,
                "hadir": self._attendance,
                "angka": self._figures,
                "bukti": self._evidence,
            }
            special.get(name, self._save)(rows)
            self._remember(rows)
        self._record()

    # -- the plan itself --------------------------------------------------------------------------------------

    def _plan(self) -> tuple[Plan, Revision]:
        results = self.dry.rows.get("rencana", [])
        plan, revision = self.dry.plan, self.dry.revision
        if plan is not None:
            plan = Plan.objects.select_for_update().select_related("framework").get(pk=plan.pk)
        result = next((row for row in results if row.state in (State.ADDED, State.CHANGED)), None)
        sheet = BY_NAME["rencana"]
        if plan is None:
            assert result is not None, "check() blocks a first import without its plan"
            plan = Plan(is_demo=node().is_demo)
        if revision is None:
            revision = Revision(plan=plan, number=1, made_at=self.at)
        if result is not None:
            names = {column_of(sheet, change.column).name for change in result.changes} - {"kode"}
            if result.state == State.ADDED:
                names = {column.name for column in sheet.columns}
            for name in names:
                column = sheet.column(name)
                owner, fields = (plan, PLAN_FIELDS) if name in PLAN_FIELDS else (revision, REVISION_FIELDS)
                for attribute, value in self._attributes(column, fields[name], result.row, "rencana").items():
                    setattr(owner, attribute, value)
        if result is not None or plan.pk is None:
            plan.save()
            self._remember([result] if result else [])
        if result is not None or revision.pk is None:
            revision.plan = plan
            revision.save()
        return plan, revision

    # -- rows -------------------------------------------------------------------------------------------------

    def _save(self, rows: list[RowResult]) -> list[Any]:
        """Write rows of one sheet in the common way and return their objects in the same order."""
        name = rows[0].sheet
        sheet, binding = BY_NAME[name], BINDINGS[name]
        objects: dict[int, Any] = binding.model._default_manager.in_bulk([row.pk for row in rows if row.pk])
        columns = [sheet.column(column) for column in binding.fields if column != LATER.get(name)]
        fresh: list[Any] = []
        changed: dict[str, list[Any]] = defaultdict(list)
        saved = []
        for row in rows:
            thing = objects[row.pk] if row.pk else self._new(name)
            touched = {column_of(sheet, change.column).name for change in row.changes}
            fields: list[str] = []
            for column in columns:
                if row.pk and column.name not in touched:
                    continue
                for attribute, value in self._attributes(
                    column, binding.fields[column.name], row.row, name
                ).items():
                    setattr(thing, attribute, value)
                    fields.append(attribute.removesuffix("_id"))
            if name == "aplikasi":
                self._programme_of_application(thing, row, fields)
            if row.pk:
                for attribute in fields:
                    changed[attribute].append(thing)
            else:
                fresh.append(thing)
            saved.append(thing)
        binding.model._default_manager.bulk_create(fresh, batch_size=1000)
        self._update(binding.model, changed)
        self.ids.pop(name, None)
        if name in LATER:
            self._point(rows, saved)
        for column_name, attribute in binding.many.items():
            self._many(rows, saved, column_name, attribute)
        if name == "program":
            self._places(rows, saved)
        return saved

    def _update(self, model: type[models.Model], changed: dict[str, list[Any]]) -> None:
        if changed:
            things = {thing.pk: thing for found in changed.values() for thing in found}
            model._default_manager.bulk_update(things.values(), list(changed), batch_size=500)

    def _new(self, sheet: str) -> Any:
        binding = BINDINGS[sheet]
        thing = binding.model()
        if binding.within == "revision":
            thing.revision = self.revision  # type: ignore[attr-defined]
        elif binding.within == "plan":
            thing.plan = self.plan  # type: ignore[attr-defined]
        return thing

    def _attributes(self, column: Column, attribute: str, row: Row, sheet: str) -> dict[str, Any]:
        """Return what to set on a row of the table for one column; empty for what keeps its default."""
        value = row.get(column.name)
        kept_in = binding_field(sheet, column)
        assert kept_in is not None
        if column.kind == Kind.WORDS:
            english = str(row.get(f"{column.name}_en") or "")
            return {attribute: text(str(value), english) if value else None}
        if column.kind == Kind.REFERENCE:
            return {f"{attribute}_id": self._id(column.to, str(value)) if value else None}
        if column.name == "rincian" and attribute == "breakdowns":
            words = [word.strip().casefold() for word in str(value or "").split(";")]
            return {attribute: [stored for word, stored in BREAKDOWNS if word in words or stored in words]}
        if column.name == "parameter":
            return {attribute: json.loads(str(value)) if value else {}}
        if value is None and not kept_in.null:
            return {attribute: kept_in.get_default() if kept_in.has_default() else ""}
        return {attribute: value}

    def _point(self, rows: list[RowResult], saved: list[Any]) -> None:
        name = rows[0].sheet
        column, binding = LATER[name], BINDINGS[name]
        attribute = binding.fields[column]
        pointing = []
        for row, thing in zip(rows, saved, strict=True):
            code = row.row.get(column)
            wanted = self._id(name, str(code)) if code else None
            if getattr(thing, f"{attribute}_id") != wanted:
                setattr(thing, f"{attribute}_id", wanted)
                pointing.append(thing)
        if pointing:
            binding.model._default_manager.bulk_update(pointing, [attribute], batch_size=500)

    def _many(self, rows: list[RowResult], saved: list[Any], column: str, attribute: str) -> None:
        """Make the many-to-many rows of a column what the sheet says."""
        touched = [
            (row, thing)
            for row, thing in zip(rows, saved, strict=True)
            if any(change.column == column for change in row.changes)
        ]
        if not touched:
            return
        relation = BINDINGS[rows[0].sheet].model._meta.get_field(attribute)
        through: Any = relation.remote_field.through  # type: ignore[union-attr]
        here, there = relation.m2m_column_name(), relation.m2m_reverse_name()  # type: ignore[union-attr]
        through._default_manager.filter(
            **{f"{here}__in": [thing.pk for row, thing in touched if row.pk]}
        ).delete()
        to = BY_NAME[rows[0].sheet].column(column).to
        through._default_manager.bulk_create(
            [
                through(**{here: thing.pk, there: self._id(to, code)})
                for row, thing in touched
                for code in row.row.get(column) or ()  # type: ignore[union-attr]
            ],
            batch_size=2000,
        )

    def _places(self, rows: list[RowResult], saved: list[Any]) -> None:
        """Write where programmes stand in the frameworks and what they need first."""
        placed, needing = [], []
        for row, programme in zip(rows, saved, strict=True):
            columns = {change.column for change in row.changes}
            if columns & {"subdimensi", "kerangka_lain"}:
                placed.append((row, programme))
            if "perlu_dulu" in columns:
                needing.append((row, programme))
        Placement.objects.filter(programme__in=[programme for _row, programme in placed]).delete()
        fresh = []
        for row, programme in placed:
            names = [row.row.get("subdimensi"), *(row.row.get("kerangka_lain") or ())]  # type: ignore[misc]
            for framework, found in {
                self._framework_of(str(name)): self._id("node", str(name)) for name in names if name
            }.items():
                fresh.append(Placement(programme=programme, framework_id=framework, node_id=found))
        Placement.objects.bulk_create(fresh, batch_size=2000)
        Dependency.objects.filter(programme__in=[programme for _row, programme in needing]).delete()
        Dependency.objects.bulk_create(
            [
                Dependency(programme=programme, on_id=self._id("program", code))
                for row, programme in needing
                for code in row.row.get("perlu_dulu") or ()  # type: ignore[union-attr]
            ],
            batch_size=2000,
        )

    def _programme_of_application(self, thing: Application, row: RowResult, fields: list[str]) -> None:
        if any(change.column == "program" for change in row.changes):
            code = row.row.get("program")
            found = Programme.objects.filter(revision=self.revision, code=code).first() if code else None
            thing.programme_key = found.key if found else None
            fields.append("programme_key")

    # -- indicators, with the series that is theirs -----------------------------------------------------------

    def _indicators(self, rows: list[RowResult]) -> None:
        sheet = BY_NAME["indikator"]
        own = [row for row in rows if not row.row.get("deret")]
        known = Series.objects.in_bulk([str(row.row["kode"]) for row in own], field_name="code")
        fresh: list[Series] = []
        changed: list[Series] = []
        for row in own:
            series = known.get(str(row.row["kode"]))
            touched = {column_of(sheet, change.column).name for change in row.changes}
            if series and row.pk and not touched & ({"judul", "deret"} | set(SERIES_FIELDS)):
                continue
            (changed if series else fresh).append(series := series or Series(code=str(row.row["kode"])))
            for name in ("judul", *SERIES_FIELDS):
                if row.pk and "deret" not in touched and name not in touched:
                    continue
                attribute = "title" if name == "judul" else SERIES_FIELDS[name]
                kept = self._attributes(sheet.column(name), attribute, row.row, "indikator")
                for field_name, value in kept.items():
                    setattr(series, field_name, value)
        Series.objects.bulk_create(fresh, batch_size=1000)
        Series.objects.bulk_update(changed, ["title", *SERIES_FIELDS.values()], batch_size=500)
        self.ids.pop("deret", None)
        self._series_of = {
            row.row["kode"]: self._id("deret", str(row.row.get("deret") or row.row["kode"])) for row in rows
        }
        self._save_indicators(rows)

    def _save_indicators(self, rows: list[RowResult]) -> None:
        """Write the indicators themselves; their series exist by now."""
        binding, sheet = BINDINGS["indikator"], BY_NAME["indikator"]
        objects = Indicator.objects.in_bulk([row.pk for row in rows if row.pk])
        fresh: list[Indicator] = []
        changed: list[Indicator] = []
        for row in rows:
            thing = objects[row.pk] if row.pk else Indicator(revision=self.revision)
            for name, attribute in binding.fields.items():
                if row.pk and name == "kode":
                    continue
                for field_name, value in self._attributes(
                    sheet.column(name), attribute, row.row, "indikator"
                ).items():
                    setattr(thing, field_name, value)
            thing.series_id = self._series_of[row.row["kode"]]
            (changed if row.pk else fresh).append(thing)
        Indicator.objects.bulk_create(fresh, batch_size=1000)
        fields = ["series", *(field for name, field in binding.fields.items() if name != "kode")]
        Indicator.objects.bulk_update(changed, fields, batch_size=500)
        self.ids.pop("indikator", None)

    # -- bodies, figures, proofs ------------------------------------------------------------------------------

    def _meetings(self, rows: list[RowResult]) -> None:
        """A meeting with minutes is recorded; one without is still announced."""
        self._save(rows)
        meetings = Meeting.objects.filter(body__plan=self.plan, recorded_at=None)
        meetings.exclude(minutes="").update(recorded_at=self.at)

    def _attendance(self, rows: list[RowResult]) -> None:
        meetings = {
            (code, day, title.casefold()): pk
            for pk, code, day, title in Meeting.objects.filter(body__plan=self.plan).values_list(
                "pk", "body__code", "date", "title"
            )
        }
        seats: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
        for pk, code, office, name in Member.objects.filter(body__plan=self.plan).values_list(
            "pk", "body__code", "office", "name"
        ):
            seats[code, office.casefold()].append((name.casefold(), pk))
        objects = Attendance.objects.in_bulk([row.pk for row in rows if row.pk])
        fresh: list[Attendance] = []
        changed: list[Attendance] = []
        for result in rows:
            row = result.row
            thing = objects.get(result.pk or 0)
            if thing is None:
                found = seats[str(row["lembaga"]), str(row["jabatan"]).casefold()]
                if row.get("nama"):
                    found = [seat for seat in found if seat[0] == str(row["nama"]).casefold()]
                thing = Attendance(
                    meeting_id=meetings[row["lembaga"], row["tanggal"], str(row["judul"]).casefold()],  # type: ignore[index]
                    member_id=found[0][1],
                )
            thing.was_invited, thing.was_present = bool(row["diundang"]), bool(row["hadir"])
            (changed if result.pk else fresh).append(thing)
        Attendance.objects.bulk_create(fresh, batch_size=2000)
        Attendance.objects.bulk_update(changed, ["was_invited", "was_present"], batch_size=1000)

    def _figures(self, rows: list[RowResult]) -> None:
        figures, proofs = [], []
        for result in rows:
            row = result.row
            period = periods.parse(str(row["periode"]))
            figure = Figure(
                series_id=self._id("deret", str(row["deret"])),
                start=period.start,
                end=period.end,
                amount=row["nilai"],  # type: ignore[arg-type]
                area_id=self._id("area", str(row["wilayah"])) if row.get("wilayah") else None,
                breakdown=breakdown_stored(str(row.get("rincian") or "")),
                note=str(row.get("catatan") or ""),
            )
            if any(change.column == "nilai" for change in result.changes):
                figures.append(figure)
            if row.get("bukti") and any(change.column in PROOF for change in result.changes):
                proofs.append((figure, row))
        if figures:
            import_values(figures, by=self.by, at=self.at, approved_by=self.approved_by, basis=self._basis())
        if proofs:
            self._prove(proofs)

    def _prove(self, proofs: list[tuple[Figure, Row]]) -> None:
        ids = {figure.series_id for figure, _row in proofs}
        keys = dict(Series.objects.filter(pk__in=ids).values_list("pk", "key"))
        newest: dict[Any, int] = {}
        for pk, *slot in (
            Value.objects.filter(series__in=ids)
            .order_by("revision")
            .values_list("pk", "series_id", "start", "end", "area_id", "breakdown")
        ):
            newest[tuple(slot)] = pk
        fresh = [
            Evidence(
                about=keys[figure.series_id],
                value_id=newest[figure.slot],
                link=str(row["bukti"]),
                date=min(figure.end, self.at.date()),
                proves=str(row.get("bukti_tentang") or _("Angka %(period)s") % {"period": row["periode"]}),
                is_public=bool(row.get("bukti_terbuka")),
                by=self.by,
                at=self.at,
            )
            for figure, row in proofs
        ]
        known = {
            (one.value_id, one.link): one
            for one in Evidence.objects.filter(value__in=newest.values()).order_by("-pk")
        }
        Evidence.objects.bulk_create([one for one in fresh if (one.value_id, one.link) not in known])
        changed = [one for one in fresh if (one.value_id, one.link) in known]
        for one in changed:
            one.pk = known[one.value_id, one.link].pk
        Evidence.objects.bulk_update(changed, ["proves", "is_public"], batch_size=500)

    def _evidence(self, rows: list[RowResult]) -> None:
        reader = tables.Reader(self.plan, self.revision)
        keys = {code: key for key, code in reader.promise_codes().items()}
        objects = Evidence.objects.in_bulk([row.pk for row in rows if row.pk])
        fresh: list[Evidence] = []
        changed: list[Evidence] = []
        for result in rows:
            row = result.row
            proof = objects.get(result.pk or 0) or Evidence(by=self.by, at=self.at)
            proof.about, proof.link = keys[str(row["tentang"])], str(row["tautan"])
            proof.date, proof.proves = row["tanggal"], str(row["membuktikan"])  # type: ignore[assignment]
            proof.is_public = bool(row.get("terbuka"))
            (changed if result.pk else fresh).append(proof)
        Evidence.objects.bulk_create(fresh, batch_size=1000)
        Evidence.objects.bulk_update(
            changed, ["about", "link", "date", "proves", "is_public"], batch_size=500
        )

    # -- ids --------------------------------------------------------------------------------------------------

    def _id(self, kind: str, code: str) -> int:
        if kind not in self.ids:
            self.ids[kind] = self._all_ids(kind)
        return self.ids[kind][code.casefold()]

    def _all_ids(self, kind: str) -> dict[str, int]:
        match kind:
            case "agency":
                rows: Iterable[tuple[str, int]] = Agency.objects.values_list("code", "pk")
            case "area":
                codes = {
                    code
                    for name, column in (("program", "lokasi"), ("angka", "wilayah"))
                    for row in self.dry.rows.get(name, ())
                    for code in _as_tuple(row.row.get(column))
                }
                rows = Area.objects.filter(code__in=codes).order_by("valid_from").values_list("code", "pk")
            case "framework":
                rows = Framework.objects.values_list("code", "pk")
            case "readiness":
                rows = ReadinessElement.objects.filter(framework=self.plan.framework_id).values_list(
                    "code", "pk"
                )
            case "node":
                names = tables.Reader(self.plan, None).nodes
                rows = [(name, pk) for pk, name in names.items()]
            case "deret":
                rows = Series.objects.values_list("code", "pk")
            case "lembaga":
                rows = Body.objects.filter(plan=self.plan).values_list("code", "pk")
            case _:
                model: Any = BINDINGS[kind].model
                rows = model._default_manager.filter(revision=self.revision).values_list("code", "pk")
        return {code.casefold(): pk for code, pk in rows}

    def _framework_of(self, name: str) -> int:
        if not hasattr(self, "_frameworks"):
            self._frameworks = dict(FrameworkNode.objects.values_list("pk", "framework_id"))
        return self._frameworks[self._id("node", name)]

    # -- history ----------------------------------------------------------------------------------------------

    def _basis(self) -> dict[str, str]:
        return {"import": self.dry.workbook.name[:200], "sha256": self.dry.workbook.digest}

    def _remember(self, rows: list[RowResult]) -> None:
        """Note what changed under the thing whose history it belongs to."""
        for row in rows:
            if row.sheet in ("angka", "bukti"):
                continue  # figures write their own history; proofs are counted
            sheet = BY_NAME[row.sheet]
            column, owner = OWNER.get(row.sheet, ("", "rencana"))
            thing = (owner, str(row.row[column]).casefold() if column else "")
            is_self = owner == row.sheet
            for change in row.changes:
                if not column_of(sheet, change.column):
                    continue
                name = change.column if is_self else f"{row.sheet} {row.label} {change.column}"
                declared = column_of(sheet, change.column)
                if row.state == State.CHANGED:
                    self.before[thing][name] = cells.shown(declared, change.old)
                self.after[thing][name] = cells.shown(declared, change.new)

    def _record(self) -> None:
        names = self._thing_names()
        for (owner, code), after in self.after.items():
            if owner == "rencana":
                continue
            record(
                names[owner, code],
                "imported",
                by=self.by,
                at=self.at,
                before=self.before.get((owner, code)),
                after=after,
                note=self.dry.workbook.name[:200],
            )
        record(
            self.plan,
            "imported",
            by=self.by,
            at=self.at,
            before=self.before.get(("rencana", "")),
            after={
                **self.after.get(("rencana", ""), {}),
                "revision": self.revision.number,
                "added": self.dry.counts["added"],
                "changed": self.dry.counts["changed"],
                **self._basis(),
            },
        )

    def _thing_names(self) -> dict[tuple[str, str], str]:
        sources: dict[str, Any] = {
            "program": Programme.objects.filter(revision=self.revision),
            "indikator": Indicator.objects.filter(revision=self.revision),
            "percepatan": QuickWin.objects.filter(revision=self.revision),
            "aplikasi": Application.objects.all(),
            "deret": Series.objects.all(),
            "lembaga": Body.objects.filter(plan=self.plan),
        }
        names = {}
        for owner in {owner for owner, _code in self.after} & set(sources):
            rows = sources[owner]
            label = rows.model._meta.label_lower
            for code, key in rows.values_list("code", "key"):
                names[owner, code.casefold()] = f"{label}:{key}"
        return names


def _as_tuple(value: cells.Value) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    return (str(value),) if value else ()


def breakdown_stored(words: str) -> str:
    """Return "sex=female" for "kelamin=perempuan"."""
    name, _equals, value = words.partition("=")
    return f"sex={dict(SEXES).get(value, value)}" if name == "kelamin" else words
