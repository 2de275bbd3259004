"""The word lists of packs."""

from lawang.lib.text import Text
from lawang.packs.models import InstalledPack


def catalogue(code: str) -> dict[str, Text]:
    """Return word -> title of one list, in order; later packs add to and rename what earlier ones gave."""
    found: dict[str, Text] = {}
    for lists in (
        InstalledPack.objects.filter(is_current=True, definitions__has_key="catalogues")
        .order_by("installed_at", "pk")
        .values_list("definitions__catalogues", flat=True)
    ):
        for words in (one["words"] for one in lists if one["code"] == code):
            found.update({word["code"]: word["title"] for word in words})
    return found
