"""Stretches of time: which months of a service are told together, so that no number gives away fewer than five people.

A service with many cases is told by month, another by quarter, because that is how the plan counts; a quiet period is
joined with those after it. Which it is, a quarter learns from the one before it, so what was told once never changes.
Every number that anybody is shown of a service is a sum of its stretches. A figure of the plan whose period cuts a
stretch is therefore only told roughly (statistics.py).
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum

from lawang.cases.models import Tally
from lawang.lib.disclosure import LEAST, spans

QUARTER = 3  # months
MANY = 2 * LEAST  # received and decided in each month of a quarter: the next one is told by month


def month_of(day: date) -> int:
    """Return months since the year 0: neighbours differ by one, and a quarter begins at a multiple of three."""
    return day.year * 12 + day.month - 1


def first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def last_day(month: int) -> date:
    return first_day(month + 1) - timedelta(days=1)


@dataclass(frozen=True)
class Months:
    """Received, decided and on time by service and month, from the first month on."""

    counts: Mapping[int, Mapping[int, tuple[int, int, int]]]

    @classmethod
    def read(cls, services: Collection[int] | None) -> "Months":
        """Return the tallies of some services, or of all. One query."""
        counts: dict[int, dict[int, tuple[int, int, int]]] = defaultdict(dict)
        rows = Tally.objects.all() if services is None else Tally.objects.filter(service__in=services)
        sums = rows.values_list("service_id", "month").annotate(
            Sum("received"), Sum("decided"), Sum("on_time")
        )
        for service, month, received, decided, on_time in sums.order_by():
            counts[service][month_of(month)] = (received, decided, on_time)
        return cls(counts)

    def of(self, service: int, months: range) -> tuple[int, int]:
        """Return how many were received, and how many decided."""
        found = [one for month, one in self.counts[service].items() if month in months]
        return sum(one[0] for one in found), sum(one[1] for one in found)

    def kept(self, service: int, months: range) -> tuple[int, int]:
        """Return how many were decided on time, and how many at all."""
        found = [one for month, one in self.counts[service].items() if month in months]
        return sum(one[2] for one in found), sum(one[1] for one in found)

    def stretches(self, service: int, until: int) -> list[range]:
        """Return the months that are told together, oldest first, none after `until`."""
        periods = list(self._periods(service, until))
        counts = [self.of(service, period) for period in periods]
        found = spans([one[0] for one in counts], also=[one[1] for one in counts])
        return [range(periods[one.start].start, periods[one.stop - 1].stop) for one in found]

    def _periods(self, service: int, until: int) -> Iterator[range]:
        """Yield the months or whole quarters that a service is counted by, without a gap."""
        if not self.counts.get(service):
            return
        quarter = min(self.counts[service]) // QUARTER * QUARTER
        while quarter <= until:
            months = [range(month, month + 1) for month in range(quarter, quarter + QUARTER)]
            before = [self.of(service, range(one.start - QUARTER, one.stop - QUARTER)) for one in months]
            if min(min(one) for one in before) >= MANY:
                yield from (one for one in months if one.start <= until)
            elif quarter + QUARTER - 1 <= until:
                yield range(quarter, quarter + QUARTER)
            quarter += QUARTER

    def is_whole(self, service: int, months: range) -> bool:
        """Tell whether months are a sum of stretches of a service, empty months left aside."""
        found = self.stretches(service, months.stop - 1)
        is_cut = any(one.start < months.start < one.stop for one in found)
        told_to = max([one.stop for one in found], default=0)
        return not is_cut and self.of(service, range(told_to, months.stop)) == (0, 0)
