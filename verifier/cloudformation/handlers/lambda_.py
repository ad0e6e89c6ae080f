"""Lambda: the function and its permissions."""

import io
import zipfile
from typing import Any

from verifier.cloudformation.handlers.lambda_instances import (
    CONFIGURED,
    OWN_INSTANCES,
    PUBLISHED,
    PublishLatest,
    scaling,
)
from verifier.cloudformation.types.kind import Beyond, Kind, Name
from verifier.cloudformation.types.params import ABSENT, ARN, ID, Computed, Prop, Sourced, same, used
from verifier.cloudformation.types.part import Read, on
from verifier.cloudformation.types.parts import Setting, Update
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.work import Work

_GONE = ("ResourceNotFoundException",)

# What CreateFunction and UpdateFunctionConfiguration both take.
_CONFIGURATION = same(
    "Role",
    "Handler",
    "Runtime",
    "Description",
    "Timeout",
    "MemorySize",
    "Environment",
    "VpcConfig",
    "DeadLetterConfig",
    "TracingConfig",
    "Layers",
    "FileSystemConfigs",
    "ImageConfig",
    "EphemeralStorage",
    "SnapStart",
    "LoggingConfig",
    CONFIGURED,
) | {"KMSKeyArn": Prop("KmsKeyArn")}
_DROPPED = (
    Sourced("lambda-timeout-default", {"Timeout": 3}),
    Sourced("lambda-memory-default", {"MemorySize": 128}),
    Sourced("lambda-ephemeral-storage-default", {"EphemeralStorage": {"Size": 512}}),
    Sourced(
        "lambda-off-values-botocore",
        {
            "TracingConfig": {"Mode": "PassThrough"},
            "SnapStart": {"ApplyOn": "None"},
            "LoggingConfig": {"LogFormat": "Text"},
        },
    ),
    Sourced(
        "lambda-emptied-by-empty-value",
        {
            "Handler": "",
            "Description": "",
            "Environment": {"Variables": {}},
            "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
            "DeadLetterConfig": {"TargetArn": ""},
            "KmsKeyArn": "",
            "Layers": [],
            "FileSystemConfigs": [],
            "ImageConfig": {},
        },
    ),
)


def _zipped(work: Work) -> Any:
    """Inline source as a zip; CloudFormation calls the file index, with the language's ending."""
    source = work.properties.get("Code", {}).get("ZipFile")
    if source is None:
        return ABSENT
    name = "index.py" if str(work.properties.get("Runtime", "")).startswith("python") else "index.js"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), str(source))
    return packed.getvalue()


_CODE = {
    name: Prop(f"Code.{name}")
    for name in ("S3Bucket", "S3Key", "S3ObjectVersion", "ImageUri", "S3ObjectStorageMode", "SourceKMSKeyArn")
} | {"ZipFile": Computed(_zipped, ("Code",))}

# What AWS's handler may read of features; functions without them do without these reads.
_SIGNING = Read(
    "GetCodeSigningConfig",
    {"CodeSigningConfigArn": Prop("CodeSigningConfigArn")},
    when="CodeSigningConfigArn",
    whole=False,
)
_USED = (
    Read("GetFunctionCodeSigningConfig", when="CodeSigningConfigArn"),
    Read("GetRuntimeManagementConfig", when="RuntimeManagementConfig"),
    Read("GetFunctionRecursionConfig", when="RecursiveLoop"),
)


def _managed(name: str) -> dict[str, Prop]:
    return {part: Prop(f"{name}.{part}") for part in ("UpdateRuntimeOn", "RuntimeVersionArn")}


_AUTOMATIC = Sourced("lambda-runtime-management-default", {"UpdateRuntimeOn": "Auto"})

FUNCTION = Kind(
    type="AWS::Lambda::Function",
    service="lambda",
    name=Name("FunctionName", 64),
    itself={"FunctionName": ID},
    arn="arn:{partition}:lambda:{region}:{account}:function:{id}",
    create_by="CreateFunction",
    delete_by="DeleteFunction",
    fixed={
        "Code": _CODE,
        **same("PackageType", "Architectures", "CodeSigningConfigArn", "TenancyConfig"),
        **PUBLISHED,
        **_CONFIGURATION,
    },
    gives={"Arn": ARN, "SnapStartResponse": {"ApplyOn": "None", "OptimizationStatus": "Off"}},
    parts=(
        OWN_INSTANCES,
        Read("GetFunction", on=("create",), source="cfn-function-create-getfunction"),
        Read(
            "GetFunction",
            gives={"Arn": "Configuration.FunctionArn", "SnapStartResponse": "Configuration.SnapStart"},
            source="cfn-function-read-getfunction",
        ),
        Update("UpdateFunctionCode", _CODE | same("Architectures"), then=Read("GetFunction")),
        Update("UpdateFunctionConfiguration", _CONFIGURATION, _DROPPED, then=Read("GetFunction")),
        PublishLatest(frozenset(used({**_CODE, **same("Architectures"), **_CONFIGURATION}))),
        *scaling("$LATEST.PUBLISHED"),
        *on(("create", "update"), _SIGNING),
        *on(("create", "read", "update"), *_USED),
        Setting(
            "ReservedConcurrentExecutions",
            "PutFunctionConcurrency",
            same("ReservedConcurrentExecutions"),
            undo="DeleteFunctionConcurrency",
        ),
        Setting(
            "RuntimeManagementConfig",
            "PutRuntimeManagementConfig",
            _managed("RuntimeManagementConfig"),
            default=_AUTOMATIC,
        ),
        Setting(
            "RecursiveLoop",
            "PutFunctionRecursionConfig",
            same("RecursiveLoop"),
            default=Sourced("lambda-recursion-default", {"RecursiveLoop": "Terminate"}),
        ),
        Setting(
            "CodeSigningConfigArn",
            "PutFunctionCodeSigningConfig",
            same("CodeSigningConfigArn"),
            undo="DeleteFunctionCodeSigningConfig",
            at_create=False,
        ),
        Tagging(
            "TagResource",
            "UntagResource",
            {"Resource": ARN},
            at_create="Tags",
            form=dict,
            look=Read("ListTags", {"Resource": ARN}, whole=False, source="cfn-function-update-listtags"),
            look_always=True,
        ),
        Read("GetFunction", on=("after delete",)),
        Read("DescribeNetworkInterfaces", service="ec2", whole=False, on=("after delete",), when="VpcConfig"),
    ),
    gone=_GONE,
    # How file systems of S3 are looked at is not known; those of EFS are authorized with the call.
    beyond=(Beyond("FileSystemConfigs.Arn", ":s3files:"),),
    lacks=frozenset({"DurableConfig"}),
)


# A statement of a function's policy; its physical id is the statement's, which is made up. Every property
# replaces the statement.
PERMISSION = Kind(
    type="AWS::Lambda::Permission",
    service="lambda",
    name=Name("", 100, "StatementId"),
    itself={"FunctionName": Prop("FunctionName"), "StatementId": ID},
    create_by="AddPermission",
    delete_by="RemovePermission",
    fixed=same(
        "FunctionName",
        "Action",
        "Principal",
        "PrincipalOrgID",
        "SourceArn",
        "SourceAccount",
        "EventSourceToken",
        "FunctionUrlAuthType",
        "InvokedViaFunctionUrl",
    ),
    gives={"Id": ID},
    parts=(Read("GetPolicy", {"FunctionName": Prop("FunctionName")}, whole=False),),
    gone=_GONE,
)
