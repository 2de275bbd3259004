from typing import Any

from django.core.management.base import BaseCommand

from lawang.web.styles import TARGET, write


class Command(BaseCommand):
    help = "Compile lawang/web/css/*.css into the style sheet that pages load (`make css`)"
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{TARGET.name}: {write():,} bytes")
