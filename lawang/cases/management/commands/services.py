"""lawang services list|rehearse|publish|unit."""

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lawang.cases import publishing
from lawang.cases.models import Service, ServiceVersion, Unit
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.packs.schema import listed, nearest
from lawang.people.models import Agency


class Command(BaseCommand):
    help = "List, rehearse and publish services; say which agency does the work they name."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--english", action="store_true", help="say it in English")
        does = parser.add_subparsers(dest="does", required=True)
        does.add_parser("list", help="list services with their versions, and the units with their agencies")
        for name, words in (
            ("rehearse", "run a year of made-up cases through a draft and say what was found"),
            ("publish", "publish drafts; each is rehearsed first"),
        ):
            one = does.add_parser(name, help=words)
            one.add_argument("service", nargs="*", help="codes; default: every service with a draft")
        one = does.add_parser("unit", help="let an agency do the work of a unit from now on")
        one.add_argument("unit", help="code of the unit: dukcapil")
        one.add_argument("agency", help="code of the agency; - takes it away")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en" if options["english"] else settings.LANGUAGE_CODE):
            try:
                getattr(self, options["does"])(options)
            except Refused as refused:
                raise CommandError(refused.sentence) from refused

    def list(self, _options: dict[str, Any]) -> None:
        for service in Service.objects.select_related("current").defer("current__definition"):
            draft = service.versions.filter(state=ServiceVersion.State.DRAFT).first()
            states = [
                _("versi %(number)s terbit") % {"number": service.current.number} if service.current else "",
                _("draf versi %(number)s") % {"number": draft.number} if draft else "",
                "" if service.is_open else _("ditutup sementara"),
            ]
            self.stdout.write(
                f"{service.code}  {say(service.title)}: {', '.join(word for word in states if word)}"
            )
        for unit in Unit.objects.select_related("agency"):
            self.stdout.write(f"{unit.code}  {say(unit.title)}: {unit.agency.code if unit.agency else '–'}")

    def drafts(self, codes: Sequence[str]) -> Sequence[ServiceVersion]:
        found = ServiceVersion.objects.select_related("service").filter(state=ServiceVersion.State.DRAFT)
        for code in codes:
            if not found.filter(service__code=code).exists():
                raise CommandError(_("Tidak ada draf layanan “%(code)s”.") % {"code": code})
        return [*(found.filter(service__code__in=codes) if codes else found).order_by("service__code")]

    def rehearse(self, options: dict[str, Any]) -> None:
        blocked = [version for version in self.drafts(options["service"]) if not self._rehearse(version)]
        if blocked:
            raise CommandError(_("%(count)s layanan belum bisa diterbitkan.") % {"count": len(blocked)})

    def publish(self, options: dict[str, Any]) -> None:
        """Publish what can be; the others keep their drafts and the command ends with 1."""
        blocked = 0
        for version in self.drafts(options["service"]):
            if not self._rehearse(version):
                blocked += 1
                continue
            publishing.publish(version, by=None, at=timezone.now())
            self.stdout.write(
                _("%(service)s versi %(number)s: terbit")
                % {"service": version.service.code, "number": version.number}
            )
        if blocked:
            raise CommandError(_("%(count)s layanan belum bisa diterbitkan.") % {"count": blocked})

    def _rehearse(self, version: ServiceVersion) -> bool:
        """Rehearse, say what was found, and tell whether it can be published."""
        found = publishing.rehearse(version, at=timezone.now())
        self.stdout.write(
            _(
                "%(service)s versi %(number)s: %(cases)s permohonan karangan, %(in_time)s dari %(judged)s tepat waktu"
            )
            % {
                "service": version.service.code,
                "number": version.number,
                "cases": found.cases,
                "in_time": found.in_time,
                "judged": found.judged,
            }
        )
        for one in found.findings:
            self.stdout.write(f"  {'!' if one.blocks else '·'} {say(one.sentence)}")
        return not found.blocking

    def unit(self, options: dict[str, Any]) -> None:
        unit = Unit.objects.filter(code=options["unit"]).first()
        if unit is None:
            known = ", ".join(Unit.objects.values_list("code", flat=True))
            raise CommandError(
                _("Tidak ada pekerjaan “%(code)s”; yang ada: %(known)s.")
                % {"code": options["unit"], "known": known}
            )
        agency = None
        if options["agency"] != "-":
            agency = Agency.objects.filter(code=options["agency"]).first()
            if agency is None:
                agencies = list(Agency.objects.filter(valid_to=None).values_list("code", flat=True))
                raise CommandError(
                    _("Tidak ada instansi “%(code)s”; yang ada: %(known)s.")
                    % {"code": options["agency"], "known": listed(agencies)}
                    + nearest(options["agency"], agencies)
                )
        publishing.assign_unit(unit, agency, by=None, at=timezone.now())
        self.stdout.write(f"{unit.code}: {agency.code if agency else '–'}")
