"""Functions that packs name: checks shown beside the answers, and effects of steps. One module per kind of service."""

import importlib
import pkgutil


def load() -> None:
    """Import every module here, so that its functions are known by name."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
