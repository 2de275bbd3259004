"""The card by which a node introduces itself: canonical JSON, carried as a file or fetched.

    {"card": {...}, "signatures": [{"key": fingerprint, "signature": base64}, ...]}

The present key signs it, and the key before, if there was one: whoever knows that one follows the change by themselves.
Each signature is Ed25519 over HEAD and the canonical JSON of "card". docs/exchange.md describes every field.
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.utils.translation import gettext as _

from lawang.areas.models import is_code
from lawang.exchange import keys
from lawang.lib.refused import Refused
from lawang.lib.text import Text, is_text
from lawang.people.models import Node
from lawang.record.chain import canonical

FORMAT = "lawang card 1"
HEAD = b"lawang card 1\n"
LARGEST = 20_000  # bytes
GROUPS, DIGITS = 8, 4  # of the fingerprint as people compare it: 128 bits


@dataclass(frozen=True)
class Card:
    """What a node says of itself, with its signatures verified against its own keys."""

    node: UUID
    kind: str
    name: Text
    area_code: str
    base_url: str
    made_at: datetime
    sign: bytes  # public keys, 32 bytes each
    box: bytes
    signed_by: tuple[tuple[str, bytes], ...]  # fingerprint, signature
    content: bytes  # what was signed

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.node, self.sign, self.box)

    def is_signed_by(self, public: bytes) -> bool:
        """Tell whether the holder of this key vouches for the card."""
        name = keys.fingerprint(public)
        return any(
            known == name and keys.verified(public, signature, self.content)
            for known, signature in self.signed_by
        )


def fingerprint(node: UUID, sign: bytes, box: bytes) -> str:
    """Return what two people compare by telephone: "1a2b 3c4d ...", eight groups of four hex digits.

    The first 128 bits of the SHA-256 over the node's UUID (16 bytes) and both public keys.
    """
    digest = hashlib.sha256(node.bytes + sign + box).hexdigest()
    return " ".join(digest[start : start + DIGITS] for start in range(0, GROUPS * DIGITS, DIGITS))


def same_fingerprint(typed: str, shown: str) -> bool:
    """Compare what somebody typed, with or without spaces and dashes, in any case."""
    return re.sub(r"[\s:-]", "", typed).lower() == shown.replace(" ", "")


def moment(at: datetime) -> str:
    """Return a moment as every manifest and card has it: UTC, whole seconds, "2026-11-20T02:00:00Z"."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_moment(words: Any) -> datetime:
    """Raise ValueError for anything that `moment` does not write."""
    return datetime.strptime(str(words), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def write(node: Node, *, at: datetime) -> bytes:
    """Return this node's card."""
    signing = keys.signing_key()
    card = {
        "lawang": FORMAT,
        "node": str(node.key),
        "kind": str(node.kind),
        "name": node.name,
        "area": node.area.code if node.area else "",
        "base_url": node.base_url,
        "made_at": moment(at),
        "sign": base64.b64encode(keys.raw(signing.public_key())).decode(),
        "box": base64.b64encode(keys.raw(keys.box_key().public_key())).decode(),
    }
    content = HEAD + canonical(card)
    signers = [signing, *([old] if (old := keys.old_signing_key()) else [])]
    signatures = [
        {
            "key": keys.fingerprint(keys.raw(one.public_key())),
            "signature": base64.b64encode(one.sign(content)).decode(),
        }
        for one in signers
    ]
    return canonical({"card": card, "signatures": signatures})


def read(content: bytes) -> Card:
    """Return the card; raise Refused when it is none, or not signed with the keys that it names."""
    try:
        if len(content) > LARGEST:
            raise ValueError("too long")
        whole = json.loads(content)
        card = whole["card"]
        found = Card(
            node=UUID(card["node"]),
            kind=Node.Kind(card["kind"]),
            name=card["name"],
            area_code=str(card["area"]),
            base_url=str(card["base_url"]),
            made_at=read_moment(card["made_at"]),
            sign=base64.b64decode(card["sign"], validate=True),
            box=base64.b64decode(card["box"], validate=True),
            signed_by=tuple(
                (str(one["key"]), base64.b64decode(one["signature"], validate=True))
                for one in whole["signatures"][:4]
            ),
            content=HEAD + canonical(card),
        )
        if card["lawang"] != FORMAT or not is_text(found.name) or len(found.name["id"]) > 200:
            raise ValueError("another format")
        if found.area_code and not is_code(found.area_code):
            raise ValueError("no area")
        if (len(found.sign), len(found.box)) != (keys.RAW, keys.RAW):
            raise ValueError("no keys")
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Refused(_("Ini bukan kartu simpul Lawang. Minta berkas kartunya sekali lagi.")) from None
    if not found.is_signed_by(found.sign):
        raise Refused(
            _("Kartu ini tidak ditandatangani dengan kuncinya sendiri. Minta kartunya sekali lagi.")
        )
    check_address(found.base_url)
    return found


def check_address(base_url: str) -> None:
    """Raise Refused for an address that batches must not be fetched from."""
    if not base_url:
        return
    try:
        parts = urlsplit(base_url)
        is_here = parts.hostname in ("localhost", "127.0.0.1", "::1")
        is_good = (
            (parts.scheme == "https" or (parts.scheme == "http" and is_here))
            and bool(parts.hostname)
            and not (parts.username or parts.query or parts.fragment)
            and parts.path in ("", "/")
            and (parts.port is None or parts.port > 0)
            and len(base_url) <= 200
            and re.fullmatch(r"[!-~]+", base_url) is not None
        )
    except ValueError:
        is_good = False
    if not is_good:
        raise Refused(_("Alamat di kartu harus dimulai dengan https:// dan berhenti setelah nama servernya."))
