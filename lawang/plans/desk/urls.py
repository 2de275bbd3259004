"""The planner's addresses."""

from django.urls import URLPattern, path

from lawang.plans.desk import (
    budget,
    home,
    indicator,
    money,
    programme,
    programmes,
    quick_win,
    reshape,
    review,
    roadmap,
    rows,
)

app_name = "planner"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("mulai/", home.start, name="start"),
    path("buang/", home.discard, name="discard"),
    path("berlakukan/", home.publish, name="publish"),
    path("arah/", home.direction, name="direction"),
    path("dasar/", home.basis, name="basis"),
    path("program/", programmes.programmes, name="programmes"),
    path("program/urut/", programmes.order, name="order"),
    path("program/banyak/", programmes.many, name="many"),
    path("program/baru/", programme.add, name="add_programme"),
    path("program/<uuid:key>/", programme.programme, name="programme"),
    path("program/<uuid:key>/hapus/", programme.remove, name="remove_programme"),
    path("program/<uuid:key>/anggaran/", budget.budget, name="budget"),
    path("program/<uuid:key>/gabung/", reshape.merge, name="merge"),
    path("program/<uuid:key>/pecah/", reshape.split, name="split"),
    path("program/<uuid:key>/indikator/baru/", indicator.add, name="add_indicator"),
    path("program/<uuid:key>/<slug:kind>/baru/", rows.add, name="add_part"),
    path("indikator/<uuid:key>/", indicator.indicator, name="indicator"),
    path("indikator/<uuid:key>/hapus/", indicator.remove, name="remove_indicator"),
    path("percepatan/<uuid:key>/", quick_win.quick_win, name="quick_win"),
    path("percepatan/<uuid:key>/hapus/", quick_win.remove, name="remove_quick_win"),
    path("percepatan/<uuid:key>/<slug:kind>/baru/", rows.add, name="add_win_part"),
    path("lembaga/<uuid:key>/anggota/baru/", rows.add, {"kind": "anggota"}, name="add_member"),
    path("bagian/<slug:kind>/", rows.rows, name="rows"),
    path("bagian/<slug:kind>/baru/", rows.add, name="add_row"),
    path("bagian/<slug:kind>/<int:pk>/", rows.row, name="row"),
    path("bagian/<slug:kind>/<int:pk>/hapus/", rows.remove, name="remove_row"),
    path("periksa/", review.review, name="review"),
    path("jalan/", roadmap.timeline, name="roadmap"),
    path("uang/", money.money, name="money"),
]
