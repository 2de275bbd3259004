"""Who may do what with series and figures."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.measures.models import Evidence, Series, Value
from lawang.people.models import User
from lawang.people.permissions import acts_for, may, register
from lawang.record import verbs
from lawang.record.files import register_reader
from lawang.record.models import File


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
    register_reader("measures.series", may_read)
    verbs.register(
        {
            "evidence_added": gettext_lazy("Bukti ditambahkan"),
            "series_changed": gettext_lazy("Ukuran diubah"),
            "series_defined": gettext_lazy("Ukuran ditetapkan"),
            "value_approved": gettext_lazy("Angka disetujui"),
            "value_proposed": gettext_lazy("Angka diajukan"),
            "value_returned": gettext_lazy("Angka dikembalikan"),
            "values_imported": gettext_lazy("Angka diimpor"),
        }
    )


def may_read(user: AbstractBaseUser | AnonymousUser, file: File) -> bool:
    """Tell whether somebody may read a proof: everybody once it is public and its figure approved, else who may see
    the series from inside."""
    proofs = Evidence.objects.filter(file=file, is_public=True)
    if proofs.filter(Q(value=None) | Q(value__status=Value.Status.APPROVED)).exists():
        return True
    series = Series.objects.filter(key=file.about.partition(":")[2]).first()
    if series is None:
        return False
    verbs = ("measures.see_internal", "measures.propose", "measures.approve")
    return any(may(user, verb, series) for verb in verbs)
