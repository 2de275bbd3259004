from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

WORK = ("measures.propose", "measures.approve", "plans.record_meeting", "plans.update_progress")


class PortalConfig(AppConfig):
    name = "lawang.portal"
    label = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lawang.people.permissions import may
        from lawang.web import shell

        shell.link(
            _("Tugas saya"),
            "portal:tasks",
            order=1,
            place="desk",
            shown=lambda request: any(may(request.user, verb) for verb in WORK),
        )
        for order, title, address, verb in (
            (2, _("Pimpinan"), "portal:leader", "plans.lead"),
            (84, _("Pesan"), "portal:outbox", "record.see_outbox"),
            (85, _("Pemeriksaan"), "portal:doctor", "record.doctor"),
        ):
            shell.link(
                title,
                address,
                order=order,
                place="desk",
                shown=lambda request, verb=verb: bool(may(request.user, verb)),  # type: ignore[misc]
            )
