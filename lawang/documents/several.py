"""Signing several letters in one press: one after another, until all are tried or there is no sense in going on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.views.decorators.debug import sensitive_variables

from lawang.documents import signatures
from lawang.documents.models import Document, Signature
from lawang.documents.signing import NotRegistered, Unavailable, WrongPassphrase
from lawang.lib.refused import Refused
from lawang.people.models import User

LONGEST = timedelta(seconds=20)  # of one press, before the last letter: proxies cut long requests off
# What is true of every letter. Signing services lock an account after a few wrong passphrases, so one try is enough.
HOPELESS = (WrongPassphrase, NotRegistered, Unavailable)


@dataclass
class Outcome:
    """What became of the letters, each in one of these."""

    left: list[Document]  # not tried, or the one at which it stopped
    signed: list[Document] = field(default_factory=list)
    asked: list[Document] = field(default_factory=list)  # of a signer that answers later
    refused: dict[str, list[Document]] = field(default_factory=dict)  # by the sentence that says why
    why: str = ""  # the sentence of the signer that made it stop; "" with letters left: the time was over


@sensitive_variables("passphrase")
def sign(
    letters: Iterable[Document],
    *,
    by: User,
    passphrase: str = "",
    signer: str = "",
    clock: Callable[[], datetime],
) -> Outcome:
    """Sign one letter after the other, each as `signatures.sign` does alone; what is signed stays signed.

    `clock` is asked before each letter: for its moment, and whether there is time for it.
    """
    done = Outcome(list(letters))
    began = clock()
    while done.left and (at := clock()) - began < LONGEST:
        letter = done.left[0]
        try:
            letter = signatures.sign(letter, by=by, passphrase=passphrase, signer=signer, at=at)
        except HOPELESS as error:
            done.why = error.sentence
            break
        except Refused as refused:
            done.refused.setdefault(refused.sentence, []).append(letter)
        else:
            (done.asked if _is_asked(letter) else done.signed).append(letter)
        del done.left[0]
    return done


def _is_asked(letter: Document) -> bool:
    return letter.signatures.filter(state=Signature.State.ASKED).exists()
