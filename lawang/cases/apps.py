from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "lawang.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lawang.cases import letters, packs, rules, statistics
        from lawang.cases.services import load
        from lawang.documents import sources

        load()
        rules.install()
        statistics.install()
        packs.register()
        sources.register_source_reader("cases.case", letters.may_read)
        sources.register_source_listener("cases.case", letters.listen)
