from django.apps import AppConfig


class PacksConfig(AppConfig):
    name = "lawang.packs"
    label = "packs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from lawang.packs import kinds, rules, theme
        from lawang.people import node
        from lawang.people.permissions import may
        from lawang.web import shell

        kinds.register()
        rules.install()
        node.provide(worn=theme.column())
        shell.provide(theme.brand)
        shell.link(
            _("Paket"),
            "packs:index",
            order=84,
            place="desk",
            shown=lambda request: bool(may(request.user, "packs.install")),
        )
