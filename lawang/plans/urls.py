"""The plan's addresses for citizens. Names without a namespace: models and feeds of other nouns name them."""

from django.urls import URLPattern, URLResolver, include, path

from lawang.plans.books import pages
from lawang.plans.views import applications, bodies, budget, overview, programmes, promises, quick_wins

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("lawang.plans.import_urls")),
    path("rencana/", overview.overview, name="plan"),
    path("rencana/program/", programmes.programmes, name="programmes"),
    path("rencana/program.csv", programmes.programmes_csv, name="programmes_csv"),
    path("rencana/program.json", programmes.programmes_json, name="programmes_json"),
    path("rencana/dimensi/<str:code>/", overview.dimension, name="dimension"),
    path("rencana/revisi/", overview.revisions, name="revisions"),
    path("rencana/jalan/", overview.roadmap, name="roadmap"),
    path("rencana/anggaran/", budget.budget, name="budget"),
    path("rencana/anggaran.csv", budget.budget_csv, name="budget_csv"),
    path("rencana/buku/", pages.books, name="books"),
    path("rencana/swot/", overview.swot, name="swot"),
    path("program/<uuid:key>/", promises.programme, name="programme"),
    path("program/<uuid:key>/angka.csv", promises.programme_csv, name="programme_csv"),
    path("program/<uuid:key>/program.json", promises.programme_json, name="programme_json"),
    path("program/<uuid:key>/umpan.xml", promises.programme_feed, name="programme_feed"),
    path("indikator/<uuid:key>/", promises.indicator, name="indicator"),
    path("indikator/<uuid:key>/angka.csv", promises.indicator_csv, name="indicator_csv"),
    path("indikator/<uuid:key>/indikator.json", promises.indicator_json, name="indicator_json"),
    path("ikuti/<uuid:key>/", promises.follow, name="follow"),
    path("ikuti/ya/<str:secret>/", promises.follow_confirm, name="follow_confirm"),
    path("ikuti/berhenti/<str:secret>/", promises.follow_end, name="follow_end"),
    path("percepatan/", quick_wins.quick_wins, name="quick_wins"),
    path("percepatan.csv", quick_wins.quick_wins_csv, name="quick_wins_csv"),
    path("percepatan.json", quick_wins.quick_wins_json, name="quick_wins_json"),
    path("percepatan/<uuid:key>/", quick_wins.quick_win, name="quick_win"),
    path("lembaga/", bodies.bodies, name="bodies"),
    path("lembaga/<uuid:key>/", bodies.body, name="body"),
    path("aplikasi/", applications.applications, name="applications"),
    path("aplikasi.csv", applications.applications_csv, name="applications_csv"),
    path("aplikasi.json", applications.applications_json, name="applications_json"),
    path("warna/", overview.colours, name="colours"),
]
