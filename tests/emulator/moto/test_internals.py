"""moto's inside: what the emulator and the gateway use of it, and that it still is as it was.

moto promises none of this. An upgrade that changes it fails here, not in somebody's deploy.
"""

import inspect
from importlib.metadata import version
from typing import Any

import pytest

from verifier.emulator.moto.repairs import repair_moto


def parameters(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


def test_the_version_is_the_pinned_one() -> None:
    assert version("moto") == "5.2.5"


def test_routing() -> None:
    from moto.core.routing import QueryRouter, RestRouter, get_router_class
    from moto.core.utils import get_service_model

    assert get_router_class("sts", "query") is QueryRouter
    assert get_router_class("lambda", "rest-json") is RestRouter
    assert get_router_class("cloudwatchomni", "smithy-rpc-v2-cbor") is None
    assert parameters(RestRouter(get_service_model("s3")).match) == ["request"]
    # The gateway has S3's buckets in the path already, which is all that S3's own router adds.
    assert issubclass(get_router_class("s3", "rest-xml"), RestRouter)


def test_parsers() -> None:
    from moto.core.parse import PROTOCOL_PARSERS, RequestDict, RequestParser

    assert "timestamp_parser" in parameters(RequestParser)
    assert set(PROTOCOL_PARSERS) == {"ec2", "json", "query", "rest-json", "rest-xml"}
    fields = {"body", "headers", "method", "url_params", "url_path", "values"}
    assert set(RequestDict.__annotations__) == fields


def test_protocols() -> None:
    from moto.core.request import determine_request_protocol
    from moto.core.utils import get_service_model

    assert parameters(determine_request_protocol) == ["service_model", "content_type"]
    sqs = get_service_model("sqs")
    assert determine_request_protocol(sqs, "application/x-amz-json-1.0") == "json"
    assert determine_request_protocol(sqs, "application/x-www-form-urlencoded; charset=utf-8") == "query"
    assert sqs.signing_name == "sqs"
    with pytest.raises(NotImplementedError):
        determine_request_protocol(get_service_model("dynamodb"), "application/json")


def test_request_from_an_environment() -> None:
    from moto.core.request import (
        PRESERVED_HEADER_NAMES_ENVIRON_KEY,
        Request,
        should_preserve_original_header_name,
    )

    assert should_preserve_original_header_name("x-amz-meta-my_key")
    assert not should_preserve_original_header_name("x_amz_meta")
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/a b",
        "RAW_URI": "/a%20b?c=d",
        "QUERY_STRING": "c=d",
        "HTTP_HOST": "h",
        "HTTP_X_AMZ_META_MY_KEY": "v",
        PRESERVED_HEADER_NAMES_ENVIRON_KEY: {"HTTP_X_AMZ_META_MY_KEY": "x-amz-meta-my_key"},
    }
    request = Request(environ)
    assert request.raw_path == "/a%20b"
    assert ("x-amz-meta-my_key", "v") in list(request.headers)


def test_serializers() -> None:
    from moto.core.model import OperationModel
    from moto.core.serialize import ResponseSerializer, SerializationContext, get_serializer_class
    from moto.core.utils import get_service_model

    assert parameters(ResponseSerializer.get_value) == ["self", "value", "key", "shape"]
    assert parameters(OperationModel)[:3] == ["operation_model", "service_model", "name"]

    model = get_service_model("sts").operation_model("GetCallerIdentity")
    serializer = get_serializer_class("sts", "query")(model, SerializationContext("id"))
    answer = serializer.serialize({"Arn": "a"})
    assert set(answer) == {"body", "headers", "status_code"}
    assert "<Arn>a</Arn>" in answer["body"]


def test_the_account_is_forced_by_a_header() -> None:
    from moto.core.responses import BaseResponse

    assert '"x-moto-account-id" in self.headers' in inspect.getsource(BaseResponse.get_current_account)


def test_application() -> None:
    from moto.moto_server.werkzeug_app import (
        BackendRequest,
        DomainDispatcherApplication,
        create_backend_app,
    )

    assert isinstance(BackendRequest.want_form_data_parsed, property)
    assert parameters(DomainDispatcherApplication) == ["create_app"]
    assert parameters(DomainDispatcherApplication.infer_service_region_host) == ["self", "environ", "path"]
    application = DomainDispatcherApplication(create_backend_app)
    assert application.app_instances == {}
    assert parameters(create_backend_app) == ["service"]


