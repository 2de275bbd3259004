"""From marks to results: item scores, components, finals, improvements; of one regency, of a year, of everything.

Marks are gathered by one query for any number of regencies; the arithmetic is scoring.py's.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache

from django.db import connection

from lawang.movement.instrument import Instrument as Shape
from lawang.movement.models import Answer, Assessment
from lawang.movement.scoring import Scores, improvement, rounded, scores_of_items

AT_ONCE = 1_000  # assessments whose marks are held in memory
ItemScores = dict[str, Decimal]  # by code of the item


@cache
def _mean(total: int, count: int, digits: int) -> Decimal:
    """Return what scoring.item_score gives for so many marks. Few totals occur: four assessors, marks up to 4."""
    return rounded(Decimal(total) / count, digits)


def item_scores(assessments: Iterable[Assessment]) -> dict[int, ItemScores]:
    """Return for each assessment (pk) the score of every item with marks or a survey's mean, which stands before marks.

    Sheets that were not handed in do not count. Two queries.
    """
    digits = {one.pk: one.evaluation.instrument.shape.rounding.item for one in assessments}
    found: dict[int, ItemScores] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with item as (
                select sheet.assessment_id, mark.item, sum(mark.mark) as total, count(*) as count
                from movement_mark as mark join movement_sheet as sheet on sheet.id = mark.sheet_id
                where sheet.assessment_id = any(%s) and sheet.handed_in_at is not null
                group by sheet.assessment_id, mark.item
            )
            select assessment_id, array_agg(item), array_agg(total::int), array_agg(count::int)
            from item group by assessment_id
            """,
            [list(digits)],
        )
        for pk, items, totals, counts in cursor:
            each = zip(items, totals, counts, strict=True)
            found[pk] = {item: _mean(total, count, digits[pk]) for item, total, count in each}
    means = Answer.objects.filter(assessment__in=list(digits), value__isnull=False)
    for pk, item, value in means.values_list("assessment", "item", "value").order_by():
        assert value is not None
        found[pk][item] = rounded(value, digits[pk])
    return found


def missing_items(scores: Mapping[str, Decimal], shape: Shape, track: str) -> list[str]:
    """Return the codes of items that nobody scored."""
    asked = (item for one in shape.components_of(shape.tracks[track]) for item in one.items)
    return [item.code for item in asked if item.code not in scores]


def score(assessment: Assessment, items: ItemScores) -> Scores:
    """Return the result of one regency. Raise KeyError (its code) for an item that nobody scored."""
    shape = assessment.evaluation.instrument.shape
    return scores_of_items(items, shape.tracks[assessment.track], shape)


def previous_of(assessments: Iterable[Assessment]) -> dict[int, Assessment]:
    """Return for each assessment (pk) the same regency's result of the latest earlier year, where there is one."""
    wanted = list(assessments)
    rows = (
        Assessment.objects.filter(
            area__in={one.area_id for one in wanted}, took_part=True, final__isnull=False
        )
        .prefetch_related("evaluation__instrument")
        .order_by("evaluation__year")
    )
    of_area: dict[int, list[Assessment]] = defaultdict(list)
    for row in rows:
        of_area[row.area_id].append(row)
    found = {}
    for one in wanted:
        earlier = [row for row in of_area[one.area_id] if row.evaluation.year < one.evaluation.year]
        if earlier:
            found[one.pk] = earlier[-1]
    return found


def put(assessment: Assessment, scores: Scores | None, previous: Assessment | None) -> None:
    """Write a result onto the row, unsaved. None: it did not take part."""
    assessment.took_part = scores is not None
    assessment.components = {code: str(value) for code, value in scores.components.items()} if scores else {}
    assessment.final = scores.final if scores else None
    assessment.improvement = None
    if scores is not None and previous is not None:
        last = {code: Decimal(value) for code, value in previous.components.items()}
        track = previous.evaluation.instrument.shape.tracks[previous.track]
        rounding = assessment.evaluation.instrument.shape.rounding
        assessment.improvement = improvement(scores.final, last, track, rounding)


def recompute(assessments: Iterable[Assessment]) -> int:
    """Compute results anew, older years first; return how many changed. One without a mark did not take part.

    Of many rows, `evaluation__instrument` wants prefetching: then each instrument is read and parsed once.
    Raise KeyError (code of the item) where only some items have marks.
    """
    ordered = sorted(assessments, key=lambda one: (one.evaluation.year, one.pk))
    previous: dict[int, Assessment] = {}  # by area, as it was just computed
    earlier = previous_of(ordered)
    moved = []
    for start in range(0, len(ordered), AT_ONCE):
        some = ordered[start : start + AT_ONCE]
        scored = item_scores(some)
        for one in some:
            before = (one.took_part, one.components, one.final, one.improvement)
            items = scored.get(one.pk)
            last = previous.get(one.area_id) or earlier.get(one.pk)
            put(one, score(one, items) if items else None, last)
            if one.took_part:
                previous[one.area_id] = one
            if before != (one.took_part, one.components, one.final, one.improvement):
                moved.append(one)
    _write(moved)
    return len(moved)


def _write(rows: list[Assessment]) -> None:
    """Save the results of any number of rows at once; bulk_update takes a second for each thousand."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            update movement_assessment as row
            set took_part = new.took_part, components = new.components, final = new.final, improvement = new.improvement
            from unnest(%s::bigint[], %s::boolean[], %s::jsonb[], %s::numeric[], %s::numeric[])
                as new (id, took_part, components, final, improvement)
            where row.id = new.id
            """,
            [
                [one.pk for one in rows],
                [one.took_part for one in rows],
                [json.dumps(one.components) for one in rows],
                [one.final for one in rows],
                [one.improvement for one in rows],
            ],
        )
