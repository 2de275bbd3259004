"""Work of plans for later. Safe to run twice."""

from django.utils import timezone

from lawang.plans import imports, standings
from lawang.plans.books import editions
from lawang.plans.models import Edition, Import, Revision
from lawang.record.jobs import by_clock, job


@by_clock("0 18 * * *")  # one at night in Jakarta: figures grow stale, revisions come into force
def judge_everything(timestamp: int) -> None:
    at = timezone.now()
    for revision in Revision.objects.in_force(timezone.localdate(at)):
        standings.recompute(revision, at=at)


@job(queue="imports")
def examine_import(import_id: int) -> None:
    imports.examine(Import.objects.get(pk=import_id), at=timezone.now())


@job(queue="imports")
def carry_out_import(import_id: int) -> None:
    imports.carry_out(Import.objects.get(pk=import_id), at=timezone.now())


@job(queue="books")
def make_edition(edition_id: int) -> None:
    editions.make(Edition.objects.get(pk=edition_id), at=timezone.now())
