"""Who may do what, and why: memberships and delegations in force, agencies and areas below, vetoes.

No code asks for a role by its name. A noun registers each verb with the functions that say which agencies, areas or
people hold a thing; roles out of packs grant verbs with a scope; `may` joins the two and says why.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import BigIntegerField, BooleanField, DateField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.areas.models import Area
from lawang.lib.prepared import Prepared, Slot
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people.models import Agency, Delegation, Membership, User
from lawang.people.node import today
from lawang.record.models import Privacy
from lawang.web.errors import lost_session

ALL, AGENCY, AREA, SELF = "all", "agency", "area", "self"
SCOPES = {
    ALL: gettext_lazy("di seluruh kabupaten"),
    AGENCY: gettext_lazy("di instansi sendiri dan bawahannya"),
    AREA: gettext_lazy("di wilayah sendiri dan di bawahnya"),
    SELF: gettext_lazy("untuk diri sendiri"),
}
_ORDER = [Privacy.PUBLIC, Privacy.INTERNAL, Privacy.PERSONAL, Privacy.SENSITIVE]

Words = str | Promise
Someone = AbstractBaseUser | AnonymousUser
Holders = Callable[[Any], set[int]]
Veto = Callable[[User, Any], str | None]
P = ParamSpec("P")


@dataclass(frozen=True)
class Answer:
    """Yes or no, and a sentence for the person; both answers have one."""

    allowed: bool
    reason: str

    def __bool__(self) -> bool:
        return self.allowed


@dataclass(frozen=True)
class Reach:
    """How far somebody's verb goes, for one SQL predicate: everything, or what these agencies or areas hold.

    Both sets are already expanded to everything below. `own` means: and what concerns the person themself.
    """

    everything: bool = False
    agencies: frozenset[int] = frozenset()
    areas: frozenset[int] = frozenset()
    own: bool = False

    def __bool__(self) -> bool:
        return self.everything or self.own or bool(self.agencies) or bool(self.areas)


@dataclass(frozen=True)
class Rule:
    """One verb as its noun registered it."""

    verb: str
    title: Words  # completes "Anda boleh ..."
    noun: Words  # what the thing is called in a reason: "angka ini"
    agencies: Holders | None = None
    areas: Holders | None = None
    people: Holders | None = None  # ids of the Users whom the thing concerns, for the scope "self"
    veto: Veto | None = None  # a sentence that forbids, whatever the role


RULES: dict[str, Rule] = {}


def register(
    verb: str,
    *,
    title: Words,
    noun: Words = "",
    agencies: Holders | None = None,
    areas: Holders | None = None,
    people: Holders | None = None,
    veto: Veto | None = None,
) -> None:
    """Make a verb known. Called from each noun's `rules.install`, by its AppConfig.ready."""
    RULES[verb] = Rule(verb, title, noun or gettext_lazy("hal ini"), agencies, areas, people, veto)


@dataclass(frozen=True)
class Grant:
    """One membership in force, own or through a delegation."""

    membership: Membership
    through: Delegation | None = None

    def scope(self, verb: str) -> str | None:
        """Return how far the role's verb goes, or None. The exact verb wins over "plans.*", that one over "*"."""
        verbs = self.membership.role.verbs
        noun = verb.split(".", 1)[0]
        found = verbs.get(verb) or verbs.get(f"{noun}.*") or verbs.get("*")
        return found if found in SCOPES else None

    @property
    def sentence(self) -> str:
        """Say in what capacity the person acts: "Anda petugas Dinas PU"."""
        membership = self.membership
        words = {
            "role": say(membership.role.title).lower()
            if say(membership.role.title)
            else membership.role.code,
            "agency": membership.agency.short_name or say(membership.agency.name),
        }
        if self.through is None:
            return _("Anda %(role)s %(agency)s") % words
        return _("Anda mewakili %(name)s, %(role)s %(agency)s") % {**words, "name": membership.user.name}


@dataclass
class Grants:
    """What one person holds on one day; kept on the user object, so once per request."""

    user: User
    on: date
    names: dict[int, str] = field(default_factory=dict)

    @cached_property
    def all(self) -> list[Grant]:
        on = self.on
        found: Any = HELD(me=self.user.pk, on=on)
        lent = [one.pk for one in found if one.user_id != self.user.pk]
        loans = Delegation.objects.filter(
            to=self.user, membership__in=lent, from_date__lte=on, to_date__gte=on
        )
        through = {one.membership_id: one for one in loans} if lent else {}
        return [
            Grant(membership, through.get(membership.pk))
            for membership in found
            if membership.user_id == self.user.pk
            or membership.pk in through  # a loan may end between the two
        ]

    @cached_property
    def below(self) -> dict[int, frozenset[int]]:
        """Return for each agency of the person: itself, everything below it, and closed predecessors of these."""
        held: list[Any] = [grant.membership for grant in self.all]  # with the annotation
        return {membership.agency_id: frozenset(membership.below) for membership in held}

    @cached_property
    def areas(self) -> dict[int, frozenset[int]]:
        """Return for each membership the areas of its area (else of its agency's area) and everything below."""
        codes = {grant.membership.pk: area.code for grant in self.all if (area := area_of(grant.membership))}
        if not codes:
            return {}
        wanted = Q()
        for code in set(codes.values()):
            wanted |= Q(code=code) | Q(code__startswith=f"{code}.")
        rows = list(Area.objects.filter(wanted).values_list("pk", "code"))
        return {
            membership: frozenset(pk for pk, other in rows if other == code or other.startswith(f"{code}."))
            for membership, code in codes.items()
        }

    def agency_names(self, ids: Iterable[int]) -> str:
        if not self.names:
            self.names = dict(Agency.objects.values_list("pk", "short_name"))
        return ", ".join(sorted(self.names.get(pk, "?") for pk in ids))


