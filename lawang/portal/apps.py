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

        for order, title, address, place in (
            (10, _("Rencana"), "plan", "main"),
            (20, _("Percepatan"), "quick_wins", "main"),
            (30, _("Yang berubah"), "portal:changes", "main"),
            (40, _("Profil daerah"), "portal:profile", "main"),
            (10, _("Cara warna dihitung"), "colours", "footer"),
            (20, _("Lembaga"), "bodies", "footer"),
            (30, _("Aplikasi pemerintah"), "applications", "footer"),
        ):
            shell.link(title, address, order=order, place=place)
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
