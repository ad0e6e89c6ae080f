"""What moto lacks, and that it still lacks it."""

import io
import json
import zipfile
from importlib.resources import files
from typing import Any

import botocore.session
import pytest
import yaml

from tools.moto_coverage import moto_has
from verifier.authorization.operation import Operation
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.errors import AwsError

_SESSION = botocore.session.get_session()
_ENTRIES: list[dict[str, Any]] = yaml.safe_load(
    files("verifier.emulator.moto").joinpath("gaps.yaml").read_text(encoding="utf-8")
)
# moto's S3 tells bucket operations apart by these words in the query.
_S3_BRANCHES = ("_bucket_response_get", "_bucket_response_put", "_bucket_response_delete")


def _name(entry: dict[str, Any]) -> str:
    return f"{entry['service']}:{entry['operation']}"


@pytest.mark.parametrize("entry", _ENTRIES, ids=_name)
def test_an_entry_is_complete_and_its_answer_fits(entry: dict[str, Any]) -> None:
    assert set(entry) == {"service", "operation", "answer", "why"}
    model = _SESSION.get_service_model(entry["service"]).operation_model(entry["operation"])
    members = set(model.output_shape.members) if model.output_shape else set()
    assert set(entry["answer"]) <= members


@pytest.mark.parametrize("entry", [one for one in _ENTRIES if one["why"] == "no handler"], ids=_name)
def test_moto_still_lacks_it(entry: dict[str, Any]) -> None:
    assert not moto_has(entry["service"], entry["operation"])


def test_what_moto_has_is_seen() -> None:
    assert moto_has("dynamodb", "CreateTable")
    assert moto_has("lambda", "CreateFunction")
    assert moto_has("cognito-idp", "CreateUserPool")
    assert not moto_has("dynamodb", "NoSuchOperation")
    assert not moto_has("no-such-service", "CreateTable")


@pytest.mark.parametrize("entry", [one for one in _ENTRIES if one["service"] == "s3"], ids=_name)
def test_moto_still_takes_it_for_the_bucket_itself(entry: dict[str, Any]) -> None:
    import inspect

    from moto.s3.responses import S3Response

    model = _SESSION.get_service_model("s3").operation_model(entry["operation"])
    word = model.http["requestUri"].partition("?")[2].partition("&")[0].partition("=")[0]
    branch = f"_bucket_response_{model.http['method'].lower()}"
    if branch in _S3_BRANCHES:
        assert f'"{word}" in querystring' not in inspect.getsource(getattr(S3Response, branch))


def test_no_operation_stands_twice() -> None:
    names = [_name(entry) for entry in _ENTRIES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("repaired", [True, False])
def test_layers_of_other_accounts_are_there(repaired: bool) -> None:
    """When moto takes them by itself, the gap can go."""
    upstream, account = MotoUpstream(), "123456780002"
    upstream.forget(account)

    def do(service: str, name: str, **params: Any) -> dict[str, Any]:
        operation = Operation(service, name, params, account, "us-east-1")
        return upstream.invoke(operation) if repaired else upstream._invoke(operation)

    let = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [let]})
    role = do("iam", "CreateRole", RoleName="r", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.js", "")
    function = {"FunctionName": "f", "Role": role, "Runtime": "nodejs22.x", "Handler": "index.a"}
    code = {"Code": {"ZipFile": packed.getvalue()}}
    others = ["arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension:14"]
    if not repaired:
        with pytest.raises(AwsError, match="One or more LayerVersion does not exist"):
            do("lambda", "CreateFunction", **function, **code, Layers=others)
        return
    do("lambda", "CreateFunction", **function, **code, Layers=others)
    do("lambda", "UpdateFunctionConfiguration", FunctionName="f", Layers=others)
    own = [f"arn:aws:lambda:us-east-1:{account}:layer:none:1"]
    with pytest.raises(AwsError, match="does not exist"):
        do("lambda", "CreateFunction", **{**function, "FunctionName": "g"}, **code, Layers=own)
