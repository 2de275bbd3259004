from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("movement", "0010_exhibition")]

    operations = [
        migrations.RemoveField("cohort", "letters"),
        migrations.RemoveField("determination", "letter_number"),
    ]
