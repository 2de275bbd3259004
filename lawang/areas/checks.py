"""What `lawang doctor` asks of areas."""

from django.utils.translation import gettext as _

from lawang.areas import codes
from lawang.areas.models import Area, Layer


def problems(regency: Area | None = None) -> list[str]:
    """Return a sentence for each thing that is missing, with what to do; `regency` is the node's own area."""
    if not Area.objects.exists():
        return [_("Daftar wilayah belum dimuat. Jalankan: lawang areas codes.")]
    found = []
    if Area.objects.count() < codes.origin().rows:
        found.append(_("Daftar wilayah tidak lengkap. Jalankan: lawang areas codes."))
    if regency is None:
        return found
    districts = Area.objects.filter(parent=regency, valid_to=None)
    if not Layer.objects.filter(outlines__area__in=districts).exists():
        found.append(
            _("Peta %(area)s masih skematis. Impor batas resmi dari Bappeda atau BIG: lawang areas import.")
            % {"area": regency.name}
        )
        if districts.filter(lon=None).exists():
            found.append(
                _("Titik sebagian kecamatan belum diisi: peta tidak lengkap. Jalankan: lawang areas points.")
            )
    return found
