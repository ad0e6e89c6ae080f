"""What moto lacks, and that it still lacks it."""

from importlib import import_module
from importlib.resources import files
from typing import Any

import botocore.session
import pytest
import yaml
from botocore import xform_name
from moto.backends import ALT_SERVICE_NAMES
from moto.core.responses import BaseResponse

_SESSION = botocore.session.get_session()
_ENTRIES: list[dict[str, Any]] = yaml.safe_load(
    files("verifier.emulator").joinpath("moto_gaps.yaml").read_text(encoding="utf-8")
)
# moto's S3 tells bucket operations apart by these words in the query.
_S3_BRANCHES = ("_bucket_response_get", "_bucket_response_put", "_bucket_response_delete")


def _name(entry: dict[str, Any]) -> str:
    return f"{entry['service']}:{entry['operation']}"


def _responses(service: str) -> list[type]:
    """moto's classes whose methods answer the service's operations."""
    name = service.replace("-", "")
    package = f"moto.{ALT_SERVICE_NAMES.get(name, name)}.responses"
    values = vars(import_module(package)).values()
    return [
        one
        for one in values
        if isinstance(one, type) and issubclass(one, BaseResponse) and one.__module__.startswith(package)
    ]


@pytest.mark.parametrize(
    ("service", "operation"),
    [("lambda", "CreateFunction"), ("logs", "PutRetentionPolicy"), ("cognito-idp", "CreateUserPool")],
)
def test_what_moto_has_is_found(service: str, operation: str) -> None:
    assert any(hasattr(one, xform_name(operation)) for one in _responses(service))


@pytest.mark.parametrize("entry", _ENTRIES, ids=_name)
def test_an_entry_is_complete_and_its_answer_fits(entry: dict[str, Any]) -> None:
    assert set(entry) == {"service", "operation", "answer", "why"}
    model = _SESSION.get_service_model(entry["service"]).operation_model(entry["operation"])
    members = set(model.output_shape.members) if model.output_shape else set()
    assert set(entry["answer"]) <= members


@pytest.mark.parametrize("entry", [one for one in _ENTRIES if one["service"] != "s3"], ids=_name)
def test_moto_still_lacks_it(entry: dict[str, Any]) -> None:
    responses = _responses(entry["service"])
    assert responses, f"moto has no service {entry['service']} at all"
    assert not any(hasattr(one, xform_name(entry["operation"])) for one in responses)


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
