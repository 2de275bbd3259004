"""What people's answers say in figures; registered with measures, named by series of the plan."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lawang.measures.periods import Period
from lawang.measures.statistics import Counted, register
from lawang.surveys import skm
from lawang.surveys.counting import totals
from lawang.surveys.models import Kind, Survey

CONVERSION = 25  # of PermenPANRB 14/2017: the mean of marks 1-4 times this


def _words(parameters: Mapping[str, Any], name: str) -> list[str]:
    return [word for word in str(parameters.get(name) or "").split(",") if word]


def skm_index(period: Period, parameters: Mapping[str, Any]) -> Counted | None:
    """The satisfaction index of everybody whose answer came into the figures in the period.

    Source: PermenPANRB 14/2017; see skm.py.
    """
    surveys = Survey.objects.filter(kind=Kind.SKM)
    if services := _words(parameters, "service"):
        surveys = surveys.filter(service__code__in=services)
    if agencies := _words(parameters, "agency"):
        surveys = surveys.filter(agency__code__in=agencies)
    found = totals(surveys, period.start, period.end)
    if wanted := _words(parameters, "element"):
        found = {code: one for code, one in found.items() if code in wanted}
    if not found:
        return None
    n = max(answers for answers, _total in found.values())
    exact = (
        sum((Fraction(total, answers) for answers, total in found.values()), Fraction())
        / len(found)
        * CONVERSION
    )
    return Counted(skm.half_up(exact), {"counted": n, "elements": len(found)})


def impact_mean(period: Period, parameters: Mapping[str, Any]) -> Counted | None:
    """The mean of the means of the statements, each rounded to two decimals, as the evaluation takes them (0-4)."""
    surveys = Survey.objects.filter(kind=Kind.IMPACT, state=Survey.State.CLOSED)
    if nodes := _words(parameters, "node"):
        surveys = surveys.filter(Q(node__code__in=nodes) | Q(node__parent__code__in=nodes))
    found = totals(surveys, period.start, period.end)
    if wanted := _words(parameters, "statement"):
        found = {code: one for code, one in found.items() if code in wanted}
    if not found:
        return None
    means = [skm.half_up(Fraction(total, answers)) for answers, total in found.values()]
    n = max(answers for answers, _total in found.values())
    mean = skm.half_up(sum((Fraction(one) for one in means), Fraction()) / len(means))
    return Counted(mean, {"counted": n, "statements": len(means)})


def responses(period: Period, parameters: Mapping[str, Any]) -> Counted | None:
    """How many people's answers came into the figures of satisfaction in the period."""
    found = skm_index(period, parameters)
    return Counted(Decimal(found.rows["counted"]), {"counted": found.rows["counted"]}) if found else None


def skm_page(_parameters: Mapping[str, Any]) -> str:
    return reverse("surveys:index")


def install() -> None:
    scope = {
        "service": _("kode layanan, beberapa dipisah koma; kosong: semua"),
        "agency": _("kode unit atau instansi; kosong: semua"),
    }
    register(
        "surveys.skm_index",
        skm_index,
        title=_("Indeks kepuasan masyarakat (SKM)"),
        formula=_(
            "rata-rata nilai unsur (1–4), setiap unsur berbobot tepat 1/9, × 25; dibulatkan sekali ke dua desimal"
        ),
        parameters={**scope, "element": _("kode unsur, misalnya waktu; kosong: sembilan unsur")},
        page=skm_page,
    )
    register(
        "surveys.skm_responses",
        responses,
        title=_("Jawaban survei kepuasan yang dihitung"),
        formula=_("jumlah orang yang jawabannya masuk hitungan"),
        parameters=scope,
        page=skm_page,
    )
    register(
        "surveys.impact_mean",
        impact_mean,
        title=_("Rata-rata survei dampak"),
        formula=_(
            "rata-rata dari rata-rata setiap pernyataan (0–4), masing-masing dibulatkan ke dua desimal"
        ),
        parameters={
            "node": _("kode dimensi atau subdimensi, misalnya pariwisata; kosong: semua"),
            "statement": _("kode pernyataan, misalnya online; kosong: semua"),
        },
    )
