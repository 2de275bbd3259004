"""What is done to people, agencies, roles, memberships and delegations.

`by` is the person who acts; None is the installation itself (the command line, the demo loader), which may everything.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, TypedDict

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from axes.utils import reset as unlock
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from lawang.areas.models import Area
from lawang.lib.dates import long_date
from lawang.lib.nik import digits, fault
from lawang.lib.refused import Refused
from lawang.lib.text import Text
from lawang.people import node as nodes
from lawang.people.identify import clean_email, clean_phone, clean_username
from lawang.people.models import Agency, Delegation, Membership, Node, NodeKey, Role, User
from lawang.people.permissions import ALL, RULES, SCOPES, Reach, agencies_below, demand, forget, reach
from lawang.people.registered import nik_of, sealed_nik
from lawang.record.actions import record
from lawang.record.models import Privacy
from lawang.record.seals import seal_card


class RoleItem(TypedDict, total=False):
    """One role as a pack writes it."""

    code: str
    title: Text
    verbs: dict[str, str]  # verb: all, agency, area or self
    highest_privacy: str
    needs_second_factor: bool
    signs_as: list[str]


def _allow(by: User | None, verb: str, thing: object | None = None) -> None:
    if by is not None:
        demand(by, verb, thing)


def _contact(user: User) -> dict[str, str]:
    """Return the personal fields as `record` seals them."""
    return {name: value for name, value in (("email", user.email), ("phone", user.phone)) if value}


# People


@transaction.atomic
def add_user(
    *,
    username: str,
    name: str,
    email: str | None = None,
    phone: str | None = None,
    password: str | None = None,
    must_change: bool = True,
    by: User | None,
    at: datetime,
) -> User:
    """Make an account for somebody who works here; citizens make their own, see `sign_up`.

    Without a password nobody can log in until `one_time_link` was used; a password that an administrator chose is
    changed at the first login unless `must_change` is False. Raise Refused when a name, address or number is taken or
    wrong, or the password is too weak.
    """
    _allow(by, "people.manage_users")
    user = User(joined_at=at)
    _write_contact(user, username=username, name=name, email=email, phone=phone)
    if password:
        check_password(password, user)
    user.set_password(password or None)
    user.must_change_password = bool(password) and must_change
    user.save()
    record(
        user,
        "added",
        by=by,
        at=at,
        after={"username": user.username, "name": user.name},
        sealed=_contact(user),
    )
    return user


def sign_up(*, username: str, name: str, password: str, at: datetime) -> User:
    """Make a citizen's own account. It holds no task, and no address until its owner has proved one (proving.py).

    Raise Refused when the installation takes no sign-ups, the name is taken or wrong, or the password is too weak.
    """
    if not settings.SIGN_UP:
        raise Refused(_("Akun dibuat oleh administrator kabupaten."))
    return add_user(username=username, name=name, password=password, must_change=False, by=None, at=at)


@transaction.atomic
def change_user(
    user: User,
    *,
    name: str,
    email: str | None,
    phone: str | None,
    username: str | None = None,
    by: User | None,
    at: datetime,
) -> User:
    """Change how somebody is called and reached. Everybody may change their own e-mail and phone."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if by is None or by.pk != user.pk or username not in (None, user.username) or name.strip() != user.name:
        _allow(by, "people.manage_users", user)
    before = {"username": user.username, "name": user.name}
    old = (user.email, user.phone)
    _write_contact(user, username=username or user.username, name=name, email=email, phone=phone)
    user.save(update_fields=["username", "name", "email", "phone"])
    after = {"username": user.username, "name": user.name}
    if before != after or old != (user.email, user.phone):
        record(user, "changed", by=by, at=at, before=before, after=after, sealed=_contact(user))
    return user


def _write_contact(user: User, *, username: str, name: str, email: str | None, phone: str | None) -> None:
    user.username = clean_username(username)
    user.name = " ".join(name.split())[:120]
    user.email = clean_email(email)
    user.phone = clean_phone(phone)
    if not user.name:
        raise Refused(_("Nama orang belum diisi."))
    if user.email:
        try:
            validate_email(user.email)
        except ValidationError:
            raise Refused(
                _("“%(written)s” bukan alamat surel. Tulis misalnya nama@contoh.go.id.")
                % {"written": user.email}
            ) from None
    others = User.objects.exclude(pk=user.pk)
    if others.filter(username__iexact=user.username).exists():
        raise Refused(_("Nama pengguna “%(name)s” sudah dipakai orang lain.") % {"name": user.username})
    if user.email and others.filter(email__iexact=user.email).exists():
        raise Refused(_("Alamat surel itu sudah dipakai akun lain."))
    if user.phone and others.filter(phone=user.phone).exists():
        raise Refused(_("Nomor telepon itu sudah dipakai akun lain."))


