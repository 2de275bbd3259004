"""What the linter found, in words: for the command line and for a spreadsheet."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from lawang.lib.numbers import number
from lawang.plans.linter import Report, Weight

WORDS = {
    Weight.SERIOUS: lambda: _("berat"),
    Weight.ORDINARY: lambda: _("sedang"),
    Weight.MINOR: lambda: _("ringan"),
}


def weight_word(weight: Weight) -> str:
    """Return "berat", "sedang" or "ringan"."""
    return WORDS[weight]()


def report_lines(report: Report) -> list[str]:
    """Return the report as lines of text: the score, then rule by rule what is missing and how to mend it."""
    lines = [
        _("Kelengkapan %(score)s dari 100; %(count)s temuan.")
        % {"score": number(report.score, 1), "count": report.findings}
    ]
    for result in report.results:
        if not result.findings:
            continue
        head = _("%(title)s (%(weight)s): %(found)s dari %(looked)s") % {
            "title": result.rule.title,
            "weight": weight_word(result.rule.weight),
            "found": len(result.findings),
            "looked": result.looked,
        }
        why, mend = _("Mengapa"), _("Perbaiki")
        lines += ["", head, f"  {why}: {result.rule.why}", f"  {mend}: {result.rule.mend}"]
        lines += [f"  - {look.place}: {look.trouble}" for look in result.findings]
    return lines


def report_rows(report: Report) -> Iterator[list[str]]:
    """Return one row per finding: weight, rule, place, what, why, how to mend."""
    for result in report.results:
        for look in result.findings:
            yield [
                weight_word(result.rule.weight),
                str(result.rule.title),
                look.place,
                str(look.trouble),
                str(result.rule.why),
                str(result.rule.mend),
            ]
