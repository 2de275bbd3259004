from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "lawang.plans"
    label = "plans"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lawang.measures import changed
        from lawang.people import holdings
        from lawang.plans import following, packs, rules, standings, statistics

        rules.install()
        holdings.register_source("subscriptions", following.held_about)
        statistics.install()
        packs.register()
        changed.listen(standings.figures_changed)
        changed.listen(following.figures_changed)  # after standings: it tells of the colours too
        self._imports()

    def _imports(self) -> None:
        """Show importing to whoever may, and let them read the files."""
        from django.utils.translation import gettext_lazy as _

        from lawang.people.permissions import may
        from lawang.plans import imports
        from lawang.plans.books import editions
        from lawang.record.files import register_reader
        from lawang.web import shell

        register_reader("plans.import", imports.may_read)
        register_reader("plans.edition", editions.may_read)
        shell.link(
            _("Rencana"),
            "planner:home",
            order=50,
            place="desk",
            shown=lambda request: bool(may(request.user, "plans.edit")),
        )
        shell.link(
            _("Impor"),
            "imports",
            order=60,
            place="desk",
            shown=lambda request: bool(may(request.user, "plans.import")),
        )
