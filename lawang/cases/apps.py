from django.apps import AppConfig
from django.http import HttpRequest


class CasesConfig(AppConfig):
    name = "lawang.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from lawang.cases import actions, history, letters, packs, rules, statistics
        from lawang.cases.desk import frame
        from lawang.cases.privacy import rules as privacy
        from lawang.cases.services import load
        from lawang.documents import sources
        from lawang.people import login
        from lawang.people.node import is_movement
        from lawang.record import verbs
        from lawang.web import shell

        load()
        rules.install()
        privacy.install()
        statistics.install()
        packs.register()
        sources.register_source_reader("cases.case", letters.may_read)
        sources.register_source_listener("cases.case", actions.go_on_when_signed)
        sources.register_wordings(letters.wordings_of)
        verbs.register_teller(history.CASE, history.tell)

        for order, title, address in ((-2, _("Layanan"), "cases:services"), (-1, _("Lacak"), "cases:find")):
            shell.link(title, address, order=order, shown=lambda _request: not is_movement())
        for verb in frame.SEE:
            login.land(verb, "desk:list", order=-1, when=frame.has_work)
        shell.link(_("Meja kerja"), "desk:list", order=0, place="desk", shown=frame.is_shown)
        login.land_others("cases:mine")
        shell.link(_("Pelindungan data"), "privacy:index", order=86, place="desk", shown=protects_data)
        shell.link(_("Permohonan saya"), "cases:mine", order=3, place="desk", shown=is_citizen)


def protects_data(request: HttpRequest) -> bool:
    """Tell whether somebody may see the pages of data protection."""
    from lawang.cases.privacy.rules import SEE
    from lawang.people.permissions import may

    return any(may(request.user, verb) for verb in SEE)


def is_citizen(request: HttpRequest) -> bool:
    """Tell whether somebody is signed in who holds no task here; officers find theirs on their account page."""
    from lawang.people.permissions import grants

    held = grants(request.user)
    return held is not None and not held.all
