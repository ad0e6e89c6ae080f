"""What there is to know about a type before a word is written: its schema, its service, its operations."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape

from verifier.authorization.rules import service_rules
from verifier.cloudformation.types import registry
from verifier.cloudformation.types.registry import RegistryEntry
from verifier.cloudformation.types.shapes import service_model

CREATING = (
    *("Create", "Put", "Register", "Publish", "Subscribe", "Add", "Allocate", "Run", "Request"),
    *("Set", "Attach", "Associate", "Enable", "Import", "Start"),
)
UPDATING = ("Update", "Modify", "Set", "Put", "Change", "Edit")
DELETING = (
    *("Delete", "Remove", "Deregister", "Unsubscribe", "Terminate", "Release", "Detach", "Disassociate"),
    *("Disable", "Schedule", "Cancel", "Stop"),
)
READING = ("Describe", "Get", "List", "Head", "BatchGet")


class UnknownTypeError(Exception):
    """A type of which the registry, or botocore, does not say how it is made; the message is one line."""


@dataclass(frozen=True)
class Facts:
    """One type, and the botocore service that makes it. ``create`` is the operation that does."""

    entry: RegistryEntry
    schema: Mapping[str, Any]
    service: str
    create: str

    @cached_property
    def model(self) -> ServiceModel:
        """botocore's model of the service."""
        return service_model(self.service)

    @property
    def prefix(self) -> str:
        """IAM's prefix of the service."""
        return service_rules(self.service).prefix

    @property
    def noun(self) -> str:
        """What the type is called last: "Queue"."""
        return self.entry.type.split("::")[2]

    @property
    def made(self) -> str:
        """What the create operation calls it: "FunctionUrlConfig" for AWS::Lambda::Url."""
        return without_verb(self.create, CREATING)

    @cached_property
    def settable(self) -> tuple[str, ...]:
        """The properties that a template may have, in the schema's order; the tags apart."""
        own = self.entry.read_only | {self.entry.tag_property}
        return tuple(name for name in self.schema.get("properties", {}) if name not in own)

    def operations(self) -> tuple[str, ...]:
        """Every operation of the service."""
        return tuple(self.model.operation_names)

    def operation(self, name: str) -> OperationModel:
        """botocore's model of an operation."""
        return self.model.operation_model(name)

    def input(self, operation: str) -> Mapping[str, Shape]:
        """The parameters of an operation by their names."""
        return _members(self.operation(operation).input_shape)

    def output(self, operation: str) -> Mapping[str, Shape]:
        """What an operation answers, by its names."""
        return _members(self.operation(operation).output_shape)

    def required(self, operation: str) -> tuple[str, ...]:
        """The parameters that an operation cannot do without."""
        shape = self.operation(operation).input_shape
        return tuple(shape.required_members) if shape is not None else ()

    def listed(self, *lifecycles: str) -> frozenset[str]:
        """The service's operations that the registry lists for these steps, in small letters.

        "tagging" is a step, too.
        """
        return frozenset(
            action.lower()
            for prefix, action in (one.split(":", 1) for one in self.permissions(*lifecycles))
            if prefix.lower() == self.prefix
        )

    def permissions(self, *lifecycles: str) -> Iterator[str]:
        """The permissions that the registry lists for these steps, as it spells them."""
        for lifecycle in lifecycles:
            tagging = lifecycle == "tagging"
            yield from self.entry.tagging_permissions if tagging else self.entry.handlers.get(lifecycle, ())


def facts(type_name: str) -> Facts:
    """Everything known about ``type_name``. Raises UnknownTypeError."""
    entry, schema = registry.entry(type_name), registry.schema(type_name)
    if entry is None or schema is None:
        raise UnknownTypeError(f"{type_name}: the registry has no such type")
    if not entry.handlers:
        raise UnknownTypeError(f"{type_name}: the registry does not say what it calls (no handlers)")
    found = max(_creators(entry), default=None)
    if found is None:
        raise UnknownTypeError(f"{type_name}: botocore has no operation that creates it")
    return Facts(entry, schema, found[-2], found[-1])


def without_verb(operation: str, verbs: Iterable[str]) -> str:
    """``Queue`` of ``CreateQueue``."""
    verb = next((verb for verb in verbs if operation.startswith(verb)), "")
    return operation.removeprefix(verb)


def words(name: str) -> frozenset[str]:
    """The words of a name, small: {"time", "to", "live"} of "TimeToLive"."""
    found = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", name)
    return frozenset(word.lower() for word in found)


def _creators(entry: RegistryEntry) -> Iterator[tuple[Any, ...]]:
    """The operations that may create the type, with what speaks for each first, the strongest before."""
    _, of, noun = (part.lower() for part in entry.type.split("::"))
    listed = {tuple(one.lower().split(":", 1)) for one in entry.handlers.get("create", ())}
    properties = {name.lower() for name in entry.properties}
    for prefix in sorted({prefix for prefix, *_ in listed}):
        for service in _services().get(prefix, ()):
            model = service_model(service)
            for operation in model.operation_names:
                made = without_verb(operation, CREATING).lower()
                named, exact = (prefix, operation.lower()) in listed, made == noun
                akin = bool(made) and (noun.endswith(made) or made.endswith(noun))
                if made == operation.lower() or not (named or exact or akin):
                    continue
                verb = next(i for i, verb in enumerate(CREATING) if operation.startswith(verb))
                shared = len(properties & {name.lower() for name in _input(model, operation)})
                own = service.replace("-", "") == of
                yield (exact, named, own, akin, shared, -verb, service, operation)


@cache
def _services() -> Mapping[str, list[str]]:
    """botocore's services by IAM's prefix."""
    found: dict[str, list[str]] = {}
    for service in Loader().list_available_services("service-2"):
        found.setdefault(service_rules(service).prefix, []).append(service)
    return found


def _input(model: ServiceModel, operation: str) -> Mapping[str, Shape]:
    return _members(model.operation_model(operation).input_shape)


def _members(shape: Shape | None) -> Mapping[str, Shape]:
    return dict(shape.members) if shape is not None and shape.type_name == "structure" else {}
