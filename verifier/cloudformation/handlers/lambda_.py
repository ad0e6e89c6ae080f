"""Handlers of Lambda: the function, its versions and its permissions."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from verifier.cloudformation.types.handler import Handler, HandlerError, Work
from verifier.cloudformation.types.values import listed, pick, renamed, tag_changes, wanted_tags

_NAME_LIMIT = 64
_GONE = ("ResourceNotFoundException",)

# What CreateFunction and UpdateFunctionConfiguration both take, and what an absent property means.
_CONFIGURATION: dict[str, Any] = {
    "Role": None,
    "Handler": "",
    "Runtime": None,
    "Description": "",
    "Timeout": 3,
    "MemorySize": 128,
    "Environment": {"Variables": {}},
    "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
    "DeadLetterConfig": {"TargetArn": ""},
    "KmsKeyArn": "",
    "TracingConfig": {"Mode": "PassThrough"},
    "Layers": [],
    "FileSystemConfigs": [],
    "ImageConfig": {},
    "EphemeralStorage": {"Size": 512},
    "SnapStart": {"ApplyOn": "None"},
    "LoggingConfig": {"LogFormat": "Text"},
}
_CREATION = ("PackageType", "Architectures", "CodeSigningConfigArn", "TenancyConfig")
_CODE = ("S3Bucket", "S3Key", "S3ObjectVersion", "ImageUri", "S3ObjectStorageMode")


class Function(Handler):
    """A function. Its tags go into CreateFunction; concurrency and the like are calls of their own."""

    type = "AWS::Lambda::Function"
    supported = frozenset(
        {
            *_CONFIGURATION,
            *_CREATION,
            "FunctionName",
            "Code",
            "Tags",
            "ReservedConcurrentExecutions",
            "RuntimeManagementConfig",
            "RecursiveLoop",
        }
    )

    def goes_beyond(self, properties: Mapping[str, Any]) -> bool:
        """How file systems of S3 are looked at is not known; those of EFS are authorized with the call."""
        systems = listed(properties.get("FileSystemConfigs"))
        return any(":s3files:" in str(system.get("Arn", "")) for system in systems)

    def create(self, work: Work) -> None:
        name = work.properties.get("FunctionName") or work.generate_name(_NAME_LIMIT)
        params = {
            "FunctionName": name,
            "Code": _code(work.properties),
            **pick(work.properties, _CREATION),
            **_configuration(pick(work.properties, _CONFIGURATION)),
        }
        if tags := wanted_tags(work):
            params["Tags"] = tags
        work.call("lambda", "CreateFunction", params)
        work.created(name)
        work.read("lambda", "GetFunction", {"FunctionName": name}, source="cfn-function-create-getfunction")
        _read_used(work)
        for setting in ("ReservedConcurrentExecutions", "RuntimeManagementConfig", "RecursiveLoop"):
            if setting in work.properties:
                _put_setting(work, setting)

    def read(self, work: Work) -> dict[str, Any]:
        function = {"FunctionName": work.physical_id}
        found = work.read("lambda", "GetFunction", function, source="cfn-function-read-getfunction")
        _read_used(work)
        configuration = found.get("Configuration", {})
        snap_start = configuration.get("SnapStart", {"ApplyOn": "None", "OptimizationStatus": "Off"})
        return {"Arn": configuration.get("FunctionArn", _arn(work)), "SnapStartResponse": snap_start}

    def update(self, work: Work) -> None:
        if work.changed("Code", "Architectures"):
            code = {**_code(work.properties), **pick(work.properties, ("Architectures",))}
            work.call("lambda", "UpdateFunctionCode", {"FunctionName": work.physical_id, **code})
            work.read("lambda", "GetFunction", {"FunctionName": work.physical_id})
        if work.changed(*_CONFIGURATION):
            params = {"FunctionName": work.physical_id, **_changed_configuration(work)}
            work.call("lambda", "UpdateFunctionConfiguration", params)
            work.read("lambda", "GetFunction", {"FunctionName": work.physical_id})
        _read_used(work)
        for setting in ("ReservedConcurrentExecutions", "RuntimeManagementConfig", "RecursiveLoop"):
            if work.changed(setting):
                _put_setting(work, setting)
        if work.changed("CodeSigningConfigArn"):
            _change_code_signing(work)
        _change_tags(work)

    def delete(self, work: Work) -> None:
        function = {"FunctionName": work.physical_id}
        work.call("lambda", "DeleteFunction", function, tolerate=_GONE)
        work.read("lambda", "GetFunction", function, tolerate=_GONE)
        if work.properties.get("VpcConfig"):
            work.read("ec2", "DescribeNetworkInterfaces", {})


def _code(properties: Mapping[str, Any]) -> dict[str, Any]:
    code = properties.get("Code", {})
    params = {**pick(code, _CODE), **renamed(code, {"SourceKMSKeyArn": "SourceKMSKeyArn"})}
    if "ZipFile" in code:
        params["ZipFile"] = _zipped(str(code["ZipFile"]), str(properties.get("Runtime", "")))
    return params


def _zipped(source: str, runtime: str) -> bytes:
    """Inline source as a zip; CloudFormation calls the file index, with the language's ending."""
    name = "index.py" if runtime.startswith("python") else "index.js"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), source)
    return packed.getvalue()


