"""Whether the database holds the tables of this version."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _


def are_missing() -> bool:
    """Tell whether no migration was ever run here."""
    with connection.cursor() as cursor:
        return "django_migrations" not in connection.introspection.table_names(cursor)


def are_behind() -> bool:
    """Tell whether migrations are waiting. It takes a moment: every migration is read."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def sentence() -> str:
    """Return what to do first."""
    return _(
        "Tabel di basis data ini belum ada atau belum mengikuti versi ini. "
        "Jalankan dulu `lawang migrate` atau `lawang up`."
    )
