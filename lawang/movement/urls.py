from django.urls import URLPattern, URLResolver, path

from lawang.movement import views
from lawang.movement.awards.urls import urlpatterns as awards
from lawang.movement.cohorts.urls import urlpatterns as cohorts
from lawang.movement.desk import answering, evaluations, judging, objecting
from lawang.movement.exhibition.urls import patterns as exhibition

app_name = "movement"
urlpatterns: list[URLPattern | URLResolver] = [
    path("hasil-evaluasi/", views.index, name="results"),
    path("hasil-evaluasi.csv", views.index_csv, name="results_csv"),
    path("hasil-evaluasi/<str:code>/", views.result, name="result"),
    path("kelola/penilaian/", answering.home, name="assessment"),
    path("kelola/penilaian/mulai/", answering.begin, name="begin"),
    path("kelola/penilaian/rekomendasi/<uuid:key>/", answering.recommendation, name="recommendation"),
    path("kelola/penilaian/<uuid:key>/sanggahan/", objecting.objections, name="objections"),
    path("kelola/penilaian/<uuid:key>/<str:code>/", answering.item, name="item"),
    path("kelola/penilaian/<uuid:key>/<str:code>/bukti/", answering.prove, name="prove"),
    path("kelola/penilaian/<uuid:key>/lakukan/<slug:what>/", answering.act, name="act"),
    path("gerakan/menilai/", judging.home, name="judging"),
    path("gerakan/menilai/wawancara/<int:number>/", judging.minutes, name="minutes"),
    path("gerakan/menilai/<uuid:key>/", judging.sheet, name="sheet"),
    path("gerakan/menilai/<uuid:key>/ubah/<str:code>/", judging.revise, name="revise"),
    path("gerakan/menilai/<uuid:key>/<slug:component>/", judging.marking, name="marking"),
    path("gerakan/evaluasi/", evaluations.evaluations, name="evaluations"),
    path("gerakan/evaluasi/impor/", evaluations.bring, name="bring"),
    path("gerakan/evaluasi/<uuid:key>/", evaluations.evaluation, name="evaluation"),
    path("gerakan/evaluasi/<uuid:key>/daftar.csv", evaluations.evaluation_csv, name="evaluation_csv"),
    path("gerakan/evaluasi/<uuid:key>/daftarkan/", evaluations.enter, name="enter"),
    path("gerakan/evaluasi/<uuid:key>/panel/", evaluations.seats, name="seats"),
    path("gerakan/evaluasi/<uuid:key>/lakukan/<slug:what>/", evaluations.advance, name="advance"),
    path("gerakan/evaluasi/<uuid:key>/daerah/<str:code>/", evaluations.regency, name="regency"),
    *cohorts,
    *exhibition,
    *awards,
]
