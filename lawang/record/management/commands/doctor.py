import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from lawang.record import tables
from lawang.record.doctor import Level, examine

SIGNS = {Level.GOOD: "  ok  ", Level.HINT: "saran ", Level.BAD: "BURUK "}


class Command(BaseCommand):
    help = "Say what is misconfigured and how to mend it; exit 1 when something is bad."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        if tables.are_missing():
            raise CommandError(tables.sentence())
        results = examine(at=timezone.now())
        for result in results:
            self.stdout.write(f"{SIGNS[result.finding.level]} {result.title}: {result.finding.sentence}")
            if result.finding.mend:
                self.stdout.write(f"        → {result.finding.mend}")
        if any(result.finding.level == Level.BAD for result in results):
            sys.exit(1)
