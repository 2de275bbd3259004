import re

import brotli  # type: ignore[import-untyped]
import pytest

from lawang.web import shell
from lawang.web.colours import contrast, readable
from lawang.web.staticfiles import EXPLANATION
from lawang.web.styles import DESK, DESK_TARGET, EXHIBITION, EXHIBITION_TARGET, HERE, TARGET, compiled


def test_the_compiled_style_sheet_is_current() -> None:
    assert TARGET.read_text(encoding="utf-8") == compiled(), "run `make css` and commit the result"
    assert DESK_TARGET.read_text(encoding="utf-8") == compiled(DESK), "run `make css` and commit the result"
    assert EXHIBITION_TARGET.read_text(encoding="utf-8") == compiled(EXHIBITION), "run `make css` and commit"


def _served(*names: str) -> int:
    """Return the bytes of these scripts as phones get them: without explanations, compressed."""
    folder = HERE / "static" / "web" / "js"
    bare = [EXPLANATION.sub("", (folder / f"{name}.js").read_text(encoding="utf-8")) for name in names]
    return sum(len(brotli.compress(script.encode())) for script in bare)


def test_style_and_scripts_stay_small() -> None:
    assert len(brotli.compress(TARGET.read_bytes())) <= 10_000
    assert len(brotli.compress(DESK_TARGET.read_bytes())) <= 3_000
    assert len(brotli.compress(EXHIBITION_TARGET.read_bytes())) <= 2_500
    opening = ("page", "form", "outbox")
    sending = ("code", "item", "photo", "token", "waiting")
    assert _served("page", "draft") <= 4_000
    assert _served(*opening) <= 8_000
    assert _served(*opening, *sending) <= 10 * 1024


@pytest.mark.parametrize("accent", ["#0a4da6", "#ff1800", "#eebb04", "#3cc14e", "#000000", "#ffffff"])
def test_any_accent_becomes_readable(accent: str) -> None:
    colours = dict(re.findall(r"--(accent[a-z-]*):(#[0-9a-f]+)", shell.theme(accent).partition("@media")[0]))
    assert contrast(colours["accent"], "#ffffff") >= 7
    assert contrast(colours["accent"], colours["accent-soft"]) >= 4.5
    dark = dict(re.findall(r"--(accent[a-z-]*):(#[0-9a-f]+)", shell.theme(accent).partition("@media")[2]))
    assert contrast(dark["accent"], "#10151c") >= 7
    assert contrast(dark["accent"], dark["accent-soft"]) >= 4.5
    assert contrast(dark["accent-on"], dark["accent"]) >= 4.5


def test_a_readable_colour_is_left_alone() -> None:
    assert readable("#0a489f", "#ffffff", 7) == "#0a489f"


def test_tokens_reach_their_contrast() -> None:
    source = (HERE / "css" / "tokens.css").read_text(encoding="utf-8")
    first, _, second = source.partition("prefers-color-scheme: dark")
    for part in (first, second):
        token = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6});", part))
        assert contrast(token["ink"], token["bg"]) >= 7
        for ground in ("bg", "surface", "raised"):
            assert contrast(token["ink-2"], token[ground]) >= 7
            assert contrast(token["line-2"], token[ground]) >= 3
        for kind in ("good", "warn", "bad", "idle", "old"):
            assert contrast(token[kind], token[f"{kind}-soft"]) >= 4.5
