from django.urls import path

from lawang.documents import views

app_name = "documents"
urlpatterns = [
    path("cek/", views.check_any, name="check_any"),
    path("cek/<str:code>/", views.check, name="check"),
    path("meja/dokumen/<uuid:key>/", views.check_any, name="document"),
]
