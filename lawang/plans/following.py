"""Follow a programme, or the whole plan, by e-mail: asked, confirmed by a link, ended by a link."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from lawang.lib.dates import long_moment
from lawang.lib.refused import Refused
from lawang.lib.text import Text, say
from lawang.people.holdings import Contacts, Holding
from lawang.people.node import node
from lawang.plans.changes import Change, tell
from lawang.plans.models import Indicator, Plan, Programme, Revision, Subscription
from lawang.plans.reading import in_force
from lawang.record.actions import notify, record
from lawang.record.models import Entry, Outbox

AGAIN_AFTER = timedelta(minutes=10)  # a second request for the same address is not mailed sooner
MOST_PER_DAY = 10  # requests of one address that are still unconfirmed


def site() -> str:
    """Return the address that mails begin their links with: the node's, or where this process listens."""
    if base := node().base_url.rstrip("/"):
        return base
    host = settings.ALLOWED_HOSTS[0]
    return f"https://{host}" if settings.BEHIND_TLS else f"http://{host}:{settings.PORT}"


def _link(name: str, secret: str, language: str) -> str:
    with override(language):
        return f"{site()}{reverse(name, args=[secret])}"


@transaction.atomic
def subscribe(about: UUID, title: Text, *, address: str, language: str, at: datetime) -> Subscription:
    """Keep the wish of an address to hear of changes, and mail it the link that confirms it.

    The same wish twice is one; what is confirmed already gets no further mail, so that nobody can tell who follows.
    Raise Refused when the address has asked too often today.
    """
    address = address.strip().lower()
    waiting = Subscription.objects.filter(
        address=address, confirmed_at=None, asked_at__gt=at - timedelta(days=1)
    )
    if waiting.count() >= MOST_PER_DAY:
        raise Refused(_("Alamat ini sudah terlalu sering diminta hari ini. Coba lagi besok."))
    wish, is_new = Subscription.objects.select_for_update().get_or_create(
        about=about,
        address=address,
        defaults={"language": language, "secret": secrets.token_urlsafe(24), "asked_at": at},
    )
    if wish.confirmed_at or (not is_new and wish.asked_at > at - AGAIN_AFTER):
        return wish
    wish.asked_at, wish.language = at, language
    wish.save(update_fields=["asked_at", "language"])
    with override(language):
        notify(
            address=address,
            kind="follow_asked",
            subject=_("Pastikan: ikuti %(title)s") % {"title": say(title)},
            body=_(
                "Seseorang, mungkin Anda, meminta kabar tentang “%(title)s” ke alamat ini.\n\n"
                "Jika benar, buka tautan ini dan tekan tombolnya:\n%(link)s\n\n"
                "Jika bukan Anda, abaikan surel ini. Kami tidak akan mengirim apa-apa lagi."
            )
            % {"title": say(title), "link": _link("follow_confirm", wish.secret, language)},
            about=f"plans.subscription:{wish.pk}",
            at=at,
        )
    return wish


@transaction.atomic
def confirm(wish: Subscription, *, at: datetime) -> Subscription:
    """Begin to send news to an address; confirming twice changes nothing."""
    wish = Subscription.objects.select_for_update().get(pk=wish.pk)
    if wish.confirmed_at is None:
        wish.confirmed_at = at
        wish.save(update_fields=["confirmed_at"])
        record(f"plans.subscription:{wish.pk}", "follow_confirmed", by=None, at=at)
    return wish


@transaction.atomic
def unsubscribe(wish: Subscription, *, at: datetime) -> None:
    """Forget an address; nothing of it is kept."""
    record(f"plans.subscription:{wish.pk}", "follow_ended", by=None, at=at)
    wish.delete()


def held_about(contacts: Contacts) -> list[Holding]:
    """Return what an address follows, for whoever asks what we hold about them."""
    wishes = (
        Subscription.objects.filter(address=contacts.email).order_by("asked_at") if contacts.email else ()
    )
    titles = {one.key: one.title for one in Programme.objects.filter(key__in=[wish.about for wish in wishes])}
    return [
        Holding(
            _("Mengikuti %(title)s lewat surel")
            % {"title": say(titles[wish.about]) if wish.about in titles else _("seluruh rencana")},
            [
                (_("Diminta"), long_moment(wish.asked_at)),
                (_("Dipastikan"), long_moment(wish.confirmed_at) if wish.confirmed_at else _("belum")),
            ],
            "email",
        )
        for wish in wishes
    ]


