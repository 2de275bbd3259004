"""What is written: letters, their names, numbers and signers."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from lawang.cases import letters
from lawang.cases.proofs.proof import Proof
from lawang.documents import language
from lawang.packs.schema import Fault

SERIES = re.compile(r"[A-Z][A-Z0-9-]{1,9}")


def of_letters(proof: Proof) -> Iterator[Fault]:
    allowed = set(letters.names(proof.definition))
    used = {step.get("letter") for step in proof.data["steps"]}
    if not SERIES.fullmatch(proof.data["series"]):
        yield Fault(("series",), _series(proof.data["series"]))
    for number, letter in enumerate(proof.data["letters"]):
        way = ("letters", number)
        if letter["series"] and not SERIES.fullmatch(letter["series"]):
            yield Fault((*way, "series"), _series(letter["series"]))
        if letter["series"] == proof.data["series"]:
            yield Fault(
                (*way, "series"),
                _("Seri “%(series)s” sudah dipakai nomor permohonan. Beri surat ini seri lain.")
                % {"series": letter["series"]},
            )
        if letter["kind"] in ("certificate", "decision"):
            for word, sentence in (
                ("series", _("Surat seperti ini bernomor. Tulis “series”, misalnya SKU.")),
                ("signers", _("Surat seperti ini ditandatangani. Tulis “signers”, misalnya [head].")),
            ):
                if not letter[word]:
                    yield Fault((*way, "kind"), sentence)
        if len(set(letter["signers"])) < len(letter["signers"]):
            yield Fault((*way, "signers"), _("Satu jabatan menandatangani satu kali."))
        if letter["kind"] != "receipt" and letter["code"] not in used:
            yield Fault(
                (*way, "code"),
                _("Surat “%(letter)s” tidak dipakai langkah mana pun. Tulis “letter” pada langkahnya.")
                % {"letter": letter["code"]},
            )
        for tongue, body in letter["body"].items():
            for found in language.faults(body, allowed):
                yield Fault((*way, "body", tongue), str(found), found.allowed)


def _series(word: str) -> str:
    return _("Seri “%(word)s” harus 2 sampai 10 huruf besar, misalnya AKL.") % {"word": word}
