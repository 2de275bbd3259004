"""Import of a plan: first a dry run that writes nothing, then the same again for good.

`check` compares the rows of a file with the rows of the plan and says of each: added, changed (field by field), alike,
rejected (with cell and sentence) or waiting (the person must say what a name means). What a file leaves out, whole
rows or columns, is left alone.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from lawang.areas.models import Area
from lawang.lib.refused import Refused
from lawang.measures import periods
from lawang.measures.models import Series
from lawang.people.models import Agency, User
from lawang.people.node import node, today
from lawang.people.permissions import demand
from lawang.plans import cells, tables
from lawang.plans.dry_run import Change, DryRun, Problem, Question, RowResult, State, column_of
from lawang.plans.matching import Candidate, Matcher
from lawang.plans.models import Body, Framework, FrameworkNode, Plan, ReadinessElement, Revision
from lawang.plans.sheets import BY_NAME, SHEETS, Column, Kind, Sheet
from lawang.plans.tables import BREAKDOWNS, OF_REVISION, SERIES_FIELDS, SEXES, Row, Table
from lawang.plans.workbook import (
    RawRow,
    RawSheet,
    Workbook,
    column_names,
)

Progress = Callable[[int, int], None]  # rows done, rows in all


def check(
    workbook: Workbook,
    plan: Plan | None = None,
    *,
    by: User,
    choices: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> DryRun:
    """Return what an import of this workbook would do; write nothing.

    Without `plan` it is the one that sheet "rencana" names, or the only one there is. `choices` answers questions of
    an earlier dry run: key -> code, "" to leave the rows out. Raise Refused when `by` may not import.
    """
    demand(by, "plans.import", plan)
    plan = plan or _plan_of(workbook)
    return _Check(workbook, plan, dict(choices or {}), progress).run()


def _plan_of(workbook: Workbook) -> Plan | None:
    sheet = workbook.sheets.get("rencana")
    if sheet and sheet.rows:
        code = str(sheet.rows[0].cells.get("kode") or "").strip()
        return Plan.objects.select_related("framework").filter(code__iexact=code).first()
    plans = list(Plan.objects.select_related("framework")[:2])
    return plans[0] if len(plans) == 1 else None


class _Check:
    """One dry run. Sheets are read in the order of the declaration, so that what is referred to comes first."""

    def __init__(
        self, workbook: Workbook, plan: Plan | None, choices: dict[str, str], progress: Progress | None
    ) -> None:
        self.workbook = workbook
        self.plan = plan
        self.revision = tables.latest_revision(plan)
        self.dry = DryRun(workbook, plan, self.revision, choices, remarks=list(workbook.remarks))
        self.progress = progress
        self.done = 0
        self.matchers: dict[str, Matcher] = {}
        self.stored: dict[str, Table] = {}
        self.asked: dict[str, tuple[str, str, list[str], tuple[Candidate, ...]]] = {}
        self.framework = plan.framework if plan else None
        self.periodicity: dict[str, str] = {}  # code of series -> frequency, for the figures
        self.on = today()

    def run(self) -> DryRun:
        reader = tables.Reader(self.plan, self.revision)
        needed = set(self.workbook.sheets) - {"angka"}
        needed |= {"program", "indikator", "deret", "arah", "percepatan", "lembaga", "rapat", "anggota"}
        self.stored = reader.tables(needed)
        if self.plan is None and "rencana" not in self.workbook.sheets:
            raise Refused(
                _("Lembar “rencana” tidak ada. Isi kode, judul, kerangka, dan tahun rencananya dulu.")
            )
        if self.plan is None and Plan.objects.exists():
            self.dry.remarks.append(
                _(
                    "Kode di lembar “rencana” belum ada, jadi berkas ini membuat rencana baru di samping yang ada."
                )
            )
        for sheet in SHEETS:
            if sheet.name in self.workbook.sheets:
                self._sheet(sheet, self.workbook.sheets[sheet.name])
            else:
                self._know(sheet.name)
        self.dry.questions = [
            Question(key, words, kind, tuple(places[:5]), candidates)
            for key, (words, kind, places, candidates) in self.asked.items()
        ]
        self.dry.blocked = self._blocked()
        return self.dry

    def _blocked(self) -> str:
        if self.plan is None and not any(
            row.state == State.ADDED for row in self.dry.rows.get("rencana", ())
        ):
            return _(
                "Baris rencana ditolak, jadi belum ada yang bisa disimpan. Perbaiki dulu lembar “rencana”."
            )
        touched = any(
            row.state in (State.ADDED, State.CHANGED)
            for name, rows in self.dry.rows.items()
            if name in OF_REVISION
            for row in rows
        )
        if touched and self.revision and self.revision.status == Revision.Status.PUBLISHED:
            return _(
                "Revisi %(number)s sudah berlaku dan tidak diubah lewat impor. Mulai revisi baru dulu, lalu impor lagi."
            ) % {"number": self.revision.number}
        return ""

    # -- one sheet --------------------------------------------------------------------------------------------

    def _sheet(self, sheet: Sheet, raw: RawSheet) -> None:
        stored = self._stored_for(sheet, raw)
        self._know_self(sheet, raw)
        results = []
        seen: dict[tables.Identity, int] = {}
        for position, line in enumerate(raw.rows):
            result = self._row(sheet, raw, line, position, stored, seen)
            results.append(result)
            self.done += 1
            if self.progress and self.done % 100 == 0:
                self.progress(self.done, self.workbook.size)
        self._drop_orphans(sheet, raw, results)
        self.dry.rows[sheet.name] = results
        self.dry.missing[sheet.name] = len(set(stored.rows) - set(seen)) if sheet.name != "angka" else 0
        self._know(sheet.name)
        if sheet.name == "rencana":
            self._take_framework(results)

    def _stored_for(self, sheet: Sheet, raw: RawSheet) -> Table:
        if sheet.name != "angka":
            return self.stored[sheet.name]
        found = {self._series_code(str(row.cells.get("deret") or "")) for row in raw.rows}
        ids = Series.objects.filter(code__in=found - {""}).values_list("pk", flat=True)
        table = tables.Reader(self.plan, self.revision).table(sheet, list(ids))
        self.stored["angka"] = table
        return table

    def _series_code(self, words: str) -> str:
        return self._matcher("deret").find(words.strip()).code if words.strip() else ""

    def _take_framework(self, results: list[RowResult]) -> None:
        accepted = next((row for row in results if row.state not in (State.REJECTED, State.WAITING)), None)
        if accepted and accepted.row.get("kerangka"):
            self.framework = Framework.objects.filter(code=accepted.row["kerangka"]).first()
            self.matchers.pop("node", None)
            self.matchers.pop("readiness", None)

    def _row(
        self,
        sheet: Sheet,
        raw: RawSheet,
        line: RawRow,
        position: int,
        stored: Table,
        seen: dict[tables.Identity, int],
    ) -> RowResult:
        result = RowResult(sheet.name, line.number, "")
        given = self._typed(sheet, raw, line, result)
        result.label = " · ".join(
            cells.shown(column_of(sheet, name), given.get(name)) for name in sheet.identity if given.get(name)
        )
        if result.problems:
            if result.state != State.WAITING:
                result.state = State.REJECTED
            # What is refused still names a row, so that it does not count as missing.
            seen.setdefault(tables.identity(sheet, given), line.number)
            return result
        key = tables.identity(sheet, given)
        if key in seen:
            result.state = State.REJECTED
            result.problems.append(
                Problem(
                    str(line.number),
                    _("Baris %(row)s mengulang baris %(first)s (%(label)s). Hapus salah satu.")
                    % {"row": line.number, "first": seen[key], "label": result.label},
                )
            )
            return result
        seen[key] = line.number
        old = stored.rows.get(key)
        if sheet.name == "indikator":
            self._settle_series(given, old)
        if old is None:
            result.row = self._fresh(sheet, given, position)
            result.state = State.ADDED
            result.changes = [
                Change(name, None, value) for name, value in result.row.items() if value not in (None, ())
            ]
        else:
            given = self._kept(sheet, given)
            result.pk = stored.pks[key]
            result.row = {**old, **{k: v for k, v in given.items() if k not in sheet.identity}}
            result.changes = [
                Change(name, old.get(name), value)
                for name, value in result.row.items()
                if not _same(old.get(name), value)
            ]
            if sheet.name == "angka":
                result.changes = _figure_changes(result.changes)
            result.state = State.CHANGED if result.changes else State.ALIKE
        self._rules(sheet, raw, line, result)
        return result

    def _typed(self, sheet: Sheet, raw: RawSheet, line: RawRow, result: RowResult) -> Row:
        """Return the values of the row's columns; problems go into the result."""
        given: Row = {}
        for column in sheet.columns:
            names = [column.name, f"{column.name}_en"] if column.kind == Kind.WORDS else [column.name]
            for name in names:
                if name not in raw.letters:
                    continue
                place = f"{raw.letters[name]}{line.number}"
                try:
                    value = cells.typed(column, line.cells.get(name))
                    if column.to and value is not None:
                        value = self._referred(sheet, column, value, place)
                    value = self._fits(sheet, column, value)
                except _Unsure as unsure:
                    result.state = State.WAITING
                    result.problems.append(Problem(place, str(unsure)))
                except Refused as refused:
                    result.problems.append(_at(place, refused.sentence))
                else:
                    given[name] = value
            if column.required and given.get(column.name) is None:
                self._demand_value(sheet, raw, line, column, given, result)
        if sheet.name == "indikator" and not result.problems and not given.get("deret"):
            for name in ("satuan", "pemilik"):
                if given.get(name) is None and (name in raw.letters or self._is_new(sheet, given)):
                    result.problems.append(self._empty(raw, line, name))
        return given

    def _is_new(self, sheet: Sheet, given: Row) -> bool:
        return tables.identity(sheet, given) not in self.stored[sheet.name].rows

    def _demand_value(
        self, sheet: Sheet, raw: RawSheet, line: RawRow, column: Column, given: Row, result: RowResult
    ) -> None:
        if any(problem.cell == f"{raw.letters.get(column.name)}{line.number}" for problem in result.problems):
            return  # already said what is wrong with it
        if sheet.name == "indikator" and column.name in SERIES_FIELDS:
            return  # demanded only of an indicator with a series of its own
        if column.name in raw.letters or self._is_new(sheet, given):
            result.problems.append(self._empty(raw, line, column.name))

    def _empty(self, raw: RawSheet, line: RawRow, name: str) -> Problem:
        if letter := raw.letters.get(name):
            cell = f"{letter}{line.number}"
            return Problem(
                cell,
                _("Sel %(cell)s kosong. Kolom “%(column)s” wajib diisi.") % {"cell": cell, "column": name},
            )
        return Problem(
            str(line.number), _("Kolom “%(column)s” tidak ada, padahal baris ini baru.") % {"column": name}
        )

    def _fits(self, sheet: Sheet, column: Column, value: cells.Value) -> cells.Value:
        """Return the value as the table will hold it. Raise Refused when it could not."""
        kept_in = tables.binding_field(sheet.name, column)
        if value is None or kept_in is None or column.kind in (Kind.WORDS, Kind.REFERENCE, Kind.REFERENCES):
            return value
        if column.kind == Kind.CODE and ";" in str(value):
            raise Refused(_("berisi titik koma; kode tidak boleh memuatnya."))
        if column.name in ("rincian", "parameter"):
            return _series_cell(column.name, str(value))
        try:
            # 100.000000 has as many digits as it needs, not as many as are kept: 100
            kept_in.run_validators(value.normalize() if isinstance(value, Decimal) else value)
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from error
        return value

    def _fresh(self, sheet: Sheet, given: Row, position: int) -> Row:
        """Return a complete row for something new: what is not given is empty, or the table's default."""
        row: Row = dict.fromkeys(column_names(sheet))
        for column in sheet.columns:
            if column.kind == Kind.REFERENCES:
                row[column.name] = ()
            kept_in = tables.binding_field(sheet.name, column)
            if kept_in is not None and kept_in.has_default() and column.kind != Kind.WORDS:
                row[column.name] = _default(column, kept_in)
        if sheet.name == "indikator" and given.get("deret"):
            for column in sheet.columns:
                if column.name in SERIES_FIELDS:
                    row[column.name] = None
        if "urutan" in row and not row["urutan"]:
            row["urutan"] = position + 1
        if "diundang" in row:
            row["diundang"] = True
        row.update({name: value for name, value in given.items() if value is not None})
        return row

    def _kept(self, sheet: Sheet, given: Row) -> Row:
        """Leave out empty cells of what cannot be empty: they change nothing."""
        kept: Row = {}
        for name, value in given.items():
            column = column_of(sheet, name)
            if value is None and not self._can_be_empty(sheet, column, name):
                continue
            kept[name] = () if value is None and column.kind == Kind.REFERENCES else value
        return kept

    def _can_be_empty(self, sheet: Sheet, column: Column, name: str) -> bool:
        if column.kind in (Kind.REFERENCES, Kind.WORDS) or name in (
            "deret",
            "program",
            "rincian",
            "parameter",
        ):
            return not column.required or name.endswith("_en")
        kept_in = tables.binding_field(sheet.name, column)
        if kept_in is None:
            return sheet.name == "angka" and name in ("catatan", "wilayah", "rincian")
        return kept_in.null or (kept_in.blank and isinstance(kept_in, models.CharField | models.TextField))

    def _settle_series(self, given: Row, old: Row | None) -> None:
        """An indicator that shares another series says nothing about that series; its own has the same code."""
        if given.get("deret") == given.get("kode"):
            given["deret"] = None
        shares = given.get("deret") or ("deret" not in given and old and old.get("deret"))
        if shares:
            for name in list(given):
                if name.removesuffix("_en") in SERIES_FIELDS:
                    del given[name]

    # -- rules of a single row --------------------------------------------------------------------------------

    def _rules(self, sheet: Sheet, raw: RawSheet, line: RawRow, result: RowResult) -> None:
        for name, sentence in _broken_rules(sheet.name, result.row):
            result.problems.append(_problem(raw, line, name, sentence))
        if sheet.name == "angka":
            self._figure_rules(raw, line, result)
        if sheet.name in ("deret", "indikator"):
            self.periodicity[str(result.row["kode"])] = str(result.row.get("frekuensi") or "")
        if sheet.name == "deret" and result.pk is None and result.row["kode"] in self._own_codes:
            what = _("sudah menjadi deret sebuah indikator. Ubah di lembar “indikator”.")
            result.problems.append(_problem(raw, line, "kode", what))
        if (
            sheet.name == "indikator"
            and not result.row.get("deret")
            and result.row["kode"] in {row["kode"] for row in self._rows_in_file("deret")}
        ):
            what = _(
                "sama dengan kode sebuah deret di lembar “deret”. Pakai kode lain, lalu isi kolom “deret”."
            )
            result.problems.append(_problem(raw, line, "kode", what))
        if sheet.name == "lembaga" and result.pk is None and result.row["kode"] in self._codes_elsewhere:
            what = _("sudah dipakai lembaga rencana lain. Pakai kode lain.")
            result.problems.append(_problem(raw, line, "kode", what))
        if sheet.name == "hadir" and not result.problems:
            self._attendance_rules(raw, line, result)
        if sheet.name == "rencana" and self.plan is None and line is not raw.rows[0]:
            result.problems.append(
                _problem(raw, line, "kode", _("Satu buku kerja hanya memuat satu rencana."))
            )
        if result.problems:
            result.state = State.REJECTED

    @cached_property
    def _codes_elsewhere(self) -> set[str]:
        """Return the codes of bodies of other plans: a body's code is in its address."""
        return set(Body.objects.exclude(plan=self.plan).values_list("code", flat=True))

    @cached_property
    def _own_codes(self) -> set[cells.Value]:
        return {row["kode"] for row in self.stored["indikator"].rows.values() if not row.get("deret")}

    def _rows_in_file(self, name: str) -> list[Row]:
        return [row.row for row in self.dry.rows.get(name, ()) if row.row and not row.problems]

    def _figure_rules(self, raw: RawSheet, line: RawRow, result: RowResult) -> None:
        code = str(result.row["deret"])
        period = periods.parse(str(result.row["periode"]))
        often = self.periodicity.get(code) or self._frequency(code)
        if often and period.months != periods.MONTHS[Series.Frequency(often)]:
            example = periods.containing(period.start, often).code
            result.problems.append(
                _problem(
                    raw,
                    line,
                    "periode",
                    _("tidak cocok dengan seberapa sering deret ini dilaporkan; misalnya %(example)s.")
                    % {"example": example},
                )
            )
        if period.start > self.on:
            result.problems.append(_problem(raw, line, "periode", _("berisi periode yang belum mulai.")))

    def _frequency(self, code: str) -> str:
        if not hasattr(self, "_frequencies"):
            self._frequencies = dict(Series.objects.values_list("code", "frequency"))
        return self._frequencies.get(code, "")

    def _attendance_rules(self, raw: RawSheet, line: RawRow, result: RowResult) -> None:
        """The meeting and the seat must be there, in the file or in the plan."""
        row = result.row
        meeting = (row["lembaga"], row["tanggal"], row["judul"])
        if _folded(meeting) not in self._accepted("rapat"):
            result.problems.append(
                _problem(raw, line, "judul", _("menyebut rapat yang tidak ada di lembar “rapat”."))
            )
        seats = [
            seat
            for seat in self._accepted("anggota")
            if seat[:2] == _folded((row["lembaga"], row["jabatan"]))
        ]
        if row.get("nama"):
            seats = [seat for seat in seats if seat[2] == str(row["nama"]).casefold()]
        if not seats:
            result.problems.append(
                _problem(raw, line, "jabatan", _("menyebut anggota yang tidak ada di lembar “anggota”."))
            )
        elif len(seats) > 1:
            result.problems.append(
                _problem(raw, line, "jabatan", _("dipegang lebih dari satu orang. Isi kolom “nama”."))
            )

    def _accepted(self, name: str) -> set[tables.Identity]:
        cache: dict[str, set[tables.Identity]] = self.__dict__.setdefault("_accepted_rows", {})
        if name not in cache:
            cache[name] = set(self.stored[name].rows) | {
                tables.identity(BY_NAME[name], row.row)
                for row in self.dry.rows.get(name, ())
                if row.row and not row.problems
            }
        return cache[name]

    def _drop_orphans(self, sheet: Sheet, raw: RawSheet, results: list[RowResult]) -> None:
        """Reject rows that refer to rejected rows of the same sheet, until none is left; and circles."""
        kind = "deret" if sheet.name == "indikator" else sheet.name
        own = [column for column in sheet.columns if column.to == kind]
        if not own:
            return
        lines = {line.number: line for line in raw.rows}
        stored = {str(row["kode"]) for row in self._all_rows(kind) + self._all_rows(sheet.name)}
        stored -= {str(row.row.get("kode")) for row in results}
        stored |= {str(row["kode"]) for row in self.stored[sheet.name].rows.values()}
        while True:
            good = stored | {str(row.row["kode"]) for row in results if row.row and not row.problems}
            fallen = False
            for result in results:
                if result.problems:
                    continue
                for column in own:
                    codes = result.row.get(column.name) or ()
                    for code in (codes,) if isinstance(codes, str) else codes:  # type: ignore[union-attr]
                        if code in good and code != result.row["kode"]:
                            continue
                        fallen = True
                        result.state = State.REJECTED
                        result.problems.append(
                            _problem(
                                raw,
                                lines[result.number],
                                column.name,
                                _("menunjuk “%(code)s”, yang ditolak atau baris itu sendiri.")
                                % {"code": code},
                            )
                        )
            if not fallen:
                break
        if sheet.name == "arah":
            self._reject_circles(raw, lines, results)

    def _reject_circles(self, raw: RawSheet, lines: dict[int, RawRow], results: list[RowResult]) -> None:
        above = {str(row["kode"]): row.get("induk") for row in self.stored["arah"].rows.values()}
        above |= {str(row.row["kode"]): row.row.get("induk") for row in results if not row.problems}
        for result in results:
            code, steps = above.get(str(result.row.get("kode"))), 0
            while code and steps <= len(above):
                code, steps = above.get(str(code)), steps + 1
            if code and not result.problems:
                result.state = State.REJECTED
                result.problems.append(
                    _problem(
                        raw, lines[result.number], "induk", _("membuat lingkaran: induknya ada di bawahnya.")
                    )
                )

    # -- references -------------------------------------------------------------------------------------------

    def _referred(self, sheet: Sheet, column: Column, value: cells.Value, place: str) -> cells.Value:
        """Return the code or codes that a cell means. Raise _Unsure to ask, Refused when there is no such thing."""
        if isinstance(value, tuple):
            found = {self._one(sheet, column, words, place) for words in value}
            return tuple(sorted(code for code in found if code))
        assert isinstance(value, str)
        return self._one(sheet, column, value, place) or None

    def _one(self, sheet: Sheet, column: Column, words: str, place: str) -> str:
        kind = column.to
        if kind == "node" and ":" in words:
            return self._node_elsewhere(words)
        match = self._matcher(kind).find(words)
        if match.is_sure:
            return match.code
        key = f"{kind}|{words}"
        if key in self.dry.choices:
            code = self.dry.choices[key]
            if code in self._matcher(kind).names:
                return code
            raise Refused(_("dilewati karena “%(words)s” tidak dipilih.") % {"words": words[:60]})
        where = f"{sheet.name}!{place}"
        if match.candidates:
            self.asked.setdefault(key, (words, kind, [], match.candidates))[2].append(where)
            raise _Unsure(
                _("Sel %(cell)s: “%(words)s” bisa berarti %(names)s. Pilih yang dimaksud.")
                % {
                    "cell": place,
                    "words": words[:60],
                    "names": ", ".join(found.name for found in match.candidates[:3]),
                }
            )
        raise Refused(
            _("menyebut “%(words)s”, yang tidak ada (%(what)s).")
            % {"words": words[:60], "what": _kind_name(kind)}
        )

    def _node_elsewhere(self, words: str) -> str:
        """Return "framework:code" of a node that is named with its framework."""
        framework, _colon, code = (part.strip() for part in words.partition(":"))
        matcher = self.matchers.get(f"node:{framework.casefold()}")
        if matcher is None:
            matcher = Matcher()
            for found in FrameworkNode.objects.filter(framework__code__iexact=framework).select_related(
                "framework"
            ):
                matcher.add(found.code, found.title["id"], _spellings(found))
            self.matchers[f"node:{framework.casefold()}"] = matcher
        match = matcher.find(code)
        if not match.is_sure:
            raise Refused(
                _("menyebut “%(words)s”, yang tidak ada (%(what)s).")
                % {"words": words[:60], "what": _kind_name("node")}
            )
        known = Framework.objects.filter(code__iexact=framework).values_list("code", flat=True).first()
        if self.framework and self.framework.code == known:
            return match.code
        return f"{known}:{match.code}"

    def _matcher(self, kind: str) -> Matcher:
        if kind not in self.matchers:
            makers: dict[str, Callable[[], Matcher]] = {
                "agency": _agencies,
                "area": lambda: _areas(self.on),
                "framework": _frameworks,
                "node": lambda: _nodes(self.framework),
                "readiness": lambda: _readiness(self.framework),
                "promise": self._promises,
            }
            self.matchers[kind] = makers[kind]() if kind in makers else self._rows_matcher(kind)
        return self.matchers[kind]

    def _rows_matcher(self, name: str) -> Matcher:
        """Return a matcher over the rows of a sheet that are in the plan or accepted from the file."""
        matcher = Matcher(guesses=False)
        self._add_rows(matcher, name)
        if name == "deret":  # a figure may name its indicator
            for row in self._all_rows("indikator"):
                if not row.get("deret"):
                    matcher.add(str(row["kode"]), str(row["judul"]))
            for row in self._all_rows("indikator"):
                if row.get("deret"):
                    matcher.alias(str(row["kode"]), str(row["deret"]))
        return matcher

    def _promises(self) -> Matcher:
        matcher = Matcher(guesses=False)
        for name in ("program", "percepatan", "indikator"):
            self._add_rows(matcher, name)
        return matcher

    def _add_rows(self, matcher: Matcher, name: str) -> None:
        for row in self._all_rows(name):
            matcher.add(
                str(row["kode"]),
                str(row.get("judul") or row.get("nama") or row.get("kalimat") or row["kode"]),
            )

    def _all_rows(self, name: str) -> list[Row]:
        rows = {**self.stored[name].rows} if name in self.stored else {}
        for result in self.dry.rows.get(name, ()):
            if result.row and not result.problems:
                rows[tables.identity(BY_NAME[name], result.row)] = result.row
        return list(rows.values())

    def _know(self, name: str) -> None:
        """What a sheet holds is settled: forget matchers built before."""
        for kind in (name, "promise", "deret") if name in ("program", "percepatan", "indikator") else (name,):
            self.matchers.pop(kind, None)

    def _know_self(self, sheet: Sheet, raw: RawSheet) -> None:
        """Let rows refer to rows of the same sheet that come later; _drop_orphans mends what was too hopeful."""
        kinds = {column.to for column in sheet.columns}
        if sheet.name not in kinds and not (sheet.name == "indikator" and "deret" in kinds):
            return
        matcher = self._matcher("deret" if sheet.name == "indikator" else sheet.name)
        for line in raw.rows:
            code = line.cells.get("kode")
            if isinstance(code, str | int) and not isinstance(code, bool) and str(code).strip():
                code = str(code).strip()
                if sheet.name == "indikator" and line.cells.get("deret"):
                    continue
                if not matcher.find(code).is_sure:
                    name = line.cells.get("judul") or line.cells.get("kalimat") or code
                    matcher.add(code, str(name))


