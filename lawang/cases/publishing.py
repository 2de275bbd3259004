"""From a pack to what citizens see: a definition comes as a draft, is rehearsed, and published as an immutable version.

What a regency decides beside that: which agency does the work of a unit, its own values of parameters, whether a
service takes new cases. `by` is None for the installation itself and the command line, whose user holds the server.
"""

import functools
import hashlib
import json
import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import SearchVector
from django.db import transaction
from django.db.models import F, Max, Value
from django.utils.translation import gettext as _

from lawang.cases import rehearsal as rehearsals
from lawang.cases.definition import Definition, definition_of
from lawang.cases.letters import meanings, template_code
from lawang.cases.models import Service, ServiceSetting, ServiceVersion, Unit
from lawang.cases.offices import BY_PLACE
from lawang.cases.rehearsal import Rehearsal
from lawang.cases.settings import parameters_of
from lawang.documents.actions import install_template
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.packs.models import InstalledPack
from lawang.people.models import Agency, User
from lawang.people.node import forget
from lawang.people.permissions import demand
from lawang.record.actions import record

LONGEST = 300  # letters of a parameter's value, and of its source


def fingerprint(item: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a definition as canonical JSON: in which order its words were written does not count."""
    whole = json.dumps(item, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(whole.encode()).hexdigest()


@transaction.atomic
def bring(item: dict[str, Any], *, pack: str, at: datetime) -> ServiceVersion:
    """Keep a definition out of a pack as the service's draft, and return the version that holds it.

    What is in force or drafted already is nothing to do. A service that a regency's pack defines itself is not changed
    by the pack it requires: the difference is shown where services are managed.
    """
    service, is_new = Service.objects.get_or_create(
        code=item["code"], defaults={"title": item["title"], "pack": pack}
    )
    service = Service.objects.select_for_update().get(pk=service.pk)
    sha256 = fingerprint(item)
    versions = service.versions.order_by("-number")
    latest = versions.first()
    if latest is not None and service.pack != pack and _is_built_on(service.pack, pack):
        return latest
    if service.pack != pack:
        Service.objects.filter(pk=service.pk).update(pack=pack)
    draft = versions.filter(state=ServiceVersion.State.DRAFT).first()
    if service.current_id and service.current and service.current.sha256 == sha256:
        if draft is not None:
            draft.delete()
        return service.current
    if draft is not None and draft.sha256 == sha256:
        return draft
    if draft is None:
        number = (versions.aggregate(last=Max("number"))["last"] or 0) + 1
        draft = ServiceVersion(service=service, number=number)
    draft.definition, draft.sha256, draft.rehearsal, draft.made_at = item, sha256, {}, at
    draft.save()
    if is_new:
        _index(service, draft)
    record(
        service,
        "service_drafted",
        by=None,
        at=at,
        after={"number": draft.number, "sha256": sha256, "pack": pack},
    )
    return draft


def _is_built_on(pack: str, other: str) -> bool:
    """Tell whether an installed pack requires another."""
    row = (
        InstalledPack.objects.filter(name=pack, is_current=True).values_list("definitions", flat=True).first()
    )
    return row is not None and other in row.get("pack", {}).get("requires", [])


def _index(service: Service, version: ServiceVersion) -> None:
    """Give the service the title of a version, and the words by which people find it."""
    item = version.definition
    weighed = (
        (_in(item["title"], "id"), "A", "indonesian"),
        (" ".join(item.get("keywords", [])), "B", "indonesian"),
        (_in(item["summary"], "id"), "C", "indonesian"),
        (f"{_in(item['title'], 'en')} {_in(item['summary'], 'en')}", "D", "english"),
    )
    vectors = [SearchVector(Value(words), weight=weight, config=tongue) for words, weight, tongue in weighed]
    Service.objects.filter(pk=service.pk).update(
        title=item["title"], search=functools.reduce(operator.add, vectors)
    )


def _in(words: Any, language: str) -> str:
    return str(words.get(language, "")) if isinstance(words, dict) else str(words)


@transaction.atomic
def rehearse(version: ServiceVersion, *, by: User | None = None, at: datetime) -> Rehearsal:
    """Run a year of made-up cases through a version in this regency, and keep what was found."""
    if by is not None:
        demand(by, "cases.publish")
    definition = definition_of(version)
    found = rehearsals.rehearse(
        definition, parameters_of(version.service_id, definition), version.sha256, at=at
    )
    ServiceVersion.objects.filter(pk=version.pk, sha256=version.sha256).update(rehearsal=found.as_json())
    version.rehearsal = found.as_json()
    record(
        version.service,
        "service_rehearsed",
        by=by,
        at=at,
        after={
            "number": version.number,
            "cases": found.cases,
            "blocking": len(found.blocking),
            "findings": len(found.findings),
        },
    )
    return found


def rehearsal_of(version: ServiceVersion) -> Rehearsal | None:
    """Return the last rehearsal of exactly this definition, None when there was none."""
    found = Rehearsal.from_json(version.rehearsal)
    return found if found and found.sha256 == version.sha256 else None


@transaction.atomic
def publish(version: ServiceVersion, *, by: User | None, at: datetime) -> ServiceVersion:
    """Put a rehearsed draft in force: new cases begin with it, those that run keep theirs.

    Raise Refused when it is no draft, was not rehearsed as it is, or the rehearsal found something that cannot work.
    """
    if by is not None:
        demand(by, "cases.publish")
    service = Service.objects.select_for_update().get(pk=version.service_id)
    version = ServiceVersion.objects.select_for_update().get(pk=version.pk)
    if version.state != ServiceVersion.State.DRAFT:
        raise Refused(_("Versi ini sudah terbit."))
    found = rehearsal_of(version)
    if found is None:
        raise Refused(_("Jalankan dulu gladi bersih untuk versi ini, lalu terbitkan."))
    if found.blocking:
        raise Refused(
            _("Belum bisa diterbitkan. %(findings)s") % {"findings": rehearsals.in_words(found.blocking)}
        )
    before = service.current
    if before is not None:
        ServiceVersion.objects.filter(pk=before.pk).update(state=ServiceVersion.State.RETIRED, retired_at=at)
    version.state, version.published_at = ServiceVersion.State.PUBLISHED, at
    version.save(update_fields=["state", "published_at"])
    Service.objects.filter(pk=service.pk).update(current=version)
    _index(service, version)
    definition = definition_of(version)
    for letter in definition.letters.values():
        install_template(
            template_code(definition, letter),
            kind=letter.kind,
            title=letter.title,
            body=letter.body,
            series=letter.series,
            signers=letter.signers,
            names=meanings(definition),
            at=at,
        )
    record(
        service,
        "service_published",
        by=by,
        at=at,
        before={"number": before.number} if before else None,
        after={"number": version.number, "sha256": version.sha256},
    )
    return version


@transaction.atomic
def assign_unit(unit: Unit, agency: Agency | None, *, by: User | None, at: datetime) -> Unit:
    """Say which agency does the work of a unit from now on; cases keep the office that has them.

    Raise Refused for an agency that is closed or no part of the regency, and when a unit that services in force need
    would be left without one.
    """
    if by is not None:
        demand(by, "cases.publish")
    unit = Unit.objects.select_for_update(of=("self",)).select_related("agency").get(pk=unit.pk)
    if unit.code in BY_PLACE:
        raise Refused(_("Pekerjaan ini mengikuti tempat permohonan; kantornya tidak ditetapkan di sini."))
    if agency is not None and (agency.valid_to is not None or agency.kind == Agency.Kind.OUTSIDE):
        raise Refused(
            _("%(agency)s sudah ditutup atau bukan bagian kabupaten. Pilih instansi lain.")
            % {"agency": agency.short_name}
        )
    if agency is None and (users := services_with(unit.code)):
        raise Refused(
            _("Layanan yang terbit membutuhkan “%(unit)s”: %(services)s. Pilih instansi lain, jangan kosong.")
            % {"unit": say(unit.title), "services": ", ".join(users[:3])}
        )
    before = unit.agency
    if (before.pk if before else None) == (agency.pk if agency else None):
        return unit
    unit.agency = agency
    unit.save(update_fields=["agency"])
    forget()
    record(
        unit,
        "unit_assigned",
        by=by,
        at=at,
        before={"agency": before.code if before else None},
        after={"agency": agency.code if agency else None},
    )
    return unit


def services_with(unit: str) -> list[str]:
    """Return the titles of the published services that a unit works for."""
    rows = ServiceVersion.objects.filter(state=ServiceVersion.State.PUBLISHED).values_list(
        "definition__title__id", "definition__unit", "definition__states"
    )
    return [
        str(title) for title, own, states in rows if own == unit or any(one["unit"] == unit for one in states)
    ]


@dataclass(frozen=True)
class Setting:
    """One value that a regency wants, and the rule it comes from."""

    value: str
    source: str = ""


@transaction.atomic
def set_parameters(
    service: Service, wanted: Mapping[str, Setting], *, by: User | None, at: datetime
) -> dict[str, str]:
    """Set this regency's own values; an empty one goes back to the pack's. Return name -> value of what changed.

    They belong to the service, not to a version. Raise Refused for an unknown name, for words where the pack has a
    number or a date, and for a value of one's own without its source.
    """
    if by is not None:
        demand(by, "cases.set_up", service)
    Service.objects.select_for_update().get(pk=service.pk)
    definition = newest(service)
    known = {one["name"]: one for one in definition.data["parameters"]}
    before = dict(ServiceSetting.objects.filter(service=service).values_list("name", "value"))
    changed: dict[str, str] = {}
    for name, setting in wanted.items():
        if name not in known:
            raise Refused(_("Layanan ini tidak punya pengaturan “%(name)s”.") % {"name": name})
        value = " ".join(setting.value.split())[:LONGEST]
        source = " ".join(setting.source.split())[:LONGEST]
        if not value or (value == known[name]["value"] and not source):
            if name in before:
                ServiceSetting.objects.filter(service=service, name=name).delete()
                changed[name] = ""
            continue
        _check_value(say(known[name]["title"]), value, known[name]["value"])
        if not source:
            raise Refused(
                _("Tulis sumber untuk “%(title)s”: peraturan atau keputusan yang menetapkannya.")
                % {"title": say(known[name]["title"])}
            )
        ServiceSetting.objects.update_or_create(
            service=service, name=name, defaults={"value": value, "source": source}
        )
        if before.get(name) != value:
            changed[name] = value
    if changed:
        record(
            service,
            "service_set_up",
            by=by,
            at=at,
            before={name: before.get(name, known[name]["value"]) for name in changed},
            after={name: value or known[name]["value"] for name, value in changed.items()},
        )
    return changed


def _check_value(title: str, value: str, like: str) -> None:
    """Raise Refused when a value is not of the sort that the pack's is: a number, a date, one word."""
    if re.fullmatch(r"-?\d+", like) and not re.fullmatch(r"-?\d{1,15}", value):
        raise Refused(
            _("“%(title)s” harus bilangan bulat, misalnya %(like)s. Anda menulis “%(value)s”.")
            % {"title": title, "like": like, "value": value[:40]}
        )
    if re.fullmatch(r"-?\d+\.\d+", like) and not re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", value):
        raise Refused(
            _("“%(title)s” harus angka, misalnya %(like)s. Anda menulis “%(value)s”.")
            % {"title": title, "like": like, "value": value[:40]}
        )
    if re.fullmatch(r"\d{4}-\d\d-\d\d", like) and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        raise Refused(
            _("“%(title)s” harus tanggal seperti %(like)s. Anda menulis “%(value)s”.")
            % {"title": title, "like": like, "value": value[:40]}
        )


def preset(service: Service, code: str) -> dict[str, Setting]:
    """Return the settings of one of the presets that the pack brings. Raise Refused for an unknown one."""
    found = next((one for one in newest(service).data["presets"] if one["code"] == code), None)
    if found is None:
        raise Refused(_("Pilihan itu tidak ada."))
    return {name: Setting(value, found["source"]) for name, value in found["values"].items()}


@transaction.atomic
def set_open(service: Service, is_open: bool, *, by: User | None, at: datetime) -> Service:
    """Let a service take new cases, or not for a while; those that run go on."""
    if by is not None:
        demand(by, "cases.set_up", service)
    service = Service.objects.select_for_update().get(pk=service.pk)
    if service.is_open != is_open:
        service.is_open = is_open
        service.save(update_fields=["is_open"])
        record(service, "service_opened" if is_open else "service_closed", by=by, at=at)
    return service


def newest(service: Service) -> Definition:
    """Return the definition whose parameters are set: the one in force, else the draft."""
    version = (
        service.current
        or service.versions.order_by(F("published_at").desc(nulls_last=True), "-number").first()
    )
    if version is None:
        raise Refused(_("Layanan ini belum punya isi. Pasang paketnya dulu."))
    return definition_of(version)


def national(code: str, pack: str = "nasional") -> dict[str, Any] | None:
    """Return a service as the national pack that is installed has it; None when it has none."""
    row = (
        InstalledPack.objects.filter(name=pack, is_current=True).values_list("definitions", flat=True).first()
    )
    return next((one for one in (row or {}).get("services", []) if one["code"] == code), None)
