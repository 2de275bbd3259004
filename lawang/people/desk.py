"""The administrator's pages: people, agencies, roles, who read what, what happened."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people import actions
from lawang.people.forms import (
    KINDS,
    AgencyFilters,
    AgencyForm,
    CloseAgencyForm,
    HistoryFilters,
    LastDayForm,
    MembershipForm,
    NewAgencyForm,
    NewPersonForm,
    SignerForm,
    UserFilters,
    WhyForm,
)
from lawang.people.models import Agency, Membership, Role, User
from lawang.people.node import now, today, zone
from lawang.people.permissions import RULES, SCOPES, demand, may, needs, reach, sees
from lawang.people.privacy import masked_email, masked_phone
from lawang.people.registered import nik_of
from lawang.people.views import me
from lawang.record import verbs
from lawang.record.actions import saw, thing_name
from lawang.record.models import Access, Entry, Privacy
from lawang.web.download import csv_response
from lawang.web.forms import Form
from lawang.web.tables import Column, Table, paginate

PER_PAGE = 50


def _in_force(on: date) -> Q:
    return Q(from_date__lte=on) & (Q(to_date__isnull=True) | Q(to_date__gte=on))


def _users(request: HttpRequest, filters: UserFilters, on: date) -> QuerySet[User]:
    """Return the accounts that this person manages and that fit the filters."""
    current = Membership.objects.filter(_in_force(on))
    how_far = reach(request.user, "people.manage_users")
    found = User.objects.order_by("name", "pk")
    if not how_far.everything:
        found = found.filter(Q(memberships__in=current.filter(agency__in=how_far.agencies))).distinct()
    chosen = filters.chosen()
    if words := chosen.get("q"):
        found = found.filter(Q(name__icontains=words) | Q(username__icontains=words))
    if agency := chosen.get("agency"):
        found = found.filter(Exists(current.filter(user=OuterRef("pk"), agency=agency)))
    if role := chosen.get("role"):
        found = found.filter(Exists(current.filter(user=OuterRef("pk"), role=role)))
    match chosen.get("state"):
        case "active":
            found = found.filter(is_active=True)
        case "closed":
            found = found.filter(is_active=False)
        case "idle":
            found = found.filter(~Exists(current.filter(user=OuterRef("pk"))), is_active=True)
    held = current.select_related("agency", "role").order_by("pk")
    return found.prefetch_related(Prefetch("memberships", held, to_attr="held"))


def _tasks(user: Any) -> str:
    return ", ".join(f"{say(row.role.title)} {row.agency.short_name}" for row in user.held)


def _state(user: User) -> str:
    if not user.is_active:
        return _("ditutup")
    if not user.has_usable_password():
        return _("belum pernah masuk")
    return _("aktif")


@needs("people.manage_users")
def users(request: HttpRequest) -> HttpResponse:
    """List the accounts; personal fields are masked here for everybody."""
    filters = UserFilters(request, on=today())
    page = paginate(request, _users(request, filters, today()), PER_PAGE)
    table = Table(
        [
            Column(
                _("Nama"), "name", href=lambda user: reverse("people:user", args=[user.key]), is_head=True
            ),
            Column(_("Nama pengguna"), "username"),
            Column(_("Tugas"), _tasks),
            Column(_("Surel"), lambda user: masked_email(user.email)),
            Column(_("Keadaan"), _state),
        ],
        page,
        caption=_("Pengguna"),
        empty=_("Tidak ada pengguna yang cocok dengan saringan ini."),
    )
    query = request.GET.urlencode()
    context = {"filters": filters, "page": page, "table": table, "query": f"?{query}" if query else ""}
    return render(request, "people/users.html", context)


@needs("people.manage_users")
def export_users(request: HttpRequest) -> Any:
    """Download the list; with e-mail and phone for those who may see personal data, which is written down."""
    filters = UserFilters(request, on=today())
    found = list(_users(request, filters, today()))
    open_fields = sees(request.user, Privacy.PERSONAL)
    if open_fields:
        at = now()
        names = ["email", "phone"]
        Access.objects.bulk_create(
            Access(thing=thing_name(user), fields=names, by=me(request), at=at, why="CSV")
            for user in found
            if user.email or user.phone
        )
    heading = [_("Nama"), _("Nama pengguna"), _("Tugas"), _("Surel"), _("Telepon"), _("Keadaan")]
    rows = (
        [
            user.name,
            user.username,
            _tasks(user),
            (user.email or "") if open_fields else masked_email(user.email),
            (user.phone or "") if open_fields else masked_phone(user.phone),
            _state(user),
        ]
        for user in found
    )
    return csv_response(request, "pengguna", heading, rows)


def _user(request: HttpRequest, key: UUID) -> User:
    user = User.objects.filter(key=key).first()
    if user is None:
        raise Http404
    demand(request.user, "people.manage_users", user)
    return user


def _crumbs(user: User | None = None) -> list[tuple[str, str]]:
    crumbs = [(_("Pengguna"), reverse("people:users"))]
    return [*crumbs, (user.name, reverse("people:user", args=[user.key]))] if user else crumbs


@needs("people.manage_users")
def user(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show one account. Whoever may see personal data sees e-mail and phone, and that is written down."""
    person = _user(request, key)
    open_fields = sees(request.user, Privacy.PERSONAL)
    if open_fields and (person.email or person.phone):
        saw(person, ["email", "phone"], by=me(request), at=now(), why=_("halaman pengguna"))
    memberships = list(
        person.memberships.select_related("agency", "role", "area").order_by("-from_date", "-pk")
    )
    on = today()
    context = {
        "person": person,
        "state": _state(person),
        "email": (person.email or "") if open_fields else masked_email(person.email),
        "phone": (person.phone or "") if open_fields else masked_phone(person.phone),
        "memberships": [(row, row.to_date is None or row.to_date >= on) for row in memberships],
        "has_factor": Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists(),
        "sessions": UserSession.objects.filter(user=person).count(),
        "is_me": person.pk == me(request).pk,
        "sees_history": bool(may(request.user, "record.see_history")),
        "thing": thing_name(person),
        "crumbs": _crumbs(),
    }
    return render(request, "people/user.html", context)


