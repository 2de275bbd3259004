"""Contents that no row names: left by a transaction that did not commit."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from lawang.record.models import File

GRACE = timedelta(days=1)  # a transaction may still be about to commit its row


def remove_strays(*, at: datetime) -> int:
    """Delete stored contents older than a day that no File names; return how many."""
    removed = 0
    for folder in sorted(Path(settings.MEDIA_ROOT).glob("[0-9a-f][0-9a-f]")):
        old = {
            path.name: path for path in folder.iterdir() if path.stat().st_mtime < (at - GRACE).timestamp()
        }
        named = set(File.objects.filter(sha256__in=old).values_list("sha256", flat=True))
        for name, path in old.items():
            if name not in named:
                path.unlink(missing_ok=True)
                removed += 1
    return removed
