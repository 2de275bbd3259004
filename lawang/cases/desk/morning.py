"""One message in the morning of a working day to each officer for whom something waits: new, due today, late."""

from datetime import datetime, time, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from lawang.cases.desk.frame import Desk
from lawang.cases.desk.list import capped_counts, count_words
from lawang.cases.models import Case
from lawang.people.calendar import working_days
from lawang.people.models import Membership, User
from lawang.people.node import day_of, node, zone
from lawang.record.actions import notify, thing_name
from lawang.record.models import Outbox

HOUR = 7  # on the node's clock
KIND = "desk_morning"


def write_all(*, at: datetime) -> int:
    """Write to everybody who handles cases and has something to do; return to how many. Safe to run twice a day."""
    day = day_of(at)
    if not working_days().includes(day):
        return 0
    held = Membership.objects.filter(
        Q(to_date=None) | Q(to_date__gte=day), from_date__lte=day, role__verbs__has_key="cases.handle"
    )
    people = (
        User.objects.filter(is_active=True, pk__in=held.values("user")).exclude(email=None).order_by("pk")
    )
    told = set(
        Outbox.objects.filter(kind=KIND, made_at__gte=datetime.combine(day, time.min, zone())).values_list(
            "about", flat=True
        )
    )
    return sum(write(user, at=at) for user in people if thing_name(user) not in told)


def write(user: User, *, at: datetime) -> bool:
    """Write to one officer when something waits for them; tell whether it did. No case and no name is named."""
    desk = Desk(user)
    unit = Case.objects.visible_to(user).filter(phase=Case.Phase.OPEN, office__in=sorted(desk.offices))
    mine = Case.objects.visible_to(user).filter(phase=Case.Phase.OPEN, handler=user)
    tomorrow = datetime.combine(day_of(at) + timedelta(days=1), time.min, zone())
    due_today = mine.filter(due_at__gte=at, due_at__lt=tomorrow)
    wanted = (
        (_("%(count)s permohonan baru di unit Anda, belum dipegang siapa pun."), unit.filter(handler=None)),
        (_("%(count)s permohonan Anda harus selesai hari ini."), due_today),
        (_("%(count)s permohonan Anda lewat waktu."), mine.filter(due_at__lt=at)),
    )
    counts = capped_counts([rows for _sentence, rows in wanted])
    lines = [
        sentence % {"count": count_words(count)}
        for (sentence, _rows), count in zip(wanted, counts, strict=True)
        if count
    ]
    if not lines or not user.email:
        return False
    link = f"{node().base_url.rstrip('/')}{reverse('desk:list')}"
    notify(
        address=user.email,
        kind=KIND,
        subject=_("Meja kerja Anda hari ini"),
        body="\n".join([*lines, "", link]),
        about=user,
        at=at,
    )
    return True