def news(entries: list[Entry], revision: Revision, at: datetime) -> int:
    """Tell those who follow what these entries say; return how many messages were written.

    Each message lists every change of its thing at once. Followers of the plan hear of everything.
    """
    if not Subscription.objects.filter(confirmed_at__isnull=False).exists():
        return 0
    programme_of = _programmes_of(entries, revision)
    keys = set(programme_of.values())
    wishes = list(
        Subscription.objects.filter(
            about__in=[*keys, revision.plan.key], confirmed_at__isnull=False
        ).order_by("pk")
    )
    titles = dict(Programme.objects.filter(revision=revision, key__in=keys).values_list("key", "title"))
    count = 0
    for wish in wishes:
        with override(wish.language):
            mine = [e for e in entries if wish.about in (programme_of.get(e.thing), revision.plan.key)]
            changes = tell(mine, revision)
            if not changes:
                continue
            _send(wish, changes, titles.get(wish.about, revision.plan.title), at)
            count += 1
    return count


def _send(wish: Subscription, changes: list[Change], title: Text, at: datetime) -> Outbox:
    lines = "\n".join(
        f"- {change.sentence}" + (f"\n  {site()}{change.href}" if change.href else "") for change in changes
    )
    return notify(
        address=wish.address,
        kind="follow_news",
        subject=_("Berubah: %(title)s") % {"title": say(title)},
        body=_("Yang berubah pada “%(title)s”:\n\n%(lines)s\n\nBerhenti menerima kabar ini: %(link)s")
        % {"title": say(title), "lines": lines, "link": _link("follow_end", wish.secret, wish.language)},
        about=f"plans.subscription:{wish.pk}",
        at=at,
    )


def _programmes_of(entries: Iterable[Entry], revision: Revision) -> dict[str, UUID]:
    """Return the key of the programme that each entry's thing hangs on."""
    series = [e.thing.partition(":")[2] for e in entries if e.thing.startswith("measures.series:")]
    rows = Indicator.objects.filter(revision=revision, series__key__in=series)
    found = {
        f"measures.series:{key}": programme
        for key, programme in rows.values_list("series__key", "programme__key")
    }
    for entry in entries:
        if entry.thing.startswith("plans.programme:"):
            found[entry.thing] = UUID(entry.thing.partition(":")[2])
    return found


def figures_changed(series_ids: Iterable[int], at: datetime) -> None:
    """Tell followers of what happened at this moment to these series and to the colours they decide.

    Listens after standings, which has judged anew by then.
    """
    from lawang.measures.models import Series

    if not Subscription.objects.filter(confirmed_at__isnull=False).exists():
        return
    revision = in_force(at.date())
    if revision is None:
        return
    ids = list(series_ids)
    names = [
        f"measures.series:{key}" for key in Series.objects.filter(pk__in=ids).values_list("key", flat=True)
    ]
    programmes = Indicator.objects.filter(revision=revision, series__in=ids).values_list(
        "programme__key", flat=True
    )
    names += [f"plans.programme:{key}" for key in programmes]
    entries = Entry.objects.filter(
        thing__in=names, at=at, verb__in=("value_approved", "values_imported", "colour_changed")
    )
    news(list(entries.order_by("id")), revision, at)


def revision_published(revision: Revision, at: datetime) -> None:
    """Tell everybody who follows the plan, or a programme in it, that a new edition counts."""
    plan: Plan = revision.plan
    keys = list(Programme.objects.filter(revision=revision).values_list("key", flat=True))
    wishes = Subscription.objects.filter(about__in=[plan.key, *keys], confirmed_at__isnull=False)
    for wish in {wish.address: wish for wish in wishes.order_by("-pk")}.values():
        with override(wish.language):
            words = _("Revisi %(number)s rencana diberlakukan") % {"number": revision.number}
            change = Change(0, at, "published", words, reverse("revisions"), say(revision.changed))
            _send(wish, [change], plan.title, at)
