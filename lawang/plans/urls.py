"""The plan's addresses for citizens. Names without a namespace: models and feeds of other nouns name them."""

from django.urls import URLPattern, URLResolver, include, path

from lawang.plans import promises, views
from lawang.plans.books import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("lawang.plans.import_urls")),
    path("rencana/", views.overview, name="plan"),
    path("rencana/program/", views.programmes, name="programmes"),
    path("rencana/program.csv", views.programmes_csv, name="programmes_csv"),
    path("rencana/program.json", views.programmes_json, name="programmes_json"),
    path("rencana/dimensi/<str:code>/", views.dimension, name="dimension"),
    path("rencana/revisi/", views.revisions, name="revisions"),
    path("rencana/jalan/", views.roadmap, name="roadmap"),
    path("rencana/anggaran/", views.budget, name="budget"),
    path("rencana/anggaran.csv", views.budget_csv, name="budget_csv"),
    path("rencana/buku/", pages.books, name="books"),
    path("rencana/swot/", views.swot, name="swot"),
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
    path("percepatan/", views.quick_wins, name="quick_wins"),
    path("percepatan.csv", views.quick_wins_csv, name="quick_wins_csv"),
    path("percepatan.json", views.quick_wins_json, name="quick_wins_json"),
    path("percepatan/<uuid:key>/", views.quick_win, name="quick_win"),
    path("lembaga/", views.bodies, name="bodies"),
    path("lembaga/<uuid:key>/", views.body, name="body"),
    path("aplikasi/", views.applications, name="applications"),
    path("aplikasi.csv", views.applications_csv, name="applications_csv"),
    path("aplikasi.json", views.applications_json, name="applications_json"),
    path("warna/", views.colours, name="colours"),
]
