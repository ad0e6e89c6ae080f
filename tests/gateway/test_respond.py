"""Every protocol's clients read our answers as AWS's."""

import json
from pathlib import Path
from typing import Any

import botocore.parsers
import botocore.session
import pytest

from verifier.emulator.http import HttpResponse
from verifier.errors import AwsError
from verifier.gateway import respond
from verifier.gateway.dialect import Dialect

CASES = json.loads((Path(__file__).parents[1] / "cases" / "gateway" / "answers.json").read_text())
MESSAGE = "User: arn:aws:iam::111122223333:user/<dev> & co is not authorized to perform: a:B on resource: *"


def as_botocore(response: HttpResponse, service: str, operation: str, protocol: str) -> dict[str, Any]:
    """What botocore's parser makes of an answer."""
    model = botocore.session.Session().get_service_model(service)
    headers = {name.lower(): value for name, value in response.headers}
    parser = botocore.parsers.create_parser(protocol)
    raw = {"status_code": response.status, "headers": headers, "body": response.body}
    result: dict[str, Any] = parser.parse(raw, model.operation_model(operation).output_shape)
    return result


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['service']}-{case['protocol']}")
def test_errors(case: dict[str, Any]) -> None:
    dialect = Dialect(case["service"], case["protocol"])
    refused = respond.serialise_error(respond.refused(dialect, MESSAGE), dialect)
    error = as_botocore(refused, case["service"], case["operation"], case["protocol"])
    assert (refused.status, error["Error"]["Code"]) == tuple(case["refused"])
    assert error["Error"]["Message"] == MESSAGE
    assert error["ResponseMetadata"].get("RequestId")

    unknown = respond.serialise_error(respond.unknown_key(dialect), dialect)
    error = as_botocore(unknown, case["service"], case["operation"], case["protocol"])
    assert (unknown.status, error["Error"]["Code"]) == tuple(case["unknownKey"])

    expired = respond.serialise_error(respond.expired_key(dialect), dialect)
    error = as_botocore(expired, case["service"], case["operation"], case["protocol"])
    assert (expired.status, error["Error"]["Code"]) == tuple(case["expiredKey"])

    wrong = respond.serialise_error(respond.wrong_signature(dialect), dialect)
    error = as_botocore(wrong, case["service"], case["operation"], case["protocol"])
    assert (wrong.status, error["Error"]["Code"]) == tuple(case["wrongSignature"])
    assert error["Error"]["Message"].startswith("The request signature we calculated does not match")

    for make in (respond.unroutable, respond.unsigned):
        made = make(dialect, "x") if make is respond.unroutable else respond.unsigned(dialect)
        answer = respond.serialise_error(made, dialect)
        error = as_botocore(answer, case["service"], case["operation"], case["protocol"])
        assert error["Error"]["Code"] == made.code


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['service']}-{case['protocol']}")
def test_head_has_no_body(case: dict[str, Any]) -> None:
    dialect = Dialect(case["service"], case["protocol"], "HEAD")
    response = respond.serialise_error(AwsError("AccessDenied", MESSAGE, 403), dialect)
    assert (response.status, response.body) == (403, b"")
