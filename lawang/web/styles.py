"""Compile lawang/web/css/*.css into the one file that pages load, and one more for the officers' desk.

`make css` runs this; its results are committed.
"""

from pathlib import Path

HERE = Path(__file__).resolve().parent
ORDER = (
    "tokens",
    "base",
    "shell",
    "form",
    "parts",
    "table",
    "editor",
    "chart",
    "map",
    "plan",
    "outbox",
    "case",
    "print",
)  # later files win over earlier ones
TARGET = HERE / "static" / "web" / "lawang.css"
DESK, DESK_TARGET = (
    ("desk",),
    TARGET.with_name("desk.css"),
)  # officers load it beside the other; citizens never
EXHIBITION, EXHIBITION_TARGET = (
    ("exhibition",),
    TARGET.with_name("exhibition.css"),
)  # visitors of the exhibition load it beside the other


def compiled(names: tuple[str, ...] = ORDER) -> str:
    """Return a compiled stylesheet. Needs rcssmin, which only requirements-dev.txt brings."""
    import rcssmin

    source = "\n".join((HERE / "css" / f"{name}.css").read_text(encoding="utf-8") for name in names)
    return str(rcssmin.cssmin(source)) + "\n"


def write() -> int:
    """Write the compiled stylesheets and return the size of the one for everybody, in bytes."""
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    DESK_TARGET.write_text(compiled(DESK), encoding="utf-8")
    EXHIBITION_TARGET.write_text(compiled(EXHIBITION), encoding="utf-8")
    return TARGET.write_text(compiled(), encoding="utf-8")
