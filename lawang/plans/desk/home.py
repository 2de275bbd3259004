"""The planner's front page: what is in force, the draft, how complete it is; begin, discard, put in force."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lawang.lib.refused import Refused
from lawang.people.node import now, today
from lawang.people.permissions import may, needs
from lawang.plans import actions, revising
from lawang.plans.desk.edition import crumbs, edition, find, frame, person
from lawang.plans.desk.kinds import KINDS
from lawang.plans.desk.meanwhile import Told, save_knowingly, seen_in
from lawang.plans.desk.review import placed
from lawang.plans.desk.rows import confirm, posted, read_rows, versi
from lawang.plans.forms import LEGAL, Choices, RevisionForm, WordsField, form_class
from lawang.plans.linter import examine
from lawang.plans.linter_subject import read
from lawang.plans.meanwhile import Seen, stamp
from lawang.plans.models import Revision
from lawang.record.actions import keep_file
from lawang.record.models import Privacy
from lawang.web.charts import progress_bar
from lawang.web.forms import DateField, FileField, Form

TOP = 5


def _link(title: Any, words: Any, name: str, *args: str) -> tuple[Any, str, Any, str, str]:
    """Return one line of the list of places."""
    return (title, reverse(name, args=args), words, "", "")


def _places(request: HttpRequest) -> list[Any]:
    lines = [
        _link(_("Program"), _("pohon dimensi, urutan, ubah beberapa sekaligus"), "planner:programmes"),
        _link(_("Arah"), _("visi, misi, tujuan, strategi"), "planner:direction"),
        *(
            _link(KINDS[slug].title, KINDS[slug].lead, "planner:rows", slug)
            for slug in ("swot", "kesenjangan", "percepatan")
        ),
        _link(_("Dasar hukum dan aturan warna"), _("peraturan, naskah, batas warna"), "planner:basis"),
        *(
            _link(KINDS[slug].title, KINDS[slug].lead, "planner:rows", slug)
            for slug in ("aplikasi", "lembaga")
        ),
        _link(
            _("Periksa seperti penilai"), _("apa yang kurang, di mana, cara memperbaiki"), "planner:review"
        ),
        _link(_("Buku"), _("masterplan, analisis, ringkasan sebagai PDF dan Word"), "planner:books"),
        _link(_("Peta jalan"), _("apa dikerjakan kapan"), "planner:roadmap"),
        _link(_("Anggaran"), _("per tahun, sumber, dimensi, instansi"), "planner:money"),
        _link(_("Bandingkan revisi"), _("apa bedanya dengan yang berlaku"), "side_by_side"),
    ]
    if may(request.user, "plans.import"):
        lines.append(_link(_("Impor dan ekspor"), _("buku kerja XLSX atau CSV"), "imports"))
    return lines


@needs("plans.see_internal", "plans.edit")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show where the plan stands."""
    shown = find()
    if shown is None:
        return render(request, "plans/desk/none.html", {"places": _places(request)})
    report = examine(read(shown.revision, today=today()))
    worst = [
        (result, placed(look, result.rule.code, shown))
        for result in report.results
        for look in result.findings[:1]
    ][:TOP]
    context = frame(request, shown) | {
        "report": report,
        "score": progress_bar(float(report.score) / 100, _("Kelengkapan")),
        "worst": worst,
        "places": _places(request),
        "crumbs": [(_("Meja kelola"), reverse("portal:manage"))],
        "may_export": bool(may(request.user, "plans.export")),
        "may_publish": bool(may(request.user, "plans.publish")) and shown.draft is not None,
    }
    return render(request, "plans/desk/home.html", context)


@needs("plans.edit")
@require_POST
def start(request: HttpRequest) -> HttpResponseBase:
    """Begin the next revision; a second click finds the draft that is there."""
    shown = edition(request)
    if shown.draft is None:
        draft = revising.start_revision(shown.plan, by=person(request), at=now())
        messages.success(
            request,
            _("Draf revisi %(number)s dibuat dari yang berlaku. Warga belum melihatnya.")
            % {"number": draft.number},
        )
    return redirect("planner:home")


@needs("plans.edit")
@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest) -> HttpResponseBase:
    """Ask, then throw the draft away."""
    shown = edition(request)
    if shown.draft is None:
        return redirect("planner:home")
    draft = shown.draft
    return confirm(
        request,
        shown,
        title=_("Buang draf revisi %(number)s?") % {"number": draft.number},
        words=_(
            "Semua perubahan dalam draf ini hilang dan tidak bisa dikembalikan. Rencana yang berlaku tetap."
        ),
        button=_("Ya, buang draf"),
        back=reverse("planner:home"),
        way=[],
        do=lambda: revising.discard_draft(draft, by=person(request), at=now()),
        done=_("Draf dibuang. Rencana yang berlaku tidak berubah."),
        to=reverse("planner:home"),
    )


