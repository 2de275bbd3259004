"""The planner's books: make an edition, see how far it is, publish it; give chapters their own words."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lawang.documents.language import faults
from lawang.lib.refused import Refused
from lawang.lib.text import Text, say, text
from lawang.people.node import now
from lawang.people.permissions import may, needs
from lawang.plans.books import definitions, editions
from lawang.plans.books.definitions import LONGEST, NAMES, Definition, Piece
from lawang.plans.books.editions import CHAPTERS, EXCEL, PDF, READING, STUCK, WORD
from lawang.plans.desk.edition import Edition as Shown
from lawang.plans.desk.edition import crumbs, find, frame, person
from lawang.plans.models import BookText, Edition, Revision
from lawang.plans.tasks import make_edition
from lawang.web.forms import Form, LongTextField
from lawang.web.tables import paginate

VERSIONS = 20  # of one text that are listed

STEPS = {
    READING: gettext_lazy("membaca rencana"),
    CHAPTERS: gettext_lazy("menyusun bab"),
    PDF: gettext_lazy("menata halaman PDF"),
    WORD: gettext_lazy("menulis berkas Word"),
    EXCEL: gettext_lazy("menulis lampiran XLSX"),
}


class MakeForm(Form):
    """What edition is to be made."""

    book = forms.ChoiceField(label=gettext_lazy("Buku"), widget=forms.RadioSelect)
    source = forms.ChoiceField(label=gettext_lazy("Dibuat dari"), widget=forms.RadioSelect)
    language = forms.ChoiceField(
        label=gettext_lazy("Bahasa"),
        choices=[("id", gettext_lazy("Indonesia")), ("en", gettext_lazy("Inggris"))],
        initial="id",
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Yang belum diterjemahkan tetap berbahasa Indonesia."),
    )
    changes = forms.BooleanField(
        label=gettext_lazy("Sertakan apa yang berubah sejak edisi terakhir yang terbit"),
        required=False,
        initial=True,
    )
    review = forms.BooleanField(
        label=gettext_lazy("Sertakan catatan untuk penelaah"),
        required=False,
        help_text=gettext_lazy(
            "Temuan pemeriksaan rencana. Edisi dengan catatan ini tidak dapat diterbitkan."
        ),
    )

    def __init__(self, *args: Any, shown: Shown, books: list[Definition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sources: dict[str, Revision] = {}
        choices = []
        if shown.in_force:
            self.sources["in-force"] = shown.in_force
            choices.append(
                ("in-force", _("revisi %(number)s yang berlaku") % {"number": shown.in_force.number})
            )
        if shown.draft:
            self.sources["draft"] = shown.draft
            words = _("draf revisi %(number)s, dengan cap DRAF di setiap halaman")
            choices.append(("draft", words % {"number": shown.draft.number}))
        if not choices:  # published, but its day is still to come
            self.sources["coming"] = shown.revision
            choices.append(("coming", shown.name))
        self.fields["source"].choices = choices  # type: ignore[attr-defined]
        self.fields["source"].initial = choices[0][0]
        self.fields["book"].choices = [(one.code, _full(one)) for one in books]  # type: ignore[attr-defined]
        self.fields["book"].initial = books[0].code if books else None


def _full(book: Definition) -> str:
    series = say(book.series)
    return f"{series}: {say(book.title)}" if series else say(book.title)


class WordsForm(Form):
    """A chapter's own title and words."""

    title_id = forms.CharField(label=gettext_lazy("Judul"), max_length=200)
    words_id = LongTextField(label=gettext_lazy("Kata-kata"), max_length=LONGEST, rows=10, required=False)
    title_en = forms.CharField(
        label=gettext_lazy("Judul dalam bahasa Inggris"), max_length=200, required=False
    )
    words_en = LongTextField(
        label=gettext_lazy("Kata-kata dalam bahasa Inggris"), max_length=LONGEST, rows=8, required=False
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


@needs("plans.see_internal", "plans.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def books(request: HttpRequest) -> HttpResponseBase:
    """List the books and their editions, and make a new one."""
    shown = find()
    known = definitions.books()
    context: dict[str, Any] = {"books": known, "crumbs": crumbs()}
    if shown is None:
        return render(request, "plans/desk/books.html", context)
    may_make = bool(may(request.user, "plans.edit", shown.plan))
    form = MakeForm(request.POST if request.method == "POST" and may_make else None, shown=shown, books=known)
    if request.method == "POST" and may_make and form.is_valid():
        chosen = form.cleaned_data
        book = next(one for one in known if one.code == chosen["book"])
        made = editions.start_edition(
            form.sources[chosen["source"]],
            book,
            language=chosen["language"],
            has_review=chosen["review"],
            tells_changes=chosen["changes"],
            by=person(request),
            at=now(),
        )
        make_edition.defer(edition_id=made.pk)
        return redirect(made)
    rows = Edition.objects.filter(revision__plan=shown.plan).select_related("revision", "by", "pdf", "docx")
    context |= frame(request, shown) | {
        "form": form if may_make and known else None,
        "page": paginate(request, rows),
        "names": {one.code: _full(one) for one in known},
    }
    return render(request, "plans/desk/books.html", context, status=422 if form.errors else 200)


def _edition(key: UUID) -> Edition:
    rows = Edition.objects.select_related("revision__plan", "by", "pdf", "docx", "xlsx", "since__revision")
    return get_object_or_404(rows, key=key)


@needs("plans.see_internal", "plans.edit")
@require_safe
def edition(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show how far an edition is, or its files."""
    mine = _edition(key)
    context = {
        "mine": mine,
        "step": STEPS.get(mine.step, ""),
        "percent": 100 * mine.done // mine.total if mine.total else 0,
        "is_stuck": bool(mine.is_working and mine.begun_at and now() - mine.begun_at > STUCK),
        "may_make": bool(may(request.user, "plans.edit", mine.revision.plan)),
        "may_publish": bool(may(request.user, "plans.publish", mine.revision.plan)),
        "crumbs": crumbs((_("Buku"), reverse("planner:books"))),
    }
    return render(request, "plans/desk/book_edition.html", context)


@needs("plans.edit")
@require_POST
def again(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Make an edition that failed or is stuck once more."""
    mine = editions.begin_again(_edition(key), by=person(request), at=now())
    if mine.is_working:
        make_edition.defer(edition_id=mine.pk)
    return redirect(mine)


@needs("plans.publish")
@require_POST
def publish(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Let everybody read an edition, or take it back."""
    mine = _edition(key)
    takes_back = "tarik" in request.POST
    verb = editions.withdraw_edition if takes_back else editions.publish_edition
    try:
        verb(mine, by=person(request), at=now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("Edisi ini ditarik.") if takes_back else _("Edisi ini diterbitkan."))
    return redirect(mine)


# Words of chapters


def _book(code: str) -> Definition:
    found = definitions.book(code)
    if found is None:
        raise Http404
    return found


def _plan() -> Shown:
    found = find()
    if found is None:
        raise Http404(_("Belum ada rencana."))
    return found


@needs("plans.see_internal", "plans.edit")
@require_safe
def book(request: HttpRequest, code: str) -> HttpResponse:
    """List the chapters of a book and which of them have the plan's own words."""
    found, shown = _book(code), _plan()
    own = set(
        BookText.objects.filter(plan=shown.plan, book=found.code, is_current=True).values_list(
            "way", flat=True
        )
    )
    lines = [
        (
            ("– " if "/" in piece.way else "") + say(piece.title),
            reverse("planner:book_text", args=[found.code, piece.way]),
            "",
            _("kata sendiri") if piece.way in own else "",
            "good",
        )
        for piece in found.pieces()
    ]
    context = frame(request, shown, (_("Buku"), reverse("planner:books")))
    return render(
        request, "plans/desk/book.html", context | {"name": _full(found), "lines": lines, "book": found}
    )


@needs("plans.see_internal", "plans.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def book_text(request: HttpRequest, code: str, way: str) -> HttpResponseBase:
    """Give one chapter or section its own words, or take the original ones again."""
    found, shown = _book(code), _plan()
    piece = found.find(way)
    if piece is None:
        raise Http404
    may_edit = bool(may(request.user, "plans.edit", shown.plan))
    versions = list(
        BookText.objects.filter(plan=shown.plan, book=found.code, way=way).select_related("by")[:VERSIONS]
    )
    own = next((one for one in versions if one.is_current), None)
    initial = _initial(piece, own) | {"seen": versions[0].version if versions else 0}
    form = WordsForm(request.POST if request.method == "POST" and may_edit else None, initial=initial)
    here = redirect("planner:book_text", code=found.code, way=way)
    if request.method == "POST" and may_edit and "asli" in request.POST:
        editions.restore_text(shown.plan, found, way, by=person(request), at=now())
        messages.success(request, _("Kata-kata asli dipakai lagi."))
        return here
    if request.method == "POST" and may_edit and form.is_valid() and not _faults(form):
        title, words = _typed(form)
        try:
            editions.change_text(
                shown.plan, found, way, title=title, words=words,
                seen=form.cleaned_data["seen"], by=person(request), at=now(),
            )  # fmt: skip
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Kata-kata bab ini disimpan. Edisi berikutnya memakainya."))
            return here
    links = (
        (_("Buku"), reverse("planner:books")),
        (_full(found), reverse("planner:book", args=[found.code])),
    )
    context = frame(request, shown, *links) | {
        "piece": piece,
        "name": _full(found),
        "form": form,
        "own": own,
        "versions": versions,
        "names": sorted(NAMES.items()),
        "may_write": may_edit,
    }
    return render(request, "plans/desk/book_text.html", context, status=422 if form.errors else 200)


def _initial(piece: Piece, own: BookText | None) -> dict[str, str]:
    title: Text = own.title if own else piece.title
    words: Text | None = own.words if own else piece.text
    return {
        "title_id": title["id"],
        "title_en": title.get("en", ""),
        "words_id": words["id"] if words else "",
        "words_en": words.get("en", "") if words else "",
    }


def _typed(form: WordsForm) -> tuple[Text, Text | None]:
    chosen = {
        name: str(value or "").replace("\r\n", "\n").strip() for name, value in form.cleaned_data.items()
    }
    words = text(chosen["words_id"], chosen["words_en"])
    return text(chosen["title_id"], chosen["title_en"]), words if any(words.values()) else None


def _faults(form: WordsForm) -> bool:
    """Show what is wrong with the words beside their fields; tell whether anything is."""
    for name in ("words_id", "words_en"):
        typed = str(form.cleaned_data[name] or "")
        for fault in faults(typed, NAMES, ()) if typed.strip() else ():
            form.add_error(name, str(fault))
    return bool(form.errors)
