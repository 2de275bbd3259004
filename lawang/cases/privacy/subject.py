"""Handing out what is held about somebody who asked for it: the page behind the button at the desk."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lawang.cases.models import Case
from lawang.cases.privacy import holdings, printing
from lawang.cases.privacy.forms import NikForm
from lawang.lib.refused import Refused
from lawang.people.node import now
from lawang.people.permissions import needs
from lawang.people.views import me
from lawang.web.json import answer


@needs("cases.handle")
@require_http_methods(["GET", "POST"])
def gather(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Say what will be put together, and give it as PDF or JSON; whoever may not learns why."""
    case = Case.objects.visible_to(request.user).select_related("service").filter(key=key).first()
    if case is None or case.service.code != holdings.SERVICE:
        raise Http404
    if refusal := holdings.refusal(case, me(request)):
        raise Refused(refusal)
    is_for_another = holdings.is_for_another(case)
    form = NikForm(request.POST if request.method == "POST" else None) if is_for_another else None
    trouble = ""
    if request.method == "POST" and (form is None or form.is_valid()):
        nik = form.cleaned_data["nik"] if form else ""
        try:
            found = holdings.assemble(case, by=me(request), at=now(), nik=nik)
            return _file(found, request.POST.get("form", ""))
        except Refused as refused:
            trouble = refused.sentence
            if form:
                form.refuse(refused)
    context = {
        "case": case,
        "form": form,
        "trouble": "" if form else trouble,
        "crumbs": [(_("Meja kerja"), reverse("desk:list")), (case.number, reverse("desk:case", args=[key]))],
    }
    failed = bool(trouble or (form and form.errors))
    return render(request, "cases/privacy/gather.html", context, status=422 if failed else 200)


def _file(found: holdings.Assembled, form: str) -> HttpResponse:
    name = _("data-pribadi") + f"-{found.request.number}"
    if form == "json":
        response: HttpResponse = answer(found.as_json())
        response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    else:
        response = HttpResponse(printing.pdf(found), content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    patch_cache_control(response, private=True, no_store=True)
    return response
