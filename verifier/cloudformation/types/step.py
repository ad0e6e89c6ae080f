"""One step of a resource's life, as the parts of its kind see it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from verifier.cloudformation.types.params import Given, Params, filled
from verifier.cloudformation.types.work import Work


@dataclass(frozen=True)
class Step:
    """The work, and what the kind says of the resource.

    ``service`` is botocore's name, ``itself`` the parameters that name the resource in a call,
    ``arn`` the form of its ARN, ``gone`` the error codes of one that is not there, ``source`` where its calls
    were read, of a type for which the registry names none.
    """

    work: Work
    service: str
    itself: Params
    arn: str
    gone: tuple[str, ...]
    source: str | None = None

    def params(self, params: Params, given: Any = None, *, whole: bool = True) -> dict[str, Any]:
        """``params`` with their values, those that name the resource first (``whole``).

        ``given`` stands in for the properties: an item of a list, or other values than are wanted.
        """
        own = Given(self.work, self.arn, self.work.properties)
        itself = filled(self.itself, own) if whole else {}
        return {**itself, **filled(params, own if given is None else replace(own, properties=given))}

    def call(
        self,
        operation: str,
        params: Mapping[str, Any],
        *,
        tolerate: Collection[str] = (),
        source: str | None = None,
    ) -> dict[str, Any]:
        """Make a call of the kind's service; see ``Work.call``."""
        source = source or self.source
        return self.work.call(self.service, operation, params, tolerate=tolerate, source=source)
