from django.urls import URLPattern, path

from lawang.measures import views

urlpatterns: list[URLPattern] = [
    path("angka/<int:pk>/", views.value, name="value"),
    path("angka/<int:pk>/angka.json", views.value_json, name="value_json"),
]
