"""The verbs of packs."""

from django.utils.translation import gettext_lazy as _

from lawang.people.permissions import register


def install() -> None:
    register("packs.install", title=_("memasang paket"))
