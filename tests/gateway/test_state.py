"""What exists in an account, listed kind by kind and page by page."""

from typing import Any

from verifier.authorization.operation import Operation
from verifier.gateway.state import Place, account_state, known_rows

PLACE = Place("111122223333", "eu-west-1", "aws")
KINDS = ("iam:User", "iam:UserPolicy", "lambda:Function", "s3:Bucket", "s3:Object", "sqs:Queue", "sns:Topic")
ROWS = [row for row in known_rows() if row.kind in KINDS]
ANSWERS: dict[tuple[str, str], dict[str, Any]] = {
    ("", "iam:ListUsers"): {"Users": [{"UserName": "b"}, {"UserName": "a"}]},
    ("", "s3:ListBuckets"): {"Buckets": [{"Name": "bucket"}]},
    ("eu-west-1", "sqs:ListQueues"): {"QueueUrls": ["https://sqs/q"]},
    ("us-east-1", "sqs:ListQueues"): {"QueueUrls": ["https://sqs/far"]},
}


class Listing:
    """Answers from ANSWERS, a list of functions in two pages, and nothing else."""

    def __init__(self) -> None:
        self.asked: list[Operation] = []

    def invoke(self, operation: Operation) -> dict[str, Any]:
        self.asked.append(operation)
        if str(operation) == "lambda:ListFunctions":
            page = operation.params.get("Marker", "1")
            more = {"NextMarker": "2"} if page == "1" else {}
            return {"Functions": [{"FunctionName": f"f{page}"}], **more}
        if str(operation) == "iam:ListUserPolicies":
            return {"PolicyNames": ["inline"] if operation.params["UserName"] == "a" else []}
        if str(operation) == "s3:ListObjectVersions":
            return {"Versions": [{"Key": "k/1"}], "DeleteMarkers": [{"Key": "k/2"}]}
        name = str(operation)
        return ANSWERS.get((operation.region, name)) or ANSWERS.get(("", name), {})


def test_everything_by_kind() -> None:
    upstream = Listing()
    assert account_state(upstream, PLACE, ["shop-dev"], ROWS) == {
        "cloudformation:Stack": ["shop-dev"],
        "iam:User": ["a", "b"],
        "iam:UserPolicy": ["a/inline"],
        "lambda:Function": ["f1", "f1 (us-east-1)", "f2", "f2 (us-east-1)"],
        "s3:Bucket": ["bucket"],
        "s3:Object": ["bucket/k/1", "bucket/k/2"],
        "sqs:Queue": ["https://sqs/far (us-east-1)", "https://sqs/q"],
    }
    assert {one.account for one in upstream.asked} == {"111122223333"}


def test_what_belongs_to_something_comes_after_it() -> None:
    kinds = [row.kind for row in known_rows()]
    assert len(kinds) == len(set(kinds)) > 50
    for row in known_rows():
        assert not row.each or kinds.index(row.each) < kinds.index(row.kind), row.kind
        assert bool(row.each) is bool(row.parameter), row.kind


def test_in_us_east_1_nothing_is_listed_twice() -> None:
    found = account_state(Listing(), Place("111122223333", "us-east-1", "aws"), [], ROWS)
    assert found["lambda:Function"] == ["f1", "f2"]
    assert "cloudformation:Stack" not in found
