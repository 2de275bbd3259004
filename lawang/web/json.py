"""Answers for programs. Every refusal has one shape: {"error": {"code", "message", "fields": {name: [sentence]}}}."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict

from django.core.serializers.json import DjangoJSONEncoder
from django.http import JsonResponse


class Error(TypedDict):
    code: str  # for programs, never translated: "not_found", "refused", "invalid"
    message: str  # for people
    fields: dict[str, list[str]]


class ErrorAnswer(TypedDict):
    error: Error


class Encoder(DjangoJSONEncoder):
    """Decimals become JSON numbers, moments ISO 8601 with their zone."""

    def default(self, o: Any) -> Any:
        if isinstance(o, Decimal):
            return int(o) if o == o.to_integral_value() else float(o)
        if isinstance(o, date | datetime):
            return o.isoformat()
        return super().default(o)


def answer(data: dict[str, Any], *, status: int = 200, public: bool = False) -> JsonResponse:
    """Return `data`; with `public`, pages of other sites may read it too."""
    response = JsonResponse(data, encoder=Encoder, status=status, json_dumps_params={"ensure_ascii": False})
    if public:
        response["Access-Control-Allow-Origin"] = "*"
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def refusal(status: int, code: str, message: str, fields: dict[str, list[str]] | None = None) -> JsonResponse:
    """Return the one shape of an error."""
    body: ErrorAnswer = {"error": {"code": code, "message": str(message), "fields": fields or {}}}
    return answer(dict(body), status=status)
