"""What is added to a book when it is made: what changed since the last edition, what a reviewer would find."""

from django.utils.translation import gettext as _

from lawang.documents.book import Block, Column, Missing, Section, Table
from lawang.lib.dates import short_date
from lawang.lib.numbers import number, rupiah
from lawang.lib.text import say
from lawang.plans.books.builders import cell, group, joined, prose, row
from lawang.plans.checking import weight_word
from lawang.plans.comparing import Kind, compare
from lawang.plans.linter import Report
from lawang.plans.models import Edition, Revision

MOST_WORDS = 400  # letters of a changed text that are shown


def changes(since: Edition, revision: Revision) -> Section:
    """Return the appendix that tells what became different since an edition, programme by programme."""
    day = short_date(since.at)
    title = _("Perubahan sejak edisi %(day)s") % {"day": day}
    if since.revision_id == revision.pk and revision.status == Revision.Status.PUBLISHED:
        words = _(
            "Edisi %(day)s dibuat dari revisi yang sama: programnya tidak berubah, hanya angkanya yang lebih baru."
        )
        return Section(title, (prose(words % {"day": day}),), is_appendix=True)
    if since.revision_id == revision.pk:
        words = _("Edisi %(day)s dibuat dari draf yang sama. Apa yang diubah sejak itu ada di riwayat draf.")
        return Section(title, (prose(words % {"day": day}),), is_appendix=True)
    kinds = {
        Kind.ADDED: _("Baru"),
        Kind.REMOVED: _("Dihapus"),
        Kind.MERGED: _("Digabung"),
        Kind.SPLIT: _("Dipecah"),
        Kind.CHANGED: _("Berubah"),
    }
    rows = []
    for one in compare(since.revision, revision):
        rows.append(group(f"{one.code} {say(one.title)} – {kinds[one.kind]}"))
        if one.related:
            rows.append(
                row(_("menjadi atau berasal dari"), "", ", ".join(code for _key, code in one.related))
            )
        if one.budget[0] != one.budget[1]:
            rows.append(row(_("anggaran yang dihitung"), rupiah(one.budget[0]), rupiah(one.budget[1])))
        rows += [
            row(
                change.words,
                cell(_cut(change.old_words), _("kosong")),
                cell(_cut(change.new_words), _("kosong")),
            )
            for change in one.changes
        ]
    blocks: tuple[Block, ...] = (
        prose(
            _("Revisi %(old)s pada edisi %(day)s dibandingkan dengan revisi %(new)s.")
            % {"old": since.revision.number, "day": day, "new": revision.number}
        ),
    )
    if rows:
        columns = (Column(_("Apa"), 1.4), Column(_("Dahulu"), 2.4), Column(_("Sekarang"), 2.4))
        blocks += (Table(_("Program yang berubah"), columns, tuple(rows)),)
    else:
        blocks += (prose(_("Tidak ada program yang berubah.")),)
    return Section(title, blocks, is_appendix=True)


def unwritten() -> Missing:
    """Return what stands in a chapter that has neither words nor anything to read."""
    return Missing(_("Bagian ini belum ditulis."))


def _cut(words: str) -> str:
    return words if len(words) <= MOST_WORDS else words[: MOST_WORDS - 1].rstrip() + "…"


def review(report: Report) -> Section:
    """Return the reviewer's annex: every finding of the linter, the heaviest rules first."""
    blocks: list[Block] = [
        prose(
            _("Kelengkapan %(score)s dari 100; %(count)s temuan.")
            % {"score": number(report.score, 1), "count": number(report.findings)}
        ),
        prose(_("Lampiran ini untuk penelaah dan tidak ikut diterbitkan.")),
    ]
    rows = []
    for result in report.results:
        if not result.findings:
            continue
        rows.append(group(f"{result.rule.title} ({weight_word(result.rule.weight)})"))
        rows.append(
            row(
                _("mengapa dan cara memperbaiki"),
                joined((str(result.rule.why), str(result.rule.mend))),
            )
        )
        rows += [row(look.place, str(look.trouble)) for look in result.findings]
    if rows:
        columns = (Column(_("Di mana"), 1.6), Column(_("Apa yang kurang"), 4))
        blocks.append(Table(_("Temuan pemeriksaan rencana"), columns, tuple(rows)))
    else:
        blocks.append(Missing(_("Pemeriksaan tidak menemukan kekurangan.")))
    return Section(_("Catatan untuk penelaah"), tuple(blocks), is_appendix=True)
