from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "lawang.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lawang.documents import rules

        rules.install()
