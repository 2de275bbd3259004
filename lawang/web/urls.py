from django.urls import URLPattern, path

from lawang.web import views

app_name = "web"
urlpatterns: list[URLPattern] = [
    path("komponen/", views.components, name="components"),
]
