"""Secrets Manager: the secret."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ID, Params, Prop, same
from verifier.cloudformation.types.part import Part, Read
from verifier.cloudformation.types.parts import Items
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import pick

_GENERATED, _TEXT = "GenerateSecretString", "SecretString"
_PASSWORD = (
    "ExcludeCharacters",
    "ExcludeLowercase",
    "ExcludeNumbers",
    "ExcludePunctuation",
    "ExcludeUppercase",
    "IncludeSpace",
    "PasswordLength",
    "RequireEachIncludedType",
)
_MEMBERS = same("Description", "KmsKeyId", "Type")


@dataclass(frozen=True)
class _Value(Part):
    """The secret's text, given or made up by a call of its own, and what else one update takes."""

    @property
    def properties(self) -> frozenset[str]:
        """The text, what it is made up of, and the members."""
        return frozenset({_GENERATED, _TEXT, *_MEMBERS})

    @property
    def create_parameters(self) -> tuple[str, ...]:
        """The one that takes the text."""
        return (_TEXT,)

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """What makes a password up, and what changes the secret."""
        yield Mention(service, "GetRandomPassword", dict.fromkeys(_PASSWORD))
        yield Mention(service, "UpdateSecret", {**itself, **_MEMBERS, **same(_TEXT)})

    def in_create(self, step: Step) -> dict[str, Any]:
        """The text."""
        return self._text(step)

    def create(self, step: Step) -> None:
        """Six characters at the end of the ARN are random (source: secret-arn-suffix)."""
        step.work.token(step.work.physical_id.rpartition("-")[2])

    def update(self, step: Step) -> None:
        """Change what has changed; the text is made up anew where that is said in another way."""
        work = step.work
        if not work.changed(*self.properties):
            return
        text = self._text(step) if work.changed(_GENERATED, _TEXT) else {}
        step.call("UpdateSecret", step.params(_MEMBERS) | text)

    def _text(self, step: Step) -> dict[str, Any]:
        wanted = step.work.properties.get(_GENERATED)
        if wanted is None:
            return pick(step.work.properties, (_TEXT,))
        answer = step.call("GetRandomPassword", pick(wanted, _PASSWORD))
        return {_TEXT: _filled(wanted, step.work.token(str(answer.get("RandomPassword", ""))))}


def _filled(wanted: Mapping[str, Any], password: str) -> str:
    """The template's JSON with the password under its key, or the password alone."""
    key = wanted.get("GenerateStringKey")
    if not key:
        return password
    return json.dumps({**json.loads(wanted.get("SecretStringTemplate", "{}")), key: password})


@dataclass(frozen=True)
class _Replicas(Items):
    """Regions with a replica, which the call that creates a secret takes as a whole."""

    def create(self, step: Step) -> None:
        """Nothing more to do."""


# Ref gives the ARN (source: cfn-ref-of-secret).
SECRET = Kind(
    type="AWS::SecretsManager::Secret",
    service="secretsmanager",
    name=Name("Name", 64, unforeseen="Secret-{suffix}"),
    itself={"SecretId": ID},
    create_by="CreateSecret",
    delete_by="DeleteSecret",
    id_from="ARN",
    token=False,
    fixed=_MEMBERS | {"AddReplicaRegions": Prop("ReplicaRegions")},
    gives={"Id": ID},
    parts=(
        Read("GetSecretValue", on=("update",), when=_GENERATED),
        _Value(),
        _Replicas(
            "ReplicaRegions",
            "Region",
            "ReplicateSecretToRegions",
            {"AddReplicaRegions": [Prop("")]},
            "RemoveRegionsFromReplication",
            {"RemoveReplicaRegions": [Prop("Region")]},
            at_delete=True,
        ),
        Tagging("TagResource", "UntagResource", {"SecretId": ID}, at_create="Tags"),
        Read("DescribeSecret", on=("create", "read", "delete")),
        Read("GetSecretValue"),
    ),
    # The second is of a secret that waits for its deletion.
    gone=("ResourceNotFoundException", "InvalidRequestException"),
)
