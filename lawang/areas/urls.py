from django.urls import path, register_converter

from lawang.areas import views
from lawang.areas.models import CODE

app_name = "areas"


class CodeConverter:
    regex = CODE

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CodeConverter, "areacode")

urlpatterns = [
    path("data-wilayah/", views.index, name="index"),
    path("data-wilayah/wilayah.csv", views.export, name="export-all"),
    path("data-wilayah/<areacode:code>/", views.detail, name="detail"),
    path("data-wilayah/<areacode:code>/wilayah.csv", views.export, name="export"),
]
