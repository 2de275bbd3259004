"""The photos of an application of the drill: the same number gives the same bytes, before and after."""

import hashlib
import io
import random
from dataclasses import dataclass

from PIL import Image


@dataclass(frozen=True)
class Photo:
    name: str
    data: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def photos_of(number: int) -> list[Photo]:
    """Return one to three photos of noise, 4 to 170 KB each."""
    dice = random.Random(number)
    photos = []
    for count in range(dice.choice((1, 1, 1, 2, 3))):
        form, side = dice.choice(("PNG", "JPEG")), dice.choice((60, 100, 140, 240))
        out = io.BytesIO()
        Image.frombytes("RGB", (side, side), dice.randbytes(side * side * 3)).save(out, form)
        photos.append(Photo(f"foto-{count}.{form.lower()}", out.getvalue()))
    return photos
