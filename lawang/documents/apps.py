from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "lawang.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lawang.documents import rules, signatures
        from lawang.documents.authority import ExampleSigner
        from lawang.documents.signing import register_signer

        rules.install()
        register_signer(ExampleSigner(), order=90)
        signatures.plug_in()
