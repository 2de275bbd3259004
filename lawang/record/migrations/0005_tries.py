from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("record", "0004_master_keys")]
    operations = [
        migrations.CreateModel(
            name="Tries",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("count", models.PositiveIntegerField(default=0)),
                ("until", models.DateTimeField(db_index=True)),
            ],
            options={"verbose_name_plural": "tries"},
        ),
        # Counts of this hour need not survive a power cut, and so wait for no disk.
        migrations.RunSQL("alter table record_tries set unlogged", migrations.RunSQL.noop),
    ]
