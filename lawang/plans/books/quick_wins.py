"""Chapters of the quick wins: the list, and one sheet for each."""

from typing import Any

from django.utils.translation import gettext as _

from lawang.documents.book import Block, Column, Missing, Section, Table
from lawang.documents.language import Facts
from lawang.lib.dates import long_date, short_date
from lawang.lib.numbers import number, percent
from lawang.lib.text import say
from lawang.plans.books.analysis import fact
from lawang.plans.books.builders import Part, builder, cell, nothing, row, short, title_of, told
from lawang.plans.books.material import Material
from lawang.plans.models import Partner, QuickWin, Resource, Risk


@builder
def quick_wins(material: Material) -> Part:
    """All quick wins, how far they are, and the dimensions that have none."""
    if not material.wins:
        return nothing(
            _("Belum ada program percepatan. Penilai mengharapkan paling sedikit satu per dimensi.")
        )
    covered = set()
    rows: list[Any] = []
    for win in material.wins:
        top = material.tree.top(material.node_of.get(win.programme_id))
        covered.add(top)
        lead = win.programme.lead
        rows.append(
            row(
                win.code,
                win.name,
                short(top) if top else title_of(None),
                cell(lead.short_name if lead else "", _("belum ditentukan")),
                f"{short_date(win.starts)} – {short_date(win.ends)}",
                str(win.get_stage_display()),
                percent(win.progress),
            )
        )
    columns = (
        Column(_("Kode"), 0.8),
        Column(_("Percepatan"), 2),
        Column(_("Dimensi"), 1.2),
        Column(_("Instansi"), 1.2),
        Column(_("Waktu"), 2.3),
        Column(_("Tahap"), 1.1),
        Column(_("Kemajuan"), 1, is_number=True),
    )
    blocks: list[Block] = [Table(_("Program percepatan"), columns, tuple(rows))]
    if bare := [say(top.title) for top in material.tree.tops if top not in covered]:
        blocks.append(
            Missing(_("Dimensi yang belum punya program percepatan: %(names)s.") % {"names": ", ".join(bare)})
        )
    return Part(tuple(blocks))


@builder
def quick_win_sheets(material: Material) -> Part:
    """One sheet for each quick win, in the order of the movement's twelve questions."""
    if not material.wins:
        return nothing(_("Belum ada program percepatan."))
    sheets = (_sheet(material, win, is_first=place == 0) for place, win in enumerate(material.wins))
    return Part(sections=tuple(sheets))


def _sheet(material: Material, win: QuickWin, *, is_first: bool) -> Section:
    """Return one sheet; the first stands below the heading of its chapter."""
    programme = win.programme
    users = "–"
    if win.users_before is not None or win.users_after is not None:
        users = _("%(before)s sebelum, %(after)s sesudah") % {
            "before": number(win.users_before) if win.users_before is not None else _("tidak tercatat"),
            "after": number(win.users_after) if win.users_after is not None else _("tidak tercatat"),
        }
    top = material.tree.top(material.node_of.get(win.programme_id))
    facts = Facts(
        (
            fact(_("Instansi"), say(programme.lead.name) if programme.lead else _("belum ditentukan")),
            fact(_("Program"), f"{programme.code} {say(programme.title)}"),
            fact(_("Dimensi"), title_of(top)),
            fact(_("Jenis"), str(win.get_kind_display())),
            fact(
                _("Tahap dan kemajuan"),
                f"{win.get_stage_display()}, {percent(win.progress)}",
            ),
            fact(_("Waktu"), f"{long_date(win.starts)} – {long_date(win.ends)}"),
            fact(_("Pemakai"), users),
        )
    )
    columns = (Column(_("Pertanyaan"), 1.2), Column(_("Jawaban"), 4))
    unanswered = _("belum dijawab")
    rows: list[Any] = [
        row(label, told(words, unanswered))
        for label, words in (
            (_("Penjelasan"), win.explanation),
            (_("Perumusan"), win.formulation),
            (_("Manfaat"), win.benefit),
            (_("Daya tarik"), win.appeal),
            (_("Keunikan"), win.uniqueness),
            (_("Pengembangan"), win.scale_up),
            (_("Keberlanjutan: aturan"), win.continuity_rule),
            (_("Keberlanjutan: lembaga"), win.continuity_institution),
            (_("Keberlanjutan: sumber daya"), win.continuity_resources),
            (_("Model bisnis"), win.business_model),
        )
    ]
    if win.note:
        rows.append(row(_("Catatan"), say(win.note)))
    blocks: list[Block] = [facts, Table("", columns, tuple(rows), is_listed=False)]
    blocks += _around(win)
    return Section(f"{win.code} {win.name}", tuple(blocks), starts_page=not is_first)


def _around(win: QuickWin) -> list[Block]:
    """Return partners, risks and resources; each says when there is none."""
    blocks: list[Block] = []
    if partners := list(win.partners.all()):
        columns: tuple[Column, ...] = (Column(_("Mitra"), 3), Column(_("Jenis"), 1))
        rows = tuple(row(one.name, Partner.Kind(one.kind).label) for one in partners)
        blocks.append(Table(_("Mitra"), columns, rows, is_listed=False))
    else:
        blocks.append(Missing(_("Belum ada mitra.")))
    if risks := list(win.risks.all()):
        columns = (
            Column(_("Risiko"), 2.6),
            Column(_("Kemungkinan"), 1),
            Column(_("Dampak"), 0.9),
            Column(_("Penanganan"), 2.6),
        )
        rows = tuple(
            row(
                say(one.words),
                Risk.Level(one.likelihood).label,
                Risk.Level(one.impact).label,
                told(one.mitigation, _("belum ada penanganan")),
            )
            for one in risks
        )
        blocks.append(Table(_("Risiko"), columns, rows, is_listed=False))
    else:
        blocks.append(Missing(_("Belum ada risiko yang ditulis.")))
    if resources := list(win.resources.all()):
        columns = (Column(_("Sumber daya"), 3), Column(_("Jenis"), 1), Column(_("Dari"), 1.4))
        rows = tuple(
            row(say(one.words), Resource.Kind(one.kind).label, cell(one.source, _("belum ditulis")))
            for one in resources
        )
        blocks.append(Table(_("Sumber daya"), columns, rows, is_listed=False))
    else:
        blocks.append(Missing(_("Belum ada sumber daya yang ditulis.")))
    return blocks
