"""Every address. The language is in the address: Indonesian has none, English begins with /en/."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from lawang.packs import views as packs
from lawang.web import views as web

urlpatterns: list[URLPattern | URLResolver] = [
    path("tema-<slug:digest>.css", web.theme, name="theme"),
    path("lambang-<slug:digest>", packs.crest, name="crest"),
    path("pekerja.js", web.worker, name="worker"),
    path("token/", web.token, name="token"),
    path("", include("lawang.record.urls")),
    *i18n_patterns(
        path("", include("lawang.web.urls")),
        path("", include("lawang.people.urls")),
        path("", include("lawang.areas.urls")),
        path("", include("lawang.packs.urls")),
        path("", include("lawang.measures.urls")),
        path("", include("lawang.documents.urls")),
        path("", include("lawang.cases.urls")),
        path("meja/", include("lawang.cases.desk.urls")),
        path("kelola/privasi/", include("lawang.cases.privacy.urls")),
        path("", include("lawang.plans.urls")),
        path("kelola/rencana/", include("lawang.plans.desk.urls")),
        path("", include("lawang.surveys.urls")),
        path("", include("lawang.pages.urls")),
        path("", include("lawang.exchange.urls")),
        path("", include("lawang.movement.urls")),
        path("", include("lawang.portal.urls")),
        prefix_default_language=False,
    ),
]

handler400 = "lawang.web.errors.bad_request"
handler403 = "lawang.web.errors.forbidden"
handler404 = "lawang.web.errors.not_found"
handler500 = "lawang.web.errors.failure"
