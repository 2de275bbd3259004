"""What checks are given, made by hand."""

from datetime import date
from typing import Any

from lawang.cases.services.registry import CHECKS, Facts, Verdict

TODAY = date(2026, 3, 16)


def facts(answers: dict[str, Any] | None = None, **more: Any) -> Facts:
    """Return facts with these answers; `parameters`, `work`, `received` and `today` as wanted."""
    given = {"parameters": {}, "received": TODAY, "today": TODAY, **more}
    return Facts(answers=answers or {}, **given)


def verdict(name: str, looked_at: Facts, /, **parameters: str) -> Verdict:
    """Return what a named check says."""
    answer = CHECKS[name].function(looked_at, parameters)
    assert isinstance(answer, Verdict)
    assert str(answer.why).endswith((".", "?"))  # a whole sentence, whatever it says
    return answer


def result(name: str, looked_at: Facts, /, **parameters: str) -> str:
    return verdict(name, looked_at, **parameters).result
