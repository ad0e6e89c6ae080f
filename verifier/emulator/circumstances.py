"""What an emulator's state tells of the things that a request refers to."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlsplit

from verifier.authorization.filters import SECRETS
from verifier.authorization.operation import Operation
from verifier.emulator.interface import Upstream
from verifier.errors import AwsError

Facts = Mapping[str, Any]

_WRITES = frozenset(
    {"PutObject", "CopyObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"}
)
_IMAGE = re.compile(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/([^@:]+)")
_PULL = frozenset({"ecr:batchgetimage", "ecr:getdownloadurlforlayer"})

# How each service is asked for the tags of a resource: the operation, the parameter, and what goes into it.
_TAGS: Mapping[str, tuple[str, str, str, Callable[[str], str]]] = {
    "apigateway": ("apigateway", "GetTags", "resourceArn", lambda arn: arn),
    "dynamodb": ("dynamodb", "ListTagsOfResource", "ResourceArn", lambda arn: arn),
    "events": ("events", "ListTagsForResource", "ResourceARN", lambda arn: arn),
    "iam": ("iam", "ListRoleTags", "RoleName", lambda arn: arn.rpartition("/")[2]),
    "lambda": ("lambda", "ListTags", "Resource", lambda arn: arn),
    "logs": ("logs", "ListTagsForResource", "resourceArn", lambda arn: arn.partition(":log-stream:")[0]),
    "secretsmanager": ("secretsmanager", "DescribeSecret", "SecretId", lambda arn: arn),
    "sns": ("sns", "ListTagsForResource", "ResourceArn", lambda arn: arn),
    "sqs": (
        "sqs",
        "ListQueueTags",
        "QueueUrl",
        lambda arn: "https://sqs.{3}.amazonaws.com/{4}/{5}".format(*arn.split(":")),
    ),
    "states": ("stepfunctions", "ListTagsForResource", "resourceArn", lambda arn: arn),
}


@dataclass(frozen=True)
class EmulatedCircumstances:
    """Looks at the emulator's state (``authorization.circumstances.Circumstances``); nobody is asked for it.

    ``transforms`` names the transforms of the template that a request to CloudFormation submits.
    """

    upstream: Upstream
    transforms: Callable[[Operation], tuple[str, ...]] = lambda op: ()

    def implied(self, op: Operation) -> Facts:
        """See ``Circumstances.implied``."""
        match op.service:
            case "iam":
                return self._boundary(op)
            case "s3":
                return self._keys(op)
            case "ssm" | "secretsmanager":
                return self._keys_of_values(op)
            case "cloudformation":
                return self._template(op)
            case "lambda":
                return {**self._code(op), **self._image(op)}
        return {}

    def tags(self, action: str, resource: str, op: Operation) -> Mapping[str, str]:
        """See ``Circumstances.tags``."""
        prefix = action.partition(":")[0]
        if prefix not in _TAGS or "*" in resource or (prefix == "iam" and ":role/" not in resource):
            return {}
        service, name, parameter, form = _TAGS[prefix]
        if "/apis/" in resource:
            service, parameter = "apigatewayv2", "ResourceArn"
        answer = self._look(op, service, name, {parameter: form(resource)})
        return _plain_tags(answer.get("Tags") or answer.get("tags") or {})

    def _boundary(self, op: Operation) -> Facts:
        for kind in ("Role", "User"):
            name = op.params.get(f"{kind}Name")
            if name and op.name != f"Create{kind}":
                found = self._look(op, "iam", f"Get{kind}", {f"{kind}Name": name}).get(kind) or {}
                arn = (found.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
                return {"Boundary": arn} if arn else {}
        return {}

    def _keys(self, op: Operation) -> Facts:
        bucket = op.params.get("Bucket")
        if not bucket or "Key" not in op.params:
            return {}
        facts: dict[str, Any] = self._bucket_key(op, bucket) if op.name in _WRITES else {}
        if op.name in ("GetObject", "UploadPart"):
            facts |= self._object_key(op, bucket, str(op.params["Key"]))
        if "CopySource" in op.params and isinstance(op.params["CopySource"], str):
            source, _, key = unquote(op.params["CopySource"].partition("?")[0]).lstrip("/").partition("/")
            facts |= self._object_key(op, source, key)
        return facts

    def _bucket_key(self, op: Operation, bucket: str) -> dict[str, Any]:
        answer = self._look(op, "s3", "GetBucketEncryption", {"Bucket": bucket})
        for rule in (answer.get("ServerSideEncryptionConfiguration") or {}).get("Rules") or ():
            default = rule.get("ApplyServerSideEncryptionByDefault") or {}
            if default.get("KMSMasterKeyID"):
                return {"BucketKey": default["KMSMasterKeyID"]}
        return {}

    def _object_key(self, op: Operation, bucket: str, key: str) -> dict[str, Any]:
        answer = self._look(op, "s3", "HeadObject", {"Bucket": bucket, "Key": key})
        return {"ObjectKey": answer["SSEKMSKeyId"]} if answer.get("SSEKMSKeyId") else {}

    def _keys_of_values(self, op: Operation) -> Facts:
        """Of AWS's own keys nobody is asked for anything (source: ssm-own-key-guide)."""
        if (op.service, op.name) == ("secretsmanager", "GetSecretValue"):
            return self._secret_key(op, str(op.params.get("SecretId")))
        name = str(op.params.get("Name", ""))
        if op.name != "GetParameter" or not op.params.get("WithDecryption"):
            return {}
        if name.startswith(SECRETS):
            return self._secret_key(op, name.removeprefix(SECRETS).partition(":")[0])
        equals = {"Key": "Name", "Option": "Equals", "Values": [name.partition(":")[0]]}
        for found in self._look(op, "ssm", "DescribeParameters", {"ParameterFilters": [equals]}).get(
            "Parameters", ()
        ):
            if found.get("KeyId") and found["KeyId"] != "alias/aws/ssm":
                return {"ParameterKey": found["KeyId"]}
        return {}

    def _secret_key(self, op: Operation, secret: str) -> Facts:
        key = self._look(op, "secretsmanager", "DescribeSecret", {"SecretId": secret}).get("KmsKeyId")
        return {"SecretKey": key} if key and not key.endswith("alias/aws/secretsmanager") else {}

    def _template(self, op: Operation) -> Facts:
        facts: dict[str, Any] = {}
        if op.params.get("TemplateURL"):
            bucket, key = _object_of(str(op.params["TemplateURL"]))
            facts = self._object_key(op, bucket, key)
        names = self.transforms(op)
        return facts | ({"Transforms": names} if names else {})

    def _code(self, op: Operation) -> Facts:
        for place in (op.params.get("Code"), op.params.get("Content"), op.params):
            if isinstance(place, Mapping) and place.get("S3Bucket") and place.get("S3Key"):
                return self._object_key(op, str(place["S3Bucket"]), str(place["S3Key"]))
        return {}

    def _image(self, op: Operation) -> Facts:
        code = op.params.get("Code")
        uri = (code if isinstance(code, Mapping) else op.params).get("ImageUri")
        named = _IMAGE.match(str(uri or ""))
        if named is None:
            return {}
        account, region, repository = named.groups()
        arn = f"arn:{op.partition}:ecr:{region}:{account}:repository/{repository}"
        there = replace(op, account=account, region=region)
        if not self._look(there, "ecr", "DescribeRepositories", {"repositoryNames": [repository]}):
            return {"Image": {"Repository": arn}}
        policy = self._look(there, "ecr", "GetRepositoryPolicy", {"repositoryName": repository})
        state = "Open" if _lets_lambda_pull(str(policy.get("policyText") or "{}")) else "Closed"
        return {"Image": {"Repository": arn, state: True}}

    def _look(self, op: Operation, service: str, name: str, params: Facts) -> dict[str, Any]:
        """The answer to a look at the state, {} where there is nothing to see."""
        look = replace(op, service=service, name=name, params=params, method="", path="", implied={})
        try:
            return self.upstream.invoke(look)
        except AwsError:
            return {}


