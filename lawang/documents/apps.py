from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "lawang.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lawang.documents import checks, packs, rules, signatures
        from lawang.documents.authority import ExampleSigner
        from lawang.documents.signing import register_signer
        from lawang.people.permissions import may
        from lawang.web import shell

        rules.install()
        checks.register()
        packs.register()
        register_signer(ExampleSigner(), order=90)
        signatures.plug_in()
        shell.link(
            _("Dokumen"),
            "documents:documents",
            order=12,
            place="desk",
            shown=lambda request: bool(may(request.user, "documents.see")),
        )
        shell.link(_("Cek surat"), "documents:check_any", order=5, place="footer")