def _configuration(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"KMSKeyArn" if name == "KmsKeyArn" else name: value for name, value in properties.items()}


def _changed_configuration(work: Work) -> dict[str, Any]:
    """What the template has now, and the defaults of what it no longer has."""
    wanted = pick(work.properties, _CONFIGURATION)
    dropped = {
        name: default
        for name, default in _CONFIGURATION.items()
        if name in work.previous and name not in wanted and default is not None
    }
    return _configuration({**wanted, **dropped})


def _read_used(work: Work) -> None:
    """What AWS's handler may read of features; functions without them do without these reads."""
    function = {"FunctionName": work.physical_id}
    if code_signing := work.properties.get("CodeSigningConfigArn"):
        work.read("lambda", "GetCodeSigningConfig", {"CodeSigningConfigArn": code_signing})
        work.read("lambda", "GetFunctionCodeSigningConfig", function)
    if "RuntimeManagementConfig" in work.properties:
        work.read("lambda", "GetRuntimeManagementConfig", function)
    if "RecursiveLoop" in work.properties:
        work.read("lambda", "GetFunctionRecursionConfig", function)


def _put_setting(work: Work, name: str) -> None:
    function, value = {"FunctionName": work.physical_id}, work.properties.get(name)
    match name:
        case "ReservedConcurrentExecutions" if value is None:
            work.call("lambda", "DeleteFunctionConcurrency", function)
        case "ReservedConcurrentExecutions":
            work.call("lambda", "PutFunctionConcurrency", {**function, name: value})
        case "RuntimeManagementConfig":
            work.call("lambda", "PutRuntimeManagementConfig", {**function, **_runtime_management(value)})
        case "RecursiveLoop":
            params = {**function, name: value or "Terminate"}
            work.call("lambda", "PutFunctionRecursionConfig", params)


def _runtime_management(value: Mapping[str, Any] | None) -> dict[str, Any]:
    return pick(value or {"UpdateRuntimeOn": "Auto"}, ("UpdateRuntimeOn", "RuntimeVersionArn"))


def _change_code_signing(work: Work) -> None:
    function = {"FunctionName": work.physical_id}
    config = work.properties.get("CodeSigningConfigArn")
    if config:
        params = {**function, "CodeSigningConfigArn": config}
        work.call("lambda", "PutFunctionCodeSigningConfig", params)
    else:
        work.call("lambda", "DeleteFunctionCodeSigningConfig", function)


def _change_tags(work: Work) -> None:
    target = {"Resource": _arn(work)}
    work.read("lambda", "ListTags", target, source="cfn-function-update-listtags")
    to_set, to_remove = tag_changes(work)
    if to_remove:
        work.call("lambda", "UntagResource", {**target, "TagKeys": to_remove})
    if to_set:
        work.call("lambda", "TagResource", {**target, "Tags": to_set})


