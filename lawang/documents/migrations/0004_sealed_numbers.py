"""Numbers that another system gave name people: they go into what is sealed. The guard lets this pass once."""

import json
from typing import Any

from django.db import migrations

from lawang.record import sealing


def seal(apps: Any, schema_editor: Any) -> None:
    documents, keys, files = (
        apps.get_model(*one) for one in (("documents", "Document"), ("record", "DataKey"), ("record", "File"))
    )
    schema_editor.execute("alter table documents_document disable trigger documents_stay")
    found = documents.objects.filter(origin="elsewhere").exclude(number="").only("key", "code", "number")
    for document in found.iterator(chunk_size=1000):
        thing = f"documents.document:{document.key}"
        row = keys.objects.filter(thing=thing).first()
        closed = {"values": "", "number_hash": ""}  # without its key the document is erased
        if row:
            words = {"values": json.dumps({"number": document.number})}
            closed = {
                **sealing.seal_fields(thing, words, key=sealing.unwrap(row)),
                "number_hash": sealing.keyed_hash(document.number),
            }
        documents.objects.filter(pk=document.pk).update(number="", **closed)
        files.objects.filter(about=thing).update(name=f"{document.code}.pdf")
    schema_editor.execute("alter table documents_document enable trigger documents_stay")


def unseal(apps: Any, schema_editor: Any) -> None:
    documents, keys = apps.get_model("documents", "Document"), apps.get_model("record", "DataKey")
    schema_editor.execute("alter table documents_document disable trigger documents_stay")
    for document in documents.objects.filter(origin="elsewhere").exclude(values="").only("key", "values"):
        thing = f"documents.document:{document.key}"
        row = keys.objects.filter(thing=thing).first()
        words = (
            sealing.open_values(thing, {"values": document.values}, key=sealing.unwrap(row)) if row else None
        )
        number = json.loads(words["values"])["number"] if words else ""
        documents.objects.filter(pk=document.pk).update(number=number, values="")
    schema_editor.execute("alter table documents_document enable trigger documents_stay")


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_number_hash"), ("record", "0005_tries")]
    operations = [migrations.RunPython(seal, unseal)]
