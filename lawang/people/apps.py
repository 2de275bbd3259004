from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "lawang.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from lawang.people import rules
        from lawang.people.permissions import may
        from lawang.web import shell

        rules.install()
        for order, title, address, verb in (
            (80, _("Pengguna"), "people:users", "people.manage_users"),
            (81, _("Instansi"), "people:agencies", "people.manage_agencies"),
            (82, _("Peran"), "people:roles", "people.see_roles"),
            (87, _("Riwayat"), "people:history", "record.see_history"),
        ):
            shell.link(
                title,
                address,
                order=order,
                place="desk",
                shown=lambda request, verb=verb: bool(may(request.user, verb)),  # type: ignore[misc]
            )
