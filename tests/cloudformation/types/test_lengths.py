"""Names over their service's limit."""

import pytest

from verifier.cloudformation.types.lengths import too_long


@pytest.mark.parametrize(
    ("service", "operation", "name", "most"),
    [
        ("iam", "CreateRole", "RoleName", 64),
        ("lambda", "CreateFunction", "FunctionName", 64),
        ("dynamodb", "CreateTable", "TableName", 255),
        ("cloudwatch", "PutMetricAlarm", "AlarmName", 255),
        ("events", "PutRule", "Name", 64),
    ],
)
def test_a_name_over_its_limit(service: str, operation: str, name: str, most: int) -> None:
    assert too_long(service, operation, {name: "n" * most}) == ""
    told = too_long(service, operation, {name: "n" * (most + 1)})
    assert told == (
        f"1 validation error detected: Value '{'n' * (most + 1)}' at '{name[0].lower()}{name[1:]}' failed to "
        f"satisfy constraint: Member must have length less than or equal to {most}"
    )


def test_what_is_no_name_or_has_no_limit_is_left_to_the_service() -> None:
    assert too_long("iam", "CreateRole", {"Description": "d" * 5000, "Nope": "x" * 5000}) == ""
    assert too_long("lambda", "GetFunction", {"FunctionName": "arn:" + "f" * 100}) == ""
    assert too_long("sqs", "CreateQueue", {"QueueName": "q" * 100}) == ""
