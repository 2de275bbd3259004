from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "lawang.plans"
    label = "plans"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lawang.measures import changed
        from lawang.plans import following, packs, rules, standings, statistics

        rules.install()
        statistics.install()
        packs.register()
        changed.listen(standings.figures_changed)
        changed.listen(following.figures_changed)  # after standings: it tells of the colours too
