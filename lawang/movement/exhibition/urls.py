"""Addresses of the exhibition; movement/urls.py takes them in, in its own namespace."""

from django.urls import URLPattern, path

from lawang.movement.exhibition import desk, views

patterns: list[URLPattern] = [
    path("pameran/", views.newest, name="exhibition"),
    path("pameran/<int:year>/", views.show_floor, name="floor"),
    path("pameran/<int:year>/kerja-sama/", views.offers, name="offers"),
    path("pameran/<int:year>/<str:code>/", views.show_booth, name="booth"),
    path("pameran/<int:year>/<str:code>/tanya/", views.ask, name="ask"),
    path("pameran/percakapan/", views.mine, name="talks"),
    path("pameran/percakapan/<uuid:key>/", views.talk, name="talk"),
    path("pameran/percakapan/<uuid:key>/baru/", views.news, name="talk_news"),
    path("kelola/pameran/", desk.exhibitions, name="exhibitions"),
    path("kelola/pameran/<int:year>/anjungan/", desk.give, name="give_booths"),
    path("kelola/anjungan/", desk.home, name="booths"),
    path("kelola/anjungan/<uuid:key>/", desk.fill, name="fill_booth"),
    path("kelola/anjungan/<uuid:key>/petugas/", desk.representatives, name="representatives"),
    path("kelola/anjungan/<uuid:key>/bahan/", desk.exhibits, name="exhibits"),
    path("kelola/anjungan/<uuid:key>/bahan/cabut/", desk.remove, name="remove_exhibit"),
    path("kelola/anjungan/<uuid:key>/kerja-sama/", desk.collaboration, name="collaboration"),
    path("kelola/anjungan/<uuid:key>/kerja-sama/sepakat/", desk.agree, name="agree"),
    path("kelola/anjungan/<uuid:key>/kerja-sama/tarik/", desk.withdraw, name="withdraw_offer"),
    path("kelola/anjungan/<uuid:key>/angka/", desk.figures, name="booth_figures"),
    path("kelola/anjungan/percakapan/<uuid:key>/", desk.talk, name="desk_talk"),
    path("kelola/anjungan/percakapan/<uuid:key>/lakukan/<slug:what>/", desk.act, name="desk_talk_act"),
]
