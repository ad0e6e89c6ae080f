"""The journal's form of what was asked for, there and back."""

from collections.abc import Mapping
from typing import Any

from verifier.authorization.caller import Certainty, OnBehalfOf
from verifier.grant.evidence import Asked, GeneratedName, Provenance


def asked_row(asked: Asked) -> dict[str, Any]:
    """One refusal as it was decided. The values of tags are the user's own texts: they stay out."""
    return {
        "action": asked.action,
        "resource": asked.resource,
        "phase": asked.phase,
        "operation": asked.operation,
        "certainty": asked.certainty.label,
        "context": {key: value for key, value in asked.context.items() if "tag" not in key.lower()},
        "source": asked.source,
        "onBehalfOf": asked.on_behalf_of.as_dict() if asked.on_behalf_of else None,
        "modelled": asked.modelled,
        "tolerated": asked.tolerated,
        "enforced": asked.enforced,
        "grantable": asked.grantable,
        "message": asked.message,
    }


def asked_of(row: Mapping[str, Any]) -> Asked:
    """The refusal that ``asked_row`` wrote."""
    return Asked(
        action=row["action"],
        resource=row["resource"],
        phase=row["phase"],
        operation=row["operation"],
        certainty=Certainty[row["certainty"].upper().replace(" ", "_")],
        context={
            key: tuple(value) if isinstance(value, list) else value for key, value in row["context"].items()
        },
        source=row["source"],
        on_behalf_of=OnBehalfOf.from_dict(row["onBehalfOf"]) if row["onBehalfOf"] else None,
        # Journals of earlier versions do not say these; what is granted in vain is dropped as superfluous.
        modelled=row.get("modelled", False),
        tolerated=row.get("tolerated", False),
        refused=True,
        enforced=row["enforced"],
        grantable=row["grantable"],
        message=row.get("message", ""),
    )


def place_row(provenance: Provenance) -> dict[str, Any]:
    """Where a trial runs; without what it makes up, which comes with the refusals."""
    return {
        "partition": provenance.partition,
        "account": provenance.account,
        "region": provenance.region,
        "stage": provenance.stage,
        "service": provenance.service,
    }


def generated_row(name: GeneratedName) -> list[str]:
    """One generated name."""
    return [name.name, name.type, name.stack, name.kept]


def provenance_of(
    place: Mapping[str, Any], tokens: frozenset[str], generated: tuple[GeneratedName, ...]
) -> Provenance:
    """A trial's provenance as far as it was written down."""
    return Provenance(
        partition=place["partition"],
        account=place["account"],
        region=place["region"],
        stage=place["stage"],
        service=place["service"],
        tokens=tokens,
        generated=generated,
    )
