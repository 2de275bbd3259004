from django.apps import AppConfig


class ConnectConfig(AppConfig):
    name = "lawang.connect"
    label = "connect"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lawang.connect import bsre, clamd, smtp

        smtp.register()
        bsre.register()
        clamd.register()
