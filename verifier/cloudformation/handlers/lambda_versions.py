"""Lambda: the versions of a function."""

from collections.abc import Iterator, Mapping
from typing import Any

from verifier.cloudformation.handlers.lambda_instances import DEFAULT_SCALING, SCALING
from verifier.cloudformation.types.handler import Handler, HandlerError, Mention
from verifier.cloudformation.types.params import ID, Prop, same
from verifier.cloudformation.types.values import pick
from verifier.cloudformation.types.work import Work

_GONE = ("ResourceNotFoundException",)
_MANAGED = ("UpdateRuntimeOn", "RuntimeVersionArn")


class Version(Handler):
    """A published version; its physical id is the version's ARN.

    A class of its own: it fails where the function has not changed, which takes a look at what is there.
    """

    type = "AWS::Lambda::Version"
    supported = frozenset(
        {
            "FunctionName",
            "Description",
            "CodeSha256",
            "ProvisionedConcurrencyConfig",
            "RuntimePolicy",
            SCALING,
        }
    )

    def mentions(self) -> Iterator[Mention]:
        """Every call on a version."""
        function = same("FunctionName")
        qualified = function | {"Qualifier": ID}
        concurrency = qualified | {
            "ProvisionedConcurrentExecutions": Prop(
                "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions"
            )
        }
        yield Mention("lambda", "ListVersionsByFunction", function)
        yield Mention("lambda", "PublishVersion", same("FunctionName", "Description", "CodeSha256"))
        yield Mention("lambda", "GetFunctionConfiguration", qualified)
        yield Mention("lambda", "PutProvisionedConcurrencyConfig", concurrency)
        yield Mention("lambda", "GetProvisionedConcurrencyConfig", qualified)
        managed = {name: Prop(f"RuntimePolicy.{name}") for name in _MANAGED}
        yield Mention("lambda", "PutRuntimeManagementConfig", qualified | managed)
        yield Mention("lambda", "GetRuntimeManagementConfig", qualified)
        scaling = qualified | same(SCALING)
        yield Mention("lambda", "PutFunctionScalingConfig", scaling, (DEFAULT_SCALING.source,))
        yield Mention("lambda", "GetFunctionScalingConfig", qualified)
        yield Mention("lambda", "DeleteFunction", qualified)

    def create(self, work: Work) -> None:
        """Publish it, unless Lambda has nothing new to publish."""
        function = {"FunctionName": work.properties["FunctionName"]}
        there = work.read("lambda", "ListVersionsByFunction", function).get("Versions", [])
        params = {**function, **pick(work.properties, ("Description", "CodeSha256"))}
        published = work.call("lambda", "PublishVersion", params)
        number = published["Version"]
        if any(version["Version"] == number for version in there):
            # Lambda publishes nothing when nothing has changed (source cfn-version-exists).
            raise HandlerError(
                f"A version for this Lambda function exists ( {number} ). "
                "Modify the function to create a new version."
            )
        work.created(str(published["FunctionArn"]))
        qualified = {**function, "Qualifier": _number(work)}
        work.read("lambda", "GetFunctionConfiguration", qualified)
        if concurrency := work.properties.get("ProvisionedConcurrencyConfig"):
            work.call("lambda", "PutProvisionedConcurrencyConfig", {**qualified, **concurrency})
        if policy := work.properties.get("RuntimePolicy"):
            managed = pick(policy, _MANAGED)
            work.call("lambda", "PutRuntimeManagementConfig", {**qualified, **managed})
        if SCALING in work.properties:
            _scale(work, qualified)
        _read_version_features(work, qualified)

    def read(self, work: Work) -> dict[str, Any]:
        """Its number and its ARN."""
        qualified = _qualified(work)
        work.read("lambda", "GetFunctionConfiguration", qualified)
        _read_version_features(work, qualified)
        if SCALING in work.properties:
            work.read("lambda", "GetFunctionScalingConfig", qualified, because=SCALING)
        return {"Version": _number(work), "FunctionArn": work.physical_id}

    def update(self, work: Work) -> None:
        """Everything else that is supported here replaces the version."""
        qualified = _qualified(work)
        work.read("lambda", "GetFunctionConfiguration", qualified)
        if work.changed(SCALING):
            _scale(work, qualified)

    def delete(self, work: Work) -> None:
        """Delete this version of the function."""
        qualified = _qualified(work)
        work.read("lambda", "GetFunctionConfiguration", qualified, tolerate=_GONE)
        work.call("lambda", "DeleteFunction", qualified, tolerate=_GONE)


VERSION = Version()


def _read_version_features(work: Work, qualified: Mapping[str, Any]) -> None:
    if "ProvisionedConcurrencyConfig" in work.properties:
        needs = "ProvisionedConcurrencyConfig"
        work.read("lambda", "GetProvisionedConcurrencyConfig", qualified, because=needs)
    if "RuntimePolicy" in work.properties:
        work.read("lambda", "GetRuntimeManagementConfig", qualified, because="RuntimePolicy")


def _scale(work: Work, qualified: Mapping[str, Any]) -> None:
    wanted = pick(work.properties, (SCALING,)) or DEFAULT_SCALING.values
    work.call("lambda", "PutFunctionScalingConfig", {**qualified, **wanted})


def _qualified(work: Work) -> dict[str, str]:
    return {"FunctionName": work.physical_id.rpartition(":")[0], "Qualifier": _number(work)}


def _number(work: Work) -> str:
    return work.physical_id.rpartition(":")[2]
