"""The letters desk: an agency's own wording with a preview, its letterhead, how its numbers are written."""

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from PIL import Image

from lawang.documents import actions, composing, language, numbers, reading, signers, sources, typeset
from lawang.documents.forms import LetterheadForm, PatternForm, WordingForm
from lawang.documents.kinds import kind_name
from lawang.documents.letter import Letter, Signer
from lawang.documents.letterheads import letterhead_of
from lawang.documents.models import Document, NumberSeries, Template, VoidedNumber
from lawang.lib.refused import Refused
from lawang.lib.text import Text, say, text
from lawang.people.forms import agency_label
from lawang.people.models import Agency
from lawang.people.node import day_of, now, today
from lawang.people.permissions import demand, grants, may, needs, reach
from lawang.people.views import me
from lawang.record.actions import saw
from lawang.web.forms import Form

VERB = "documents.edit_template"
RECENT = 8  # real letters that a preview may borrow its answers from


class OfficeForm(Form):
    """Which office's letters; a GET form."""

    def __init__(self, *args: Any, offices: list[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kantor"] = forms.ChoiceField(
            label=_("Kantor"), choices=[(str(one.pk), agency_label(one)) for one in offices]
        )


def _offices(request: HttpRequest) -> list[Agency]:
    """Return the open offices whose letters this person may word."""
    how_far = reach(request.user, VERB)
    found = Agency.objects.filter(valid_to=None).exclude(kind=Agency.Kind.OUTSIDE).order_by("short_name")
    found = found.select_related("parent")
    return list(found if how_far.everything else found.filter(pk__in=how_far.agencies))


def _office(request: HttpRequest, key: UUID) -> Agency:
    found = Agency.objects.select_related("parent").filter(key=key).first()
    if found is None:
        raise Http404
    demand(request.user, VERB, found)
    return found


@needs(VERB)
def letters(request: HttpRequest) -> HttpResponse:
    """List the letters of one office: whose words it uses, who signs, how they are numbered."""
    offices = _offices(request)
    office = _chosen(request, offices)
    if office is None:
        raise Http404
    rows = _wordings(office)
    context = {
        "form": OfficeForm(initial={"kantor": str(office.pk)}, offices=offices),
        "has_choice": len(offices) > 1,
        "office": office,
        "rows": rows,
        "letterhead": letterhead_of(office),
        "series": _series(office, {row.template.series for row in rows if row.template.series}),
    }
    return render(request, "documents/letters.html", context)


def _chosen(request: HttpRequest, offices: list[Agency]) -> Agency | None:
    """Return the office that ?kantor= names, else one that the person belongs to, else the first."""
    asked = request.GET.get("kantor", "")
    held = grants(request.user)
    own = {grant.membership.agency_id for grant in held.all} if held else set()
    wanted = (
        [one for one in offices if str(one.pk) == asked]
        or [one for one in offices if one.pk in own]
        or offices
    )
    return wanted[0] if wanted else None


@dataclass(frozen=True)
class Row:
    """One letter of an office."""

    template: Template
    is_own: bool
    is_behind: bool  # the pack's words changed after the office wrote its own
    signers: str


def _wordings(office: Agency) -> list[Row]:
    current = list(Template.objects.filter(Q(agency=None) | Q(agency=office), is_current=True))
    packs = {one.code: one for one in current if one.agency_id is None}
    own = {one.code: one for one in current if one.agency_id is not None}
    wanted = sources.wordings_of(office)
    rows = []
    for code in sorted({*packs, *own}):
        if wanted is not None and code not in wanted and code not in own:
            continue
        template = own.get(code) or packs[code]
        pack = packs.get(code)
        is_behind = code in own and pack is not None and pack.made_at > template.made_at
        rows.append(Row(template, code in own, is_behind, _signers(template)))
    return rows


def _signers(template: Template) -> str:
    return ", ".join(str(signers.OFFICES.get(word, word)) for word in template.signers)


def _series(office: Agency, codes: set[str]) -> list[tuple[str, str, int, int]]:
    """Return (series, pattern, last number of this year, voided) of the series that the letters use."""
    mine = NumberSeries.objects.filter(office=office, year=today().year, code__in=codes)
    rows = {row.code: row for row in mine.annotate(gone=Count("voided"))}
    patterns = numbers.patterns_of(codes, office)
    return [
        (code, patterns[code], rows[code].last if code in rows else 0, rows[code].gone if code in rows else 0)
        for code in sorted(codes)
    ]


# One letter


@needs(VERB)
def letter(request: HttpRequest, office: UUID, code: str) -> HttpResponse:
    """Edit an office's words for one letter. "Pratinjau" shows them with real or made-up answers and saves nothing."""
    agency = _office(request, office)
    return _edit(request, agency, _template(code, agency))


def _edit(request: HttpRequest, agency: Agency, template: Template) -> HttpResponse:
    form = WordingForm(request.POST or None, initial=_initial(template))
    picture, faults, status = "", [], 200
    if request.method == "POST":
        faults = _faults(form, template)
        if form.is_valid() and not faults:
            if "pratinjau" in request.POST:
                picture = _picture(request, template, agency, form)
            else:
                return _save(request, template, agency, form)
        else:
            status = 422
    context = {
        "office": agency,
        "template": template,
        "kind": kind_name(template.kind),
        "signers": _signers(template),
        "form": form,
        "faults": faults,
        "names": _names(template),
        "recent": _recent(request, template, agency),
        "borrowed": request.POST.get("isian", ""),
        "picture": picture,
        "versions": _versions(template, agency),
        "is_own": template.agency_id == agency.pk,
        "crumbs": [(_("Bunyi surat"), f"{reverse('documents:letters')}?kantor={agency.pk}")],
    }
    return render(request, "documents/letter.html", context, status=status)


def _template(code: str, agency: Agency) -> Template:
    try:
        return actions.template_for(code, agency)
    except Refused:
        raise Http404 from None


def _initial(template: Template) -> dict[str, str]:
    return {
        "title_id": template.title.get("id", ""),
        "body_id": template.body.get("id", ""),
        "title_en": template.title.get("en", ""),
        "body_en": template.body.get("en", ""),
    }


def _typed(form: WordingForm) -> tuple[Text, Text]:
    chosen = form.cleaned_data
    lines = {name: str(chosen[name]).replace("\r\n", "\n") for name in ("body_id", "body_en")}
    return text(chosen["title_id"], chosen["title_en"]), text(lines["body_id"], lines["body_en"])


def _faults(form: WordingForm, template: Template) -> list[tuple[str, language.Fault]]:
    """Return what is wrong with what was typed: (field, fault)."""
    if not form.is_valid():
        return []
    _title, body = _typed(form)
    found = [("body_id", fault) for fault in language.faults(body["id"], template.names.keys())]
    if english := body.get("en"):
        found += [("body_en", fault) for fault in language.faults(english, template.names.keys())]
    for field, fault in found:
        form.add_error(field, str(fault))
    return found


def _names(template: Template) -> list[tuple[str, str]]:
    """Return what may stand between {{ and }}, with what it means."""
    own = [(name, say(meaning)) for name, meaning in sorted(template.names.items())]
    built_in = {
        "number": _("nomor surat"),
        "date": _("tanggal surat"),
        "place": _("tempat di depan tanggal"),
        "office": _("nama kantor"),
        "regency": _("nama kabupaten"),
        "code": _("kode cek"),
    }
    return own + [(name, meaning) for name, meaning in built_in.items() if name not in template.names]


def _recent(request: HttpRequest, template: Template, agency: Agency) -> list[Document]:
    """Return letters of this kind whose answers the person may borrow for a preview."""
    if not may(request.user, "documents.see", agency):
        return []
    mine = reading.visible_to(request.user).filter(
        template__code=template.code, office=agency, erased_at=None
    )
    return list(mine.order_by("-pk")[:RECENT])


def _picture(request: HttpRequest, template: Template, agency: Agency, form: WordingForm) -> str:
    """Return the first page as a data: address of a PNG."""
    return _as_address(typeset.png(_preview(request, template, agency, form))[0])


def _as_address(picture: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"


def _top(page: bytes) -> bytes:
    """Return the upper part of a page: the letterhead, the title, the first lines."""
    with Image.open(io.BytesIO(page)) as whole:
        out = io.BytesIO()
        whole.convert("P", palette=Image.Palette.ADAPTIVE).crop(
            (0, 0, whole.width, whole.height * 3 // 10)
        ).save(out, "PNG")
    return out.getvalue()


def _preview(request: HttpRequest, template: Template, agency: Agency, form: WordingForm) -> Letter:
    title, body = _typed(form)
    spoken = "en" if "en" in body and request.POST.get("bahasa") == "en" else "id"
    on = today()
    places = []
    for order, office in enumerate(template.signers, start=1):
        who = signers.expected(office, agency, on=on)
        position = who.position if who else signers.position(office, agency)
        places.append(Signer(order, position, who.user.name if who else "", note=composing.NOTE))
    draft = composing.Draft(
        title=say(title, spoken),
        body=say(body, spoken),
        kind=template.kind,
        office=agency,
        language=spoken,
        values=_answers(request, template, agency),
        date=on,
        has_number=bool(template.series),
    )
    return composing.set_up(draft, signers=tuple(places), watermark=composing.DRAFT)


def _answers(request: HttpRequest, template: Template, agency: Agency) -> Mapping[str, str]:
    """Return the answers of the letter that was chosen, which is written down, else the names in pointed brackets."""
    wanted = request.POST.get("isian", "")
    for document in _recent(request, template, agency):
        if str(document.key) == wanted and (values := composing.values_of(document)):
            saw(document, ["values"], by=me(request), at=now(), why=_("pratinjau bunyi surat"))
            return values
    return {name: f"‹{say(meaning) or name}›" for name, meaning in template.names.items()}


def _save(request: HttpRequest, template: Template, agency: Agency, form: WordingForm) -> HttpResponse:
    title, body = _typed(form)
    made = actions.edit_template(template, title=title, body=body, agency=agency, by=me(request), at=now())
    messages.success(
        request,
        _("Tersimpan sebagai versi %(version)s. Surat yang sudah terbit tetap seperti semula.")
        % {"version": made.version},
    )
    return redirect("documents:letter", office=agency.key, code=template.code)


def _versions(template: Template, agency: Agency) -> list[Template]:
    """Return the office's own versions and the pack's current one, the newest first."""
    both = Template.objects.filter(code=template.code, agency=agency) | Template.objects.filter(
        code=template.code, agency=None, is_current=True
    )
    return list(both.select_related("made_by", "agency").order_by("-made_at", "-pk")[:20])


@needs(VERB)
@require_POST
def letter_pdf(request: HttpRequest, office: UUID, code: str) -> HttpResponse:
    """Answer with the typed letter as PDF, with the watermark DRAF."""
    agency = _office(request, office)
    template = _template(code, agency)
    form = WordingForm(request.POST)
    if _faults(form, template) or not form.is_valid():
        return _edit(request, agency, template)
    content = typeset.pdf(_preview(request, template, agency, form), at=now())
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="pratinjau.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@needs(VERB)
@require_POST
def letter_reset(request: HttpRequest, office: UUID, code: str) -> HttpResponse:
    """Take the pack's words again."""
    agency = _office(request, office)
    _template(code, agency)
    actions.reset_template(code, agency=agency, by=me(request), at=now())
    messages.success(request, _("Kantor ini memakai bunyi dari paket lagi. Versi sendiri tetap tersimpan."))
    return redirect("documents:letter", office=agency.key, code=code)


# Letterhead and numbers


@needs(VERB)
def letterhead(request: HttpRequest, office: UUID) -> HttpResponse:
    agency = _office(request, office)
    now_there = letterhead_of(agency)
    initial = {
        "lines": "\n".join(now_there.lines),
        "address": now_there.address,
        "contact": now_there.contact,
        "place": now_there.place,
    }
    form = LetterheadForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            actions.edit_letterhead(
                agency,
                lines=chosen["lines"].splitlines(),
                address=chosen["address"],
                contact=chosen["contact"],
                place=chosen["place"],
                by=me(request),
                at=now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Kop surat tersimpan. Surat berikutnya memakainya."))
            return redirect("documents:letterhead", office=agency.key)
    sample = composing.Draft(
        title=_("Contoh kop surat"),
        body=_("Beginilah kop surat kantor ini."),
        kind="certificate",
        office=agency,
        language="id",
        values={},
        date=day_of(now()),
        has_number=False,
    )
    picture = _top(typeset.png(composing.set_up(sample, watermark=composing.DRAFT), ppi=110)[0])
    context = {
        "office": agency,
        "form": form,
        "picture": _as_address(picture),
        "crumbs": [(_("Bunyi surat"), f"{reverse('documents:letters')}?kantor={agency.pk}")],
    }
    status = 422 if form.errors else 200
    return render(request, "documents/letterhead.html", context, status=status)


@needs(VERB)
def pattern(request: HttpRequest, office: UUID, series: str) -> HttpResponse:
    """Say how an office writes the numbers of one series."""
    agency = _office(request, office)
    form = PatternForm(request.POST or None, initial={"pattern": numbers.pattern_of(series, agency)})
    if not Template.objects.filter(series=series, is_current=True).exists():
        raise Http404
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_pattern(series, form.cleaned_data["pattern"], agency=agency, by=me(request), at=now())
        except Refused as refused:
            form.refuse(refused, "pattern")
        else:
            messages.success(request, _("Pola nomor tersimpan. Nomor berikutnya memakainya."))
            return redirect(f"{reverse('documents:letters')}?kantor={agency.pk}")
    context = {
        "office": agency,
        "series": series,
        "form": form,
        "names": [
            ("{number}", _("nomor urut; {number:03} menulis 001")),
            ("{year}", _("tahun, misalnya 2026")),
            ("{month}", _("bulan dengan angka, misalnya 11")),
            ("{roman}", _("bulan dengan angka Romawi, misalnya XI")),
            ("{office}", _("nama pendek kantor")),
            ("{code}", _("kode seri nomor ini")),
        ],
        "voided": _voided(series, agency),
        "crumbs": [(_("Bunyi surat"), f"{reverse('documents:letters')}?kantor={agency.pk}")],
    }
    return render(request, "documents/pattern.html", context, status=422 if form.errors else 200)


def _voided(series: str, agency: Agency) -> list[VoidedNumber]:
    found = VoidedNumber.objects.filter(series__code=series, series__office=agency)
    return list(found.select_related("by").order_by("-at")[:50])
