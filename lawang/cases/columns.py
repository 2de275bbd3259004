"""A whole list as one column of a query that is asked anyway, for pages that join nouns within twelve queries."""

from typing import Any

from django.db.models import JSONField, QuerySet
from django.db.models.expressions import RawSQL


def as_column(rows: QuerySet[Any, Any]) -> RawSQL:
    """Return the rows of a query as a list of mappings, name -> value; dates are ISO strings.

    `rows` ends with values(...) and does not depend on the query that it becomes a column of.
    """
    sql, parameters = rows.query.sql_with_params()
    return RawSQL(  # noqa: S611 - from our own querysets, values apart
        f"(select coalesce(jsonb_agg(one), '[]'::jsonb) from ({sql}) as one)",  # noqa: S608
        parameters,
        output_field=JSONField(),
    )
