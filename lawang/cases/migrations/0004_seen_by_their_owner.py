"""The agency that answers for a case is one of `offices`, so that one index finds what somebody sees."""

import django.contrib.postgres.indexes
from django.db import migrations

ADD = "update cases_case set offices = offices || owner_id where not owner_id = any(offices)"


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_sealed_reference")]
    operations = [
        migrations.RunSQL(ADD, migrations.RunSQL.noop),
        migrations.RemoveIndex("case", "case_offices"),
        migrations.AddIndex(
            "case",
            django.contrib.postgres.indexes.GinIndex(fields=["offices", "search"], name="case_found"),
        ),
    ]
