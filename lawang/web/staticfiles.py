"""Static files: hashed addresses after `collectstatic`, plain ones before: tests and development need no step."""

import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]

EXPLANATION = re.compile(r"(?m)^[ \t]*(//.*)?|(?<=[;{,]) // .*$")  # and indentation


class Bare:
    """Our scripts without comments and indentation, for phones pay per KB; line numbers stay."""

    def __init__(self, storage: Any) -> None:
        self.storage = storage

    def open(self, name: str) -> "ContentFile[bytes]":
        with self.storage.open(name) as file:
            return ContentFile(EXPLANATION.sub("", file.read().decode()).encode(), name)


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """A file that is not in the manifest is served under its own name instead of breaking the page.

    What a script imports gets its hashed address too.
    """

    manifest_strict = False
    support_js_module_import_aggregation = True

    def stored_name(self, name: str) -> str:
        try:
            return str(super().stored_name(name))
        except ValueError:
            return name

    def post_process(self, paths: dict[str, tuple[Any, str]], *args: Any, **options: Any) -> Iterator[Any]:
        bare = {
            name: (Bare(storage) if name.startswith("web/js/") else storage, path)
            for name, (storage, path) in paths.items()
        }
        yield from super().post_process(bare, *args, **options)