@needs("people.manage_users")
def add_user(request: HttpRequest) -> HttpResponse:
    form = NewPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            made = actions.add_user(
                username=chosen["username"],
                name=chosen["name"],
                email=chosen["email"],
                phone=chosen["phone"],
                password=chosen["password"] or None,
                by=me(request),
                at=now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(
                request, _("Akun %(name)s dibuat. Beri tugas di bawah ini.") % {"name": made.name}
            )
            return redirect("people:user", key=made.key)
    return _form(request, form, title=_("Tambah pengguna"), crumbs=_crumbs(), cancel=reverse("people:users"))


@needs("people.manage_users")
def change_user(request: HttpRequest, key: UUID) -> HttpResponse:
    """Change names and contacts. Without the privacy class the contacts stay as they are and are not shown."""
    person = _user(request, key)
    initial = {"name": person.name, "username": person.username, "email": person.email, "phone": person.phone}
    open_fields = sees(request.user, Privacy.PERSONAL)
    if open_fields:
        initial["nik"] = nik_of(person)
    form = SignerForm(request.POST or None, initial=initial)
    if not open_fields:
        del form.fields["email"], form.fields["phone"], form.fields["nik"]
    elif request.method == "GET" and (person.email or person.phone or person.nik):
        saw(person, ["email", "phone", "nik"], by=me(request), at=now(), why=_("mengubah pengguna"))

    def save() -> str:
        chosen = form.cleaned_data
        actions.change_user(
            person,
            username=chosen["username"],
            name=chosen["name"],
            email=chosen["email"] if open_fields else person.email,
            phone=chosen["phone"] if open_fields else person.phone,
            by=me(request),
            at=now(),
        )
        if open_fields:
            actions.register_nik(person, chosen["nik"], by=me(request), at=now())
        return _("Perubahan tersimpan.")

    return _edit(request, form, save, person, title=_("Ubah pengguna"))


@needs("people.manage_users")
def grant(request: HttpRequest, key: UUID) -> HttpResponse:
    person = _user(request, key)
    form = MembershipForm(request.POST or None, on=today())

    def save() -> str:
        chosen = form.cleaned_data
        actions.grant(
            user=person,
            agency=chosen["agency"],
            role=chosen["role"],
            area=chosen["area"],
            from_date=chosen["from_date"],
            to_date=chosen["to_date"],
            by=me(request),
            at=now(),
        )
        return _("Tugas diberikan.")

    return _edit(request, form, save, person, title=_("Beri tugas"))


@needs("people.manage_users")
def end_membership(request: HttpRequest, key: UUID, pk: int) -> HttpResponse:
    person = _user(request, key)
    membership = person.memberships.select_related("agency", "role").filter(pk=pk).first()
    if membership is None:
        raise Http404
    form = LastDayForm(request.POST or None, initial={"on": today()})

    def save() -> str:
        actions.end_membership(membership, on=form.cleaned_data["on"], by=me(request), at=now())
        return _("Tugas diakhiri.")

    what = {"role": say(membership.role.title), "agency": membership.agency.short_name}
    return _edit(request, form, save, person, title=_("Akhiri tugas %(role)s %(agency)s") % what)


@needs("people.manage_users")
def deactivate(request: HttpRequest, key: UUID) -> HttpResponse:
    person = _user(request, key)
    form = WhyForm(request.POST if request.method == "POST" else None)

    def save() -> str:
        actions.deactivate_user(person, why=form.cleaned_data["why"], by=me(request), at=now())
        return _("Akun ditutup. Semua sesinya berakhir.")

    return _edit(
        request,
        form,
        save,
        person,
        title=_("Tutup akun %(name)s") % {"name": person.name},
        lead=_(
            "Orang ini tidak dapat masuk lagi. Riwayat pekerjaannya tetap ada. Akun dapat dibuka kembali."
        ),
        submit=_("Tutup akun"),
    )


@needs("people.manage_users")
@require_POST
def reactivate(request: HttpRequest, key: UUID) -> HttpResponse:
    person = actions.reactivate_user(_user(request, key), by=me(request), at=now())
    messages.success(request, _("Akun dibuka kembali."))
    return redirect("people:user", key=person.key)


@needs("people.manage_users")
@require_POST
def link(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show a one-time link, once: it is kept nowhere."""
    person = _user(request, key)
    path = actions.one_time_link(person, by=me(request), at=now())
    context = {
        "person": person,
        "link": request.build_absolute_uri(path),
        "crumbs": _crumbs(person),
    }
    return render(request, "people/link.html", context)


@needs("people.manage_users")
def reset_second_factor(request: HttpRequest, key: UUID) -> HttpResponse:
    person = _user(request, key)
    form = Form(request.POST if request.method == "POST" else None)

    def save() -> str:
        actions.reset_second_factor(person, by=me(request), at=now())
        return _("Kode kedua dilepas dan semua sesi berakhir.")

    return _edit(
        request,
        form,
        save,
        person,
        title=_("Lepas kode kedua %(name)s") % {"name": person.name},
        lead=_(
            "Pastikan Anda berbicara dengan orangnya sendiri: siapa pun yang tahu kata sandinya lalu dapat masuk. "
            "Bila perannya mewajibkan kode kedua, ia memasangnya lagi saat masuk."
        ),
        submit=_("Lepas kode kedua"),
    )


@needs("people.manage_users")
@require_POST
def end_sessions(request: HttpRequest, key: UUID) -> HttpResponse:
    person = _user(request, key)
    keep = request.session.session_key or "" if person.pk == me(request).pk else ""
    count = actions.end_sessions(person, by=me(request), at=now(), keep=keep)
    messages.success(request, _("%(count)s sesi berakhir.") % {"count": count})
    return redirect("people:user", key=person.key)


def _form(request: HttpRequest, form: Any, **context: Any) -> HttpResponse:
    return render(request, "people/form.html", {"form": form, **context})


def _edit(
    request: HttpRequest, form: Any, save: Callable[[], str], person: User, **context: Any
) -> HttpResponse:
    """Show a form about an account; when it is right, save, say the sentence and go back to the account."""
    if request.method == "POST" and form.is_valid():
        try:
            sentence = save()
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, sentence)
            return redirect("people:user", key=person.key)
    back = reverse("people:user", args=[person.key])
    return _form(request, form, crumbs=_crumbs(person), cancel=back, **context)


# Agencies


@dataclass(frozen=True)
class Branch:
    """One agency as the tree shows it."""

    agency: Agency
    depth: int
    people: int
    is_mine: bool  # may be changed by who looks

    @property
    def marks(self) -> str:
        return "– " * self.depth


@needs("people.manage_agencies")
def agencies(request: HttpRequest) -> HttpResponse:
    """Show the tree of agencies."""
    filters = AgencyFilters(request)
    chosen = filters.chosen()
    on = today()
    rows = list(Agency.objects.select_related("area").prefetch_related("succeeded_by").order_by("code"))
    people: dict[int, set[int]] = defaultdict(set)
    for agency_id, user_id in Membership.objects.filter(_in_force(on)).values_list("agency_id", "user_id"):
        people[agency_id].add(user_id)
    if not chosen.get("closed"):
        rows = [row for row in rows if row.valid_to is None or row.valid_to >= on]
    if words := str(chosen.get("q") or "").lower():
        rows = [
            row
            for row in rows
            if any(words in name.lower() for name in (row.code, row.short_name, say(row.name), *row.aliases))
        ]
    how_far = reach(request.user, "people.manage_agencies")
    known = {row.pk for row in rows}
    below: dict[int | None, list[Agency]] = defaultdict(list)
    for row in rows:
        below[row.parent_id if row.parent_id in known else None].append(row)
    tree: list[Branch] = []

    def walk(parent: int | None, depth: int) -> None:
        for row in below[parent]:
            mine = how_far.everything or row.pk in how_far.agencies
            tree.append(Branch(row, depth, len(people[row.pk]), mine))
            walk(row.pk, depth + 1)

    walk(None, 0)
    kinds = dict(KINDS)
    context = {
        "filters": filters,
        "tree": [(branch, kinds[Agency.Kind(branch.agency.kind)]) for branch in tree],
        "total": len(tree),
        "may_add": how_far.everything,
    }
    return render(request, "people/agencies.html", context)


def _agency_crumbs() -> list[tuple[str, str]]:
    return [(_("Instansi"), reverse("people:agencies"))]


@needs("people.manage_agencies")
def add_agency(request: HttpRequest) -> HttpResponse:
    form = NewAgencyForm(request.POST or None, on=today(), initial={"valid_from": today()})
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            made = actions.add_agency(
                code=chosen["code"],
                name=form.full_name(),
                short_name=chosen["short_name"],
                kind=chosen["kind"],
                parent=chosen["parent"],
                area=chosen["area"],
                aliases=form.alias_list(),
                phone=chosen["phone"],
                valid_from=chosen["valid_from"],
                by=me(request),
                at=now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("%(agency)s ditambahkan.") % {"agency": made.short_name})
            return redirect("people:agencies")
    return _form(
        request, form, title=_("Tambah instansi"), crumbs=_agency_crumbs(), cancel=reverse("people:agencies")
    )


def _agency(request: HttpRequest, key: UUID) -> Agency:
    agency = Agency.objects.select_related("area", "parent").filter(key=key).first()
    if agency is None:
        raise Http404
    demand(request.user, "people.manage_agencies", agency)
    return agency


@needs("people.manage_agencies")
def change_agency(request: HttpRequest, key: UUID) -> HttpResponse:
    agency = _agency(request, key)
    initial = {
        "short_name": agency.short_name,
        "name": agency.name["id"],
        "name_en": agency.name.get("en", ""),
        "kind": agency.kind,
        "parent": agency.parent_id,
        "area": agency.area.code if agency.area else "",
        "aliases": "\n".join(agency.aliases),
        "phone": agency.phone,
    }
    form = AgencyForm(request.POST or None, on=today(), initial=initial)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            actions.change_agency(
                agency,
                name=form.full_name(),
                short_name=chosen["short_name"],
                kind=chosen["kind"],
                parent=chosen["parent"],
                area=chosen["area"],
                aliases=form.alias_list(),
                phone=chosen["phone"],
                by=me(request),
                at=now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Perubahan tersimpan."))
            return redirect("people:agencies")
    closing = "" if agency.valid_to else reverse("people:close_agency", args=[agency.key])
    return _form(
        request,
        form,
        title=agency.short_name,
        crumbs=_agency_crumbs(),
        cancel=reverse("people:agencies"),
        other_href=closing,
        other_words=_("Tutup instansi ini"),
    )


@needs("people.manage_agencies")
def close_agency(request: HttpRequest, key: UUID) -> HttpResponse:
    agency = _agency(request, key)
    form = CloseAgencyForm(request.POST or None, agency=agency, on=today(), initial={"on": today()})
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            actions.close_agency(
                agency,
                on=chosen["on"],
                successors=chosen["successors"],
                move_people=chosen["move_people"],
                by=me(request),
                at=now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("%(agency)s ditutup.") % {"agency": agency.short_name})
            return redirect("people:agencies")
    return _form(
        request,
        form,
        title=_("Tutup %(agency)s") % {"agency": agency.short_name},
        lead=_("Programnya tetap ada dan dipegang penerusnya. Riwayatnya tetap dapat dibaca."),
        crumbs=[*_agency_crumbs(), (agency.short_name, reverse("people:change_agency", args=[agency.key]))],
        cancel=reverse("people:agencies"),
        submit=_("Tutup instansi"),
    )


# Roles


@dataclass(frozen=True)
class RoleRow:
    role: Role
    verbs: list[tuple[str, str, str]]  # verb, what it means, how far
    people: int
    privacy: str


def _privacy_words(value: str) -> str:
    match Privacy(value):
        case Privacy.PUBLIC:
            return _("hanya data terbuka")
        case Privacy.INTERNAL:
            return _("data internal")
        case Privacy.PERSONAL:
            return _("data pribadi")
        case _other:
            return _("data pribadi yang peka")


@needs("people.see_roles")
def roles(request: HttpRequest) -> HttpResponse:
    """Show what each role may do; roles come from packs and are not changed here."""
    on = today()
    people: dict[int, set[int]] = defaultdict(set)
    for role_id, user_id in Membership.objects.filter(_in_force(on)).values_list("role_id", "user_id"):
        people[role_id].add(user_id)
    rows = []
    for role in Role.objects.order_by("pk"):
        verbs = [
            (verb, str(RULES[verb].title) if verb in RULES else "", str(SCOPES[scope]))
            for verb, scope in sorted(role.verbs.items())
        ]
        rows.append(RoleRow(role, verbs, len(people[role.pk]), _privacy_words(role.highest_privacy)))
    mine = {verb: may(request.user, verb) for verb in sorted(RULES)}
    context = {"rows": rows, "mine": [(RULES[verb].title, answer) for verb, answer in mine.items()]}
    return render(request, "people/roles.html", context)


# The record


def _someone(name: str) -> QuerySet[User]:
    return User.objects.filter(username__iexact=name.strip())


@dataclass(frozen=True)
class Change:
    """One named field of an entry, before and after."""

    name: str
    before: str
    after: str

    @property
    def label(self) -> str:
        return self.name.replace("_", " ")


def _changes(entry: Entry) -> list[Change]:
    names = dict.fromkeys([*entry.before, *entry.after])
    return [Change(name, _said(entry.before.get(name)), _said(entry.after.get(name))) for name in names]


def _said(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, dict) and "id" in value:
        return say({"id": str(value["id"])})
    if isinstance(value, dict):
        said = ", ".join(f"{name}: {one}" for name, one in sorted(value.items()))[:300]
        return said.replace(".", ".\u200b").replace("_", "_\u200b")  # long verbs may break on a phone
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)[:300] or "–"
    return str(value)[:300]


@needs("record.see_history")
def history(request: HttpRequest) -> HttpResponse:
    """List what happened, newest first. Personal fields show as their names only."""
    filters = HistoryFilters(request)
    found = Entry.objects.select_related("by").order_by("-pk")
    chosen = filters.chosen()
    if words := chosen.get("thing"):
        found = found.filter(thing__startswith=words)
    if verb := chosen.get("verb"):
        found = found.filter(verb__in=verbs.verbs_like(verb))
    if name := chosen.get("who"):
        found = found.filter(by__in=_someone(name))
    if since := chosen.get("since"):
        found = found.filter(at__gte=datetime.combine(since, time.min, tzinfo=zone()))
    page = paginate(request, found, PER_PAGE)
    names = _names_of(entry.thing for entry in page.items)
    told = verbs.told(page.items)
    rows = [
        (
            entry,
            told[entry.pk].thing if entry.pk in told else names.get(entry.thing, entry.thing),
            told[entry.pk].title if entry.pk in told else verbs.phrase(entry.verb),
            [] if entry.pk in told else _changes(entry),
            told[entry.pk].words if entry.pk in told else "",
        )
        for entry in page.items
    ]
    return render(request, "people/history.html", {"filters": filters, "page": page, "rows": rows})


def _names_of(things: Any) -> dict[str, str]:
    """Return readable names for the things that are people, agencies or roles; one query each."""
    keys: dict[str, list[str]] = defaultdict(list)
    for thing in set(things):
        kind, _colon, key = thing.partition(":")
        keys[kind].append(key)
    found = {
        f"people.user:{person.key}": person.name
        for person in User.objects.filter(key__in=keys["people.user"])
    }
    for agency in Agency.objects.filter(key__in=keys["people.agency"]):
        found[f"people.agency:{agency.key}"] = agency.short_name
    if keys["people.role"]:
        for role in Role.objects.filter(code__in=keys["people.role"]):
            found[f"people.role:{role.code}"] = _("peran %(role)s") % {"role": say(role.title)}
    return found