class _Unsure(Exception):
    """A name may mean several things; the message says which."""


def _at(cell: str, what: str) -> Problem:
    """Return the problem of one cell; `what` goes on after "Sel C4", or is a sentence of its own."""
    words = _("Sel %(cell)s %(what)s") if what[:1].islower() else _("Sel %(cell)s: %(what)s")
    return Problem(cell, words % {"cell": cell, "what": what})


def _problem(raw: RawSheet, line: RawRow, name: str, what: str) -> Problem:
    if letter := raw.letters.get(name):
        return _at(f"{letter}{line.number}", what)
    sentence = _("Baris %(row)s: kolom “%(column)s” %(what)s")
    return Problem(str(line.number), sentence % {"row": line.number, "column": name, "what": what})


def _same(old: cells.Value, new: cells.Value) -> bool:
    return (old or None) == (new or None) if isinstance(old, str | tuple) or old is None else old == new


def _figure_changes(changes: list[Change]) -> list[Change]:
    """An approved figure is corrected when its amount differs; a note alone does not make a new revision."""
    columns = {change.column for change in changes}
    if "nilai" in columns:
        return changes
    return [change for change in changes if change.column == "bukti" and change.new]


def _folded(parts: tuple[cells.Value, ...]) -> tables.Identity:
    return tuple(part.casefold() if isinstance(part, str) else part for part in parts)


