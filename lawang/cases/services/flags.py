"""Flags of a case: what effects leave in its work for lists and statistics, none of it personal."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

FLAGS = "_flags"
WORDS: dict[str, str | Promise] = {"late": gettext_lazy("Terlambat dilaporkan")}


def with_flag(work: Mapping[str, Any], flag: str, **data: int | str) -> dict[str, Any]:
    """Return a case's work with a flag: `_flags` -> {name: what is known about it}."""
    return {**work, FLAGS: {**work.get(FLAGS, {}), flag: data}}


def without_flag(work: Mapping[str, Any], flag: str) -> dict[str, Any]:
    """Return a case's work without the flag."""
    rest = {name: data for name, data in work.get(FLAGS, {}).items() if name != flag}
    bare = {name: value for name, value in work.items() if name != FLAGS}
    return {**bare, FLAGS: rest} if rest else bare
