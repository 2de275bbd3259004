"""Work for later, each a few lines that call an action. Safe to run twice."""

from lawang.people.node import now
from lawang.plans import imports
from lawang.plans.models import Import
from lawang.record.jobs import job


@job(queue="imports")
def examine_import(import_id: int) -> None:
    imports.examine(Import.objects.get(pk=import_id), at=now())


@job(queue="imports")
def carry_out_import(import_id: int) -> None:
    imports.carry_out(Import.objects.get(pk=import_id), at=now())
