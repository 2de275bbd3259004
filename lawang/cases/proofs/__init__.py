"""Proving a service before anybody uses it: whatever is named exists, and fields, steps, letters and deadlines fit.

`faults` gives every mistake with the way to the value that is wrong, so that `lawang packs check` can show file, line
and column. What is looked at here needs nothing but the definition; what depends on a regency (who does the work, who
may take a step) is looked at by a rehearsal.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lawang.cases import worked
from lawang.cases.proofs.form import of_conditions, of_fields, of_papers, of_parties, of_place
from lawang.cases.proofs.functions import of_functions, of_parameters
from lawang.cases.proofs.letters import of_letters
from lawang.cases.proofs.proof import Proof
from lawang.cases.proofs.steps import of_fee, of_graph, of_states, of_steps, of_systems
from lawang.packs.schema import Fault

PARTS_OF_PROOF: tuple[Callable[[Proof], Iterable[Fault]], ...] = (
    of_fields,
    of_conditions,
    of_parties,
    of_place,
    of_papers,
    of_functions,
    of_parameters,
    of_fee,
    of_states,
    of_steps,
    of_graph,
    of_systems,
    of_letters,
)


def faults(service: dict[str, Any]) -> Iterator[Fault]:
    """Yield every mistake of a service whose words are all allowed; the examples run when there is none."""
    proof = Proof(service)
    found = [fault for part in PARTS_OF_PROOF for fault in part(proof)]
    yield from found
    if not found:
        yield from worked.faults(proof.definition)
