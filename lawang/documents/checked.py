"""How often papers are checked: a number per document and day. Who checked is not known."""

from datetime import date

from django.db import connection

from lawang.documents.models import Document


def count(document: Document | None, *, on: date) -> None:
    """Count one look-up; None: one that found nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into documents_checkcount (document_id, date, count) values (%s, %s, 1) "
            "on conflict on constraint checks_counted_per_day do update set count = documents_checkcount.count + 1",
            [document.pk if document else None, on],
        )
