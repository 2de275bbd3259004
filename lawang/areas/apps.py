from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AreasConfig(AppConfig):
    name = "lawang.areas"
    label = "areas"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lawang.web import shell

        shell.link(_("Data wilayah"), "areas:index", order=60, place="footer")
