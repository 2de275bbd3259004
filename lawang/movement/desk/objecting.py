"""The regency's page of a published result: what came out, what was recommended, and what the regency objects to."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lawang.lib.numbers import number
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.movement import answering
from lawang.movement.desk.answering import VERBS, crumbs, person
from lawang.movement.letters import letters_of
from lawang.movement.models import Assessment, Evaluation
from lawang.people.node import node, now
from lawang.people.permissions import may, needs
from lawang.record.resent import done, sent_once
from lawang.web.forms import Form, LongTextField


class RaiseForm(Form):
    """What the regency objects to."""

    words = LongTextField(
        label=gettext_lazy("Apa yang disanggah, dan mengapa"),
        help_text=gettext_lazy("Sebut butirnya, dan bukti yang menurut Anda belum dibaca penilai."),
        rows=6,
        max_length=answering.LONGEST,
    )


def result_lines(assessment: Assessment) -> list[tuple[str, str, str]]:
    """Return the components with their scores as lines of web/components/summary_list.html."""
    shape = assessment.evaluation.instrument.shape
    return [
        (say(one.title), number(float(assessment.components[one.code]), 2), "")
        for one in shape.components.values()
        if one.code in assessment.components
    ]


@needs(*VERBS)
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def objections(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Show a published result with its objections, and take another one while there is time."""
    rows = Assessment.objects.whole().filter(area=node().area, evaluation__state=Evaluation.State.PUBLISHED)
    assessment = get_object_or_404(rows, key=key)
    form = RaiseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            answering.object(assessment, form.cleaned_data["words"], by=person(request), at=now())
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Sanggahan tersimpan. Jawabannya tampil di halaman ini."))
            return done("movement:objections", key=key)
    until = assessment.evaluation.objections_until
    is_open = until is not None and now() <= until
    may_object = bool(may(request.user, "movement.release"))
    context = {
        "assessment": assessment,
        "components": result_lines(assessment),
        "recommendations": list(assessment.recommendations.all()),
        "objections": list(assessment.objections.all()),
        "letters": letters_of(assessment),
        "form": form,
        "until": until,
        "is_open": is_open,
        "may_object": may_object,
        "shows_form": (is_open and may_object) or bool(form.errors),  # what was typed is not lost
        "crumbs": crumbs(),
    }
    return render(request, "movement/desk/objections.html", context, status=422 if form.errors else 200)
