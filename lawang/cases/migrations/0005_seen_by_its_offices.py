from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_seen_by_their_owner")]
    operations = [
        migrations.AddConstraint(
            "case",
            models.CheckConstraint(
                condition=models.Q(offices__contains=[models.F("owner"), models.F("office")]),
                name="case_seen_by_its_offices",
            ),
        ),
    ]
