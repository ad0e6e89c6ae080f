"""CloudFront: the function at the edge."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.handlers import cloudfront_shapes as shapes
from verifier.cloudformation.handlers.cloudfront import TAGGING, TAGS, Versioned
from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.params import ID, NAME, Params, Prop, same
from verifier.cloudformation.types.part import Part, Read, on
from verifier.cloudformation.types.step import Step


@dataclass(frozen=True)
class _Published(Part):
    """Whether what was made or changed is published at once: the version that was read last."""

    @property
    def properties(self) -> frozenset[str]:
        """The one property."""
        return frozenset({"AutoPublish"})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The read of the version, and the call."""
        yield Mention(service, "DescribeFunction", itself)
        yield Mention(service, "PublishFunction", {**itself, "IfMatch": None})

    def create(self, step: Step) -> None:
        """Publish it."""
        self._publish(step)

    def update(self, step: Step) -> None:
        """Publish it again."""
        if step.work.changed("AutoPublish", "FunctionCode", "FunctionConfig"):
            self._publish(step)

    def _publish(self, step: Step) -> None:
        if str(step.work.properties.get("AutoPublish", "")).lower() == "true":
            named = step.params({})
            answer: Mapping[str, Any] = step.work.read(step.service, "DescribeFunction", named)
            step.call("PublishFunction", {**named, "IfMatch": answer.get("ETag", "")})


FUNCTION = Versioned(
    type="AWS::CloudFront::Function",
    service="cloudfront",
    create_by="CreateFunction",
    update_by="UpdateFunction",
    delete_by="DeleteFunction",
    itself={"Name": NAME},
    get="DescribeFunction",
    members={
        "FunctionCode": Prop("FunctionCode"),
        "FunctionConfig": Prop("FunctionConfig", shapes.function),
    },
    fixed=same("Name"),
    id_from="FunctionSummary.FunctionMetadata.FunctionARN",
    token=False,
    arn="{id}",
    gives={"FunctionARN": ID},
    parts=(
        Read("DescribeFunction", gives={"Stage": "FunctionSummary.FunctionMetadata.Stage"}),
        *on(("create",), Read("DescribeFunction")),
        Read("GetFunction"),
        _Published(),
        TAGS,
        TAGGING,
    ),
    gone=("NoSuchFunctionExists",),
    # Nothing but what AWS gives back.
    lacks=frozenset({"FunctionMetadata"}),
)
