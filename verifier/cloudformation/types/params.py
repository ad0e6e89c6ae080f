"""What the parameters of a call are made of: properties, the resource itself, texts, constants.

``Params`` maps parameter names to values. A value may be ``ID``, ``ARN``, ``Prop("A.B")`` (left out
where the template has none), ``Text("arn:{partition}:...")``, ``Computed(...)``, a mapping of
values, or a constant.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Any, Final

from verifier.cloudformation.types.work import Work

Params = Mapping[str, Any]
Properties = Mapping[str, Any]
ABSENT: Final = object()
"""In the place of a value that there is not: its parameter is left out."""


def as_it_is(value: Any) -> Any:
    """The value itself."""
    return value


@dataclass(frozen=True)
class Given:
    """What values are made from: the work, the form of the resource's ARN, and the properties.

    ``properties`` are the work's own, or what stands in for them: an item of a list.
    """

    work: Work
    arn: str
    properties: Any


@dataclass(frozen=True)
class Prop:
    """A property's value, or what ``shape`` makes of it; "" is the whole item of a list."""

    path: str
    shape: Callable[[Any], Any] = as_it_is

    def of(self, given: Given) -> Any:
        """The value; ABSENT where the template has none."""
        found = at(given.properties, self.path)
        return found if found is ABSENT else self.shape(found)

    def used(self) -> Iterator[str]:
        """The top-level property."""
        yield self.path.partition(".")[0]


@dataclass(frozen=True)
class Text:
    """A text with places.

    They are partition, region, account, dns_suffix, id (the physical one), name (what follows its last
    "/" or ":"), new_name (the one that the creation is going to give), arn (the resource's), or a
    top-level property.
    """

    form: str

    def of(self, given: Given) -> str:
        """The text with its places filled."""
        work = given.work
        places = {
            "partition": work.partition,
            "region": work.region,
            "account": work.account,
            "dns_suffix": work.carrier.identity.dns_suffix,
            "id": work.physical_id,
            "name": work.physical_id.replace(":", "/").rpartition("/")[2],
            "new_name": work.new_name,
        }
        known = {**work.properties, **places}
        return self.form.format_map({**known, "arn": given.arn.format_map(known)})

    def used(self) -> Iterator[str]:
        """The properties in its places: their names begin with a capital letter."""
        names = (name for _, name, _, _ in Formatter().parse(self.form) if name)
        yield from (name for name in names if name[0].isupper())


@dataclass(frozen=True)
class Computed:
    """What ``make`` makes of the whole work; ABSENT leaves the parameter out."""

    make: Callable[[Work], Any]
    properties: tuple[str, ...] = ()

    def of(self, given: Given) -> Any:
        """The value."""
        return self.make(given.work)

    def used(self) -> Iterator[str]:
        """The properties that it is made of, as it says itself."""
        yield from self.properties


ID: Final = Text("{id}")
NAME: Final = Text("{name}")
ARN: Final = Text("{arn}")


@dataclass(frozen=True)
class Sourced:
    """Values that a source names: what AWS takes for a property that the template does not have."""

    source: str
    values: Mapping[str, Any] = field(default_factory=dict)


def same(*names: str) -> dict[str, Prop]:
    """Properties that the API calls the same."""
    return {name: Prop(name) for name in names}


def lower(*names: str) -> dict[str, Prop]:
    """Properties whose parameters begin with a small letter."""
    return {name[0].lower() + name[1:]: Prop(name) for name in names}


def filled(params: Params, given: Given) -> dict[str, Any]:
    """``params`` with their values, without those that there are not."""
    pairs = ((name, _value(value, given)) for name, value in params.items())
    return {name: value for name, value in pairs if value is not ABSENT}


def used(value: Any) -> Iterator[str]:
    """The top-level properties that a value, or any value inside it, is made of."""
    match value:
        case Prop() | Text() | Computed():
            yield from value.used()
        case Mapping():
            for inner in value.values():
                yield from used(inner)
        case list():
            for inner in value:
                yield from used(inner)


def at(value: Any, path: str) -> Any:
    """What stands at ``path`` in ``value`` ("A.B", and of a list "A.0.B"); ABSENT where nothing does."""
    for part in path.split(".") if path else ():
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return ABSENT
    return value


def merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Both, with mappings of the same name put together; ``other`` wins."""
    both = {
        key: merged(one[key], value)
        for key, value in other.items()
        if isinstance(one.get(key), Mapping) and isinstance(value, Mapping)
    }
    return {**one, **other, **both}


def _value(value: Any, given: Given) -> Any:
    match value:
        case Prop() | Text() | Computed():
            return value.of(given)
        case Mapping():
            inner = filled(value, given)
            return inner if inner or not value else ABSENT
        case list():
            items = (_value(one, given) for one in value)
            return [item for item in items if item is not ABSENT]
    return value
