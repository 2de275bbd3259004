"""Compile lawang/web/css/*.css into the one file that pages load. `make css` runs this; its result is committed."""

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
    "print",
)  # later files win over earlier ones
TARGET = HERE / "static" / "web" / "lawang.css"


def compiled() -> str:
    """Return the compiled stylesheet. Needs rcssmin, which only requirements-dev.txt brings."""
    import rcssmin

    source = "\n".join((HERE / "css" / f"{name}.css").read_text(encoding="utf-8") for name in ORDER)
    return str(rcssmin.cssmin(source)) + "\n"


def write() -> int:
    """Write the compiled stylesheet and return its size in bytes."""
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    return TARGET.write_text(compiled(), encoding="utf-8")
