"""Text in two languages: `{"id": "Air bersih", "en": "Clean water"}`, Indonesian always there, English perhaps."""

from typing import Any, TypedDict

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class _Indonesian(TypedDict):
    id: str


class Text(_Indonesian, total=False):
    """A text of people or packs; `en` may be missing."""

    en: str


def text(indonesian: str, english: str = "") -> Text:
    """Return a Text, leaving an empty English out."""
    return {"id": indonesian, "en": english} if english else {"id": indonesian}


def say(value: Text | None, language: str | None = None) -> str:
    """Return the words in `language` (default: the active one), or the Indonesian ones when they are missing."""
    if not value:
        return ""
    return value.get(language or (get_language() or "id")[:2]) or value["id"]  # type: ignore[return-value]


def spoken_in(value: Text | None, language: str | None = None) -> str:
    """Return the language `say` would answer in: "id" when a translation is missing."""
    wanted = (language or get_language() or "id")[:2]
    return wanted if value and value.get(wanted) else "id"


def is_text(value: object) -> bool:
    """Tell whether `value` has the shape of a Text."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("id"), str)
        and set(value) <= {"id", "en"}
        and all(isinstance(words, str) for words in value.values())
    )


class TextField(models.JSONField):
    """A column that holds one Text."""

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        if value and not is_text(value):
            raise ValidationError(_("Teks harus berisi bahasa Indonesia dan boleh bahasa Inggris."))
