"""Read what a PDF says, with tools of others: poppler where it is installed, pyHanko's reader for the structure."""

import io
import re
import shutil
import subprocess
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader


def text_of(pdf: bytes) -> str:
    """Return the words of a PDF, one space between them; skip where poppler is not installed."""
    return " ".join(raw_text(pdf).split())


def raw_text(pdf: bytes, *options: str) -> str:
    return _poppler("pdftotext", pdf, *options, "-", "-")


def structure_of(pdf: bytes) -> str:
    """Return the structure tree with its words, as pdfinfo prints it."""
    return _poppler("pdfinfo", pdf, "-struct-text", "-")


def _poppler(tool: str, pdf: bytes, *arguments: str) -> str:
    program = shutil.which(tool)
    if program is None:
        pytest.skip(f"{tool} (poppler-utils) is not installed")
    answer = subprocess.run([program, *arguments], input=pdf, capture_output=True, check=True)
    return answer.stdout.decode()


def root_of(pdf: bytes) -> Any:
    """Return the catalog of a PDF."""
    return PdfFileReader(io.BytesIO(pdf)).root


def metadata_of(pdf: bytes) -> str:
    """Return its XMP packet."""
    return str(root_of(pdf)["/Metadata"].data.decode())


def alternatives_of(pdf: bytes) -> list[str]:
    """Return the texts that stand for its pictures."""
    found: list[str] = []
    waiting = [root_of(pdf)["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop()
        if "/Alt" in node:
            found.append(str(node["/Alt"]))
        kids = node.get("/K", [])
        for kid in kids if isinstance(kids, list) else [kids]:
            kid = kid.get_object() if hasattr(kid, "get_object") else kid
            if hasattr(kid, "get"):
                waiting.append(kid)
    return found


def squeezed(words: str) -> str:
    """Return the words without any white space or place to break, for comparing what was broken over lines."""
    return re.sub(r"[\s\u200b]+", "", words)
