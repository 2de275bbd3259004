"""Objections travel between installations: a key of their own, perhaps no user; and how long one may object."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def give_keys(apps, schema_editor):
    for row in apps.get_model('movement', 'Objection').objects.filter(key=None):
        row.key = uuid.uuid4()
        row.save(update_fields=['key'])


class Migration(migrations.Migration):

    dependencies = [
        ('movement', '0020_awards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='evaluation',
            name='objection_days',
            field=models.PositiveSmallIntegerField(default=14),
        ),
        migrations.AddField(
            model_name='objection',
            name='key',
            field=models.UUIDField(default=None, editable=False, null=True),
        ),
        migrations.RunPython(give_keys, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='objection',
            name='key',
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
        migrations.AlterField(
            model_name='objection',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
    ]
