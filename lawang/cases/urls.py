from django.urls import URLPattern, URLResolver, path

from lawang.cases import api, follow, performance, views

app_name = "cases"
urlpatterns: list[URLPattern | URLResolver] = [
    path("layanan/", views.services, name="services"),
    path("layanan/<slug:code>.json", views.service_json, name="service_json"),
    path("layanan/<slug:code>/", views.service, name="service"),
    path("layanan/<slug:code>/ajukan/", views.apply, name="apply"),
    path("layanan/<slug:code>/formulir/", views.paper, name="paper"),
    path("peristiwa/<slug:code>/", views.event, name="event"),
    path("peristiwa/<slug:code>/ajukan/", views.apply_event, name="apply_event"),
    path("kinerja/", performance.index, name="performance"),
    path("kinerja.csv", performance.index_csv, name="performance_csv"),
    path("kinerja.json", performance.index_json, name="performance_json"),
    path("kinerja/<slug:code>.csv", performance.service_csv, name="service_performance_csv"),
    path("kinerja/<slug:code>.json", performance.service_json, name="service_performance_json"),
    path("kinerja/<slug:code>/", performance.service, name="service_performance"),
    path("kirim/", api.send, name="send"),
    path("kirim/<uuid:key>/<int:number>/", api.piece, name="piece"),
    path("lacak/", follow.find, name="find"),
    path("lacak/lupakan/", follow.forget_all, name="forget_all"),
    path("lacak/<str:code>/", follow.track, name="track"),
    path("lacak/<str:code>/tanda-terima/", follow.receipt, name="receipt"),
    path("lacak/<str:code>/riwayat/", follow.history, name="history"),
    path("lacak/<str:code>/isian/", follow.answers, name="answers"),
    path("lacak/<str:code>/isian/perbaiki/", follow.correct, name="correct"),
    path("lacak/<str:code>/jawab/", follow.reply, name="reply"),
    path("lacak/<str:code>/pesan/", follow.note, name="note"),
    path("lacak/<str:code>/cabut/", follow.withdraw, name="withdraw"),
    path("lacak/<str:code>/buka-lagi/", follow.reopen, name="reopen"),
    path("lacak/<str:code>/kirim-ulang/<uuid:key>/", follow.resend, name="resend"),
    path("lacak/<str:code>/berkas/<int:number>/", follow.paper, name="attachment"),
    path("lacak/<str:code>/surat/<uuid:key>/", follow.document, name="document"),
    path("lacak/<str:code>/akun/", follow.claim, name="claim"),
    path("lacak/<str:code>/lupakan/", follow.forget, name="forget"),
    path("permohonan/", follow.mine, name="mine"),
]
