from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "lawang.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lawang.people import rules

        rules.install()
