"""What the verbs of the history are called on screens. Each noun says its own; those that many use stand here."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PHRASES: dict[str, str | Promise] = {
    "added": _("Ditambahkan"),
    "changed": _("Diubah"),
    "erased": _("Data pribadi dihapus"),
    "installed": _("Dipasang dari paket"),
    "kept": _("Berkas disimpan"),
    "merged": _("Digabung"),
    "removed": _("Dihapus"),
    "sent_again": _("Pesan dikirim ulang"),
    "split": _("Dipecah"),
}


def register(phrases: Mapping[str, str | Promise]) -> None:
    """Name the verbs of a noun."""
    PHRASES.update(phrases)


def phrase(verb: str) -> str:
    """Return what people call a verb; of a verb that no longer exists, its own words."""
    return str(PHRASES.get(verb, verb.replace("_", " ")))


def verbs_like(words: str) -> list[str]:
    """Return the verb of this name, and those whose phrase in the active language holds these words."""
    wanted = words.strip().lower()
    return [wanted, *(verb for verb, said in PHRASES.items() if wanted in str(said).lower())]