def test_iam_state() -> None:
    from moto.iam.models import AccessKey, Group, ManagedPolicy, Role, User, iam_backends
    from moto.sts.models import sts_backends

    iam = iam_backends["999988887777"]["aws"]
    for name in ("access_keys", "groups", "managed_policies", "roles", "users"):
        assert isinstance(getattr(iam, name), dict), name
    assert sts_backends["999988887777"]["aws"].assumed_roles == []
    user = User("999988887777", "us-east-1", "u", "/p/")
    assert (user.arn, user.policies, user.managed_policies) == ("arn:aws:iam::999988887777:user/p/u", {}, {})
    assert user.access_keys == []
    group = Group("999988887777", "us-east-1", "g")
    assert (group.users, group.policies, group.managed_policies) == ([], {}, {})
    key = AccessKey("u", "AKIA", "999988887777")
    assert (key.status, key.role_arn) == ("Active", None)
    policy = ManagedPolicy("p", account_id="999988887777", region="us-east-1", document="{}")
    assert [(one.version_id, one.document) for one in policy.versions] == [("v1", "{}")]
    assert policy.default_version_id == "v1"
    assert {"permissions_boundary_arn", "assume_role_policy_document", "account_id"} <= set(
        inspect.getsource(Role.__init__).replace("self.", " ").replace(":", " ").split()
    )


def test_backends_can_be_forgotten_one_account_at_a_time() -> None:
    from moto.core.base_backend import BackendDict
    from moto.s3.models import s3_backends

    assert s3_backends["999988887777"] is not None
    assert s3_backends in BackendDict._instances
    assert isinstance(s3_backends.bucket_accounts, dict)
    s3_backends.pop("999988887777")


def test_repaired_functions_are_still_called_as_before() -> None:
    from moto.apigateway.models import RestAPI
    from moto.awslambda.models import LambdaStorage
    from moto.core.config import default_user_config
    from moto.dynamodb.models import DynamoDBBackend
    from moto.iam.access_control import PermissionResult
    from moto.s3.models import FakeBucket, S3Backend

    repair_moto()
    bucket = FakeBucket.__new__(FakeBucket)
    assert bucket.get_permission("s3:PutObject", "*") is PermissionResult.NEUTRAL
    assert parameters(RestAPI.delete_deployment)[1:] == ["deployment_id"]
    assert parameters(DynamoDBBackend.update_table_streams)[1:] == ["table", "specification"]
    assert default_user_config["iam"] == {"load_aws_managed_policies": True}
    assert parameters(LambdaStorage.publish_version)[1:] == ["name_or_arn", "description"]
    assert len(parameters(S3Backend.log_incoming_request)) == 3


def test_each_account_has_its_own_copies_of_the_policies_of_aws() -> None:
    from moto.iam.models import IAMBackend

    repair_moto()
    one, other = (IAMBackend("aws", account) for account in ("111122223333", "444455556666"))
    assert len(one.managed_policies) == len(other.managed_policies) > 1000
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    mine, theirs = one.managed_policies[arn], other.managed_policies[arn]
    assert (mine.account_id, theirs.account_id) == ("111122223333", "444455556666")
    assert (mine.id, mine.versions[0].document) == (theirs.id, theirs.versions[0].document)
    mine.tags["team"] = {"Key": "team", "Value": "shop"}
    mine.attachment_count += 1
    mine.versions[0].is_default = False
    mine.versions.append("another")
    third = IAMBackend("aws", "777788889999").managed_policies[arn]
    for untouched in (theirs, third):
        assert (untouched.tags, untouched.attachment_count, len(untouched.versions)) == ({}, 0, 1)
        assert untouched.versions[0].is_default
    assert IAMBackend("aws-cn", "111122223333").managed_policies.keys() != one.managed_policies.keys()


def test_the_repairs_are_still_needed() -> None:
    """The sources that the repairs replace, as they were when the repairs were written."""
    from pathlib import Path

    import moto

    root = Path(moto.__file__).parent
    buckets = (root / "s3" / "models.py").read_text()
    assert "return iam_policy.is_action_permitted(action, resource)" in buckets
    apis = (root / "apigateway" / "models.py").read_text()
    assert "if deployment.stage_name and deployment.stage_name in self.stages:" in apis
    tables = (root / "dynamodb" / "models" / "__init__.py").read_text()
    assert ") and table.latest_stream_label:" in tables
    functions = (root / "awslambda" / "models.py").read_text()
    assert "new_version = len(all_versions) + 1" in functions
    assert "self.put_object(target_bucket, prefix + file_name, value=content)" in buckets
    validator = (root / "iam" / "policy_validation.py").read_text()
    assert 'assert self._policy_json["Version"] == "2012-10-17"' in validator
    users = (root / "iam" / "responses.py").read_text()
    assert "self.backend.put_role_policy(role_name, policy_name, policy_document)" in users
    assert "put_user_permissions_boundary" not in users
    identities = (root / "iam" / "models.py").read_text()
    assert "self.aws_managed_policies = self._init_aws_policies()" in identities
    assert "aws_managed_policies_data_parsed = json.loads(aws_managed_policies_data)" in identities
