"""What is looked up and computed: checks, effects, parameters."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from lawang.cases import letters
from lawang.cases.proofs.proof import Data, Proof, Way, walk
from lawang.cases.proofs.steps import EXTENSION
from lawang.cases.services.registry import CHECKS, EFFECTS
from lawang.cases.services.registry import Named as Function
from lawang.documents import language
from lawang.packs.schema import Fault, listed, nearest


def of_functions(proof: Proof) -> Iterator[Fault]:
    for number, one in enumerate(proof.data["checks"]):
        yield from _function(proof, ("checks", number), one, CHECKS)
    for number, step in enumerate(proof.data["steps"]):
        for word, known in (("checks", CHECKS), ("effects", EFFECTS)):
            for place, one in enumerate(step[word]):
                yield from _function(proof, ("steps", number, word, place), one, known)


def _function(proof: Proof, way: Way, one: Data, known: Mapping[str, Function]) -> Iterator[Fault]:
    name = str(one["name"])
    function = known.get(name)
    if function is None:
        names = sorted(known)
        yield Fault(
            (*way, "name"),
            _("“%(name)s” tidak ada di lawang/cases/services/; yang ada: %(names)s.")
            % {"name": name, "names": listed(names) or _("belum ada satu pun")}
            + nearest(name, names),
            tuple(names),
        )
        return
    paths = {*proof.by_path, *proof.papers} | {
        f"{step['code']}.{asked.path}" for step in proof.data["steps"] for asked in walk(step["fields"], ())
    }
    for path in function.fields:
        if path not in paths:
            yield Fault(
                (*way, "name"),
                _("“%(name)s” membutuhkan isian “%(path)s”, yang tidak ada di layanan ini.")
                % {"name": name, "path": path}
                + nearest(path, sorted(paths)),
                tuple(sorted(paths)),
            )
    for parameter in function.parameters:
        if parameter not in proof.parameters and parameter not in one["parameters"]:
            yield Fault(
                (*way, "name"),
                _("“%(name)s” membutuhkan parameter “%(parameter)s”. Tambahkan di “parameters”.")
                % {"name": name, "parameter": parameter},
            )
    yield from _given(way, one, function)


def _given(way: Way, one: Data, function: Function) -> Iterator[Fault]:
    """The words beside a function's name are those that it takes."""
    name, given = str(one["name"]), one["parameters"]
    words = {word.name: word for word in function.given}
    known = [*words, *function.parameters]
    for word in function.given:
        if word.required and not given.get(word.name):
            may_be = f": {listed(word.values)}" if word.values else ""
            yield Fault(
                (*way, "name"),
                _("“%(name)s” membutuhkan “%(word)s” di “parameters”-nya%(may_be)s.")
                % {"name": name, "word": word.name, "may_be": may_be},
                word.values,
            )
    for word_name, value in given.items():
        if word_name not in known:
            yield Fault(
                (*way, "parameters", word_name),
                _("“%(name)s” tidak mengenal “%(word)s”; yang ada: %(known)s.")
                % {"name": name, "word": word_name, "known": listed(known) or _("belum ada satu pun")}
                + nearest(word_name, known),
                tuple(known),
            )
        elif word_name in words and words[word_name].values and value not in words[word_name].values:
            values = words[word_name].values
            yield Fault(
                (*way, "parameters", word_name),
                _("“%(word)s” di sini %(values)s, bukan “%(value)s”.")
                % {"word": word_name, "values": listed(values), "value": value}
                + nearest(value, values),
                values,
            )


def of_parameters(proof: Proof) -> Iterator[Fault]:
    reserved = {*letters.ALWAYS, *language.BUILT_IN, *(path.partition(".")[0] for path in proof.by_path)}
    for number, one in enumerate(proof.data["parameters"]):
        if one["name"] in reserved:
            yield Fault(
                ("parameters", number, "name"),
                _("Nama “%(name)s” sudah dipakai isian atau surat. Pilih nama lain.") % {"name": one["name"]},
            )
        if one["name"] == EXTENSION and not one["value"].isdecimal():
            yield Fault(
                ("parameters", number, "value"), _("Lama perpanjangan harus bilangan bulat, misalnya 7.")
            )
    for number, preset in enumerate(proof.data["presets"]):
        for name in preset["values"]:
            if name not in proof.parameters:
                known = sorted(proof.parameters)
                yield Fault(
                    ("presets", number, "values", name),
                    _("Parameter “%(name)s” tidak ada; yang ada: %(known)s.")
                    % {"name": name, "known": listed(known) or _("belum ada satu pun")}
                    + nearest(name, known),
                    tuple(known),
                )
