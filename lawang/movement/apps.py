from collections.abc import Callable

from django.apps import AppConfig
from django.http import HttpRequest


class MovementConfig(AppConfig):
    name = "lawang.movement"
    label = "movement"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lawang.movement import batches, packs, rules
        from lawang.movement.awards import packs as award_packs
        from lawang.movement.cohorts import batches as cohort_batches
        from lawang.movement.cohorts import packs as cohort_packs
        from lawang.movement.exhibition import rules as exhibition

        rules.install()
        exhibition.install()
        packs.register()
        batches.register()
        cohort_batches.register()
        cohort_packs.register()
        award_packs.register()
        self._links()

    def _links(self) -> None:
        """Show the pages to whoever may."""
        from django.utils.translation import gettext_lazy as _

        from lawang.people.node import is_movement
        from lawang.people.permissions import may
        from lawang.web import shell

        everywhere, here, elsewhere = (True, False), (True,), (False,)  # here: where the movement is run
        pages = (
            (_("Penilaian mandiri"), "movement:assessment", 55, ("movement.answer",), everywhere),
            (_("Menilai"), "movement:judging", 56, ("movement.assess",), everywhere),
            (_("Evaluasi"), "movement:evaluations", 57, ("movement.run",), everywhere),
            (_("Kelola angkatan"), "movement:manage_cohorts", 58, ("movement.run",), here),
            (_("Seleksi"), "movement:jury", 59, ("movement.assess",), here),
            (_("Pendampingan"), "movement:mentoring", 60, ("movement.mentor", "movement.run"), here),
            (_("Kelola penghargaan"), "movement:manage_awards", 61, ("movement.run",), here),
            (_("Juri penghargaan"), "movement:award_jury", 62, ("movement.assess",), here),
            (_("Bimbingan"), "movement:workshop", 60, ("movement.word_product", "movement.weigh"), elsewhere),
        )

        def shown(verbs: tuple[str, ...], where: tuple[bool, ...]) -> Callable[[HttpRequest], bool]:
            return lambda request: any(may(request.user, verb) for verb in verbs) and is_movement() in where

        for title, address, order, verbs, where in pages:
            shell.link(title, address, order=order, place="desk", shown=shown(verbs, where))
        shell.link(_("Angkatan"), "movement:cohorts", order=30, shown=lambda _request: is_movement())
        shell.link(_("Penghargaan"), "movement:awards", order=45, shown=lambda _request: is_movement())
        for title, address, order, place, is_here in (
            (_("Hasil evaluasi"), "movement:results", 35, "main", True),
            (_("Hasil evaluasi"), "movement:results", 50, "footer", False),
            (_("Pameran"), "movement:exhibition", 40, "main", True),
            (_("Pameran"), "movement:exhibition", 55, "footer", False),
        ):
            shell.link(
                title,
                address,
                order=order,
                place=place,
                shown=lambda _request, is_here=is_here: is_movement() is is_here,  # type: ignore[misc]
            )
        shell.link(
            _("Anjungan"),
            "movement:booths",
            order=56,
            place="desk",
            shown=lambda request: any(
                may(request.user, f"movement.{verb}") for verb in ("fill_booth", "represent", "exhibit")
            ),
        )
