from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "lawang.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lawang.cases import packs, rules
        from lawang.cases.services import load

        load()
        rules.install()
        packs.register()
