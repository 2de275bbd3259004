from django.urls import URLPattern, path

from lawang.pages import desk, views

app_name = "pages"
urlpatterns: list[URLPattern] = [
    path("berita/", views.index, name="index"),
    path("berita/umpan.xml", views.feed, name="feed"),
    path("berita/<slug:slug>/", views.show, name="page"),
    path("kelola/tulisan/", desk.home, name="desk"),
    path("kelola/tulisan/baru/", desk.new, name="new"),
    path("kelola/tulisan/<uuid:key>/", desk.edit, name="edit"),
    path("kelola/tulisan/<uuid:key>/lakukan/<slug:what>/", desk.act, name="act"),
]
