"""From marks to results: item scores, components, finals, improvements; of one regency, of a year, of everything.

Marks are gathered by one query for any number of regencies; the arithmetic is scoring.py's.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Max, Min, Sum

from lawang.movement.instrument import Instrument as Shape
from lawang.movement.models import Answer, Assessment, Mark
from lawang.movement.scoring import Scores, improvement, rounded, scores_of_items

AT_ONCE = 1_000  # assessments whose marks are held in memory


@dataclass
class ItemMarks:
    """What the panel said about one item."""

    count: int
    total: int
    least: int
    most: int

    @property
    def spread(self) -> int:
        return self.most - self.least


@dataclass
class Gathered:
    """What stands for one regency: marks of assessors by item, and means of surveys by item."""

    marks: dict[str, ItemMarks] = field(default_factory=dict)
    means: dict[str, Decimal] = field(default_factory=dict)


def gather(assessments: Iterable[int]) -> dict[int, Gathered]:
    """Return what stands for each of these (pks), in two queries. Sheets that were not handed in do not count."""
    ids = list(assessments)
    found: dict[int, Gathered] = defaultdict(Gathered)
    rows = (
        Mark.objects.filter(sheet__assessment__in=ids, sheet__handed_in_at__isnull=False)
        .values_list("sheet__assessment", "item")
        .annotate(Count("pk"), Sum("mark"), Min("mark"), Max("mark"))
        .order_by()
    )
    for assessment, item, count, total, least, most in rows.iterator(chunk_size=20_000):
        found[assessment].marks[item] = ItemMarks(count, total, least, most)
    means = Answer.objects.filter(assessment__in=ids, value__isnull=False)
    for assessment, item, value in means.values_list("assessment", "item", "value").order_by():
        assert value is not None
        found[assessment].means[item] = value
    return found


def item_scores(gathered: Gathered, shape: Shape) -> dict[str, Decimal]:
    """Return the score of each item that has marks or a survey's mean. A survey's mean stands before marks."""
    digits = shape.rounding.item
    scores = {
        item: rounded(Decimal(marks.total) / marks.count, digits) for item, marks in gathered.marks.items()
    }
    return scores | {item: rounded(value, digits) for item, value in gathered.means.items()}


def missing_items(scores: Mapping[str, Decimal], shape: Shape, track: str) -> list[str]:
    """Return the codes of items that nobody scored."""
    asked = (item for one in shape.components_of(shape.tracks[track]) for item in one.items)
    return [item.code for item in asked if item.code not in scores]


def score(assessment: Assessment, gathered: Gathered) -> Scores:
    """Return the result of one regency. Raise KeyError (its code) for an item that nobody scored."""
    shape = assessment.evaluation.instrument.shape
    return scores_of_items(item_scores(gathered, shape), shape.tracks[assessment.track], shape)


def previous_of(assessments: Iterable[Assessment]) -> dict[int, Assessment]:
    """Return for each assessment (pk) the same regency's result of the latest earlier year, where there is one."""
    wanted = list(assessments)
    rows = (
        Assessment.objects.filter(
            area__in={one.area_id for one in wanted}, took_part=True, final__isnull=False
        )
        .select_related("evaluation__instrument")
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

    Raise KeyError (code of the item) where only some items have marks.
    """
    ordered = sorted(assessments, key=lambda one: (one.evaluation.year, one.pk))
    previous: dict[int, Assessment] = {}  # by area, as it was just computed
    earlier = previous_of(ordered)
    moved = []
    for start in range(0, len(ordered), AT_ONCE):
        some = ordered[start : start + AT_ONCE]
        gathered = gather(one.pk for one in some)
        for one in some:
            before = (one.took_part, one.components, one.final, one.improvement)
            marks = gathered.get(one.pk)
            last = previous.get(one.area_id) or earlier.get(one.pk)
            put(one, score(one, marks) if marks else None, last)
            if one.took_part:
                previous[one.area_id] = one
            if before != (one.took_part, one.components, one.final, one.improvement):
                moved.append(one)
    Assessment.objects.bulk_update(
        moved, ["took_part", "components", "final", "improvement"], batch_size=AT_ONCE
    )
    return len(moved)
