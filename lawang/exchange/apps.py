from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    name = "lawang.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lawang.exchange import checks, incoming, outgoing, rules
        from lawang.exchange.parts import register_part
        from lawang.people.node import is_movement
        from lawang.people.permissions import may
        from lawang.web import shell

        rules.install()
        checks.register()
        for kind, title, write, read, schema in (
            ("plan", _("rencana induk"), outgoing.plans, incoming.read_plan, outgoing.PLAN),
            ("services", _("daftar layanan"), outgoing.services, incoming.read_services, outgoing.SERVICES),
            ("values", _("angka yang disetujui"), outgoing.values, incoming.read_figures, outgoing.FIGURES),
            (
                *("statistics", _("kinerja layanan")),
                *(outgoing.statistics, incoming.read_figures, outgoing.FIGURES),
            ),
        ):
            register_part(kind, title=title, write=write, read=read, schema=schema)
        for order, name, address in (
            (83, _("Simpul"), "exchange:nodes"),
            (84, _("Kiriman"), "exchange:sent"),
        ):
            shell.link(
                name,
                address,
                order=order,
                place="desk",
                shown=lambda request: bool(may(request.user, "exchange.see")),
            )
        shell.link(
            _("Angka gabungan"),
            "exchange:figures",
            order=82,
            place="desk",
            shown=lambda request: bool(may(request.user, "exchange.see")) and is_movement(),
        )
