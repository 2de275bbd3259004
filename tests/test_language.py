"""Everything Lawang says is said in English too, and the history has words for whatever it records."""

import ast
import gettext
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.template.base import Template
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.translation import override

from lawang.cases.packs import STEP_KINDS
from lawang.people import login
from lawang.plans.actions import Register, Row
from lawang.record.verbs import PHRASES, phrase

LAWANG = Path(__file__).resolve().parent.parent / "lawang"
CATALOGUE = LAWANG / "locale" / "en" / "LC_MESSAGES"
CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
SOURCES = sorted(path for path in LAWANG.rglob("*.py") if "tests" not in path.parts)
TEMPLATES = sorted(path for path in LAWANG.rglob("templates/**/*") if path.is_file())
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%%")


@cache
def english() -> dict[str, tuple[str, ...]]:
    """Return from django.po, for every Indonesian sentence, its English: two of them where there is a plural."""
    found: dict[str, tuple[str, ...]] = {}
    for block in (CATALOGUE / "django.po").read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if re.search(r"^#,.*\bfuzzy\b", block, re.MULTILINE):  # a guess is not a translation
            continue
        joined = re.findall(r'^(msg\S+) (".*(?:\n".*)*)', "\n".join(lines), re.MULTILINE)
        said = [
            (name, "".join(ast.literal_eval(part) for part in words.splitlines())) for name, words in joined
        ]
        assert [name for name, _words in said[:1]] != ["msgctxt"], "contexts are not used here"
        found[dict(said)["msgid"]] = tuple(words for name, words in said if name.startswith("msgstr"))
    del found[""]
    return found


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node


def name_of(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def said_in_code(path: Path) -> Iterator[str]:
    for call in calls(path):
        if name_of(call) in CALLS and call.args and isinstance(call.args[0], ast.Constant):
            yield str(call.args[0].value)


def said_in_template(path: Path) -> Iterator[str]:
    django = engines["django"]
    assert isinstance(django, DjangoTemplates)
    words = path.read_text(encoding="utf-8")
    template = Template(words, engine=django.engine)
    for node in template.nodelist.get_nodes_by_type(TranslateNode):
        assert isinstance(node, TranslateNode)
        if isinstance(literal := node.filter_expression.var.literal, str):
            yield literal.replace("%", "%%")
    for node in template.nodelist.get_nodes_by_type(BlockTranslateNode):
        assert isinstance(node, BlockTranslateNode)
        yield node.render_token_list(node.singular)[0]
    for literal in re.findall(r'\b_\("([^"]+)"\)', words):
        yield literal


@pytest.mark.parametrize(
    "path", [*SOURCES, *TEMPLATES], ids=lambda path: str(path.relative_to(LAWANG)) if path else ""
)
def test_every_sentence_is_in_the_catalogue(path: Path) -> None:
    said = said_in_code(path) if path.suffix == ".py" else said_in_template(path)
    missing = [words for words in said if words and not all(english().get(words, ("",)))]
    assert not missing, "Run `make messages` (it does not see into f-strings) and translate in django.po"


def test_the_compiled_catalogue_is_current() -> None:
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for indonesian, said in english().items():
        assert compiled.gettext(indonesian) == said[0], "Run `make messages` and commit django.mo"


def test_placeholders_stay_as_they_are() -> None:
    for indonesian, said in english().items():
        for words in said[-1:]:
            assert sorted(PLACEHOLDER.findall(words)) == sorted(PLACEHOLDER.findall(indonesian)), indonesian


def recorded() -> set[str]:
    """Return every verb that code records. One in a variable comes from a table: login's notices, or two words."""
    kept = {verb for verb, _sentence in login._HAPPENED.values() if verb}
    models = [model._meta.model_name or "" for model in (*get_args(Row), *get_args(Register))]
    for path in SOURCES:
        for call in calls(path):
            if name_of(call) != "record" or len(call.args) < 2:
                continue
            verb = call.args[1]
            if isinstance(verb, ast.JoinedStr) and isinstance(verb.values[0], ast.Constant):  # "case_<kind>"
                kept |= {f"{verb.values[0].value!s}{kind}" for kind in STEP_KINDS}
            elif isinstance(verb, ast.JoinedStr):  # "<model>_added"
                endings = [str(node.value) for node in ast.walk(verb) if isinstance(node, ast.Constant)]
                parts = [ending.strip("_") for ending in endings if ending != "_"]
                kept |= {f"{model}_{part}" for model in models for part in parts}
            else:
                kept |= {str(node.value) for node in ast.walk(verb) if isinstance(node, ast.Constant)}
    return kept


def test_the_history_has_words_for_every_verb() -> None:
    assert {"published", "value_approved", "programme_added", "second_factor_added"} <= recorded()
    unsaid = recorded() - set(PHRASES)
    assert not unsaid, "Name the verb in rules.py of its noun (record/verbs.py)"
    with override("en"):
        assert phrase("published") == "Revision put in force"
