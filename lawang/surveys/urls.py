from django.urls import URLPattern, URLResolver, path

from lawang.surveys import desk, views

app_name = "surveys"
urlpatterns: list[URLPattern | URLResolver] = [
    path("kepuasan/", views.index, name="index"),
    path("kepuasan/<int:year>/", views.index, name="year"),
    path("kepuasan/<int:year>.csv", views.year_csv, name="year_csv"),
    path("kepuasan/<uuid:key>/", views.survey, name="survey"),
    path("kepuasan/<uuid:key>.csv", views.survey_csv, name="survey_csv"),
    path("survei/lacak/<str:code>/", views.after_case, name="after_case"),
    path("survei/loket/<str:code>/", views.counter, name="counter"),
    path("survei/loket/<str:code>/terima-kasih/", views.counter_thanks, name="counter_thanks"),
    path("survei/<str:code>/", views.answer, name="answer"),
    path("survei/<str:code>/terima-kasih/", views.thanks, name="thanks"),
    path("kelola/survei/", desk.index, name="manage"),
    path("kelola/survei/kepuasan/buka/", desk.open_skm, name="open_skm"),
    path("kelola/survei/dampak/buka/", desk.open_impact, name="open_impact"),
    path("kelola/survei/laporan/<int:year>/", desk.report, name="report"),
    path("kelola/survei/laporan/<int:year>.xlsx", desk.report_xlsx, name="report_xlsx"),
    path("kelola/survei/<uuid:key>/", desk.survey, name="manage_survey"),
    path("kelola/survei/<uuid:key>/ubah/", desk.change, name="change"),
    path("kelola/survei/<uuid:key>/isi/", desk.fill_in, name="fill_in"),
    path("kelola/survei/<uuid:key>/berkas/", desk.hand_in, name="hand_in"),
    path("kelola/survei/<uuid:key>/berkas/templat.csv", desk.template, name="template"),
    path("kelola/survei/<uuid:key>/berkas/<int:pk>/", desk.handed_in, name="handed_in"),
    path("kelola/survei/<uuid:key>/saran/", desk.comments, name="comments"),
    path("kelola/survei/<uuid:key>/tutup/", desk.close, name="close"),
]
