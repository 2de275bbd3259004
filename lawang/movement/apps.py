from collections.abc import Callable

from django.apps import AppConfig
from django.http import HttpRequest


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

        def shown(verb: str) -> Callable[[HttpRequest], bool]:
            return lambda request: bool(may(request.user, verb))

        pages = (
            (_("Penilaian mandiri"), "movement:assessment", 55, "movement.answer"),
            (_("Menilai"), "movement:judging", 56, "movement.assess"),
            (_("Evaluasi"), "movement:evaluations", 57, "movement.run"),
        )
        for title, address, order, verb in pages:
            shell.link(title, address, order=order, place="desk", shown=shown(verb))
