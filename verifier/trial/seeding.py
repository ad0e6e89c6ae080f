"""``--seed auto``: what is missing is made up, so that a run can go on and show the permissions."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from verifier.service.fixtures import (
    BucketFixture,
    Fixtures,
    ParameterFixture,
    SecretFixture,
    StackFixture,
    filled,
)
from verifier.targets.interface import Room
from verifier.trial.fixture_setup import (
    change_stack,
    make_bucket,
    make_image,
    make_parameter,
    make_policy,
    make_role,
    make_secret,
    make_stack,
    put_object,
    set_up,
)
from verifier.trial.prerequisites import Prerequisite

# A name's last word tells what its value looks like; ids have the shape that AWS gives them.
_PLAUSIBLE = (
    (r"role.?arn$", "arn:{partition}:iam::{account}:role/verifier-seeded"),
    (r"(topic|sns).?arn$", "arn:{partition}:sns:{region}:{account}:verifier-seeded"),
    (r"(queue|sqs).?arn$", "arn:{partition}:sqs:{region}:{account}:verifier-seeded"),
    (r"(table|dynamo\w*).?arn$", "arn:{partition}:dynamodb:{region}:{account}:table/verifier-seeded"),
    (r"bucket.?arn$", "arn:{partition}:s3:::verifier-seeded"),
    (r"arn$", "arn:{partition}:sns:{region}:{account}:verifier-seeded"),
    (r"vpc(.?id)?$", "vpc-0123456789abcdef0"),
    (r"subnets?(.?ids?)?.?\w?$", "subnet-0123456789abcdef0"),
    (r"(security.?groups?|sg)(.?ids?)?$", "sg-0123456789abcdef0"),
    (r"(url|uri|endpoint)$", "https://verifier.example.com"),
    (r"(domain|host)(.?name)?$", "verifier.example.com"),
    (r"email$", "verifier@example.com"),
    (r"port$", "443"),
    (r"", "verifier-seeded"),
)

_OBJECT = "{}"
# What is nothing but its name.
_NAMED: Mapping[str, Callable[[str, Room], None]] = {
    "roles": make_role,
    "policies": make_policy,
    "images": make_image,
    "layers": lambda arn, room: room.place_layer(arn),
}


@dataclass(frozen=True)
class Seeded:
    """One thing that was made up; ``entry`` is its key in ``verifier.yml``."""

    entry: str
    name: str
    value: str

    def as_dict(self) -> dict[str, str]:
        """The JSON form of the result."""
        return {"entry": self.entry, "name": self.name, "value": self.value}


def plausible(name: str, values: Mapping[str, str]) -> str:
    """A value that a parameter or an output called ``name`` could have."""
    pattern = next(value for words, value in _PLAUSIBLE if re.search(words, name, re.IGNORECASE))
    return pattern.format(**values)


def can_be_made_up(missing: Sequence[Prerequisite]) -> bool:
    """Whether all of it can be: a template's resources cannot, nor an output that nobody named."""
    return all(one.can_be_made_up for one in missing)


class Surroundings:
    """What is in the account of one trial beside the service."""

    def __init__(self, room: Room, values: Mapping[str, str], fixtures: Fixtures) -> None:
        self._room = room
        self._values = values
        self.fixtures = self._fixtures = filled(fixtures, values)
        self.seeded: tuple[Seeded, ...] = ()
        self.variables: dict[str, str] = {}
        """Of the tool's environment, as far as it was made up."""

    def set_up(self, lacking: Sequence[Prerequisite]) -> None:
        """Make the fixtures, and what earlier trials lacked. Raises InputError, InconclusiveError."""
        set_up(self._fixtures, self._room, self._values)
        self.make_up(lacking)

    def follow(self, missing: Sequence[Prerequisite]) -> tuple[Prerequisite, ...]:
        """Make what is declared for the service's region where the service looks for it; the others.

        Which region is the service's is not always known before it is packaged for the first time.
        """
        before = self._fixtures
        return tuple(one for one in missing if not (one.region and self._follow(one, before)))

    def _follow(self, one: Prerequisite, before: Fixtures) -> bool:
        for parameter in before.parameters:
            if (one.kind, one.name, parameter.region) == ("ssm", parameter.name, None):
                moved = replace(parameter, region=one.region)
                if moved not in self._fixtures.parameters:
                    make_parameter(moved, self._room)
                    self._fixtures = replace(self._fixtures, parameters=(*self._fixtures.parameters, moved))
                return moved not in before.parameters
        for stack in before.stacks:
            if (one.kind, one.name, stack.region) == ("stackOutputs", stack.stack, None):
                there = replace(stack, region=one.region)
                if there not in self._fixtures.stacks:
                    make_stack(there, self._room)
                    self._fixtures = replace(self._fixtures, stacks=(*self._fixtures.stacks, there))
                return there not in before.stacks
        return False

    def make_up(self, missing: Sequence[Prerequisite]) -> None:
        """Make up what is missing. Raises InputError for what AWS does not take."""
        self.seeded += tuple(self._make_up(one) for one in missing)

    def _make_up(self, one: Prerequisite) -> Seeded:
        where = f"{one.name}@{one.region}" if one.region and one.kind != "buckets" else one.name
        if one.kind == "ssm":
            value = plausible(one.name, self._values)
            make_parameter(ParameterFixture(one.name, value, region=one.region), self._room)
            return Seeded("ssm", where, value)
        if one.kind == "stackOutputs":
            value = plausible(one.member, self._values)
            self._add_output(StackFixture(one.name, ((one.member, value),), one.region))
            return Seeded("stackOutputs", f"{where}.{one.member}", value)
        if one.kind == "secrets":
            value = plausible(one.name, self._values)
            make_secret(SecretFixture(one.name, value, one.region), self._room)
            return Seeded("secrets", where, value)
        if one.kind == "env":
            self.variables[one.name] = plausible(one.name, self._values)
            return Seeded("env", one.name, self.variables[one.name])
        if one.kind in _NAMED:
            _NAMED[one.kind](one.name.replace("{account}", self._room.account), self._room)
            return Seeded(one.kind, one.name, "")
        self._add_to_bucket(one.name, one.member)
        return Seeded("buckets", f"{where}/{one.member}".rstrip("/"), _OBJECT if one.member else "")

    def _add_output(self, wanted: StackFixture) -> None:
        stacks = self._fixtures.stacks
        known = [one for one in stacks if (one.stack, one.region) == (wanted.stack, wanted.region)]
        if not known:
            make_stack(wanted, self._room)
        else:
            wanted = replace(known[0], outputs=(*known[0].outputs, *wanted.outputs))
            change_stack(wanted, self._room)
        others = tuple(one for one in stacks if one not in known)
        self._fixtures = replace(self._fixtures, stacks=(*others, wanted))

    def _add_to_bucket(self, name: str, key: str) -> None:
        if all(bucket.name != name for bucket in self._fixtures.buckets):
            bucket = BucketFixture(name)
            make_bucket(bucket, self._room)
            self._fixtures = replace(self._fixtures, buckets=(*self._fixtures.buckets, bucket))
        if key:
            put_object(name, key, _OBJECT, self._room)
