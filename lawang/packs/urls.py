from django.urls import URLPattern, path

from lawang.packs import desk

app_name = "packs"
urlpatterns: list[URLPattern] = [
    path("kelola/paket/", desk.index, name="index"),
    path("kelola/paket/<slug:name>/", desk.pack, name="pack"),
    path("kelola/paket/<slug:name>/folder/", desk.folder, name="folder"),
    path("kelola/paket/<slug:name>/pasang/", desk.install, name="install"),
]
