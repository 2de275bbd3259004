"""What this regency set of a service's parameters."""

from collections.abc import Mapping

from lawang.cases.definition import Definition
from lawang.cases.models import ServiceSetting


def parameters_of(service_id: int, definition: Definition) -> Mapping[str, str]:
    """Return name -> value: the regency's own where it set one, else the pack's. One query, none without parameters."""
    if not definition.parameters:
        return {}
    return merged(
        definition, dict(ServiceSetting.objects.filter(service_id=service_id).values_list("name", "value"))
    )


def merged(definition: Definition, own: Mapping[str, str]) -> Mapping[str, str]:
    """Return the pack's parameters with the regency's own values in their place."""
    return {**definition.parameters, **{name: own[name] for name in own if name in definition.parameters}}
