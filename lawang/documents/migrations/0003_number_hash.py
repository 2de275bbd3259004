from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_guards")]
    operations = [
        migrations.AddField("document", "number_hash", models.CharField(blank=True, max_length=44)),
        migrations.AddIndex(
            "document",
            models.Index(
                fields=["number_hash"],
                condition=models.Q(("number_hash", ""), _negated=True),
                name="document_number_hash",
            ),
        ),
    ]
