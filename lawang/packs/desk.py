"""Pages of the administrator: what is installed, what a folder would change, what is wrong with it."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lawang.lib.refused import Refused
from lawang.packs import actions
from lawang.packs.comparing import Change, compare
from lawang.packs.models import InstalledPack
from lawang.packs.reader import Pack, fingerprint, read_pack
from lawang.packs.registry import KINDS, Words
from lawang.people.models import User
from lawang.people.node import now
from lawang.people.permissions import needs

FOLDERS = Path(settings.ROOT) / "packs"
MOST_CHANGES = 200  # shown on one page


@dataclass(frozen=True)
class Row:
    """One pack as the list shows it."""

    name: str
    title: dict[str, str] | None
    installed: InstalledPack | None
    on_disk: bool
    differs: bool  # the folder is not what is installed


@dataclass(frozen=True)
class Part:
    """One kind of definition in an installed version."""

    title: Words
    items: list[tuple[str, dict[str, str] | str]]  # code, title


def folders() -> dict[str, Path]:
    """Return the packs that lie on this server, by name."""
    return {path.parent.name: path.parent for path in sorted(FOLDERS.glob("*/pack.yaml"))}


@needs("packs.install")
def index(request: HttpRequest) -> HttpResponse:
    """List what is installed and what lies on the server."""
    here = folders()
    current = {row.name: row for row in InstalledPack.objects.filter(is_current=True).order_by("name")}
    rows = []
    for name in sorted({*here, *current}):
        installed = current.get(name)
        rows.append(
            Row(
                name=name,
                title=installed.definitions["pack"]["title"] if installed else None,
                installed=installed,
                on_disk=name in here,
                differs=name in here and (installed is None or fingerprint(here[name]) != installed.sha256),
            )
        )
    return render(request, "packs/index.html", {"rows": rows})


@needs("packs.install")
def pack(request: HttpRequest, name: str) -> HttpResponse:
    """Show the versions of one pack and what the present one holds."""
    versions = list(InstalledPack.objects.filter(name=name).order_by("-installed_at", "-pk"))
    if not versions:
        raise Http404
    wanted = request.GET.get("versi")
    shown = next((row for row in versions if row.version == wanted), None) or versions[0]
    earlier = next((row for row in versions if row.installed_at < shown.installed_at), None)
    changes = list(compare(earlier.definitions, shown.definitions)) if earlier else []
    context = {
        "crumbs": [(_("Paket"), reverse("packs:index"))],
        "shown": shown,
        "manifest": shown.definitions["pack"],
        "versions": versions,
        "parts": parts(shown),
        "earlier": earlier,
        "changes": changes[:MOST_CHANGES],
        "more": max(0, len(changes) - MOST_CHANGES),
        "on_disk": name in folders(),
    }
    return render(request, "packs/pack.html", context)


def parts(row: InstalledPack) -> list[Part]:
    """Return what a version holds, kind by kind."""
    found = []
    for kind in KINDS.values():
        if items := row.definitions.get(kind.name):
            lines = [
                (
                    str(item.get("code") or item.get("framework") or item.get("area") or ""),
                    item.get("title") or item.get("name") or item.get("framework") or "",
                )
                for item in items
            ]
            found.append(Part(kind.title, lines))
    return found


@needs("packs.install")
def folder(request: HttpRequest, name: str) -> HttpResponse:
    """Check one folder on the server and show what installing it would change."""
    return _folder(request, name)


def _folder(request: HttpRequest, name: str, trouble: str = "") -> HttpResponse:
    if name not in folders():
        raise Http404
    read = read_pack(folders()[name])
    current = InstalledPack.objects.filter(name=name, is_current=True).first()
    changes: list[Change] = []
    if not read.problems:
        before = current.definitions if current else {}
        changes = list(compare(before, {"pack": read.manifest, **read.definitions}))
    context = {
        "crumbs": [(_("Paket"), reverse("packs:index"))],
        "name": name,
        "read": read,
        "title": read.manifest.get("title"),
        "current": current,
        "same": current is not None and current.sha256 == read.sha256,
        "changes": changes[:MOST_CHANGES],
        "more": max(0, len(changes) - MOST_CHANGES),
        "trouble": trouble,
        "counts": counts(read),
    }
    return render(request, "packs/folder.html", context, status=422 if trouble else 200)


def counts(read: Pack) -> list[tuple[Words, int]]:
    return [(KINDS[kind].title, len(items)) for kind, items in read.definitions.items()]


@needs("packs.install")
@require_POST
def install(request: HttpRequest, name: str) -> HttpResponse:
    """Install one folder on the server."""
    assert isinstance(request.user, User)
    if name not in folders():
        raise Http404
    try:
        result = actions.install(folders()[name], by=request.user, at=now())
    except Refused as refused:
        return _folder(request, name, refused.sentence)
    messages.success(
        request,
        (
            _("Paket %(name)s versi %(version)s terpasang.")
            if result.fresh
            else _("Paket %(name)s versi %(version)s sudah terpasang.")
        )
        % {"name": result.row.name, "version": result.row.version},
    )
    return redirect("packs:pack", name=name)
