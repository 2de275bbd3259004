from django.apps import AppConfig
from django.http import HttpRequest


class SurveysConfig(AppConfig):
    name = "lawang.surveys"
    label = "surveys"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from lawang.cases import invitations as pages
        from lawang.people import holdings
        from lawang.surveys import checks, held, invitations, packs, rules, statistics
        from lawang.web import shell

        packs.register()
        rules.install()
        statistics.install()
        checks.register()
        holdings.register_source("surveys", held.held_about)
        pages.register(case=invitations.for_case, service=invitations.for_service)
        shell.link(_("Kepuasan warga"), "surveys:index", order=40, place="footer")
        shell.link(_("Survei"), "surveys:manage", order=55, place="desk", shown=collects)


def collects(request: HttpRequest) -> bool:
    """Tell whether somebody has to do with surveys."""
    from lawang.people.permissions import may

    return any(may(request.user, verb) for verb in ("surveys.run", "surveys.collect"))
