"""The addresses of awards; movement/urls.py takes them in."""

from django.urls import URLPattern, path

from lawang.movement.awards import desk, views

urlpatterns: list[URLPattern] = [
    path("penghargaan/", views.years, name="awards"),
    path("penghargaan/<int:year>/", views.year, name="awards_of"),
    path("penghargaan/<int:year>/penghargaan.csv", views.year_csv, name="awards_csv"),
    path("penghargaan/<int:year>/penghargaan.json", views.year_json, name="awards_json"),
    path("kelola/penghargaan/", desk.home, name="manage_awards"),
    path("kelola/penghargaan/juri/", desk.jury, name="award_jury"),
    path("kelola/penghargaan/juri/<uuid:key>/", desk.ballot, name="award_ballot"),
    path("kelola/penghargaan/nominasi/<uuid:key>/<slug:what>/", desk.for_nominee, name="for_nominee"),
    path("kelola/penghargaan/<uuid:key>/", desk.award, name="manage_award"),
    path("kelola/penghargaan/<uuid:key>/lepas/<int:number>/", desk.release, name="release_award_juror"),
    path("kelola/penghargaan/<uuid:key>/<slug:what>/", desk.for_award, name="for_award"),
]
