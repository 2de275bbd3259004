"""Before the deadline of a self-assessment passes unnoticed: a message to whoever may answer or send it.

Each regency's own installation tells its own people; a movement knows none of them.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lawang.lib.dates import long_moment
from lawang.lib.text import say
from lawang.movement.answering import OPEN, asked
from lawang.movement.checking import Finding, examine, proofs_of
from lawang.movement.models import Answer, Assessment, Evaluation
from lawang.people.models import Delegation, Membership, User
from lawang.people.node import day_of, node, zone
from lawang.people.permissions import may
from lawang.record.actions import notify, record
from lawang.record.models import Entry

# Days before the deadline (below zero: after it) on which people are told. Ours: two weeks are enough to ask agencies
# for papers, one to chase them, three days to look over what is weak, the last to send; and the day after, because what
# is late can still be sent until the panel begins.
STEPS = (14, 7, 3, 1, -1)
HOUR = 7  # on the node's clock: nobody is told at night
LATE_DAYS = 14  # a machine that was off for longer says nothing any more of a deadline long gone
NAMED = 6  # findings in a message
KIND = "assessment_due"
VERBS = ("movement.release", "movement.answer")  # whoever may send it is told first


def step_due(until: date, begun: date, day: date) -> int | None:
    """Return the latest step whose day has come, None before the first.

    A step whose day was over when the assessment began is none: who has just begun knows how much time is left.
    """
    left = (until - day).days
    if left < -LATE_DAYS:
        return None
    come = [step for step in STEPS if step >= left and until - timedelta(days=step) > begun]
    return min(come) if come else None


def remind_all(*, at: datetime) -> int:
    """Tell of every self-assessment of this installation whose next step has come; return how many messages.

    Safe to run at any time, and twice: each step of a deadline is told once, and of several that were missed only the
    latest.
    """
    home = node().area
    if home is None or at.astimezone(zone()).hour < HOUR:
        return 0
    waiting = Assessment.objects.filter(
        area=home, state=Assessment.State.ANSWERING, evaluation__state=Evaluation.State.OPEN
    )
    return sum(remind(one, at=at) for one in waiting.whole())


@transaction.atomic
def remind(assessment: Assessment, *, at: datetime) -> int:
    """Tell of one self-assessment when a step has come that was not told yet; return how many messages."""
    row = Assessment.objects.select_for_update(of=("self",)).whole().get(pk=assessment.pk)
    until, day = row.evaluation.answers_until, day_of(at)
    step = step_due(day_of(until), day_of(row.evaluation.opened_at), day)
    if row.state != Assessment.State.ANSWERING or step is None:
        return 0
    told = {"step": step, "until": day_of(until).isoformat()}  # a deadline that moved has steps of its own
    thing = f"movement.assessment:{row.key}"
    if Entry.objects.filter(thing=thing, verb="assessment_reminded", after__contains=told).exists():
        return 0
    people = to_tell(row, on=day)
    if not people:
        return 0  # tomorrow there may be somebody
    subject, words = _subject(row, day), _words(row, day)
    for person, may_release in people:
        last = _("Anda yang mengirimnya.") if may_release else _("Koordinator kota cerdas yang mengirimnya.")
        notify(
            address=person.email or "",
            kind=KIND,
            subject=subject,
            body=f"{words}\n\n{last}\n{_link()}",
            about=row,
            at=at,
        )
    record(row, "assessment_reminded", by=None, at=at, after={**told, "people": len(people)})
    return len(people)


def to_tell(assessment: Assessment, *, on: date) -> list[tuple[User, bool]]:
    """Return who may answer or send it and has an address, with whether they may send it: those first."""
    wanted = Q(role__verbs__has_any_keys=[*VERBS, "movement.*", "*"])
    held = Membership.objects.filter(wanted, Q(to_date=None) | Q(to_date__gte=on), from_date__lte=on)
    lent = Delegation.objects.filter(membership__in=held.values("pk"), from_date__lte=on, to_date__gte=on)
    users = User.objects.filter(Q(pk__in=held.values("user")) | Q(pk__in=lent.values("to")), is_active=True)
    found = []
    for person in users.exclude(email=None).exclude(email="").order_by("pk"):
        may_release, may_answer = (bool(may(person, verb, assessment, on=on)) for verb in VERBS)
        if may_release or may_answer:
            found.append((person, may_release))
    return sorted(found, key=lambda one: not one[1])


def days_words(until: date, day: date) -> str:
    """Say how many days are left, or that the deadline has passed."""
    left = (until - day).days
    if left < 0:
        return _("tenggatnya sudah lewat")
    if left == 0:
        return _("hari ini hari terakhir")
    return ngettext("tinggal %(count)s hari", "tinggal %(count)s hari", left) % {"count": left}


def _subject(row: Assessment, day: date) -> str:
    return _("Penilaian mandiri %(year)s: %(left)s") % {
        "year": row.evaluation.year,
        "left": days_words(day_of(row.evaluation.answers_until), day),
    }


def _words(row: Assessment, day: date) -> str:
    """Return what everybody reads: until when, what is left, what assessors will ask."""
    items = asked(row)
    answers = {answer.item: answer for answer in row.answers.all()}
    findings = examine(items, answers, proofs_of(answers.values()), row.evaluation.year)
    until = row.evaluation.answers_until
    first = (
        _("Penilaian mandiri %(area)s seharusnya dikirim paling lambat %(date)s.")
        if day > day_of(until)
        else _("Penilaian mandiri %(area)s dikirim paling lambat %(date)s.")
    ) % {"area": row.area.title, "date": long_moment(until)}
    after = _("Setelah tenggat masih bisa dikirim selama panel belum mulai menilai, dan tercatat terlambat.")
    lines = [f"{first} {after}", "", _left(answers.values(), len(items))]
    weak = [one for one in findings if not one.blocks]
    if weak:
        lines += ["", *_listed(weak)]
    return "\n".join(lines)


def _left(answers: Iterable[Answer], total: int) -> str:
    """Say how many items nobody has looked at, and how many of these have no answer at all."""
    waiting = [answer for answer in answers if answer.source in OPEN]
    if not waiting:
        return _("Semua butir sudah diperiksa; tinggal dikirim.")
    empty = sum(answer.source == Answer.Source.EMPTY for answer in waiting)
    return _(
        "%(left)s dari %(total)s butir belum diperiksa: %(empty)s belum dijawab, "
        "%(proposed)s berisi usulan sistem yang belum dibenarkan."
    ) % {"left": len(waiting), "total": total, "empty": empty, "proposed": len(waiting) - empty}


def _listed(weak: Sequence[Finding]) -> list[str]:
    head = ngettext(
        "%(count)s hal akan ditanyakan penilai:", "%(count)s hal akan ditanyakan penilai:", len(weak)
    )
    lines = [f"- {one.item.code} {say(one.item.title)}: {one.sentence}" for one in weak[:NAMED]]
    if weak[NAMED:]:
        lines.append(_("- dan %(count)s lagi") % {"count": len(weak) - NAMED})
    return [head % {"count": len(weak)}, *lines]


def _link() -> str:
    return f"{node().base_url.rstrip('/')}{reverse('movement:assessment')}"
