from django.urls import URLPattern, URLResolver

app_name = "movement"
urlpatterns: list[URLPattern | URLResolver] = []
