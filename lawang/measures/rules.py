"""Who may do what with series and figures."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.measures.models import Series, Value
from lawang.people.models import User
from lawang.people.permissions import acts_for, register


def _series(thing: object) -> Series:
    if isinstance(thing, Value):
        return thing.series
    assert isinstance(thing, Series)
    return thing


def _holders(thing: object) -> set[int]:
    return {_series(thing).owner_id}


def _not_the_proposer(user: User, thing: object) -> str | None:
    """Return why this person may not decide: whoever proposed never approves, nor does their delegate."""
    if not isinstance(thing, Value) or thing.proposed_by_id is None:
        return None
    if thing.proposed_by_id == user.pk:
        return _("Anda sendiri yang mengusulkan angka ini. Orang lain yang memutuskan.")
    if thing.proposed_by_id in acts_for(user):
        return _(
            "Angka ini diusulkan oleh orang yang Anda wakili atau yang mewakili Anda. Orang lain yang memutuskan."
        )
    return None


def install() -> None:
    register("measures.propose", title=gettext_lazy("mengusulkan angka"), agencies=_holders)
    register(
        "measures.approve", title=gettext_lazy("menyetujui angka"), agencies=_holders, veto=_not_the_proposer
    )
    register(
        "measures.see_internal", title=gettext_lazy("melihat angka yang belum disetujui"), agencies=_holders
    )
    register("measures.define", title=gettext_lazy("menetapkan deret angka"), agencies=_holders)
