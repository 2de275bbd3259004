"""Numbers of other systems are those of family cards and deeds: sealed under the key of their case."""

from typing import Any

from django.db import migrations, models

from lawang.record import sealing


def seal(apps: Any, schema_editor: Any) -> None:
    cases, keys = apps.get_model("cases", "Case"), apps.get_model("record", "DataKey")
    found = cases.objects.exclude(external_reference="").only("key", "external_reference")
    for case in found.iterator(chunk_size=1000):
        thing = f"cases.case:{case.key}"
        row = keys.objects.filter(thing=thing).first()
        closed = (
            sealing.seal_fields(thing, {"words": case.external_reference}, key=sealing.unwrap(row))["words"]
            if row
            else ""  # without its key the case is erased
        )
        cases.objects.filter(pk=case.pk).update(external_reference=closed)


def unseal(apps: Any, schema_editor: Any) -> None:
    cases, keys = apps.get_model("cases", "Case"), apps.get_model("record", "DataKey")
    found = cases.objects.exclude(external_reference="").only("key", "external_reference")
    for case in found.iterator(chunk_size=1000):
        thing = f"cases.case:{case.key}"
        row = keys.objects.filter(thing=thing).first()
        values = sealing.open_values(
            thing, {"words": case.external_reference}, key=sealing.unwrap(row) if row else None
        )
        cases.objects.filter(pk=case.pk).update(external_reference=values["words"] if values else "")


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_guards"), ("record", "0005_tries")]
    operations = [
        migrations.AlterField("case", "external_reference", models.TextField(blank=True)),
        migrations.RunPython(seal, unseal),
    ]
