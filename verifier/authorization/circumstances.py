"""What a request does not say and AWS knows: the things around it, as they are when it comes."""

from collections.abc import Mapping
from typing import Any, Protocol

from verifier.authorization.operation import Operation

FACTS = ("Boundary", "BucketKey", "Image", "ObjectKey", "ParameterKey", "SecretKey", "Transforms")
"""The names of facts, as rules call them beside a request's parameters."""


class Circumstances(Protocol):
    """Looks at what is there already. Both answers are empty where nothing is known."""

    def implied(self, op: Operation) -> Mapping[str, Any]:
        """Facts about what ``op`` refers to, by the names that rules call them by.

        ``Boundary`` (a role's or user's), ``BucketKey``, ``ObjectKey``, ``ParameterKey`` and ``SecretKey``
        (of KMS, where the key is the customer's), ``Image`` (``Repository``, and ``Open`` or ``Closed`` to
        Lambda where that is known), ``Transforms`` (names of a template's).
        """

    def tags(self, action: str, resource: str, op: Operation) -> Mapping[str, str]:
        """The tags that the resource of that ARN has now."""


class Nothing:
    """Circumstances of which nothing is known."""

    def implied(self, op: Operation) -> Mapping[str, Any]:
        """Nothing."""
        return {}

    def tags(self, action: str, resource: str, op: Operation) -> Mapping[str, str]:
        """None."""
        return {}