class PublishForm(Form):
    """From when a draft counts, and what is new in it."""

    in_force_from = DateField(label=gettext_lazy("Berlaku sejak"))
    changed = WordsField(
        label=gettext_lazy("Apa yang berubah"),
        rows=4,
        required=False,
        help_text=gettext_lazy("Dibaca warga di halaman rencana."),
    )


@needs("plans.publish")
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest) -> HttpResponseBase:
    """Put the draft in force."""
    shown = edition(request)
    if shown.draft is None:
        return redirect("planner:home")
    form = PublishForm(posted(request), initial={"in_force_from": today(), "changed": shown.draft.changed})
    if request.method == "POST" and form.is_valid():
        try:
            made = revising.publish(
                shown.draft,
                in_force_from=form.cleaned_data["in_force_from"],
                changed=form.cleaned_data["changed"],
                by=person(request),
                at=now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Revisi %(number)s diberlakukan.") % {"number": made.number})
            return redirect("planner:home")
    report = examine(read(shown.draft, today=today()))
    context = {
        "form": form,
        "edition": shown,
        "report": report,
        "score": progress_bar(float(report.score) / 100, _("Kelengkapan")),
        "crumbs": crumbs(),
    }
    return render(request, "plans/desk/publish.html", context, status=422 if form.errors else 200)


# --- direction, legal basis -------------------------------------------------------------------------------------------


class VisionForm(Form):
    vision = WordsField(label=gettext_lazy("Visi"), rows=3, required=False)


@needs("plans.see_internal", "plans.edit")
@require_http_methods(["GET", "POST"])
def direction(request: HttpRequest) -> HttpResponseBase:
    """Write the vision; list mission, goals and strategies."""
    from lawang.plans.desk.rows import table_of

    shown = edition(request)
    form = VisionForm(posted(request), initial={"vision": shown.revision.vision})
    told: Told | None = None
    if request.method == "POST" and form.is_valid():
        row = Revision.objects.select_related("plan").get(pk=shown.revision.pk)
        row.vision = form.cleaned_data["vision"]
        try:
            told = save_knowingly(
                lambda seen: actions.save_row(row, by=person(request), at=now(), seen=seen),
                seen_in(request, ["vision"]),
                [form],
                lambda stored: [VisionForm(None, initial={"vision": getattr(stored, "vision", None)})],
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            if told is None:
                messages.success(request, _("Visi disimpan."))
                return redirect("planner:direction")
    context = frame(request, shown) | {
        "form": form,
        "meanwhile": told,
        "versi": versi(request, told, lambda: stamp(shown.revision, ["vision"])),
        "vision": shown.revision.vision,
        "kind": KINDS["arah"],
        "table": table_of("arah", shown.revision),
    }
    status = 409 if told else 422 if form.errors else 200
    return render(request, "plans/desk/direction.html", context, status=status)


class BasisForm(RevisionForm):
    """The legal basis with its text, and the rule of the colours."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"] = FileField(
            label=gettext_lazy("Naskah peraturan"), required=False, kinds=("pdf",)
        )
        self.order_fields(["legal_kind", "legal_number", "legal_date", "file"])


@needs("plans.see_internal", "plans.edit")
@require_http_methods(["GET", "POST"])
def basis(request: HttpRequest) -> HttpResponseBase:
    """Write the legal basis with its text, and the rule of the colours."""
    shown = edition(request)
    row = shown.revision
    choices = Choices(row)
    make = form_class(Revision, BasisForm)
    files = request.FILES if request.method == "POST" else None
    form: Any = make(posted(request), files, instance=row, choices=choices)
    fresh = "" if request.method == "POST" else stamp(row, LEGAL)
    told: Told | None = None

    def save(seen: Seen | None) -> None:
        with transaction.atomic():
            if upload := form.cleaned_data["file"]:
                row.legal_file = keep_file(
                    upload,
                    name=upload.name,
                    about=row.plan,
                    privacy=Privacy.PUBLIC,
                    by=person(request),
                    at=now(),
                )
            actions.save_row(row, by=person(request), at=now(), seen=seen)

    if request.method == "POST" and form.is_valid():
        try:
            told = save_knowingly(
                save,
                seen_in(request, LEGAL),
                [form],
                lambda stored: [make(None, instance=stored, choices=choices)],
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            if told is None:
                messages.success(request, _("Dasar hukum dan aturan warna disimpan."))
                return redirect("planner:basis")
    context = frame(request, shown)
    reads = not (context["may_edit"] or form.is_bound)
    context |= {"form": form, "reads": reads, "read": read_rows(form) if reads else []}
    context |= {"meanwhile": told, "versi": versi(request, told, lambda: fresh)}
    status = 409 if told else 422 if form.errors else 200
    return render(request, "plans/desk/basis.html", context, status=status)
