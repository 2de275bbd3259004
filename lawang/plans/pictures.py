"""Draw what the plan's pages show: the way of an indicator, budgets, the roadmap."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lawang.lib.dates import month_name
from lawang.lib.numbers import as_is
from lawang.lib.text import say
from lawang.measures.models import Series
from lawang.measures.periods import Period, after, containing
from lawang.plans.colours import Point, Promise
from lawang.plans.models import Indicator, Standing
from lawang.web.charts import line_chart

MOST_LABELS = 72  # periods on one axis
_ROMAN = ("I", "II", "III", "IV")


def short_period(period: Period) -> str:
    """Return a period as an axis has room for: "III/26", "S2/26", "Nov 26", "2026"; in English "Q3/26", "H2/26"."""
    is_english = (get_language() or "id").startswith("en")
    year = f"{period.end.year % 100:02}"
    match period.months:
        case 12:
            return str(period.end.year)
        case 6:
            return f"{'H' if is_english else 'S'}{1 if period.start.month == 1 else 2}/{year}"
        case 3:
            quarter = (period.start.month - 1) // 3
            return f"Q{quarter + 1}/{year}" if is_english else f"{_ROMAN[quarter]}/{year}"
    return f"{month_name(period.end.month)[:3]} {year}"


def cumulated(points: Sequence[Point]) -> list[Point]:
    """Return a flow as its sum since January of each year."""
    done: list[Point] = []
    for point in points:
        before = done[-1].amount if done and done[-1].end.year == point.end.year else Decimal(0)
        done.append(Point(point.end, before + point.amount))
    return done


def way_chart(
    indicator: Indicator,
    promise: Promise,
    standing: Standing | None,
    points: Sequence[Point],
    *,
    key: str = "",
) -> SafeString:
    """Draw an indicator from its baseline to its last target, with the forecast where there is one."""
    series = indicator.series
    often = series.frequency

    def label(day: date) -> str:
        return short_period(containing(day, often))

    shown = cumulated(points) if promise.is_flow else list(points)
    targets = [(date(year, 12, 31), amount) for year, amount in promise.targets]
    corners = [point.end for point in shown] + [day for day, _amount in targets]
    baseline = None
    if promise.baseline is not None and promise.baseline_year is not None:
        start = date(promise.baseline_year, 12, 31)
        if not corners or start < min(corners):
            baseline = (label(start), promise.baseline)
            corners.append(start)
    forecast: list[tuple[str, Decimal]] = []
    if standing and standing.reached_on and shown and targets and not promise.is_flow:
        reached = standing.reached_on
        if shown[-1].end < reached and reached.year <= targets[-1][0].year + 2:
            forecast = [(label(reached), targets[-1][1])]
            corners.append(reached)
    return line_chart(
        [(label(point.end), point.amount) for point in shown],
        title=say(indicator.title),
        unit=say(series.unit),
        baseline=baseline,
        targets=[(label(day), amount) for day, amount in targets],
        forecast=[] if forecast and forecast[0][0] == label(shown[-1].end) else forecast,
        labels=_labels(corners, often),
        from_zero=not _is_far_from_zero([p.amount for p in shown] + [a for _d, a in targets]),
        short=lambda amount: as_is(amount, series.decimals),
        key=key or str(indicator.key),
    )


def _labels(corners: Sequence[date], often: str) -> list[str]:
    """Return every period from the first corner to the last."""
    if not corners:
        return []
    period, last = containing(min(corners), often), containing(max(corners), often)
    names: list[str] = []
    while period <= last and len(names) < MOST_LABELS:
        names.append(short_period(period))
        period = after(period)
    return names


def _is_far_from_zero(amounts: Sequence[Decimal]) -> bool:
    """Tell whether a line from zero would be flat: everything within a fifth of the largest."""
    return bool(amounts) and min(amounts) > 0 and min(amounts) > max(amounts) * Decimal("0.8")


def series_chart(series: Series, points: Sequence[Point], *, key: str = "") -> SafeString:
    """Draw a series that no indicator promises anything of."""
    return line_chart(
        [(short_period(containing(point.end, series.frequency)), point.amount) for point in points],
        title=say(series.title),
        unit=say(series.unit),
        short=lambda amount: as_is(amount, series.decimals),
        from_zero=not _is_far_from_zero([point.amount for point in points]),
        key=key or str(series.key),
    )


def money_source(source: str) -> str:
    """Return the name of a source of money."""
    return {
        "apbd": _("APBD kabupaten"),
        "province": _("Provinsi"),
        "central": _("Pemerintah pusat"),
        "village": _("Dana desa"),
        "csr": _("CSR perusahaan"),
        "kpbu": _("KPBU (kerja sama badan usaha)"),
        "other": _("Lainnya"),
    }.get(source, source)
