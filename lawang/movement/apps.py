from django.apps import AppConfig


class MovementConfig(AppConfig):
    name = "lawang.movement"
    label = "movement"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lawang.movement import packs, rules

        rules.install()
        packs.register()
        self._links()

    def _links(self) -> None:
        """Show the pages to whoever may."""
        from django.utils.translation import gettext_lazy as _

        from lawang.people.permissions import may
        from lawang.web import shell

        shell.link(
            _("Penilaian mandiri"),
            "movement:assessment",
            order=55,
            place="desk",
            shown=lambda request: bool(may(request.user, "movement.answer")),
        )