def _default(column: Column, kept_in: "models.Field[Any, Any]") -> cells.Value:
    value = kept_in.get_default()
    if column.kind == Kind.NUMBER:
        return Decimal(value)
    if isinstance(value, list | dict) or value == "":
        return None
    return str(value) if column.kind == Kind.CHOICE else value


def _series_cell(name: str, words: str) -> cells.Value:
    """Return what a series is broken down by, or its parameters, in the one way they are written."""
    if name == "rincian":
        known = {word for pair in BREAKDOWNS for word in pair}
        parts = [part.strip() for part in words.replace(",", ";").split(";")]
        for part in parts:
            if part.casefold() not in known:
                raise Refused(
                    _("berisi “%(typed)s”. Tulis wilayah, kelamin, atau keduanya.") % {"typed": part[:40]}
                )
        return tables.breakdown_list(parts)
    try:
        value = json.loads(words)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Refused(_('bukan JSON seperti {"kunci": "nilai"}.'))
    return tables.parameters(value)


def _broken_rules(sheet: str, row: Row) -> list[tuple[str, str]]:
    """Return (column, sentence) for what a row may not say, beyond each single cell."""
    broken = []

    def number(name: str) -> Any:
        return row.get(name)

    if number("tahun_mulai") and number("tahun_selesai"):
        years = number("tahun_selesai") - number("tahun_mulai") + 1
        if years < 1:
            broken.append(("tahun_selesai", _("lebih awal daripada tahun mulai.")))
        elif sheet == "rencana" and not 5 <= years <= 10:
            broken.append(
                ("tahun_selesai", _("membuat rencana %(years)s tahun; harus 5 sampai 10.") % {"years": years})
            )
    if sheet == "anggaran":
        broken += [
            (name, _("berisi rupiah di bawah nol."))
            for name in ("rencana", "perubahan", "realisasi")
            if number(name) is not None and number(name) < 0
        ]
        if number("persen") is not None and not 0 < number("persen") <= 100:
            broken.append(("persen", _("harus lebih dari 0 dan paling banyak 100.")))
    if sheet == "percepatan":
        if number("kemajuan") is not None and not 0 <= number("kemajuan") <= 100:
            broken.append(("kemajuan", _("harus 0 sampai 100 persen.")))
        if number("mulai") and number("selesai") and number("selesai") < number("mulai"):
            broken.append(("selesai", _("lebih awal daripada hari mulai.")))
    if number("desimal") is not None and not 0 <= number("desimal") <= 6:
        broken.append(("desimal", _("harus 0 sampai 6.")))
    if sheet == "rencana":
        broken += [
            (name, _("harus di antara 0 dan 1."))
            for name in ("sesuai_mulai", "melambat_mulai")
            if number(name) is not None and not 0 <= number(name) <= 1
        ]
    if sheet == "angka" and row.get("rincian"):
        words = str(row["rincian"])
        if words not in {f"kelamin={word}" for word, _stored in SEXES}:
            broken.append(
                (
                    "rincian",
                    _("berisi “%(typed)s”. Tulis kelamin=perempuan atau kelamin=laki-laki.")
                    % {"typed": words[:40]},
                )
            )
    if sheet in ("angka", "bukti"):
        name = "bukti" if sheet == "angka" else "tautan"
        link = str(row.get(name) or "")
        if link and not (link.startswith(("https://", "http://")) and len(link) <= 500 and " " not in link):
            broken.append((name, _("bukan tautan. Mulai dengan https://.")))
        proves = str(row.get("bukti_tentang") or row.get("membuktikan") or "")
        if len(proves) > 300:
            broken.append(
                ("bukti_tentang" if sheet == "angka" else "membuktikan", _("lebih dari 300 huruf."))
            )
    return broken