def _arn(work: Work) -> str:
    return f"arn:{work.partition}:lambda:{work.region}:{work.account}:function:{work.physical_id}"


class Version(Handler):
    """A published version; its physical id is the version's ARN."""

    type = "AWS::Lambda::Version"
    supported = frozenset(
        {"FunctionName", "Description", "CodeSha256", "ProvisionedConcurrencyConfig", "RuntimePolicy"}
    )

    def create(self, work: Work) -> None:
        function = {"FunctionName": work.properties["FunctionName"]}
        there = work.read("lambda", "ListVersionsByFunction", function).get("Versions", [])
        params = {**function, **pick(work.properties, ("Description", "CodeSha256"))}
        published = work.call("lambda", "PublishVersion", params)
        number = published["Version"]
        if any(version["Version"] == number for version in there):
            # Lambda publishes nothing when nothing has changed (source cfn-version-exists).
            raise HandlerError(
                f"A version for this Lambda function exists ( {number} ). "
                "Modify the function to create a new version."
            )
        work.created(str(published["FunctionArn"]))
        qualified = {**function, "Qualifier": _number(work)}
        work.read("lambda", "GetFunctionConfiguration", qualified)
        if concurrency := work.properties.get("ProvisionedConcurrencyConfig"):
            work.call("lambda", "PutProvisionedConcurrencyConfig", {**qualified, **concurrency})
        if policy := work.properties.get("RuntimePolicy"):
            work.call("lambda", "PutRuntimeManagementConfig", {**qualified, **_runtime_management(policy)})
        _read_version_features(work, qualified)

    def read(self, work: Work) -> dict[str, Any]:
        qualified = _qualified(work)
        work.read("lambda", "GetFunctionConfiguration", qualified)
        _read_version_features(work, qualified)
        return {"Version": _number(work), "FunctionArn": work.physical_id}

    def update(self, work: Work) -> None:
        """Everything that is supported here replaces the version."""
        work.read("lambda", "GetFunctionConfiguration", _qualified(work))

    def delete(self, work: Work) -> None:
        qualified = _qualified(work)
        work.read("lambda", "GetFunctionConfiguration", qualified, tolerate=_GONE)
        work.call("lambda", "DeleteFunction", qualified, tolerate=_GONE)


def _read_version_features(work: Work, qualified: Mapping[str, Any]) -> None:
    if "ProvisionedConcurrencyConfig" in work.properties:
        work.read("lambda", "GetProvisionedConcurrencyConfig", qualified)
    if "RuntimePolicy" in work.properties:
        work.read("lambda", "GetRuntimeManagementConfig", qualified)


def _qualified(work: Work) -> dict[str, str]:
    return {"FunctionName": work.physical_id.rpartition(":")[0], "Qualifier": _number(work)}


def _number(work: Work) -> str:
    return work.physical_id.rpartition(":")[2]


class Permission(Handler):
    """A statement of a function's policy; its physical id is the statement's id, which AWS makes up."""

    type = "AWS::Lambda::Permission"
    supported = frozenset(
        {
            "FunctionName",
            "Action",
            "Principal",
            "PrincipalOrgID",
            "SourceArn",
            "SourceAccount",
            "EventSourceToken",
            "FunctionUrlAuthType",
            "InvokedViaFunctionUrl",
        }
    )

    def create(self, work: Work) -> None:
        statement = work.generate_name(100)
        params = pick(work.properties, self.supported)
        work.call("lambda", "AddPermission", {**params, "StatementId": statement})
        work.created(statement)

    def read(self, work: Work) -> dict[str, Any]:
        work.read("lambda", "GetPolicy", pick(work.properties, ("FunctionName",)))
        return {"Id": work.physical_id}

    def update(self, work: Work) -> None:
        """Every property replaces the statement."""

    def delete(self, work: Work) -> None:
        params = {**pick(work.properties, ("FunctionName",)), "StatementId": work.physical_id}
        work.call("lambda", "RemovePermission", params, tolerate=_GONE)
