from django.urls import URLPattern, path

from lawang.portal import desk, leader, machine, manage, views

app_name = "portal"
urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("cari/", views.search, name="search"),
    path("profil/", views.profile, name="profile"),
    path("profil.csv", views.profile_csv, name="profile_csv"),
    path("profil.json", views.profile_json, name="profile_json"),
    path("perubahan/", views.changes, name="changes"),
    path("perubahan/umpan.xml", views.changes_feed, name="changes_feed"),
    path("perubahan.json", views.changes_json, name="changes_json"),
    path("tugas/", desk.tasks, name="tasks"),
    path("tugas/angka/", desk.sheet, name="sheet"),
    path("tugas/angka/<uuid:key>/<slug:code>/", desk.figure, name="figure"),
    path("tugas/putusan/", desk.decisions, name="decisions"),
    path("tugas/rapat/", desk.new_meeting, name="new_meeting"),
    path("tugas/rapat/<uuid:key>/", desk.meeting, name="meeting"),
    path("tugas/program/<uuid:key>/", desk.progress, name="progress"),
    path("tugas/percepatan/<uuid:key>/", desk.quick_win, name="move_quick_win"),
    path("pimpinan/", leader.page, name="leader"),
    path("pimpinan/layanan/", leader.services_page, name="leader_services"),
    path("pimpinan/sudah-dibaca/", leader.seen, name="seen"),
    path("kelola/", manage.index, name="manage"),
    path("kelola/pesan/", machine.outbox, name="outbox"),
    path("kelola/pesan/<uuid:key>/kirim-ulang/", machine.resend, name="resend"),
    path("kelola/pemeriksaan/", machine.doctor, name="doctor"),
]
