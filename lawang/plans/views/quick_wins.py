"""Quick wins: the list, as CSV and JSON, and one of them with its partners and meetings."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.people.node import today
from lawang.plans import reading
from lawang.plans.models import (
    Partner,
    QuickWin,
    Resource,
    Revision,
    Risk,
)
from lawang.plans.views.frame import crumbs, with_plan
from lawang.web import charts
from lawang.web.download import csv_response
from lawang.web.json import answer

STAGES = {
    QuickWin.Stage.PROBLEM: gettext_lazy("Masalah"),
    QuickWin.Stage.IDEA: gettext_lazy("Gagasan"),
    QuickWin.Stage.PLAN: gettext_lazy("Rancangan"),
    QuickWin.Stage.BUILD: gettext_lazy("Pembuatan"),
    QuickWin.Stage.IMPLEMENT: gettext_lazy("Penerapan"),
    QuickWin.Stage.EVALUATE: gettext_lazy("Penilaian"),
}
WIN_KINDS = {
    "programme": gettext_lazy("Program"),
    "product": gettext_lazy("Produk"),
    "method": gettext_lazy("Cara kerja"),
    "concept": gettext_lazy("Konsep"),
    "technology": gettext_lazy("Teknologi"),
}
PARTNER_KINDS = {
    "agency": gettext_lazy("instansi"),
    "business": gettext_lazy("usaha"),
    "university": gettext_lazy("kampus"),
    "community": gettext_lazy("komunitas"),
    "media": gettext_lazy("media"),
    "central": gettext_lazy("pemerintah pusat"),
}
LEVELS = {"low": gettext_lazy("rendah"), "middle": gettext_lazy("sedang"), "high": gettext_lazy("tinggi")}
RESOURCE_KINDS = {
    "budget": gettext_lazy("Dana"),
    "people": gettext_lazy("Orang"),
    "facility": gettext_lazy("Sarana"),
}


def _wins(revision: Revision) -> QuerySet[QuickWin]:
    return QuickWin.objects.filter(revision=revision).select_related("programme__lead").order_by("code")


@with_plan
def quick_wins(request: HttpRequest, revision: Revision) -> HttpResponse:
    """What shall be felt within twelve months."""
    rows = _wins(revision).defer("programme__search")
    day = today()
    return render(
        request,
        "plans/quick_wins.html",
        {
            "wins": [
                (
                    row,
                    STAGES[QuickWin.Stage(row.stage)],
                    (row.ends - day).days,
                    charts.progress_bar(row.progress / 100, _("Kemajuan")),
                )
                for row in rows
            ],
            "crumbs": crumbs(),
        },
    )


@with_plan
def quick_wins_csv(request: HttpRequest, revision: Revision) -> HttpResponseBase:
    heading = [
        "kode",
        "nama",
        "program",
        "tahap",
        "kemajuan_persen",
        "mulai",
        "selesai",
        "pengguna_awal",
        "pengguna_kini",
    ]
    rows = (
        [
            row.code,
            row.name,
            row.programme.code,
            row.stage,
            row.progress,
            row.starts,
            row.ends,
            row.users_before,
            row.users_after,
        ]
        for row in _wins(revision)
    )
    return csv_response(request, "percepatan", heading, rows)


@with_plan
def quick_wins_json(request: HttpRequest, revision: Revision) -> HttpResponse:
    wins = [
        {
            "key": row.key,
            "code": row.code,
            "name": row.name,
            "programme": row.programme.key,
            "stage": row.stage,
            "progress": row.progress,
            "starts": row.starts,
            "ends": row.ends,
            "users_before": row.users_before,
            "users_after": row.users_after,
        }
        for row in _wins(revision)
    ]
    return answer({"quick_wins": wins}, public=True)


def quick_win(request: HttpRequest, key: UUID) -> HttpResponse:
    """The sheet of one quick win."""
    rows = QuickWin.objects.filter(reading.published(today()), key=key)
    win = rows.select_related("programme__lead", "document").order_by("-revision__in_force_from").first()
    if win is None:
        raise Http404(_("Percepatan ini tidak ada."))
    story = [
        (_("Apa ini"), win.explanation),
        (_("Bagaimana dirancang"), win.formulation),
        (_("Manfaatnya"), win.benefit),
        (_("Daya tariknya"), win.appeal),
        (_("Keunikannya"), win.uniqueness),
        (_("Rencana memperluas"), win.scale_up),
        (_("Model usaha"), win.business_model),
        (_("Catatan terakhir"), win.note),
    ]
    lasting = [
        (_("Aturan"), win.continuity_rule),
        (_("Kelembagaan"), win.continuity_institution),
        (_("Sumber daya"), win.continuity_resources),
    ]
    stages = list(STAGES)
    now = stages.index(QuickWin.Stage(win.stage))
    return render(
        request,
        "plans/quick_win.html",
        {
            "win": win,
            "kind": WIN_KINDS[win.kind],
            "story": [(title, words) for title, words in story if words],
            "lasting": [(title, words) for title, words in lasting if words],
            "steps": [
                (STAGES[stage], "", "done" if number < now else "now" if number == now else "")
                for number, stage in enumerate(stages)
            ],
            "partners": [
                (one, PARTNER_KINDS[one.kind]) for one in Partner.objects.filter(quick_win=win).order_by("pk")
            ],
            "risks": [
                (risk, LEVELS[risk.likelihood], LEVELS[risk.impact])
                for risk in Risk.objects.filter(quick_win=win).select_related("owner").order_by("pk")
            ],
            "resources": [
                (one, RESOURCE_KINDS[one.kind])
                for one in Resource.objects.filter(quick_win=win).order_by("pk")
            ],
            "days": (win.ends - today()).days,
            "bar": charts.progress_bar(win.progress / 100, _("Kemajuan")),
            "crumbs": crumbs((_("Percepatan"), reverse("quick_wins"))),
        },
    )
