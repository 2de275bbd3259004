from django.urls import URLPattern, URLResolver, path

from lawang.movement.desk import answering

app_name = "movement"
urlpatterns: list[URLPattern | URLResolver] = [
    path("kelola/penilaian/", answering.home, name="assessment"),
    path("kelola/penilaian/mulai/", answering.begin, name="begin"),
    path("kelola/penilaian/rekomendasi/<uuid:key>/", answering.recommendation, name="recommendation"),
    path("kelola/penilaian/<uuid:key>/<str:code>/", answering.item, name="item"),
    path("kelola/penilaian/<uuid:key>/<str:code>/bukti/", answering.prove, name="prove"),
    path("kelola/penilaian/<uuid:key>/lakukan/<slug:what>/", answering.act, name="act"),
]