@transaction.atomic
def register_nik(user: User, nik: str, *, by: User | None, at: datetime) -> User:
    """Keep the NIK by which a signing service knows somebody who signs letters; empty takes it away."""
    user = User.objects.select_for_update().get(pk=user.pk)
    _allow(by, "people.manage_users", user)
    wanted = digits(nik)
    if wanted and (sentence := fault(wanted)):
        raise Refused(sentence)
    if wanted == (nik_of(user) or ""):
        return user
    user.nik = sealed_nik(user, wanted)
    user.save(update_fields=["nik"])
    record(user, "nik_registered", by=by, at=at, sealed={"nik": wanted} if wanted else {})
    return user


def check_password(password: str, user: User) -> None:
    """Raise Refused, saying everything that is wrong with a new password."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from None


@transaction.atomic
def set_password(
    user: User, password: str, *, by: User | None, at: datetime, must_change: bool = False
) -> User:
    """Give the account a new password; every other session of it ends, since its sessions carry the old one's hash."""
    if by is None or by.pk != user.pk:
        _allow(by, "people.manage_users", user)
    fresh = User.objects.select_for_update().get(pk=user.pk)
    check_password(password, fresh)
    fresh.set_password(password)
    fresh.must_change_password = must_change
    fresh.save(update_fields=["password", "must_change_password"])
    # The caller's own object goes on in this request: its session must not end.
    user.password, user.must_change_password = fresh.password, must_change
    record(fresh, "password_set", by=by, at=at)
    unlock(username=fresh.username)
    return fresh


@transaction.atomic
def one_time_link(user: User, *, by: User | None, at: datetime) -> str:
    """Return the path of a page on which the person chooses a password, once, within PASSWORD_RESET_TIMEOUT.

    The administrator hands it over in person or by a channel of their choice; it is kept nowhere.
    """
    _allow(by, "people.manage_users", user)
    if not user.is_active:
        raise Refused(_("Akun ini sudah ditutup. Buka kembali sebelum membuat tautan."))
    record(user, "link_made", by=by, at=at)
    token = default_token_generator.make_token(user)
    return reverse(
        "account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": token}
    )


@transaction.atomic
def deactivate_user(user: User, *, by: User | None, at: datetime, why: str = "") -> User:
    """Close an account: it cannot log in, its sessions end, its delegations count no more. History stays."""
    user = User.objects.select_for_update().get(pk=user.pk)
    _allow(by, "people.manage_users", user)
    if by is not None and by.pk == user.pk:
        raise Refused(_("Anda tidak dapat menutup akun sendiri. Minta administrator lain."))
    if not user.is_active:
        return user
    _keep_an_administrator(Q(user=user), at)
    user.is_active = False
    user.save(update_fields=["is_active"])
    _end_sessions(user)
    record(
        user, "deactivated", by=by, at=at, before={"is_active": True}, after={"is_active": False}, note=why
    )
    return user


@transaction.atomic
def reactivate_user(user: User, *, by: User | None, at: datetime) -> User:
    user = User.objects.select_for_update().get(pk=user.pk)
    _allow(by, "people.manage_users", user)
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
        record(user, "reactivated", by=by, at=at, before={"is_active": False}, after={"is_active": True})
    return user


@transaction.atomic
def reset_second_factor(user: User, *, by: User | None, at: datetime) -> int:
    """Take the second factor and its recovery codes away and end all sessions; return how many were removed.

    For somebody who lost their phone. A role that requires one leads them to set up another at the next login.
    """
    _allow(by, "people.manage_users", user)
    if by is not None and by.pk == user.pk:
        raise Refused(_("Faktor kedua Anda sendiri diatur ulang oleh administrator lain."))
    count: int = Authenticator.objects.filter(user=user).delete()[0]
    _end_sessions(user)
    record(user, "second_factor_reset", by=by, at=at, before={"factors": count})
    return count