def _kind_name(kind: str) -> str:
    return {
        "agency": _("instansi"),
        "area": _("wilayah"),
        "framework": _("kerangka"),
        "node": _("dimensi atau subdimensi"),
        "readiness": _("unsur kesiapan"),
        "promise": _("program, percepatan, atau indikator"),
    }.get(kind) or _("lembar %(sheet)s") % {"sheet": kind}


# -- what names may mean --------------------------------------------------------------------------------------


def _agencies() -> Matcher:
    matcher = Matcher()
    for agency in Agency.objects.all():
        matcher.add(
            agency.code, agency.name["id"], [agency.short_name, *agency.name.values(), *agency.aliases]
        )
    return matcher


def _areas(on: date) -> Matcher:
    """Areas of this regency; without one only what has few areas would be worth loading."""
    matcher = Matcher()
    home = node().area
    if home is None:
        return matcher
    for area in [home, *Area.objects.valid(on).below(home)]:
        matcher.add(
            area.code, area.title, [area.name, f"{area.kind} {area.name}", area.code.replace(".", "")]
        )
    return matcher


def _frameworks() -> Matcher:
    matcher = Matcher(guesses=False)
    for framework in Framework.objects.all():
        matcher.add(framework.code, framework.title["id"], framework.title.values())
    return matcher


def _nodes(framework: Framework | None) -> Matcher:
    matcher = Matcher()
    for found in FrameworkNode.objects.filter(framework=framework):
        matcher.add(found.code, found.title["id"], _spellings(found))
    return matcher


def _spellings(found: FrameworkNode) -> list[str]:
    return [*found.title.values(), *(found.short or {}).values(), *found.aliases]


def _readiness(framework: Framework | None) -> Matcher:
    matcher = Matcher()
    for element in ReadinessElement.objects.filter(framework=framework):
        matcher.add(element.code, element.title["id"], element.title.values())
    return matcher
