from django.urls import URLPattern, path

from lawang.cases.privacy import accesses, incident_desk, subject, views

app_name = "privacy"
urlpatterns: list[URLPattern] = [
    path("", views.index, name="index"),
    path("pemrosesan/", views.register, name="register"),
    path("pemrosesan.csv", views.register_csv, name="register_csv"),
    path("penghapusan/", views.erasure, name="erasure"),
    path("penghapusan/<uuid:key>/lepas/", views.release, name="release"),
    path("akses/", accesses.accesses, name="accesses"),
    path("akses.csv", accesses.export, name="accesses_csv"),
    path("akses/cari/", accesses.find, name="find"),
    path("orang/<uuid:key>/", subject.gather, name="gather"),
    path("insiden/", incident_desk.listing, name="incidents"),
    path("insiden/baru/", incident_desk.report, name="report"),
    path("insiden/<uuid:key>/", incident_desk.incident, name="incident"),
    path("insiden/<uuid:key>/ubah/", incident_desk.change, name="change"),
    path("insiden/<uuid:key>/langkah/<slug:code>/", incident_desk.tick, name="tick"),
    path("insiden/<uuid:key>/lembaga/", incident_desk.authority, name="authority"),
    path("insiden/<uuid:key>/orang/", incident_desk.subjects, name="subjects"),
    path("insiden/<uuid:key>/orang.csv", incident_desk.people_csv, name="people_csv"),
    path("insiden/<uuid:key>/tutup/", incident_desk.close, name="close"),
]
