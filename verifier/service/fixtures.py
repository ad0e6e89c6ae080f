"""``verifier.yml``: what must be there before a service can be deployed.

    fixtures: fixtures.yml                      # a CloudFormation template beside the service
    stacks: {shared-api-{stage}: api.yml}       # other stacks, each made of a template beside the service
    ssm: {/shop/{stage}/key: value}             # a list is a StringList; or {type: SecureString, value: ...}
    secrets: {db: {user: u, password: p}}       # secrets of Secrets Manager
    stackOutputs: {network: {VpcId: vpc-1}}     # another stack and its outputs
    buckets: [shop-artefacts]                   # or {shop-artefacts: {settings.json: text}} with objects
    roles: [deployment-role]                    # roles that services may assume
    policies: [boundary]                        # managed policies, for a permissions boundary
    images: ['shop/web:latest']                 # images of container registry repositories, by a tag
    layers: ['arn:aws:lambda:us-east-1:111122223333:layer:tools:3']   # those of other accounts are there
    env: {STRIPE_KEY: value}                    # environment variables; [STRIPE_KEY] passes the user's own on

Names and values may hold {account}, {region}, {stage} and {partition}. ``NAME@REGION`` puts a parameter,
a secret or a stack into another region than the service's.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from verifier.errors import InputError
from verifier.iam.placeholders import fill
from verifier.reading import text_of, yaml_of
from verifier.service import fixture_entries as entries

FILE = "verifier.yml"


@dataclass(frozen=True)
class ParameterFixture:
    """An SSM parameter; ``region`` None is the service's own."""

    name: str
    value: str
    type: str = "String"
    region: str | None = None
    key: str | None = None
    """Of a SecureString: the customer's KMS key; None is AWS's own."""


@dataclass(frozen=True)
class SecretFixture:
    """A secret of Secrets Manager; ``region`` None is the service's own."""

    name: str
    value: str
    region: str | None = None


@dataclass(frozen=True)
class StackFixture:
    """A stack with these outputs, (name, value) pairs; ``region`` None is the service's own."""

    stack: str
    outputs: tuple[tuple[str, str], ...]
    region: str | None = None


@dataclass(frozen=True)
class TemplateFixture:
    """A stack that is made of a CloudFormation template, whose text this is."""

    stack: str
    text: str


@dataclass(frozen=True)
class BucketFixture:
    """A bucket and its objects, (key, text) pairs."""

    name: str
    objects: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class VariableFixture:
    """A variable of the tool's environment; ``value`` None is that of the user's own environment."""

    name: str
    value: str | None = None
    secret: bool = True


@dataclass(frozen=True)
class Fixtures:
    """Everything that the administrator makes before a service's life begins."""

    template: str | None = None
    """The text of a CloudFormation template."""
    templates: tuple[TemplateFixture, ...] = ()
    parameters: tuple[ParameterFixture, ...] = ()
    secrets: tuple[SecretFixture, ...] = ()
    stacks: tuple[StackFixture, ...] = ()
    buckets: tuple[BucketFixture, ...] = ()
    roles: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    """The ARNs of versions."""
    images: tuple[str, ...] = ()
    """Each "repository:tag"."""
    variables: tuple[VariableFixture, ...] = ()

    @property
    def has_templates(self) -> bool:
        """Whether anything is made of a template."""
        return self.template is not None or bool(self.templates)


def load_fixtures(folder: Path) -> Fixtures:
    """The fixtures of the service in ``folder``; none where there is no ``verifier.yml``.

    Raises InputError naming the file and the entry that cannot be used.
    """
    path = folder / FILE
    if not path.exists():
        return Fixtures()
    settings = _read_yaml(path)
    unknown = [str(key) for key in settings if key not in entries.KINDS]
    if unknown:
        raise InputError(f"{path}: unknown entry '{unknown[0]}'; known are {', '.join(entries.KINDS)}")

    def each(kind: str, made: Callable[..., Any]) -> tuple[Any, ...]:
        return tuple(made(*read) for read in entries.READERS[kind](path, settings.get(kind)))

    template = settings.get("fixtures")
    return Fixtures(
        template=None if template is None else entries.template(path, "fixtures", template),
        templates=each("stacks", TemplateFixture),
        parameters=each("ssm", ParameterFixture),
        secrets=each("secrets", SecretFixture),
        stacks=each("stackOutputs", StackFixture),
        buckets=each("buckets", BucketFixture),
        roles=each("roles", str),
        policies=each("policies", str),
        layers=each("layers", str),
        images=each("images", str),
        variables=each("env", VariableFixture),
    )


def _read_yaml(path: Path) -> dict[Any, Any]:
    settings = yaml_of(text_of(path), str(path))
    if settings is None:
        return {}
    if not isinstance(settings, dict):
        raise InputError(f"{path}: not a mapping; its entries are {', '.join(entries.KINDS)}")
    return settings


def filled(fixtures: Fixtures, values: Mapping[str, str]) -> Fixtures:
    """``fixtures`` with their placeholders replaced; a template has parameters of its own for that."""

    def text(given: str) -> str:
        return fill(given, values, FILE)

    def pairs(given: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        return tuple((key, text(value)) for key, value in given)

    return replace(
        fixtures,
        templates=tuple(replace(one, stack=text(one.stack)) for one in fixtures.templates),
        parameters=tuple(
            replace(one, name=text(one.name), value=text(one.value), key=one.key and text(one.key))
            for one in fixtures.parameters
        ),
        secrets=tuple(replace(one, name=text(one.name), value=text(one.value)) for one in fixtures.secrets),
        stacks=tuple(
            replace(one, stack=text(one.stack), outputs=pairs(one.outputs)) for one in fixtures.stacks
        ),
        buckets=tuple(
            BucketFixture(text(one.name), tuple((text(key), text(value)) for key, value in one.objects))
            for one in fixtures.buckets
        ),
        roles=tuple(map(text, fixtures.roles)),
        policies=tuple(map(text, fixtures.policies)),
        layers=tuple(map(text, fixtures.layers)),
        images=tuple(map(text, fixtures.images)),
        variables=tuple(
            replace(one, value=None if one.value is None else text(one.value)) for one in fixtures.variables
        ),
    )
