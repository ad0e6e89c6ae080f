"""A resource type as data: which call each step of its life makes, and from which properties.

A ``Kind`` is a handler whose four steps are read from its fields::

    QUEUE = Kind(
        type="AWS::SQS::Queue",
        service="sqs",
        name=Name("QueueName", 80),
        create_by="CreateQueue",
        delete_by="DeleteQueue",
        itself={"QueueUrl": ID},
        ...
    )

CONTRIBUTING says how to write one; ``python -m tools.new_type`` writes the first draft.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from verifier.cloudformation.types.handler import Handler, Mention
from verifier.cloudformation.types.names import new_suffix
from verifier.cloudformation.types.params import ABSENT, Computed, Params, Sourced, Text, at, merged, used
from verifier.cloudformation.types.part import Part
from verifier.cloudformation.types.parts import Update
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.values import contains
from verifier.cloudformation.types.work import Work


@dataclass(frozen=True)
class Name:
    """How a resource gets its name: the property, or one that CloudFormation makes up.

    ``limit`` is the most characters that AWS takes. ``parameter`` is what the create call calls the
    name; empty, it is called as the property is. Without a ``property`` it is always made up.
    ``ending`` is what the name must end in when the property ``ending_when`` is true (".fifo").
    ``of_stack`` is False where AWS's own handler makes the name up of the logical id, not of the stack's name
    (sources: cfn-name-of-logical-id, cfn-name-of-logical-id-seen).
    ``unforeseen`` is for types of which nobody knows how CloudFormation makes the name up: a form that the
    API takes ("Model{suffix}"), all of it random.
    """

    property: str
    limit: int
    parameter: str = ""
    lowercase: bool = False
    ending: str = ""
    ending_when: str = ""
    unforeseen: str = ""
    of_stack: bool = True

    def of(self, work: Work) -> str:
        """The name that the template gives, or one made up."""
        given = work.properties.get(self.property)
        if given:
            return str(given)
        if self.unforeseen:
            return work.token(self.unforeseen.format(suffix=new_suffix()))
        if not self.of_stack:
            return work.name_of_logical_id(self.limit)
        ends = str(work.properties.get(self.ending_when, "")).lower() == "true"
        ending = self.ending if ends else ""
        return work.generate_name(self.limit, lowercase=self.lowercase, ending=ending)


@dataclass(frozen=True)
class Beyond:
    """A nested part of a supported property that is not acted on; ``value``: only such a text."""

    path: str
    value: str = ""


@dataclass(frozen=True)
class Origin:
    """Another operation that makes the resource, where the template has one of the properties ``of``.

    ``params`` is what it takes of the properties, ``name`` what it calls the name; empty, that is called as
    in the kind's ``create_by``.
    """

    create_by: str
    of: tuple[str, ...]
    params: Params
    name: str = ""


@dataclass(frozen=True)
class Kind(Handler):
    """One type. ``members`` go into create and update, ``fixed`` into create alone.

    ``origins`` are what it may be made of instead (a snapshot): the first one that the template names.

    ``itself`` names the resource in a call; ``arn`` is the form of its ARN. Without ``id_from`` (where
    the answer to create has the physical id) the name is the id, or ``id_form`` where it is put together
    of several; ``token`` tells that the id is random. ``gives`` are attributes that need no answer, or
    stand in for one that lacks them. ``dropped`` is what AWS takes for a member that the template no
    longer has. ``parts`` act in their order, on delete the last one first. ``gone`` are the codes of
    errors that say: not there. ``at_delete`` goes into the main call of delete. ``late`` are properties that
    AWS's own handler leaves alone until an update. ``source`` is where the calls were read, of a type for
    which the registry names none.
    """

    type: str
    service: str
    create_by: str
    delete_by: str
    itself: Params
    update_by: str = ""
    name: Name | None = None
    members: Params = field(default_factory=dict)
    fixed: Params = field(default_factory=dict)
    origins: tuple[Origin, ...] = ()
    dropped: tuple[Sourced, ...] = ()
    id_from: str = ""
    id_form: Text | Computed | None = None
    token: bool = True
    arn: str = ""
    gives: Params = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    gone: tuple[str, ...] = ()
    at_delete: Params = field(default_factory=dict)
    implied: frozenset[str] = frozenset()
    late: frozenset[str] = frozenset()
    beyond: tuple[Beyond, ...] = ()
    lacks: frozenset[str] = frozenset()
    source: str | None = None
    supported: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """What is supported is what is mapped: nothing else can be."""
        mapped = {*used(self.members), *used(self.fixed), *used(self.itself), *used(self.at_delete)}
        mapped |= {name for part in self.acting for name in part.properties}
        mapped |= {self.name.property} if self.name and self.name.property else set()
        mapped |= {name for one in self.origins for name in (*one.of, *used(one.params))}
        object.__setattr__(self, "supported", frozenset(mapped))

    @cached_property
    def acting(self) -> tuple[Part, ...]:
        """The parts, and before them the main update where there is one."""
        main = (Update(self.update_by, self.members, self.dropped),) if self.update_by else ()
        return (*main, *self.parts)

    def create(self, work: Work) -> None:
        """Make it with one call; then its parts."""
        step = self._step(work)
        work.new_name = self.name.of(work) if self.name else ""
        for part in self.acting:
            part.before_create(step)
        origin = self._origin(work)
        if origin:
            params = step.params(origin.params, whole=False)
        else:
            params = merged(step.params(self.fixed, whole=False), step.params(self.members, whole=False))
        if self.name:
            params[(origin and origin.name) or self._name_parameter] = work.new_name
        for part in self.acting:
            params |= part.in_create(step)
        answer = step.call(origin.create_by if origin else self.create_by, params)
        work.created(self._made(work, params, answer))
        for part in self.acting:
            part.create(step)

    def read(self, work: Work) -> dict[str, Any]:
        """Read it with all of its parts; what the answers give counts before what is known."""
        step = self._step(work)
        given = step.params(self.gives, whole=False)
        for part in self.acting:
            given |= part.read(step)
        return given

    def update(self, work: Work) -> None:
        """Each part brings itself up to date."""
        for part in self.acting:
            part.update(self._step(work))

    def delete(self, work: Work) -> None:
        """Delete it with one call; its parts before and after."""
        step = self._step(work)
        for part in reversed(self.acting):
            part.delete(step)
        step.call(self.delete_by, step.params(self.at_delete), tolerate=self.gone)
        for part in self.acting:
            part.after_delete(step)

    def goes_beyond(self, properties: Mapping[str, Any]) -> bool:
        """Whether ``properties`` use a nested part that is not acted on."""
        return any(contains(properties, one.path, one.value) for one in self.beyond)

    def mentions(self) -> Iterator[Mention]:
        """Every call that the kind may make."""
        name = {self._name_parameter: None} if self.name else {}
        added = {parameter: None for part in self.acting for parameter in part.create_parameters}
        sources = (self.source,) if self.source else ()
        yield Mention(self.service, self.create_by, {**self.fixed, **self.members, **name, **added}, sources)
        for one in self.origins:
            named = {one.name: None} if one.name else name
            yield Mention(self.service, one.create_by, {**one.params, **named, **added}, sources)
        yield Mention(self.service, self.delete_by, {**self.itself, **self.at_delete}, sources)
        for part in self.acting:
            yield from part.mentions(self.service, self.itself)

    def _origin(self, work: Work) -> Origin | None:
        """The first of ``origins`` that the template names."""
        values = ((one, [work.properties.get(name) for name in one.of]) for one in self.origins)
        return next((one for one, given in values if any(map(_says, given))), None)

    @property
    def _name_parameter(self) -> str:
        return (self.name.parameter or self.name.property) if self.name else ""

    def _made(self, work: Work, params: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
        """The physical id of what create made."""
        if self.id_form:
            return str(self._step(work).params({"id": self.id_form}, whole=False)["id"])
        if not self.id_from:
            return work.new_name
        found = at(answer, self.id_from)
        made = "" if found is ABSENT else str(found)
        return work.token(made) if self.token else made

    def _step(self, work: Work) -> Step:
        return Step(work, self.service, self.itself, self.arn, self.gone, self.source)


def _says(value: Any) -> bool:
    """Whether a property says anything: nothing, and false, do not."""
    return value not in (None, "", False, "false")
