"""Imports by hand: a file is received, checked, answered for and carried out, each a verb of its own."""

from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from lawang.lib.refused import Refused
from lawang.people.models import User
from lawang.people.permissions import demand
from lawang.plans import importing, writing
from lawang.plans.models import Import, Plan
from lawang.plans.workbook import MAX_BYTES, Workbook, read
from lawang.record import files
from lawang.record.actions import keep_file, read_file, record
from lawang.record.models import File, Privacy

SMALL = 60_000  # bytes; what is smaller is checked while the person waits
ZIP = "application/zip"
PROGRESS_STEP = 200  # rows


@transaction.atomic
def receive(upload: "UploadedFile[bytes]", *, plan: Plan | None = None, by: User, at: datetime) -> Import:
    """Keep the file and remember that it waits to be checked. Raise Refused for one that can never be read."""
    demand(by, "plans.import", plan)
    if upload.size and upload.size > MAX_BYTES:
        raise Refused(_("Berkas ini lebih dari 20 MB. Bagi menjadi beberapa berkas."))
    contents, name = upload.read(), str(upload.name or "rencana.xlsx")
    book = read(contents, name)
    mine = Import(by=by, at=at, plan=plan, total=book.size, begun_at=at)
    mine.file = _keep(contents, name, f"plans.import:{mine.key}", by=by, at=at)
    mine.save()
    record(mine, "received", by=by, at=at, after={"file": mine.file.name, "sha256": mine.file.sha256})
    return mine


def _keep(contents: bytes, name: str, about: str, *, by: User, at: datetime) -> File:
    """Keep the file. A ZIP of CSV files is no kind that people may hand in elsewhere; here it was just read whole."""
    if not (contents.startswith(b"PK") and name.lower().endswith(".zip")):
        return keep_file(contents, name=name, about=about, privacy=Privacy.INTERNAL, by=by, at=at)
    sha256 = files.store(contents)
    file = File.objects.create(
        name=name[-200:],
        sha256=sha256,
        kind=ZIP,
        size=len(contents),
        about=about,
        privacy=Privacy.INTERNAL,
        by=by,
        at=at,
    )
    record(file, "kept", by=by, at=at, after={"sha256": sha256, "kind": ZIP, "about": about})
    return file


def is_small(mine: Import) -> bool:
    return mine.file.size <= SMALL


def examine(mine: Import, *, at: datetime) -> Import:
    """Make the dry run and keep it for the page. What went wrong is kept as a sentence."""
    mine = Import.objects.select_related("file", "plan", "by").get(pk=mine.pk)
    if mine.state not in (Import.State.READING, Import.State.CHECKED):
        return mine
    rows = Import.objects.filter(pk=mine.pk)

    def tell(done: int, total: int) -> None:
        if done % PROGRESS_STEP == 0:
            rows.update(done=done, total=total)

    try:
        dry = importing.check(_book(mine), mine.plan, by=mine.by, choices=mine.choices, progress=tell)
    except Refused as refused:
        return _fail(mine, refused.sentence, at=at)
    mine.dry_run, mine.digest = dry.as_json(), dry.digest
    mine.total = mine.done = dry.workbook.size
    mine.plan, mine.state, mine.begun_at = dry.plan, Import.State.CHECKED, at
    mine.save()
    return mine


def _book(mine: Import) -> Workbook:
    with read_file(mine.file) as stream:
        return read(stream.read(), mine.file.name)


def _fail(mine: Import, sentence: str, *, at: datetime) -> Import:
    mine.state, mine.trouble, mine.begun_at = Import.State.FAILED, sentence, at
    mine.save(update_fields=["state", "trouble", "begun_at"])
    return mine


@transaction.atomic
def choose(mine: Import, choices: dict[str, str], *, by: User, at: datetime) -> Import:
    """Take the answers to the questions of the dry run; it is then made anew.

    An answer that was no candidate is left out: the question is asked again.
    """
    mine = Import.objects.select_for_update(of=("self",)).select_related("plan").get(pk=mine.pk)
    demand(by, "plans.import", mine.plan)
    if mine.state != Import.State.CHECKED:
        raise Refused(_("Impor ini tidak sedang menunggu pilihan."))
    offered: dict[str, set[str]] = {
        question["key"]: {"", *(found["code"] for found in question["candidates"])}
        for question in mine.dry_run.get("questions", [])
    }
    given = {key: code for key, code in choices.items() if code in offered.get(key, ())}
    mine.choices = {**mine.choices, **given}
    mine.state, mine.begun_at, mine.done = Import.State.READING, at, 0
    mine.save(update_fields=["choices", "state", "begun_at", "done"])
    return mine


@transaction.atomic
def accept(mine: Import, *, by: User, at: datetime) -> Import:
    """Say that the dry run is to be carried out. Raise Refused when it cannot be, or there is nothing to do."""
    mine = Import.objects.select_for_update(of=("self",)).select_related("plan").get(pk=mine.pk)
    demand(by, "plans.import", mine.plan)
    if mine.state in (Import.State.APPLYING, Import.State.DONE):
        return mine
    if mine.state != Import.State.CHECKED:
        raise Refused(_("Impor ini belum diperiksa."))
    if blocked := str(mine.dry_run.get("blocked") or ""):
        raise Refused(blocked)
    counts: dict[str, Any] = mine.dry_run.get("counts", {})
    if not counts.get("added") and not counts.get("changed"):
        raise Refused(_("Tidak ada yang berubah, jadi tidak ada yang diterapkan."))
    mine.by, mine.state, mine.begun_at = by, Import.State.APPLYING, at
    mine.save(update_fields=["by", "state", "begun_at"])
    return mine


def carry_out(mine: Import, *, at: datetime) -> Import:
    """Write what the dry run said, all or nothing. Safe to run again after a power cut."""
    try:
        with transaction.atomic():
            mine = (
                Import.objects.select_for_update(of=("self",))
                .select_related("file", "plan", "by")
                .get(pk=mine.pk)
            )
            if mine.state != Import.State.APPLYING:
                return mine
            dry = importing.check(_book(mine), mine.plan, by=mine.by, choices=mine.choices)
            if dry.digest != mine.digest:
                raise Refused(
                    _("Rencana berubah sejak berkas ini diperiksa. Unggah lagi untuk memeriksanya.")
                )
            writing.apply(dry, by=mine.by, at=at)
            if mine.plan is None:
                mine.plan = Plan.objects.filter(code__iexact=str(dry.rows["rencana"][0].row["kode"])).first()
            mine.state, mine.applied_at, mine.begun_at = Import.State.DONE, at, at
            mine.save(update_fields=["state", "applied_at", "begun_at", "plan"])
            return mine
    except Refused as refused:
        return _fail(mine, refused.sentence, at=at)


def may_read(user: Any, file: File) -> bool:
    """Tell whether somebody may read a file that was imported: whoever may import."""
    from lawang.people.permissions import may

    return bool(may(user, "plans.import"))
