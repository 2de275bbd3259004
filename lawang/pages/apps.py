from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "lawang.pages"
    label = "pages"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lawang.pages import rules

        rules.install()
        self._links()

    def _links(self) -> None:
        """Show the news to everybody and the desk to whoever writes or reads over."""
        from django.utils.translation import gettext_lazy as _

        from lawang.people.permissions import may
        from lawang.web import shell

        shell.link(_("Berita"), "pages:index", order=60, place="footer")
        shell.link(
            _("Tulisan"),
            "pages:desk",
            order=60,
            place="desk",
            shown=lambda request: any(may(request.user, verb) for verb in ("pages.write", "pages.publish")),
        )
