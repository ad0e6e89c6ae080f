"""The lines at the end of a run."""

from typing import Any

from verifier.report.summary import proofs, summary

PROOF = {"stack": "shop-dev", "status": "UPDATE_COMPLETE", "requests": 23}
NOTHING: dict[str, Any] = {
    "service": "shop",
    "target": "embedded",
    "framework": {"name": "osls", "version": "4.3.1"},
    "verdict": "sufficient",
    "reason": "",
    "rounds": [
        {"phases": [{"phase": "deploy", "toolRuns": 2, "proof": PROOF}, {"phase": "remove", "toolRuns": 1}]},
        {"phases": [{"phase": "deploy", "toolRuns": 2, "proof": None}]},
    ],
    "partial": [],
    "notes": [],
    "cleared": [],
    "permissions": [],
    "tolerated": [],
    "superfluous": [],
    "seeded": [],
    "notExercised": [],
    "crossesStages": [],
}


def permission(
    action: str, certainty: str, type_name: str | None = None, resource: str = "arn:x"
) -> dict[str, Any]:
    behalf = {"type": type_name} if type_name else None
    evidence = [{"onBehalfOf": behalf}]
    row = {"action": action, "resource": resource, "condition": {}}
    return {**row, "certainty": certainty, "modelled": False, "evidence": evidence}


def test_rounds_and_runs_of_the_tool_are_counted() -> None:
    assert summary(NOTHING) == ["sufficient after 2 rounds, 5 runs of the tool: shop on embedded, osls 4.3.1"]


def test_each_phase_of_the_last_life_that_passed_is_told_with_its_proof() -> None:
    removed = PROOF | {"status": "DELETE_COMPLETE", "requests": 9}
    invoked = PROOF | {"status": "", "call": "lambda:Invoke", "requests": 2}
    phases = [
        {"phase": "deploy", "toolRuns": 1, "proof": PROOF},
        {"phase": "redeploy", "toolRuns": 1, "proof": None},
        {"phase": "invoke", "toolRuns": 1, "proof": invoked},
        {"phase": "remove", "toolRuns": 1, "proof": removed},
    ]
    lines = [
        "proof of deploy: stack shop-dev UPDATE_COMPLETE, 23 requests of the user",
        "proof of invoke: lambda:Invoke answered, 2 requests of the user",
        "proof of remove: stack shop-dev DELETE_COMPLETE, 9 requests of the user",
    ]
    rounds = [*NOTHING["rounds"], {"phases": phases}]
    assert summary(NOTHING | {"rounds": rounds})[1:] == lines
    assert proofs(rounds) == lines
    assert proofs([]) == []


def test_another_verdict_says_why() -> None:
    lines = summary(NOTHING | {"verdict": "inconclusive", "reason": "deploy: no network"})
    assert lines[0] == "inconclusive: shop on embedded, osls 4.3.1: deploy: no network"


def test_permissions_are_counted_by_certainty() -> None:
    rows = [
        permission("s3:PutObject", "call"),
        permission("s3:GetObject", "call"),
        permission("a:B", "likely"),
    ]
    assert summary(NOTHING | {"permissions": rows})[1] == "3 permissions (2 call, 1 likely)"


def test_permissions_for_updates_that_did_not_run_are_counted() -> None:
    rows = [permission(name, "call") for name in ("iam:A", "iam:B", "iam:C")]
    lines = summary(NOTHING | {"permissions": [rows[0], *(row | {"modelled": True} for row in rows[1:])]})
    counted = lines.index("3 permissions (3 call)")
    assert lines[counted + 1].startswith(
        "2 of them only for updates that the redeploy did not make (modelled;"
    )
    assert not any("updates" in line for line in summary(NOTHING | {"permissions": rows}))


def test_an_upper_bound_names_its_types_and_warns_of_passing_a_role_to_any_service() -> None:
    rows = [
        permission("sqs:CreateQueue", "upper bound", "AWS::SQS::Queue"),
        permission("iam:PassRole", "upper bound", "AWS::Events::Rule"),
    ]
    lines = summary(NOTHING | {"permissions": rows})
    assert "upper bound, more than needed: AWS::Events::Rule, AWS::SQS::Queue" in lines
    warning = "warning: iam:PassRole does not say to which service (upper bound); narrow it by hand"
    assert warning in lines
    rows[1]["condition"] = {"StringEquals": {"iam:PassedToService": "events.amazonaws.com"}}
    assert warning not in summary(NOTHING | {"permissions": rows})


def test_everything_that_a_reader_must_know_is_said() -> None:
    document = NOTHING | {
        "tolerated": [{"action": "ecr:DescribeRepositories", "phase": "remove"}],
        "superfluous": [{"action": "s3:ListBucket", "resource": "arn:x"}],
        "seeded": [{"entry": "ssm", "name": "/a", "value": "1"}],
        "notExercised": [
            {
                "type": "AWS::S3::Bucket",
                "logicalIds": ["Data"],
                "properties": ["CorsConfiguration"],
                "actions": ["s3:PutBucketCORS"],
            }
        ],
        "crossesStages": ["arn:y"],
    }
    text = "\n".join(summary(document))
    for words in (
        "tolerated, not granted: ecr",
        "superfluous, dropped: s3",
        "/a = 1",
        "CorsConfiguration of AWS::S3::Bucket (Data); it would need s3:PutBucketCORS",
        "arn:y",
    ):
        assert words in text


def test_what_limits_a_verdict_stands_right_under_it() -> None:
    document = NOTHING | {
        "verdict": "inconclusive",
        "reason": "deploy: it broke",
        "partial": ["rollback-create"],
        "notes": ["shop-dev: Mailer: its function is not run; it is taken to succeed"],
        "cleared": [{"phase": "deploy", "what": "Audit (AWS::Logs::LogGroup) was deleted"}],
        "warnings": [{"phase": "deploy", "message": "Rule (AWS::Events::Rule): no tags"}],
        "permissions": [permission("cloudformation:ValidateTemplate", "call", resource="*")],
    }
    assert summary(document)[1:6] == [
        "partial: the permissions are those of rollback-create alone",
        "not as on AWS: shop-dev: Mailer: its function is not run; it is taken to succeed",
        "by the administrator, for deploy: Audit (AWS::Logs::LogGroup) was deleted",
        "refused, and AWS went on without it (deploy): Rule (AWS::Events::Rule): no tags",
        "on every resource (*): cloudformation:ValidateTemplate",
    ]