@transaction.atomic
def end_sessions(user: User, *, by: User | None, at: datetime, keep: str = "") -> int:
    """Log somebody out everywhere, but for the session whose key is `keep`; return how many sessions ended."""
    if by is None or by.pk != user.pk:
        _allow(by, "people.manage_users", user)
    count = _end_sessions(user, keep)
    record(user, "sessions_ended", by=by, at=at, after={"count": count})
    return count


def _end_sessions(user: User, keep: str = "") -> int:
    sessions = list(UserSession.objects.filter(user=user).exclude(session_key=keep))
    for session in sessions:
        session.end()
    return len(sessions)


# Memberships and delegations


@transaction.atomic
def grant(
    *,
    user: User,
    agency: Agency,
    role: Role,
    area: Area | None = None,
    from_date: date,
    to_date: date | None = None,
    by: User | None,
    at: datetime,
) -> Membership:
    """Give somebody a role in an agency from one day on, until the last day or until it is ended."""
    _allow_giving(by, role, agency)
    _check_span(from_date, to_date)
    if agency.valid_to is not None and agency.valid_to < from_date:
        raise Refused(
            _("%(agency)s sudah ditutup pada %(day)s.")
            % {"agency": agency.short_name, "day": long_date(agency.valid_to)}
        )
    same = Membership.objects.filter(user=user, agency=agency, role=role, area=area).filter(
        Q(to_date__isnull=True) | Q(to_date__gte=from_date)
    )
    if to_date is not None:
        same = same.filter(from_date__lte=to_date)
    if same.exists():
        raise Refused(_("%(name)s sudah memegang tugas itu pada masa yang sama.") % {"name": user.name})
    membership = Membership.objects.create(
        user=user, agency=agency, role=role, area=area, from_date=from_date, to_date=to_date
    )
    forget(user)
    record(user, "membership_granted", by=by, at=at, after=_membership(membership))
    return membership


def _allow_giving(by: User | None, role: Role, agency: Agency) -> None:
    """Who manages only some agencies gives roles only there, and none that reaches further than their own."""
    _allow(by, "people.manage_users")
    if by is None or (how_far := reach(by, "people.manage_users")).everything:
        return
    if agency.pk not in how_far.agencies:
        raise Refused(_("Anda tidak mengelola pengguna %(agency)s.") % {"agency": agency.short_name})
    for verb, scope in role.verbs.items():
        own = reach(by, verb) if verb in RULES else Reach()
        if not own or (scope == ALL and not own.everything):
            raise Refused(
                _("Peran itu lebih luas daripada tugas Anda sendiri. Minta administrator kabupaten.")
            )


@transaction.atomic
def end_membership(membership: Membership, *, on: date, by: User | None, at: datetime) -> Membership:
    """Let a membership end; `on` is its last day. Ending it before it began makes its first day the last."""
    membership = (
        Membership.objects.select_for_update().select_related("user", "agency", "role").get(pk=membership.pk)
    )
    _allow(by, "people.manage_users", membership.user)
    if membership.to_date is not None and membership.to_date <= on:
        return membership
    before = _membership(membership)
    _keep_an_administrator(Q(pk=membership.pk), at)
    membership.to_date = max(on, membership.from_date)
    membership.save(update_fields=["to_date"])
    forget(membership.user)
    record(membership.user, "membership_ended", by=by, at=at, before=before, after=_membership(membership))
    return membership


def _membership(membership: Membership) -> dict[str, Any]:
    return {
        "agency": membership.agency.code,
        "role": membership.role.code,
        "area": membership.area.code if membership.area else None,
        "from": membership.from_date,
        "to": membership.to_date,
    }


def _check_span(from_date: date, to_date: date | None) -> None:
    if to_date is not None and to_date < from_date:
        raise Refused(
            _("Hari terakhir (%(to)s) lebih awal daripada hari pertama (%(from)s).")
            % {"to": long_date(to_date), "from": long_date(from_date)}
        )


def _keep_an_administrator(leaving: Q, at: datetime) -> None:
    """Raise Refused when nobody would be left who may manage users everywhere."""
    today = nodes.day_of(at)
    held = Membership.objects.filter(
        Q(to_date__isnull=True) | Q(to_date__gte=today), from_date__lte=today, user__is_active=True
    ).select_related("role")
    able = {row.pk for row in held if _manages_everybody(row.role)}
    going = set(held.filter(leaving).values_list("pk", flat=True))
    if able and able <= going:
        raise Refused(_("Ini administrator terakhir. Beri orang lain tugas itu lebih dahulu."))


