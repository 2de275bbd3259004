"""The things that documents come from belong to nouns further down the street; they register here what they answer."""

from collections.abc import Callable
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from lawang.documents.models import Document
from lawang.people.models import Agency, User

Reader = Callable[[AbstractBaseUser | AnonymousUser, Document], bool]
Listener = Callable[[Document, str, User | None, datetime], None]
Wordings = Callable[[Agency], set[str]]
_readers: dict[str, Reader] = {}
_listeners: dict[str, Listener] = {}
_wordings: list[Wordings] = []


def register_source_reader(prefix: str, may_read: Reader) -> None:
    """Let a noun decide who reads the issued documents of its things: `prefix` is "cases.case".

    Asked only when the person's own tasks (verb documents.see) do not answer yes already.
    """
    _readers[prefix] = may_read


def register_source_listener(prefix: str, listener: Listener) -> None:
    """Tell a noun what happened to a document of one of its things, in the same transaction.

    The word is "issued" (valid from now on), "signed" (one more, not the last), "replaced", "revoked".
    """
    _listeners[prefix] = listener


def may_read(user: AbstractBaseUser | AnonymousUser, document: Document) -> bool:
    """Ask the noun of the document's thing."""
    reader = _readers.get(document.about.partition(":")[0])
    return bool(reader and reader(user, document))


def tell(document: Document, word: str, *, by: User | None, at: datetime) -> None:
    """Tell the noun of the document's thing."""
    if listener := _listeners.get(document.about.partition(":")[0]):
        listener(document, word, by, at)


def register_wordings(codes_of: Wordings) -> None:
    """Let a noun say which letters (codes of templates) an office issues; the letters desk lists only those."""
    _wordings.append(codes_of)


def wordings_of(office: Agency) -> set[str] | None:
    """Return the codes of the letters that an office issues; None while nobody knows."""
    return set().union(*(codes_of(office) for codes_of in _wordings)) if _wordings else None
