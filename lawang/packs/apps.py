from django.apps import AppConfig


class PacksConfig(AppConfig):
    name = "lawang.packs"
    label = "packs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lawang.packs import kinds, rules, theme
        from lawang.web import shell

        kinds.register()
        rules.install()
        shell.provide(theme.brand)
