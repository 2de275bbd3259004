"""Lists of rows, and one page to add, change or remove one row; what rows there are is declared in kinds.py."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people.node import now, today
from lawang.people.permissions import demand, may, needs
from lawang.plans import actions
from lawang.plans.desk.edition import Crumb, Edition, crumbs, edition, find, frame, person
from lawang.plans.desk.kinds import KINDS, Kind, edit_url, name_of
from lawang.plans.desk.meanwhile import Told, in_words, save_knowingly, seen_in
from lawang.plans.forms import Choices, RowForm, form_class
from lawang.plans.meanwhile import Seen, stamp
from lawang.plans.models import Body, Member, Programme, QuickWin, Revision
from lawang.record.actions import once
from lawang.web.tables import Table, paginate

PER_PAGE = 50
Saved = Callable[[], Any]


def kind_of(slug: str) -> Kind:
    if slug not in KINDS:
        raise Http404
    return KINDS[slug]


def read_rows(form: forms.BaseForm) -> list[tuple[Any, Any]]:
    """Return (label, what is there) for people who only read; empty fields are left out."""
    said = [(bound.label, in_words(bound.field, bound.initial)) for bound in form]
    return [(label, words) for label, words in said if words]


def posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def sent_key(request: HttpRequest) -> str:
    """Return the key that came with the form, by which a second click on the same button is known."""
    return request.POST.get("kunci", "").replace("\x00", "")[:64] or str(uuid4())


def content_of(request: HttpRequest) -> dict[str, Any]:
    left_out = {"csrfmiddlewaretoken", "kunci"}
    return {
        name: [words.replace("\x00", "") for words in values]
        for name, values in request.POST.lists()
        if name not in left_out
    }


def add_once(request: HttpRequest, verb: str, do: Callable[[], str]) -> str:
    """Add something unless this very form was sent before; return the address that `do` gave then or now."""
    result, _fresh = once(
        f"{person(request).pk}:{sent_key(request)}"[:64],
        verb,
        person(request),
        content_of(request),
        now(),
        lambda: {"to": do()},
    )
    return str(result["to"])


class _Fresh(Exception):
    """This form was not sent before."""


def sent_before(request: HttpRequest, verb: str) -> str | None:
    """Return where the same form led when it was sent before, else None.

    For forms whose choices are used up by what they do: a second click would not be valid any more.
    """

    def do() -> str:
        raise _Fresh

    if request.method != "POST" or not request.POST.get("kunci"):
        return None
    try:
        return add_once(request, verb, do)
    except (_Fresh, Refused):
        return None


@needs("plans.see_internal", "plans.edit")
@require_safe
def rows(request: HttpRequest, kind: str) -> HttpResponse:
    """Show the list of one kind of rows of the edition, or of a register."""
    shown, what = edition(request), kind_of(kind)
    found = what.list_of(shown.revision)
    page = paginate(request, found, PER_PAGE)
    table = Table(what.columns(), page, caption="", empty=what.empty)
    context = frame(request, shown) | {"kind": what, "page": page, "table": table}
    if what.is_register:
        context["may_edit"] = context["may_edit"] or context["may_start"]
        context["may_start"] = False
    context["addable"] = context["may_edit"] and what.under in ("edition", "plan", "")
    return render(request, "plans/desk/rows.html", context)


def _parent(shown: Edition, what: Kind, key: UUID | None) -> Any:
    """Return what a new row hangs on."""
    if what.under == "programme" and key:
        return get_object_or_404(Programme, revision=shown.revision, key=key)
    if what.under == "quick_win" and key:
        return get_object_or_404(
            QuickWin.objects.select_related("programme"), revision=shown.revision, key=key
        )
    if what.under == "body" and key:
        return get_object_or_404(Body, plan=shown.plan, key=key)
    if key is None and what.under in ("edition", "plan", ""):
        return None
    raise Http404


def _new(shown: Edition, what: Kind, parent: Any) -> Any:
    """Return an empty row under its parent."""
    row: Any = what.model()
    names = {field.name for field in row._meta.concrete_fields}
    if "revision" in names:
        row.revision = shown.revision
    if what.under == "plan":
        row.plan = shown.plan
    elif parent is not None:
        setattr(row, what.under, parent)
    for name in ("year_from", "year_to"):
        if name in names and isinstance(parent, Programme):
            setattr(row, name, getattr(parent, name))
    if "year" in names:
        row.year = today().year
    return row


def _way(what: Kind, row: Any) -> list[Crumb]:
    """Return the way back from the page of a row."""
    if what.under == "programme":
        return programme_way(row.programme)
    if what.under == "quick_win":
        win = row.quick_win
        return [*programme_way(win.programme), (win.name, reverse("planner:quick_win", args=[win.key]))]
    if what.under == "body":
        listed = (str(KINDS["lembaga"].title), reverse("planner:rows", args=["lembaga"]))
        return [listed, (say(row.body.name), edit_url(row.body))]
    return [(str(what.title), reverse("planner:rows", args=[what.slug]))]


def programme_way(programme: Programme) -> list[Crumb]:
    listed = (_("Program"), reverse("planner:programmes"))
    if not programme.pk:
        return [listed]
    return [listed, (programme.code, reverse("planner:programme", args=[programme.key]))]


def back_of(what: Kind, row: Any) -> str:
    """Return where a person came from: the section that lists the row."""
    _title, href = _way(what, row)[-1]
    return f"{href}#{what.anchor}" if what.anchor else href


def _save(what: Kind, row: Any, form: RowForm, request: HttpRequest, seen: Seen | None = None) -> None:
    if what.is_register:
        actions.save_register(row, by=person(request), at=now(), seen=seen)
    else:
        actions.save_row(row, by=person(request), at=now(), many=form.many, seen=seen)


@needs("plans.edit")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, kind: str, key: UUID | None = None) -> HttpResponseBase:
    """Add one row."""
    shown, what = edition(request), kind_of(kind)
    row: Any = _new(shown, what, _parent(shown, what, key))
    form = form_class(what.model)(posted(request), instance=row, choices=Choices(shown.revision))
    if request.method == "POST" and form.is_valid():

        def do() -> str:
            _save(what, row, form, request)
            return edit_url(row) if isinstance(row, QuickWin | Body) else back_of(what, row)

        try:
            to = add_once(request, f"{what.slug}_added", do)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("%(what)s ditambahkan.") % {"what": what.one})
            return redirect(request.path if request.POST.get("do") == "another" else to)
    return row_page(request, shown, what, row, form)


def find_row(shown: Edition, what: Kind, pk: int) -> tuple[Edition, Any]:
    """Return a row of the edition shown; beside a draft also one of the plan in force, to be read."""
    found = what.list_of(shown.revision).filter(pk=pk).first()
    if found is None and shown.draft is not None and (other := find(in_force=True)):
        shown, found = other, what.list_of(other.revision).filter(pk=pk).first()
    if found is None:
        raise Http404
    return shown, found


@needs("plans.see_internal", "plans.edit")
@require_http_methods(["GET", "POST"])
def row(request: HttpRequest, kind: str, pk: int) -> HttpResponseBase:
    """Change one row; who may not reads it."""
    shown, what = edition(request), kind_of(kind)
    shown, found = find_row(shown, what, pk)
    if isinstance(found, QuickWin):
        return redirect(edit_url(found))
    choices = Choices(shown.revision)
    make = form_class(what.model)
    form = make(posted(request), instance=found, choices=choices)
    seen = seen_in(request, list(form.fields))
    told: Told | None = None
    if request.method == "POST":
        demand(request.user, "plans.edit", what.model._default_manager.get(pk=pk))
        if form.is_valid():
            try:
                told = save_knowingly(
                    lambda seen: _save(what, found, form, request, seen),
                    seen,
                    [form],
                    lambda stored: [make(None, instance=stored, choices=choices)],
                )
            except Refused as refused:
                form.refuse(refused)
            else:
                if told is None:
                    messages.success(request, _("%(what)s disimpan.") % {"what": what.one})
                    return redirect(back_of(what, found))
    return row_page(request, shown, what, found, form, told)


def versi(request: HttpRequest, told: Told | None, fresh: Callable[[], str]) -> str:
    """Return the stamp that the form carries: of what it shows, of what was just told, or the one it came with."""
    if told is not None:
        return told.stamp
    return request.POST.get("versi", "")[:60] if request.method == "POST" else fresh()


def row_page(
    request: HttpRequest, shown: Edition, what: Kind, row: Any, form: RowForm, told: Told | None = None
) -> HttpResponse:
    """Show the form of one row, or what is in it."""
    context = frame(request, shown, *_way(what, row), thing=row)
    if what.is_register:  # it counts at once, with or without a draft
        context["may_edit"] = bool(may(request.user, "plans.edit", row))
        context["may_start"] = False
    context |= {
        "kind": what,
        "row": row,
        "form": form,
        "title": name_of(row) if row.pk else what.add,
        "fresh": uuid4(),
        "back": back_of(what, row),
        "meanwhile": told,
        "versi": versi(request, told, lambda: stamp(row, list(form.fields)))
        if row.pk and context["may_edit"]
        else "",
        "read": [] if context["may_edit"] or form.is_bound else read_rows(form),
    }
    if isinstance(row, Body) and row.pk:
        members = KINDS["anggota"]
        seats = list(Member.objects.filter(body=row).select_related("body"))
        context["members"] = Table(members.columns(), seats, empty=members.empty)
    status = 409 if told else 422 if form.errors else 200
    return render(request, "plans/desk/row.html", context, status=status)


@needs("plans.edit")
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, kind: str, pk: int) -> HttpResponseBase:
    """Ask, then take one row away. Asked a second time, it is simply gone."""
    shown, what = edition(request), kind_of(kind)
    found = what.list_of(shown.revision).filter(pk=pk).first()
    if found is None:
        if request.method == "POST":
            return redirect("planner:home")
        raise Http404
    back = back_of(what, found)
    return confirm(
        request,
        shown,
        title=_("Hapus %(name)s?") % {"name": name_of(found)},
        words=consequence(found),
        button=_("Ya, hapus"),
        back=edit_url(found),
        way=_way(what, found),
        do=lambda: (
            actions.remove_register(found, by=person(request), at=now())
            if what.is_register
            else actions.remove_row(found, by=person(request), at=now())
        ),
        done=_("%(what)s dihapus.") % {"what": what.one},
        to=back,
    )


def consequence(row: Any) -> str:
    """Say what goes along when a row is removed."""
    if isinstance(row, Programme):
        return _(
            "Indikator, anggaran, kegiatan, tonggak, dan percepatannya ikut hilang dari draf ini. "
            "Revisi yang berlaku tidak berubah, angka yang sudah masuk tetap tersimpan."
        )
    if isinstance(row, QuickWin):
        return _(
            "Mitra, risiko, dan sumber dayanya ikut hilang dari draf ini. Revisi yang berlaku tidak berubah."
        )
    if isinstance(row, Body):
        return _("Anggotanya ikut terhapus.")
    if type(row) in (kind.model for kind in KINDS.values() if kind.is_register):
        return _("Daftar ini berlaku langsung, jadi barisnya juga hilang dari halaman warga.")
    return _("Hanya hilang dari draf ini. Revisi yang berlaku tidak berubah.")


def confirm(
    request: HttpRequest,
    shown: Edition,
    *,
    title: str,
    words: str,
    button: str,
    back: str,
    way: list[Crumb],
    do: Saved,
    done: str,
    to: str,
) -> HttpResponseBase:
    """Ask before something that cannot be taken back; do it when it is posted."""
    trouble = ""
    if request.method == "POST":
        try:
            do()
        except Refused as refused:
            trouble = refused.sentence
        else:
            messages.success(request, done)
            return redirect(to)
    context = {
        "title": title,
        "words": words,
        "button": button,
        "back": back,
        "crumbs": crumbs(*way),
        "trouble": trouble,
        "edition": shown,
    }
    return render(request, "plans/desk/confirm.html", context, status=422 if trouble else 200)


def table_of(slug: str, shown: Revision, **of: Any) -> Table:
    """Return the table of one kind's rows under one programme or quick win."""
    what = KINDS[slug]
    return Table(what.columns(), list(what.list_of(shown).filter(**of)), empty=what.empty)
