"""What a dry run of an import says: of each row its state, what would change, what is wrong, what must be asked."""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lawang.plans import cells
from lawang.plans.matching import Candidate
from lawang.plans.models import Plan, Revision
from lawang.plans.sheets import BY_NAME, Column, Kind, Sheet
from lawang.plans.tables import Row
from lawang.plans.workbook import Workbook


class State(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    ALIKE = "alike"
    REJECTED = "rejected"
    WAITING = "waiting"  # for the person to say what a name means


@dataclass(frozen=True)
class Change:
    column: str
    old: cells.Value
    new: cells.Value


@dataclass(frozen=True)
class Problem:
    cell: str  # "C4", or "4" for a whole row
    sentence: str


@dataclass
class RowResult:
    """What becomes of one row of the file."""

    sheet: str
    number: int
    label: str  # what names the row, for people
    state: State = State.ALIKE
    row: Row = field(default_factory=dict)  # complete, as it will be
    pk: int | None = None  # of the row that it changes
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Question:
    """A name in the file that may mean several things; the answer goes into `choices` under `key`."""

    key: str
    words: str
    kind: str  # what is looked for: agency, node, area, program ...
    cells: tuple[str, ...]  # where it stands, the first few
    candidates: tuple[Candidate, ...]


@dataclass
class DryRun:
    """What an import would do. `blocked` says why it cannot be applied at all; empty when it can."""

    workbook: Workbook
    plan: Plan | None
    revision: Revision | None
    choices: dict[str, str]
    rows: dict[str, list[RowResult]] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)  # rows of the plan that the file does not hold
    remarks: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    blocked: str = ""

    def of_state(self, *states: str) -> list[RowResult]:
        return [row for rows in self.rows.values() for row in rows if row.state in states]

    @property
    def counts(self) -> dict[str, int]:
        counts = dict.fromkeys(State, 0)
        for rows in self.rows.values():
            for row in rows:
                counts[row.state] += 1
        return {state.value: count for state, count in counts.items()}

    @property
    def changes_something(self) -> bool:
        return any(row.state in (State.ADDED, State.CHANGED) for rows in self.rows.values() for row in rows)

    @property
    def digest(self) -> str:
        """Return a hash of everything it would do: two dry runs with the same digest do the same."""
        what = [
            (row.sheet, row.number, row.state, [(c.column, str(c.old), str(c.new)) for c in row.changes])
            for rows in self.rows.values()
            for row in rows
        ]
        return hashlib.sha256(
            json.dumps([self.workbook.digest, self.plan.pk if self.plan else None, what]).encode()
        ).hexdigest()

    def as_json(self, most: int = 500) -> dict[str, Any]:
        """Return what the page of a dry run shows; of each sheet and state at most `most` rows."""
        sheets = []
        for name, rows in self.rows.items():
            sheet = BY_NAME[name]
            by_state: dict[str, list[dict[str, Any]]] = defaultdict(list)
            counts: dict[str, int] = defaultdict(int)
            for row in rows:
                counts[row.state] += 1
                if row.state != State.ALIKE and len(by_state[row.state]) < most:
                    by_state[row.state].append(_row_json(sheet, row))
            sheets.append(
                {
                    "name": name,
                    "title": sheet.title,
                    "counts": {state.value: counts.get(state, 0) for state in State},
                    "rows": by_state,
                    "missing": self.missing.get(name, 0),
                }
            )
        return {
            "digest": self.digest,
            "counts": self.counts,
            "sheets": sheets,
            "remarks": self.remarks,
            "blocked": self.blocked,
            "questions": [
                {
                    "key": question.key,
                    "words": question.words,
                    "kind": question.kind,
                    "cells": list(question.cells),
                    "candidates": [{"code": found.code, "name": found.name} for found in question.candidates],
                }
                for question in self.questions
            ],
        }


def _row_json(sheet: Sheet, row: RowResult) -> dict[str, Any]:
    return {
        "number": row.number,
        "label": row.label,
        "problems": [{"cell": problem.cell, "sentence": problem.sentence} for problem in row.problems],
        "changes": [
            {
                "column": change.column,
                "old": cells.shown(column_of(sheet, change.column), change.old),
                "new": cells.shown(column_of(sheet, change.column), change.new),
            }
            for change in row.changes
        ],
    }


def column_of(sheet: Sheet, name: str) -> Column:
    """Return the declaration of a heading; the English of a column of words shares it."""
    return next(
        column
        for column in sheet.columns
        if column.name == name or (column.kind == Kind.WORDS and name == f"{column.name}_en")
    )
