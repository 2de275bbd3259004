from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "lawang.record"
    label = "record"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lawang.record import checks

        checks.register()