def _plain_tags(value: Any) -> dict[str, str]:
    if isinstance(value, Mapping):
        return {str(key): str(text) for key, text in value.items()}
    named = [(one.get("Key", one.get("key")), one.get("Value", one.get("value", ""))) for one in value]
    return {str(key): str(text) for key, text in named if key is not None}


def _object_of(url: str) -> tuple[str, str]:
    """Bucket and key of an S3 URL, in path or virtual-hosted style."""
    parts = urlsplit(url)
    path = unquote(parts.path.lstrip("/"))
    if re.match(r"(s3[.-]|localhost|127\.)", parts.netloc):
        bucket, _, key = path.partition("/")
        return bucket, key
    return parts.netloc.partition(".s3")[0], path


def _lets_lambda_pull(text: str) -> bool:
    """Whether a repository's policy lets Lambda read images (source: lambda-image-policy)."""
    try:
        statements = json.loads(text).get("Statement") or []
    except (ValueError, AttributeError):
        return False
    allowed: set[str] = set()
    for one in statements if isinstance(statements, list) else [statements]:
        principal = one.get("Principal")
        services = principal.get("Service", ()) if isinstance(principal, Mapping) else ()
        named = [services] if isinstance(services, str) else list(services)
        if one.get("Effect") == "Allow" and (principal == "*" or "lambda.amazonaws.com" in named):
            actions = one.get("Action", ())
            allowed |= {str(each).lower() for each in ([actions] if isinstance(actions, str) else actions)}
    return allowed >= _PULL or bool(allowed & {"ecr:*", "*"})
