"""Glue: the database."""

from dataclasses import dataclass
from typing import Any

from verifier.authorization.caller import Certainty
from verifier.cloudformation.types.kind import Beyond, Kind
from verifier.cloudformation.types.names import new_suffix
from verifier.cloudformation.types.params import ID, Computed, Params, same
from verifier.cloudformation.types.part import Attributes, Part, Read
from verifier.cloudformation.types.parts import Update
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.work import Work

_INPUT, _NAME = "DatabaseInput", "DatabaseName"
# What the registry names in every step. With which calls Lake Formation is asked, nothing says.
LAKE_FORMATION = (
    "lakeformation:ListResources",
    "lakeformation:DescribeResource",
    "lakeformation:DescribeLakeFormationIdentityCenterConfiguration",
)


@dataclass(frozen=True)
class _LakeFormation(Part):
    """What Lake Formation is asked about the catalog: only likely, as just the registry names it.

    A class, as only the permissions are known.
    """

    def create(self, step: Step) -> None:
        """At the creation."""
        self._ask(step)

    def read(self, step: Step) -> Attributes:
        """At a read."""
        self._ask(step)
        return {}

    def update(self, step: Step) -> None:
        """At an update."""
        self._ask(step)

    def delete(self, step: Step) -> None:
        """At the deletion."""
        self._ask(step)

    def _ask(self, step: Step) -> None:
        step.work.ask(LAKE_FORMATION, Certainty.LIKELY)


@dataclass(frozen=True)
class _Named(Part):
    """The name: a class, as it stands in one of two properties, or is made up in a form that nobody told."""

    @property
    def properties(self) -> frozenset[str]:
        """The two."""
        return frozenset({_INPUT, _NAME})

    def before_create(self, step: Step) -> None:
        """Say how it is going to be called."""
        given = step.work.properties
        name = given.get(_NAME) or given[_INPUT].get("Name")
        made = f"database-{new_suffix()}".lower()
        step.work.new_name = str(name) if name else step.work.token(made)


def _input(work: Work) -> dict[str, Any]:
    """The input with the database's name."""
    return {**work.properties[_INPUT], "Name": work.physical_id or work.new_name}


_MEMBERS: Params = {**same("CatalogId"), _INPUT: Computed(_input, (_INPUT,))}
_ITSELF: Params = {**same("CatalogId"), "Name": ID}

DATABASE = Kind(
    type="AWS::Glue::Database",
    service="glue",
    itself=_ITSELF,
    create_by="CreateDatabase",
    delete_by="DeleteDatabase",
    id_form=Computed(lambda work: work.new_name),
    fixed=_MEMBERS,
    parts=(
        _Named(),
        Update("UpdateDatabase", _MEMBERS),
        Read("GetDatabase", on=("create", "read", "delete")),
        _LakeFormation(),
    ),
    gone=("EntityNotFoundException",),
    # A federated database is of a connection, which is made, passed and deleted with it.
    beyond=(Beyond(f"{_INPUT}.FederatedDatabase"),),
)
