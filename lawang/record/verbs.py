"""What the verbs of the history are called on screens. Each noun says its own; those that many use stand here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lawang.record.models import Entry

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


@dataclass(frozen=True)
class Told:
    """What a list of the history says of one entry."""

    thing: str  # what people call the thing: the number of a case
    title: str
    words: str  # what changed, in sentences


Teller = Callable[[Sequence[Entry]], Mapping[int, Told]]
_tellers: dict[str, Teller] = {}


def register_teller(prefix: str, teller: Teller) -> None:
    """Let a noun tell of its things, "cases.case", in sentences; the others show which fields changed."""
    _tellers[prefix] = teller


def told(entries: Iterable[Entry]) -> dict[int, Told]:
    """Return what nouns say of these entries, by their pk; those of which nobody tells are left out."""
    of: dict[str, list[Entry]] = {}
    for entry in entries:
        of.setdefault(entry.thing.partition(":")[0], []).append(entry)
    return {
        pk: one
        for prefix, mine in of.items()
        if prefix in _tellers
        for pk, one in _tellers[prefix](mine).items()
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
