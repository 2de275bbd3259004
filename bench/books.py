"""How fast a book of some 200 pages is made: `python -m bench.books`.

A made-up regency of 96 programmes and 288 indicators with figures; its masterplan is read, composed, set as PDF/A-3a
and PDF/UA-1, and written as Word. Exits 1 when the PDF takes more processor time than the limit for its pages.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from bench.plan import machine, prepared, timed
from bench.regency import Size, fill

PAGES, SECONDS = 200, 10.0  # what is agreed
BIG = Size(revisions=2, programmes=96, indicators=288, areas=1, years=3, entries=100)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.books", description=__doc__)
    parser.add_argument("--out", type=Path, help="keep the PDF here")
    chosen = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory(prefix="lwb") as name, prepared(Path(name)):
        from django.db import connection, transaction
        from django.utils import timezone

        from lawang.documents import book_pdf, book_word
        from lawang.plans.books import definitions
        from lawang.plans.books.composing import Wanted, compose
        from lawang.plans.books.editions import pages_of
        from lawang.plans.standings import recompute

        with transaction.atomic():
            revision = timed("filled", lambda: fill(BIG))
            recompute(revision, at=timezone.now())
            with connection.cursor() as cursor:
                cursor.execute("analyze")
            definition = definitions.book("buku-2")
            assert definition is not None
            began, busy = time.perf_counter(), time.process_time()
            wanted = Wanted(definition, revision)
            book, _material = timed("read and composed", lambda: compose(wanted, today=timezone.localdate()))
            pdf = timed("set as PDF", lambda: book_pdf.pdf(book, at=timezone.now()))
            took, busy = time.perf_counter() - began, time.process_time() - busy
            timed("written as Word", lambda: book_word.docx(book))
            transaction.set_rollback(True)
    if chosen.out:
        chosen.out.write_bytes(pdf)
    pages = pages_of(pdf)
    ratio = (busy / pages) / (SECONDS / PAGES)
    print(f"{pages} pages in {took:.2f} s ({busy:.2f} s of processor), {len(pdf) / 1e6:.1f} MB")
    print(f"{ratio:.2f} of the limit per page, counted in processor time: others use this machine too")
    sys.exit(ratio > 1)


if __name__ == "__main__":
    main()
