"""Say in words how a promise stands, and the arithmetic behind its colour with the real numbers filled in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lawang.lib.dates import long_date, month_name, period_name, short_date
from lawang.lib.numbers import as_is, percent
from lawang.lib.text import say
from lawang.measures.models import Series
from lawang.plans.colours import Point, Promise, Rule
from lawang.plans.models import Colour, Indicator, Standing
from lawang.web.status import status_word


def month_of(day: date) -> str:
    """Return "Maret 2028"."""
    return f"{month_name(day.month)} {day.year}"


def amount_of(series: Series, amount: Decimal | None) -> str:
    """Return a figure with at most its series' decimals, without the unit."""
    return "–" if amount is None else as_is(amount, max(series.decimals, 0))


def _unit(series: Series, words: str) -> str:
    """Return "2.140 rumah", "86 %"."""
    unit = say(series.unit)
    if unit in ("%", "persen", "percent"):
        return percent_of(words)
    return f"{words}\u00a0{unit}".strip()


def percent_of(words: str) -> str:
    return f"{words}%" if (get_language() or "id").startswith("en") else f"{words}\u00a0%"


def with_unit(series: Series, amount: Decimal | None) -> str:
    return _unit(series, amount_of(series, amount))


@dataclass(frozen=True)
class Said:
    """A promise in sentences: the first is the fact, the others what was promised and where it leads."""

    fact: str
    target: str
    outlook: str

    @property
    def whole(self) -> str:
        return " ".join(words for words in (self.fact, self.target, self.outlook) if words)


def say_promise(
    indicator: Indicator, promise: Promise, standing: Standing | None, points: Sequence[Point], today: date
) -> Said:
    """Say how an indicator stands: "2.140 dari 3.000 rumah. Target tahun ini 2.600. Dengan laju ini Maret 2028." """
    series = indicator.series
    goals = dict(promise.targets)
    last = promise.targets[-1] if promise.targets else None
    amount = standing.amount if standing else None
    end = standing.end if standing else None
    if amount is None:
        fact = _("Belum ada angka yang disetujui.")
    elif promise.is_flow and end is not None:
        fact = _("%(amount)s sejak Januari %(year)s.") % {
            "amount": with_unit(series, amount),
            "year": end.year,
        }
    elif promise.adds_up == Series.AddsUp.MEAN and end is not None:
        fact = _("Rata-rata %(amount)s sejak Januari %(year)s.") % {
            "amount": with_unit(series, amount),
            "year": end.year,
        }
    elif last is not None and promise.direction == Series.Direction.UP:
        fact = _("%(amount)s dari %(goal)s.") % {
            "amount": amount_of(series, amount),
            "goal": with_unit(series, last[1]),
        }
    else:
        fact = _("%(amount)s.") % {"amount": with_unit(series, amount)}
    target = ""
    if today.year in goals:
        target = _("Target tahun ini %(amount)s.") % {"amount": with_unit(series, goals[today.year])}
    elif last is not None:
        target = _("Target %(year)s: %(amount)s.") % {"year": last[0], "amount": with_unit(series, last[1])}
    return Said(fact, target, say_outlook(standing, last, points) if standing else "")


def say_outlook(standing: Standing, last: tuple[int, Decimal] | None, points: Sequence[Point]) -> str:
    """Say whether the last target will be met if things go on as they do."""
    kinds = Standing.Forecast
    if last is None or standing.forecast == kinds.NONE:
        return ""
    if standing.forecast == kinds.TOO_FEW:
        return _("Angkanya baru %(count)s; terlalu sedikit untuk memperkirakan.") % {"count": len(points)}
    if standing.forecast == kinds.NEVER:
        return _("Dengan laju sekarang target %(year)s tidak tercapai.") % {"year": last[0]}
    if standing.reached_on is None:
        return ""
    if standing.end is not None and standing.reached_on <= standing.end:
        return _("Target %(year)s sudah tercapai.") % {"year": last[0]}
    if standing.forecast == kinds.LATE:
        return _("Dengan laju sekarang baru tercapai %(month)s, terlambat dari %(year)s.") % {
            "month": month_of(standing.reached_on),
            "year": last[0],
        }
    return _("Dengan laju sekarang tercapai %(month)s.") % {"month": month_of(standing.reached_on)}