def _manages_everybody(role: Role) -> bool:
    return any(role.verbs.get(verb) == "all" for verb in ("people.manage_users", "people.*", "*"))


@transaction.atomic
def delegate(
    membership: Membership,
    *,
    to: User,
    from_date: date,
    to_date: date,
    why: str = "",
    by: User | None,
    at: datetime,
) -> Delegation:
    """Let `to` act with a membership while its holder is away, both days included.

    The holder decides, or who manages users. What somebody was lent cannot be lent on.
    """
    membership = (
        Membership.objects.select_for_update().select_related("user", "agency", "role").get(pk=membership.pk)
    )
    if by is None or by.pk != membership.user_id:
        _allow(by, "people.manage_users", membership.user)
    _check_span(from_date, to_date)
    if to.pk == membership.user_id:
        raise Refused(_("Pilih orang lain: tugas tidak dapat dititipkan kepada diri sendiri."))
    if not to.is_active:
        raise Refused(_("Akun %(name)s sudah ditutup.") % {"name": to.name})
    if to_date < nodes.day_of(at):
        raise Refused(_("Masa itu sudah lewat. Pilih hari terakhir yang belum lewat."))
    if from_date < membership.from_date or (membership.to_date is not None and to_date > membership.to_date):
        raise Refused(_("Tugas yang dititipkan tidak berlaku selama seluruh masa itu."))
    if membership.delegations.filter(from_date__lte=to_date, to_date__gte=from_date).exists():
        raise Refused(
            _("Tugas itu sudah dititipkan pada sebagian masa itu. Akhiri titipan yang lama lebih dahulu.")
        )
    delegation = Delegation.objects.create(
        membership=membership, to=to, from_date=from_date, to_date=to_date, why=why.strip()[:200]
    )
    forget(to, membership.user)
    record(
        membership.user,
        "delegated",
        by=by,
        at=at,
        after={**_membership(membership), "to": to.username, "first_day": from_date, "last_day": to_date},
        note=delegation.why,
    )
    return delegation


@transaction.atomic
def end_delegation(delegation: Delegation, *, by: User | None, at: datetime) -> None:
    """End a delegation now: from this moment it counts no more. One that has not begun is removed."""
    delegation = (
        Delegation.objects.select_for_update(of=("self",))
        .select_related("membership__user", "membership__agency", "membership__role", "to")
        .get(pk=delegation.pk)
    )
    holder = delegation.membership.user
    if by is None or by.pk not in (holder.pk, delegation.to_id):
        _allow(by, "people.manage_users", holder)
    today = nodes.day_of(at)
    before = {"to": delegation.to.username, "first_day": delegation.from_date, "last_day": delegation.to_date}
    if delegation.to_date < today:
        return
    if delegation.from_date >= today:
        delegation.delete()
    else:
        delegation.to_date = today - timedelta(days=1)
        delegation.save(update_fields=["to_date"])
    forget(delegation.to, holder)
    record(holder, "delegation_ended", by=by, at=at, before=before, after={"last_day": today})


# Agencies


@transaction.atomic
def add_agency(
    *,
    code: str,
    name: Text,
    short_name: str,
    kind: str = Agency.Kind.OPD,
    parent: Agency | None = None,
    area: Area | None = None,
    aliases: Iterable[str] = (),
    phone: str = "",
    valid_from: date,
    by: User | None,
    at: datetime,
) -> Agency:
    """Add an office. Its code is unique and stays."""
    _allow(by, "people.manage_agencies")
    code = code.strip()
    if not code or not short_name.strip() or not name.get("id", "").strip():
        raise Refused(_("Kode, nama, dan nama pendek instansi harus diisi."))
    if Agency.objects.filter(code=code).exists():
        raise Refused(_("Kode “%(code)s” sudah dipakai instansi lain.") % {"code": code})
    agency = Agency.objects.create(
        code=code,
        name=name,
        short_name=short_name.strip()[:40],
        kind=Agency.Kind(kind),
        parent=parent,
        area=area,
        aliases=sorted({alias.strip() for alias in aliases if alias.strip()}),
        phone=phone.strip()[:30],
        valid_from=valid_from,
    )
    record(agency, "added", by=by, at=at, after=_agency(agency))
    return agency


