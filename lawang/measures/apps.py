from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "lawang.measures"
    label = "measures"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lawang.measures import rules

        rules.install()
