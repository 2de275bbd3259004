"""The sheet on which an officer enters several figures at once."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from lawang.lib.refused import Refused
from lawang.measures.actions import prove, write
from lawang.measures.models import Series, Value
from lawang.measures.periods import Period
from lawang.people.models import User
from lawang.people.node import day_of
from lawang.portal.tasks import figures_due, targets_for
from lawang.record.actions import keep_file
from lawang.record.models import Privacy
from lawang.web.forms import FileField, Form, NumberField


class FigureForm(Form):
    """One figure with its note and its proof."""

    amount = NumberField(label=_("Angka"), required=False)
    note = forms.CharField(label=_("Catatan"), required=False, max_length=500)
    reason = forms.CharField(label=_("Mengapa diperbaiki"), required=False, max_length=500)
    proves = forms.CharField(label=_("Bukti ini membuktikan apa"), required=False, max_length=300)
    link = forms.URLField(label=_("Tautan bukti"), required=False, max_length=500, assume_scheme="https")
    file = FileField(label=_("Berkas bukti"), required=False, kinds=("pdf", "jpg", "png", "xlsx"))

    public = forms.BooleanField(
        label=_("Warga boleh melihat bukti ini: tidak ada nama, NIK, atau alamat orang di dalamnya"),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (cleaned.get("file") or cleaned.get("link")) and not cleaned.get("proves"):
            self.add_error(
                "proves", _("Tulis apa yang dibuktikan, misalnya “daftar pelanggan per 30 September”.")
            )
        if cleaned.get("amount") is None and any(
            cleaned.get(name) for name in ("note", "proves", "link", "file")
        ):
            self.add_error("amount", _("Angkanya belum diisi."))
        return cleaned


@dataclass
class Line:
    """One row of the sheet: which figure, what is known about it, and the form to enter it."""

    series: Series
    period: Period
    until: date
    missing: int
    last: Value | None
    target: Decimal | None
    standing: Value | None  # the undecided figure of this period: a draft, or returned with a reason
    is_late: bool
    form: FigureForm


def lines_of(
    user: User,
    today: date,
    data: QueryDict | None = None,
    files: "MultiValueDict[str, UploadedFile[Any]] | None" = None,
) -> list[Line]:
    """Return the sheet of this person: one line per figure owed, drafts and returned ones filled in."""
    owed = figures_due(user, today)
    targets = targets_for((due.series.pk for due in owed), (due.period.end.year for due in owed), today)
    undecided = {
        (value.series_id, value.start): value
        for value in Value.objects.filter(
            series__in=[due.series.pk for due in owed],
            status__in=(Value.Status.DRAFT, Value.Status.RETURNED),
            area=None,
            breakdown="",
        ).prefetch_related("evidence__file")
    }
    lines = []
    for due in owed:
        standing = undecided.get((due.series.pk, due.period.start))
        target = targets.get((due.series.pk, due.period.end.year))
        lines.append(
            Line(
                due.series,
                due.period,
                due.until,
                due.missing,
                due.last,
                target.amount if target else None,
                standing,
                due.until < today,
                FigureForm(
                    data,
                    files,
                    prefix=f"{due.series.pk}-{due.period.code}",
                    initial={"amount": standing.amount, "note": standing.note} if standing else None,
                ),
            )
        )
    return lines


def keep(line: Line, *, hand_in: bool, by: User, at: datetime) -> Value | None:
    """Keep or propose the figure of one line with its proof; an empty line is left alone.

    A refusal goes onto the line's form, and nothing of the line is kept then.
    """
    typed = line.form.cleaned_data
    if typed["amount"] is None:
        return None
    try:
        with transaction.atomic():
            value = write(
                line.series,
                line.period,
                typed["amount"],
                note=typed["note"],
                reason=typed["reason"],
                by=by,
                at=at,
                hand_in=hand_in,
            )
            add_proof(value, typed, by=by, at=at)
            return value
    except Refused as refused:
        line.form.refuse(refused, "amount")
        return None


def add_proof(value: Value, typed: dict[str, Any], *, by: User, at: datetime) -> None:
    """Attach the file or link that was handed in with a figure, if any."""
    proof = {"proves": typed["proves"], "date": day_of(at), "is_public": typed["public"], "by": by, "at": at}
    if typed["link"]:
        prove(value, link=typed["link"], **proof)
    if typed["file"]:
        file = keep_file(
            typed["file"],
            name=typed["file"].name,
            about=value.series,
            privacy=Privacy.INTERNAL,
            by=by,
            at=at,
        )
        prove(value, file=file, **proof)