@transaction.atomic
def change_agency(
    agency: Agency,
    *,
    name: Text,
    short_name: str,
    kind: str,
    parent: Agency | None = None,
    area: Area | None = None,
    aliases: Iterable[str] = (),
    phone: str = "",
    by: User | None,
    at: datetime,
) -> Agency:
    agency = Agency.objects.select_for_update(of=("self",)).select_related("parent", "area").get(pk=agency.pk)
    _allow(by, "people.manage_agencies", agency)
    if parent is not None and parent.pk in agencies_below([agency.pk], on=nodes.day_of(at))[agency.pk]:
        raise Refused(_("Instansi tidak dapat berada di bawah dirinya sendiri atau bawahannya."))
    if not short_name.strip() or not name.get("id", "").strip():
        raise Refused(_("Nama dan nama pendek instansi harus diisi."))
    before = _agency(agency)
    agency.name, agency.short_name, agency.kind = name, short_name.strip()[:40], Agency.Kind(kind)
    agency.parent, agency.area, agency.phone = parent, area, phone.strip()[:30]
    agency.aliases = sorted({alias.strip() for alias in aliases if alias.strip()})
    agency.save()
    after = _agency(agency)
    changed = {word for word in after if after[word] != before[word]}
    if changed:
        record(
            agency,
            "changed",
            by=by,
            at=at,
            before={word: before[word] for word in sorted(changed)},
            after={word: after[word] for word in sorted(changed)},
        )
    return agency


@transaction.atomic
def close_agency(
    agency: Agency,
    *,
    on: date,
    successors: Iterable[Agency] = (),
    move_people: bool = True,
    by: User | None,
    at: datetime,
) -> Agency:
    """Close an office; `on` is its last day. Successors hold from then on what it held.

    With exactly one successor and `move_people`, its people get the same roles there from the next day; otherwise
    their memberships simply end. Offices below it must be closed or moved first.
    """
    agency = Agency.objects.select_for_update().get(pk=agency.pk)
    _allow(by, "people.manage_agencies", agency)
    heirs = list(successors)
    if agency.pk in {heir.pk for heir in heirs}:
        raise Refused(_("Instansi tidak dapat menjadi penerus dirinya sendiri."))
    if agency.valid_to is not None:
        raise Refused(_("%(agency)s sudah ditutup.") % {"agency": agency.short_name})
    if on < agency.valid_from:
        raise Refused(_("Hari terakhir lebih awal daripada hari instansi itu dibentuk."))
    if below := agency.children.filter(valid_to__isnull=True).first():
        raise Refused(
            _("%(below)s masih berada di bawah %(agency)s. Tutup atau pindahkan dahulu.")
            % {"below": below.short_name, "agency": agency.short_name}
        )
    agency.valid_to = on
    agency.save(update_fields=["valid_to"])
    for heir in heirs:
        heir.succeeds.add(agency)
    record(
        agency,
        "closed",
        by=by,
        at=at,
        before={"valid_to": None},
        after={"valid_to": on, "successors": [heir.code for heir in heirs]},
    )
    open_ones = agency.memberships.filter(Q(to_date__isnull=True) | Q(to_date__gt=on)).select_related(
        "user", "role", "area", "agency"
    )
    for membership in open_ones:
        last_day, first_day = membership.to_date, membership.from_date
        if move_people and len(heirs) == 1 and membership.user.is_active:
            grant(
                user=membership.user,
                agency=heirs[0],
                role=membership.role,
                area=membership.area,
                from_date=max(on + timedelta(days=1), first_day),
                to_date=last_day,
                by=None,
                at=at,
            )
        before = _membership(membership)
        membership.to_date = max(on, first_day)
        membership.save(update_fields=["to_date"])
        forget(membership.user)
        record(
            membership.user, "membership_ended", by=by, at=at, before=before, after=_membership(membership)
        )
    return agency


def _agency(agency: Agency) -> dict[str, Any]:
    return {
        "code": agency.code,
        "name": agency.name,
        "short_name": agency.short_name,
        "kind": str(agency.kind),
        "parent": agency.parent.code if agency.parent else None,
        "area": agency.area.code if agency.area else None,
        "aliases": agency.aliases,
        "phone": agency.phone,
    }


# Roles and the node


