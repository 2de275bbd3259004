from django.urls import URLPattern, path

from lawang.web import views

app_name = "web"
urlpatterns: list[URLPattern] = [
    path("komponen/", views.components, name="components"),
    path("di-hp-ini/", views.here, name="here"),
    path("luring/", views.offline, name="offline"),
    path("lawang.webmanifest", views.manifest, name="manifest"),
]
