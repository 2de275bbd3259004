"""The street of design: each noun may know what stands above it, nothing below."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

ROOT = Path(__file__).resolve().parent.parent


def street() -> list[str]:
    """Return the nouns from the one that knows all to the one that knows none, as import-linter has them."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    layers: list[str] = config["tool"]["importlinter"]["contracts"][0]["layers"]
    return [layer.removeprefix("lawang.") for layer in layers]


def test_imports_go_up_the_street_only() -> None:
    answer = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports"))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout[-3000:] + answer.stderr[-1000:]


def test_every_app_of_ours_stands_on_the_street() -> None:
    ours = {
        config.name.removeprefix("lawang.")
        for config in apps.get_app_configs()
        if config.name.startswith("lawang.")
    }
    assert ours <= set(street())


def down_the_street(model: type[models.Model], field: Any) -> bool:
    target: Any = field.related_model
    assert not isinstance(target, str), f"{model.__name__}.{field.name} points at nothing that exists"
    if model._meta.app_label == "record" and target._meta.label == settings.AUTH_USER_MODEL:
        return False  # the one exception: record names the actor
    order = street()
    if target._meta.app_label not in order:
        return False  # a table of Django or of a dependency
    return order.index(target._meta.app_label) < order.index(model._meta.app_label)


@pytest.mark.parametrize(
    "model",
    [model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("lawang.")],
    ids=lambda model: model._meta.label,
)
def test_no_foreign_key_points_down_the_street(model: type[models.Model]) -> None:
    names = [
        field.name
        for field in [*model._meta.concrete_fields, *model._meta.many_to_many]
        if field.is_relation and down_the_street(model, field)
    ]
    assert not names


def test_the_walk_notices_one() -> None:
    from lawang.areas.models import Area
    from lawang.people.models import Agency

    field = models.ForeignKey(Agency, on_delete=models.CASCADE)
    field.related_model = Agency
    field.name = "agency"
    assert down_the_street(Area, field)
    assert not down_the_street(Agency, Agency._meta.get_field("area"))
