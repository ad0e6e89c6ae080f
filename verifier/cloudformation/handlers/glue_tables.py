"""Glue: the table."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from verifier.authorization.caller import Certainty
from verifier.cloudformation.handlers.glue import LAKE_FORMATION
from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Beyond, Kind
from verifier.cloudformation.types.names import new_suffix
from verifier.cloudformation.types.params import ID, Computed, Params, Prop, same
from verifier.cloudformation.types.part import Attributes, Part, Read
from verifier.cloudformation.types.parts import Update
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.work import Work

_INPUT = "TableInput"
_PLACE: Params = same("CatalogId", "DatabaseName")


@dataclass(frozen=True)
class _Beside(Part):
    """What only the registry names beside a table's own calls: no more than likely.

    A class, as of Lake Formation only the permissions are known, and of the others not what they are for.
    """

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """Creating it anew, and changing its database."""
        yield Mention(service, "CreateTable", {**_PLACE, _INPUT: None})
        yield Mention(service, "UpdateDatabase", {"Name": None})

    def create(self, step: Step) -> None:
        """At the creation."""
        self._ask(step)

    def read(self, step: Step) -> Attributes:
        """At a read."""
        self._anew(step)
        return {}

    def update(self, step: Step) -> None:
        """At an update."""
        self._anew(step)
        name = Prop("DatabaseName")
        changed = step.params(
            {**same("CatalogId"), "Name": name, "DatabaseInput": {"Name": name}}, whole=False
        )
        step.work.permit(step.service, "UpdateDatabase", changed, sure=False)

    def delete(self, step: Step) -> None:
        """At the deletion."""
        self._anew(step)

    def _anew(self, step: Step) -> None:
        step.work.permit(step.service, "CreateTable", step.params(_MEMBERS, whole=False), sure=False)
        self._ask(step)

    def _ask(self, step: Step) -> None:
        step.work.ask((*LAKE_FORMATION, "lakeformation:GetDataAccess"), Certainty.LIKELY)


@dataclass(frozen=True)
class _Named(Part):
    """The name: a class, as it stands in one of two properties, or is made up in a form that nobody told."""

    @property
    def properties(self) -> frozenset[str]:
        """The two."""
        return frozenset({_INPUT, "Name"})

    def before_create(self, step: Step) -> None:
        """Say how it is going to be called."""
        given = step.work.properties
        name = given.get("Name") or (given.get(_INPUT) or {}).get("Name")
        step.work.new_name = str(name) if name else step.work.token(f"table-{new_suffix()}".lower())


def _input(work: Work) -> dict[str, Any]:
    """The input with the table's name."""
    return {**work.properties.get(_INPUT, {}), "Name": work.physical_id or work.new_name}


_MEMBERS: Params = {**_PLACE, _INPUT: Computed(_input, (_INPUT,))}

TABLE = Kind(
    type="AWS::Glue::Table",
    service="glue",
    itself={**_PLACE, "Name": ID},
    create_by="CreateTable",
    delete_by="DeleteTable",
    id_form=Computed(lambda work: work.new_name),
    fixed=_MEMBERS,
    parts=(
        _Named(),
        Read(
            "GetDatabase",
            {"CatalogId": Prop("CatalogId"), "Name": Prop("DatabaseName")},
            on=("before create", "read", "delete"),
            whole=False,
        ),
        Update("UpdateTable", {_INPUT: _MEMBERS[_INPUT]}),
        Read("GetTable", on=("create", "read", "update", "delete")),
        _Beside(),
    ),
    gone=("EntityNotFoundException",),
    # A schema of the registry is read, a view is made by a role and over a connection of its own.
    beyond=(
        Beyond(f"{_INPUT}.StorageDescriptor.SchemaReference"),
        Beyond(f"{_INPUT}.ViewDefinition"),
    ),
    lacks=frozenset({"OpenTableFormatInput"}),
)