def area_of(membership: Membership) -> Area | None:
    return membership.area or membership.agency.area


# An array: asked for "own or lent" in one condition, the planner reads every membership and every area.
MINE = """
    people_membership.id = ANY(ARRAY(
        SELECT id FROM people_membership WHERE user_id = %s
        UNION
        SELECT membership_id FROM people_delegation WHERE to_id = %s AND from_date <= %s AND to_date >= %s
    ))
"""
TREE = """
    WITH RECURSIVE arrow (above, below) AS (
        SELECT parent_id, id FROM people_agency WHERE parent_id IS NOT NULL
        UNION ALL
        SELECT link.from_agency_id, link.to_agency_id FROM people_agency_succeeds AS link
        JOIN people_agency AS old ON old.id = link.to_agency_id
        WHERE old.valid_to IS NOT NULL AND old.valid_to < %s
    ), tree (root, id) AS (
        SELECT id, id FROM people_agency WHERE id = ROOTS
        UNION
        SELECT tree.root, arrow.below FROM tree JOIN arrow ON arrow.above = tree.id
    )
    SELECT WANTED FROM tree
"""
BELOW_MANY = TREE.replace("ROOTS", "ANY(%s)").replace("WANTED", "root, id")
BELOW_MEMBERSHIP = TREE.replace("ROOTS", "people_membership.agency_id").replace("WANTED", "array_agg(id)")


def _held() -> QuerySet[Membership]:
    """Compose what every request of a signed-in person asks: own tasks and lent ones of a day, with what lies below."""
    me, on = Slot("me", BigIntegerField()), Slot("on", DateField())
    return (
        Membership.objects.filter(
            Q(to_date__isnull=True) | Q(to_date__gte=on),
            RawSQL(MINE, [me, me, on, on], BooleanField()),  # noqa: S611
            from_date__lte=on,
            user__is_active=True,
        )
        .select_related("role", "agency", "area", "agency__area", "user")
        .annotate(below=RawSQL(BELOW_MEMBERSHIP, [on]))  # noqa: S611
        .order_by("pk")
    )


HELD = Prepared(_held)


def agencies_below(roots: Iterable[int], *, on: date) -> dict[int, frozenset[int]]:
    """Return for each agency the ids of itself, of all below it, and of closed agencies that any of these succeeded."""
    wanted = list(roots)
    found: dict[int, set[int]] = {root: {root} for root in wanted}
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(BELOW_MANY, [on, wanted])
        for root, pk in cursor.fetchall():
            found[root].add(pk)
    return {root: frozenset(ids) for root, ids in found.items()}


def grants(user: Someone, on: date | None = None) -> Grants | None:
    """Return what an active person holds on that day (default: today); None for anybody else."""
    person = real(user)
    if person is None or not person.is_active:
        return None
    day = on or today()
    shelf: dict[date, Grants] = person.__dict__.setdefault("_grants", {})
    if day not in shelf:
        shelf[day] = Grants(person, day)
    return shelf[day]


def forget(*users: Someone) -> None:
    """Look memberships up again; for verbs that change them."""
    for user in users:
        user.__dict__.pop("_grants", None)


def real(user: Someone | None) -> User | None:
    """Return the User behind request.user, or None for an anonymous visitor."""
    return user if user is not None and user.is_authenticated and isinstance(user, User) else None


def may(user: Someone, verb: str, thing: object | None = None, *, on: date | None = None) -> Answer:
    """Return whether `user` may do `verb` to `thing`, with the reason in either case.

    Without a thing: whether there could be anything they may do it to. A verb that nobody registered is a bug and
    raises LookupError.
    """
    rule = RULES.get(verb)
    if rule is None:
        raise LookupError(f"no noun registered the verb {verb!r}")
    person = real(user)
    if person is None:
        return Answer(
            False, _("Masuk dahulu. Hanya orang yang bertugas yang boleh %(what)s.") % {"what": rule.title}
        )
    held = grants(person, on)
    if held is None:
        return Answer(False, _("Akun Anda sudah ditutup. Hubungi administrator."))
    if not held.all:
        return Answer(
            False, _("Anda tidak memegang tugas di instansi mana pun hari ini. Hubungi administrator.")
        )
    able = [(grant, scope) for grant in held.all if (scope := grant.scope(verb))]
    if not able:
        return Answer(
            False,
            _("%(who)s; tugas itu tidak mencakup: %(what)s.")
            % {"who": "; ".join(grant.sentence for grant in held.all), "what": rule.title},
        )
    for grant, scope in able:
        if thing is None or _holds(held, grant, scope, rule, thing):
            if thing is not None and rule.veto and (sentence := rule.veto(person, thing)):
                return Answer(False, str(sentence))
            return Answer(True, f"{grant.sentence}.")
    return Answer(False, _refusal(held, able, rule, thing))


