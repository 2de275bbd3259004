"""`lawang plan import|export|template|check|book`: a plan as files, from the command line."""

from argparse import ArgumentParser
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lawang.documents import book_pdf, book_word
from lawang.lib.refused import Refused
from lawang.lib.text import text
from lawang.people.models import User
from lawang.people.node import now, today
from lawang.plans import exporting, revising
from lawang.plans.books import definitions, editions
from lawang.plans.books.composing import Wanted, compose
from lawang.plans.checking import report_lines
from lawang.plans.dry_run import DryRun
from lawang.plans.importing import check
from lawang.plans.linter import examine
from lawang.plans.linter_subject import read as read_subject
from lawang.plans.models import Framework, Plan, Revision
from lawang.plans.tables import latest_revision
from lawang.plans.workbook import Workbook, read, read_folder
from lawang.plans.writing import apply

QUICK_WINS = "percepatan"  # the book that is called quickwins here


class Command(BaseCommand):
    help = "Impor, ekspor, templat, dan pemeriksaan rencana induk."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True)
        one = verbs.add_parser("import", help="Baca XLSX, CSV, ZIP, atau folder CSV.")
        one.add_argument("path", type=Path)
        one.add_argument("--by", required=True, help="Nama pengguna yang mengimpor.")
        one.add_argument("--approved-by", help="Nama pengguna lain yang menyetujui angka.")
        one.add_argument("--apply", action="store_true", help="Terapkan; tanpa ini hanya pemeriksaan.")
        one.add_argument(
            "--publish", metavar="TANGGAL", help="Berlakukan drafnya sejak tanggal ini (2024-01-01)."
        )
        one.add_argument("--changed", default="", help="Apa yang berubah, untuk revisi kedua dan seterusnya.")
        one = verbs.add_parser("export", help="Tulis rencana sebagai .xlsx atau .zip.")
        one.add_argument("path", type=Path)
        one.add_argument("--plan", help="Kode rencana; kosong: satu-satunya.")
        one.add_argument("--by", required=True, help="Nama pengguna yang mengekspor.")
        one = verbs.add_parser("template", help="Tulis buku kerja kosong.")
        one.add_argument("path", type=Path)
        one.add_argument("--framework", help="Kode kerangka.")
        one = verbs.add_parser("check", help="Baca rencana seperti seorang penilai.")
        one.add_argument("--plan", help="Kode rencana; kosong: satu-satunya.")
        one = verbs.add_parser("book", help="Tulis sebuah buku rencana sebagai PDF atau Word.")
        one.add_argument("book", help="1, 2, 3, quickwins, atau kode buku dalam paket.")
        one.add_argument("--out", type=Path, required=True, help="Berkas yang ditulis.")
        one.add_argument("--plan", help="Kode rencana; kosong: satu-satunya.")
        one.add_argument("--docx", action="store_true", help="Word, bukan PDF.")
        one.add_argument("--draft", action="store_true", help="Dari draf, bukan dari revisi yang berlaku.")
        one.add_argument("--language", choices=("id", "en"), default="id")
        one.add_argument("--review", action="store_true", help="Sertakan catatan untuk penelaah.")

    def handle(self, *args: Any, **options: Any) -> None:
        verb = {
            "import": self._import,
            "export": self._export,
            "template": self._template,
            "check": self._check,
            "book": self._book,
        }[options["what"]]
        try:
            verb(options)
        except Refused as refused:
            raise CommandError(refused.sentence) from refused

    def _import(self, options: dict[str, Any]) -> None:
        path: Path = options["path"]
        by = _user(options["by"])
        approved_by = _user(options["approved_by"]) if options["approved_by"] else None
        if not path.exists():
            raise CommandError(f"{path} tidak ada.")
        book: Workbook = read_folder(path) if path.is_dir() else read(path.read_bytes(), path.name)
        dry = check(book, by=by)
        self._tell(dry)
        if not options["apply"]:
            self.stdout.write("Belum ada yang ditulis. Tambahkan --apply untuk menerapkan.")
            return
        apply(dry, by=by, at=now(), approved_by=approved_by)
        self.stdout.write(self.style.SUCCESS("Diterapkan."))
        if options["publish"]:
            plan = dry.plan or Plan.objects.get(code=dry.rows["rencana"][0].row["kode"])
            draft = latest_revision(plan)
            if draft and draft.status == Revision.Status.DRAFT:
                changed = text(options["changed"]) if options["changed"] else None
                start = date.fromisoformat(options["publish"])
                revising.publish(draft, in_force_from=start, changed=changed, by=by, at=now())
                self.stdout.write(self.style.SUCCESS(f"Revisi {draft.number} berlaku sejak {start}."))

    def _tell(self, dry: DryRun) -> None:
        for name, rows in dry.rows.items():
            counts = Counter(row.state.value for row in rows)
            words = {
                "added": "baru",
                "changed": "berubah",
                "alike": "sama",
                "rejected": "ditolak",
                "waiting": "perlu dipilih",
            }
            told = ", ".join(f"{counts[state]} {word}" for state, word in words.items() if counts[state])
            left = f"; {dry.missing[name]} tidak ada di berkas, dibiarkan" if dry.missing.get(name) else ""
            self.stdout.write(f"{name}: {told or 'kosong'}{left}")
            for row in rows:
                for problem in row.problems:
                    self.stdout.write(f"  {name} {problem.cell}: {problem.sentence}")
        for remark in dry.remarks:
            self.stdout.write(remark)
        for question in dry.questions:
            names = "; ".join(f"{found.code} ({found.name})" for found in question.candidates)
            self.stdout.write(f"“{question.words}” ({', '.join(question.cells)}) mungkin: {names}")
        if dry.blocked:
            self.stdout.write(self.style.ERROR(dry.blocked))

    def _export(self, options: dict[str, Any]) -> None:
        plan, by, path = _plan(options["plan"]), _user(options["by"]), options["path"]
        make = exporting.csv_zip if path.suffix == ".zip" else exporting.workbook
        path.write_bytes(make(plan, by=by))
        self.stdout.write(f"{path} ditulis.")

    def _template(self, options: dict[str, Any]) -> None:
        framework = None
        if options["framework"]:
            framework = Framework.objects.filter(code=options["framework"]).first()
            if framework is None:
                raise CommandError(f"Kerangka {options['framework']} tidak ada.")
        options["path"].write_bytes(exporting.template(framework))
        self.stdout.write(f"{options['path']} ditulis.")

    def _check(self, options: dict[str, Any]) -> None:
        revision = latest_revision(_plan(options["plan"]))
        if revision is None:
            raise CommandError("Rencana ini belum punya isi.")
        for line in report_lines(examine(read_subject(revision, today=today()))):
            self.stdout.write(line)

    def _book(self, options: dict[str, Any]) -> None:
        plan = _plan(options["plan"])
        code = QUICK_WINS if options["book"] == "quickwins" else options["book"]
        definition = definitions.book(code)
        if definition is None:
            raise CommandError(definitions.unknown(one.code for one in definitions.books()))
        revisions = Revision.objects.filter(plan=plan)
        chosen = (
            revisions.filter(status=Revision.Status.DRAFT)
            if options["draft"]
            else revisions.in_force(today())
        ).first()
        if chosen is None:
            raise CommandError(
                "Rencana ini tidak punya draf." if options["draft"] else "Rencana ini belum berlaku."
            )
        wanted = Wanted(
            definition,
            chosen,
            options["language"],
            has_review=options["review"],
            since=editions.last_published(plan, definition.code),
        )
        book, _material = compose(wanted, today=today())
        out: Path = options["out"]
        out.write_bytes(book_word.docx(book) if options["docx"] else book_pdf.pdf(book, at=now()))
        self.stdout.write(f"{out} ditulis.")


def _user(username: str) -> User:
    user = User.objects.filter(username__iexact=username, is_active=True).first()
    if user is None:
        raise CommandError(f"Pengguna {username} tidak ada.")
    return user


def _plan(code: str | None) -> Plan:
    plans = Plan.objects.select_related("framework")
    found = list(plans.filter(code__iexact=code) if code else plans[:2])
    if len(found) != 1:
        raise CommandError("Sebutkan rencananya dengan --plan KODE.")
    return found[0]
