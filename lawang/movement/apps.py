from django.apps import AppConfig


class MovementConfig(AppConfig):
    name = "lawang.movement"
    label = "movement"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lawang.movement import packs, rules

        rules.install()
        packs.register()
