from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lawang.cases.retention import Due, look_ahead, sweep
from lawang.people.node import now, today


class Command(BaseCommand):
    help = (
        "Say whose time to be kept is over, by service; with --do erase it. The worker does so every night."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--do", action="store_true", help="erase; without it nothing changes")
        parser.add_argument("--day", type=self._day, help="as of this day, YYYY-MM-DD (default: today)")

    def handle(self, *args: Any, **options: Any) -> None:
        day, is_real = options["day"] or today(), options["do"]
        if is_real and day > today():
            raise CommandError(
                "Yang masanya belum habis tidak dihapus. Tanpa --do, hari nanti boleh diperiksa."
            )
        due = sweep(at=now(), day=day) if is_real else look_ahead(day)
        self.stdout.write("\n".join(self._lines(due, day, is_real)))

    @staticmethod
    def _lines(due: Due, day: date, is_real: bool) -> list[str]:
        verb = "dihapus" if is_real else "akan dihapus"
        lines = [f"{day.isoformat()}: data pribadi {due.cases} permohonan {verb}."]
        lines += [f"  {count:>7}  {code}" for code, count in sorted(due.by_service.items())]
        if due.held:
            lines.append(f"  {due.held:>7}  ditahan karena sengketa")
        if due.cases and not is_real:
            lines.append("Ini hanya perkiraan. Jalankan dengan --do untuk menghapus.")
        return lines

    @staticmethod
    def _day(typed: str) -> date:
        try:
            return date.fromisoformat(typed)
        except ValueError:
            raise CommandError(f"{typed} bukan tanggal. Tulis seperti 2026-11-20.") from None
