"""Where a case is, in plain words: the line of steps, the promise and whether it is kept, what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lawang.cases import deadlines
from lawang.cases.catalogue import usual_way
from lawang.cases.definition import Definition
from lawang.cases.models import Case, Stay
from lawang.lib import clock
from lawang.lib.dates import long_date, long_moment
from lawang.lib.text import say

DONE, NOW, NEXT = "done", "now", ""
ENDED = (Case.Phase.DECIDED, Case.Phase.CLOSED)


@dataclass(frozen=True)
class Mark:
    """One station of the line."""

    title: str
    at: datetime | None  # when it was reached; None: not yet
    state: str  # DONE, NOW or NEXT


@dataclass(frozen=True)
class Promise:
    """What was promised and how that stands."""

    words: str
    is_late: bool
    note: str = ""


def line(case: Case, definition: Definition, stays: Sequence[Stay]) -> list[Mark]:
    """Return the stations from the filing to the end: what was done, where it is now, what comes next.

    `stays` in order of time. Detours (a question to the applicant, a refusal) stand where they happened.
    """
    reached: dict[str, datetime] = {}
    for stay in stays:
        reached.setdefault(stay.state, stay.entered_at)
    way = [state for _step, state in usual_way(definition)]
    codes = [state.code for state in way]
    here = definition.states[case.state]
    ended = case.phase in ENDED
    marks = [Mark(_("Diajukan"), case.received_at, DONE)]
    if case.state in codes:
        place = codes.index(case.state)
        before, after = way[:place], way[place + 1 :]
    else:
        place = max((number for number, code in enumerate(codes) if code in reached), default=-1)
        before, after = way[: place + 1], ([] if ended else way[place + 1 :])
        if case.phase == Case.Phase.WAITING and before:
            before, after = before[:-1], [before[-1], *after]
    marks += [Mark(say(state.title), reached[state.code], DONE) for state in before if state.code in reached]
    marks.append(Mark(say(here.title), case.state_since, DONE if ended else NOW))
    marks += [
        Mark(say(state.title), None, NEXT)
        for state in after
        if state.phase != Case.Phase.CLOSED and not ended
    ]
    return marks


def promise(case: Case, definition: Definition, stays: Sequence[Stay], *, at: datetime) -> Promise | None:
    """Return the promise in words; late is said as late. None where nothing is promised any more."""
    span = clock.words(deadlines.promised(definition, case))
    extended = _("Waktunya sudah diperpanjang satu kali.") if case.extensions else ""
    if case.phase == Case.Phase.WAITING:
        since = long_moment(case.paused_at) if case.paused_at else ""
        return Promise(
            _("Waktu berhenti dihitung sejak %(since)s, sampai Anda menjawab.") % {"since": since},
            False,
            _("Janji kami tetap %(span)s; hari-hari menunggu tidak dihitung.") % {"span": span},
        )
    if case.due_at is None:
        return None
    due = long_date(case.due_at)
    if case.phase == Case.Phase.OPEN:
        if not deadlines.is_late(case, at):
            return Promise(
                _("Janji: selesai paling lambat %(due)s (%(span)s).") % {"due": due, "span": span},
                False,
                extended,
            )
        days = deadlines.days_between(case.due_at, at, case.owner)
        late = ngettext("%(count)s hari kerja", "%(count)s hari kerja", days) % {"count": days}
        return Promise(
            _("Kami terlambat %(late)s. Janji kami: selesai paling lambat %(due)s (%(span)s).")
            % {"late": late, "due": due, "span": span}
            if days
            else _("Kami terlambat. Janji kami: selesai paling lambat %(due)s (%(span)s).")
            % {"due": due, "span": span},
            True,
            _("Sudah dilaporkan kepada atasan kantor ini.") if case.escalated_at else extended,
        )
    if case.decided_at is None or case.decided_on_time is None:
        return None
    done = long_date(case.decided_at)
    if case.decided_on_time:
        return Promise(
            _("Selesai %(done)s, sesuai janji (paling lambat %(due)s).") % {"done": done, "due": due}, False
        )
    return Promise(
        _("Selesai %(done)s, terlambat. Janji kami paling lambat %(due)s.") % {"done": done, "due": due}, True
    )


def outcome_words(case: Case) -> str:
    """Return the outcome as a sentence to the applicant; "" while there is none."""
    return (
        {
            Case.Outcome.GRANTED: _("Permohonan Anda dikabulkan."),
            Case.Outcome.PARTLY: _("Permohonan Anda dikabulkan sebagian."),
            Case.Outcome.REFUSED: _("Permohonan Anda ditolak."),
            Case.Outcome.NOT_HELD: _("Yang Anda minta tidak ada pada kami."),
            Case.Outcome.REFERRED: _("Permohonan Anda diteruskan ke instansi lain."),
            Case.Outcome.DUPLICATE: _("Permohonan yang sama sudah Anda ajukan sebelumnya."),
            Case.Outcome.WITHDRAWN: _("Permohonan ini Anda cabut."),
            Case.Outcome.LAPSED: _("Permohonan ini gugur karena pertanyaan kami tidak dijawab."),
        }.get(Case.Outcome(case.result) if case.result else Case.Outcome.GRANTED, "")
        if case.result
        else ""
    )
