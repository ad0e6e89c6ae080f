"""What AWS tells of secrets is heard of, whatever else the answer holds."""

from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.gateway.told_secrets import secrets_told

SECURE = {"Name": "/a", "Type": "SecureString", "Value": "hush"}
PLAIN = {"Name": "/b", "Type": "String", "Value": "plain"}


@pytest.mark.parametrize(
    ("service", "name", "result", "told"),
    [
        ("ssm", "GetParameter", {"Parameter": SECURE}, ["hush"]),
        ("ssm", "GetParameter", {"Parameter": PLAIN}, []),
        ("ssm", "GetParameters", {"Parameters": [PLAIN, SECURE], "InvalidParameters": ["/c"]}, ["hush"]),
        ("ssm", "GetParametersByPath", {"Parameters": [SECURE]}, ["hush"]),
        ("secretsmanager", "GetSecretValue", {"SecretString": "hush"}, ["hush"]),
        ("secretsmanager", "GetSecretValue", {"SecretBinary": b"x"}, []),
        (
            "secretsmanager",
            "BatchGetSecretValue",
            {"SecretValues": [{"SecretString": '{"user": "me", "pin": 4242}'}]},
            ['{"user": "me", "pin": 4242}', "me", "4242"],
        ),
        ("sqs", "ReceiveMessage", {"Parameter": SECURE}, []),
    ],
)
def test_what_is_told(service: str, name: str, result: dict[str, Any], told: list[str]) -> None:
    operation = Operation(service, name, {}, "111122223333", "eu-west-1", "aws")
    assert sorted(secrets_told(operation, result)) == sorted(told)