def why(indicator: Indicator, promise: Promise, standing: Standing | None, rule: Rule) -> list[str]:
    """Return the arithmetic of an indicator's colour as sentences with the real numbers."""
    series = indicator.series
    if standing is None or standing.amount is None:
        return [_("Belum ada angka yang disetujui, jadi belum bisa dinilai.")]
    lines = []
    end = standing.end
    if promise.baseline is not None and promise.baseline_year is not None:
        lines.append(
            _("Awalnya, akhir %(year)s: %(amount)s.")
            % {"year": promise.baseline_year, "amount": with_unit(series, promise.baseline)}
        )
    what = _("Angka terakhir, sampai %(day)s: %(amount)s.")
    if promise.is_flow:
        what = _("Jumlah sejak Januari sampai %(day)s: %(amount)s.")
    elif promise.adds_up == Series.AddsUp.MEAN:
        what = _("Rata-rata sejak Januari sampai %(day)s: %(amount)s.")
    lines.append(
        what % {"day": short_date(end) if end else "–", "amount": with_unit(series, standing.amount)}
    )
    if standing.expected is None or standing.share is None:
        return [*lines, _("Belum ada target untuk dibandingkan.")]
    lines.append(
        _("Menurut rencana pada hari itu seharusnya: %(amount)s.")
        % {"amount": _unit(series, as_is(standing.expected, max(series.decimals, 1)))}
    )
    lines.append(_share_in_words(promise, standing, series))
    if standing.colour == Colour.STALE:
        lines.append(
            _("Angka berikutnya terlambat lebih dari %(days)s hari, maka tertulis “%(word)s”.")
            % {"days": rule.stale_after_days, "word": status_word(Colour.STALE)}
        )
    else:
        lines.append(say_rule(rule, standing.share, standing.colour))
    if standing.judged_by is not None and standing.judged_by_id != indicator.revision_id:
        lines.append(
            _("Dinilai dengan target revisi %(number)s, yang berlaku pada waktu itu.")
            % {"number": standing.judged_by.number}
        )
    return lines


def _share_in_words(promise: Promise, standing: Standing, series: Series) -> str:
    assert standing.amount is not None
    assert standing.expected is not None
    assert standing.share is not None
    start = Decimal(0) if promise.is_flow else promise.baseline
    share = percent(standing.share * 100)
    if promise.is_flow and promise.direction == Series.Direction.DOWN:
        start = None
    if start is None or start == standing.expected:
        return _("Dibanding yang seharusnya: %(share)s.") % {"share": share}
    precise = max(series.decimals, 1)
    return _("Jalan yang sudah ditempuh: (%(now)s − %(start)s) ÷ (%(wanted)s − %(start)s) = %(share)s.") % {
        "now": amount_of(series, standing.amount),
        "start": amount_of(series, start),
        "wanted": as_is(standing.expected, precise),
        "share": share,
    }


def say_rule(rule: Rule, share: Decimal, colour: str) -> str:
    """Return which limit a share met."""
    limits = {"high": percent(rule.on_track_from * 100), "low": percent(rule.slipping_from * 100)}
    if colour == Colour.ON_TRACK:
        words = _("Sedikitnya %(high)s, maka “%(word)s”.")
    elif colour == Colour.SLIPPING:
        words = _("Antara %(low)s dan %(high)s, maka “%(word)s”.")
    else:
        words = _("Kurang dari %(low)s, maka “%(word)s”.")
    return words % {**limits, "word": status_word(colour)}


def say_period(start: date, end: date) -> str:
    """Return a period inside a sentence: "triwulan 3 2026"."""
    name = period_name(start, end)
    return (
        name[:1].lower() + name[1:] if name.startswith(("Triwulan", "Semester", "Quarter", "Half")) else name
    )


def say_day(day: date) -> str:
    return long_date(day)