@transaction.atomic
def install_roles(
    items: Iterable[RoleItem], *, pack: str, at: datetime, by: User | None = None
) -> list[Role]:
    """Put a pack's roles in; those that the pack no longer names go when nobody holds them.

    A scope that is not one of all, agency, area, self raises Refused and nothing is installed.
    """
    roles = []
    for item in items:
        for verb, scope in item.get("verbs", {}).items():
            if scope not in SCOPES:
                raise Refused(
                    _(
                        "Peran %(role)s: jangkauan “%(scope)s” pada %(verb)s tidak dikenal. Yang boleh: %(words)s."
                    )
                    % {"role": item["code"], "scope": scope, "verb": verb, "words": ", ".join(SCOPES)}
                )
        wanted = {
            "title": item["title"],
            "verbs": dict(item.get("verbs", {})),
            "highest_privacy": Privacy(item.get("highest_privacy", Privacy.INTERNAL)),
            "needs_second_factor": bool(item.get("needs_second_factor", False)),
            "signs_as": list(item.get("signs_as", [])),
            "pack": pack,
        }
        role = Role.objects.select_for_update().filter(code=item["code"]).first() or Role(code=item["code"])
        before = {word: getattr(role, word) for word in wanted} if role.pk else {}
        if before != wanted:
            for word, value in wanted.items():
                setattr(role, word, value)
            role.save()
            record(f"people.role:{role.code}", "installed", by=by, at=at, before=before, after=wanted)
        roles.append(role)
    gone = Role.objects.filter(pack=pack, memberships__isnull=True).exclude(
        code__in=[role.code for role in roles]
    )
    for role in gone:
        record(f"people.role:{role.code}", "removed", by=by, at=at, before={"verbs": role.verbs})
        role.delete()
    return roles


@transaction.atomic
def set_up_node(
    *,
    name: Text,
    area: Area | None = None,
    kind: str = Node.Kind.REGENCY,
    base_url: str = "",
    time_zone: str = "Asia/Jakarta",
    is_demo: bool = False,
    theme: str = "",
    by: User | None,
    at: datetime,
) -> Node:
    """Say whose installation this is; again to change it. The permanent key is made the first time."""
    _allow(by, "people.set_up_node")
    zones = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Asia/Pontianak")
    if time_zone not in zones:
        raise Refused(_("Zona waktu harus salah satu dari %(zones)s.") % {"zones": ", ".join(zones)})
    node = Node.objects.select_for_update().order_by("pk").first() or Node()
    before = _node(node) if node.pk else {}
    node.name, node.area, node.kind, node.base_url = name, area, Node.Kind(kind), base_url.rstrip("/")
    node.time_zone, node.is_demo, node.theme = time_zone, is_demo, theme
    after = _node(node)
    if before != after:
        node.save()
        record(node, "set_up", by=by, at=at, before=before, after=after)
    nodes.forget()
    return node


def _node(node: Node) -> dict[str, Any]:
    return {
        "name": node.name,
        "area": node.area.code if node.area else None,
        "kind": str(node.kind),
        "base_url": node.base_url,
        "time_zone": node.time_zone,
        "is_demo": node.is_demo,
        "theme": node.theme,
    }


@transaction.atomic
def list_seal_key(*, at: datetime) -> NodeKey | None:
    """Put the present seal key on the node's list of public keys and end the one before it.

    Return None while the installation is not set up. The same key again changes nothing.
    """
    node = Node.objects.select_for_update().order_by("pk").first()
    if node is None:
        return None
    fingerprint, public = seal_card()
    key, is_new = NodeKey.objects.get_or_create(
        fingerprint=fingerprint,
        defaults={"node": node, "purpose": NodeKey.Purpose.SEAL, "public": public, "valid_from": at},
    )
    if is_new:
        older = node.keys.filter(purpose=NodeKey.Purpose.SEAL, valid_to=None).exclude(pk=key.pk)
        older.update(valid_to=at)
        record(node, "key_listed", by=None, at=at, after={"purpose": "seal", "fingerprint": fingerprint})
    return key


@transaction.atomic
def tidy_the_door(*, at: datetime) -> dict[str, int]:
    """Forget what the door no longer needs: expired sessions, failed logins of more than a day ago, old counters.

    Nothing people care about changes, so the history has no entry.
    """
    gone = {
        "sessions": Session.objects.filter(expire_date__lt=at).delete()[0],
        "attempts": AccessAttempt.objects.filter(attempt_time__lt=at - timedelta(days=1)).delete()[0],
    }
    alive = Session.objects.values("session_key")
    gone["devices"] = UserSession.objects.exclude(session_key__in=alive).delete()[0]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_cache WHERE expires < %s", [at])
        gone["counters"] = cursor.rowcount
    return gone
