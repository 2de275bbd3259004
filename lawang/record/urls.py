from django.urls import URLPattern, path

from lawang.record import views

app_name = "record"
urlpatterns: list[URLPattern] = [
    path("berkas/<uuid:key>/", views.file, name="file"),
]