def _holds(held: Grants, grant: Grant, scope: str, rule: Rule, thing: object) -> bool:
    if scope == ALL:
        return True
    if scope == AGENCY:
        return bool(rule.agencies and rule.agencies(thing) & held.below[grant.membership.agency_id])
    if scope == AREA:
        return bool(rule.areas and rule.areas(thing) & held.areas.get(grant.membership.pk, frozenset()))
    return bool(rule.people and held.user.pk in rule.people(thing))


def _refusal(held: Grants, able: list[tuple[Grant, str]], rule: Rule, thing: object) -> str:
    who = "; ".join(grant.sentence for grant, _scope in able)
    scopes = {scope for _grant, scope in able}
    if AGENCY in scopes and rule.agencies and (owners := rule.agencies(thing)):
        words = {"who": who, "thing": rule.noun, "owner": held.agency_names(owners)}
        return _("%(who)s; %(thing)s milik %(owner)s.") % words
    if AREA in scopes and rule.areas and (places := rule.areas(thing)):
        names = ", ".join(area.title for area in Area.objects.filter(pk__in=places).order_by("code")[:3])
        return _("%(who)s; %(thing)s ada di %(place)s, di luar wilayah tugas Anda.") % {
            "who": who,
            "thing": rule.noun,
            "place": names,
        }
    if scopes == {SELF}:
        return _("Anda hanya boleh %(what)s untuk diri sendiri.") % {"what": rule.title}
    return _("%(who)s; %(thing)s bukan milik instansi atau wilayah Anda.") % {"who": who, "thing": rule.noun}


def demand(user: Someone, verb: str, thing: object | None = None) -> None:
    """Raise Refused with the reason when `user` may not."""
    if not (answer := may(user, verb, thing)):
        raise Refused(answer.reason)


def reach(user: Someone, verb: str) -> Reach:
    """Return how far the verb goes for `user`, for the lists' one SQL predicate."""
    if verb not in RULES:
        raise LookupError(f"no noun registered the verb {verb!r}")
    held = grants(user)
    if held is None:
        return Reach()
    agencies: set[int] = set()
    areas: set[int] = set()
    own = False
    for grant in held.all:
        scope = grant.scope(verb)
        if scope == ALL:
            return Reach(everything=True)
        if scope == AGENCY:
            agencies |= held.below[grant.membership.agency_id]
        elif scope == AREA:
            areas |= held.areas.get(grant.membership.pk, frozenset())
        elif scope == SELF:
            own = True
    return Reach(False, frozenset(agencies), frozenset(areas), own)


def highest_privacy(user: Someone) -> Privacy:
    """Return the most closed class of data that any of the person's roles opens; PUBLIC without a role."""
    held = grants(user)
    classes = [Privacy(grant.membership.role.highest_privacy) for grant in held.all] if held else []
    return max(classes, key=_ORDER.index, default=Privacy.PUBLIC)


def sees(user: Someone, privacy: Privacy | str) -> bool:
    """Tell whether the person may see data of that class."""
    return _ORDER.index(highest_privacy(user)) >= _ORDER.index(Privacy(privacy))


def acts_for(user: Someone, *, on: date | None = None) -> set[int]:
    """Return the ids of the people whom `user` represents or who represent `user` on that day, without `user`."""
    person = real(user)
    if person is None:
        return set()
    day = on or today()
    pairs = Delegation.objects.filter(
        Q(to=person) | Q(membership__user=person), from_date__lte=day, to_date__gte=day
    ).values_list("to_id", "membership__user_id")
    return {pk for pair in pairs for pk in pair} - {person.pk}


def needs_second_factor(user: Someone) -> bool:
    """Tell whether a role that the person holds today, also through a delegation, requires a second factor."""
    held = grants(user)
    return held is not None and any(grant.membership.role.needs_second_factor for grant in held.all)


View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def needs(*verbs: str) -> Callable[[View[P]], View[P]]:
    """Make a view open only to people who may do one of the verbs to something; others read why not.

    Visitors are led to the login page and back; what they sent is shown again, for their session had ended. The view
    itself still asks `may` for the thing it shows.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                query = urlencode({"next": request.get_full_path()})
                door = f"{reverse('account_login')}?{query}"
                typed = request.POST.keys() - {"csrfmiddlewaretoken"}
                return lost_session(request, door) if typed else HttpResponseRedirect(door)
            answers = [may(request.user, verb) for verb in verbs]
            if not any(answers):
                raise PermissionDenied(answers[0].reason)
            return view(request, *args, **kwargs)

        guarded.verbs = verbs  # type: ignore[attr-defined]  # the table of URLs and roles in tests reads it
        return guarded

    return decorate
