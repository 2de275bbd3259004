"""Static files: hashed addresses after `collectstatic`, plain ones before, so that tests and development need no step."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """A file that is not in the manifest is served under its own name instead of breaking the page."""

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        try:
            return str(super().stored_name(name))
        except ValueError:
            return name
