"""The main job, for real: the real command-line tool, the real emulator, and what the policy means."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import problems
from tests.support.probes import VALUES, overreach
from verifier.iam.evaluate import AuthorizationRequest, Outcome, evaluate
from verifier.iam.placeholders import fill
from verifier.iam.policy import PolicyDocument, parse_policy

pytestmark = pytest.mark.lap

ROOT = Path(__file__).resolve().parents[2]
SERVICE = ROOT / "sample_services" / "http-api"
PHASES = ["rollback-create", "deploy", "redeploy", "retag", "rollback-update", "remove"]
ACCOUNT, REGION = VALUES["account"], VALUES["region"]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("out")


@pytest.fixture(scope="module")
def run(out: Path) -> Iterator[subprocess.CompletedProcess[str]]:
    before = sorted(str(path) for path in SERVICE.rglob("*"))
    yield subprocess.run(
        [sys.executable, "-m", "verifier", "converge", str(SERVICE), "--format", "json", "--out", str(out)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert sorted(str(path) for path in SERVICE.rglob("*")) == before, "something was left in the folder"


@pytest.fixture(scope="module")
def document(run: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert run.returncode == 0, run.stderr
    parsed: dict[str, Any] = json.loads(run.stdout)
    return parsed


@pytest.fixture(scope="module")
def policy(document: dict[str, Any]) -> PolicyDocument:
    return parse_policy(fill(json.dumps(document["policy"]), VALUES))


@pytest.fixture(scope="module")
def certainties(document: dict[str, Any]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for permission in document["permissions"]:
        found.setdefault(permission["action"], set()).add(permission["certainty"])
    return found


def outcome(policy: PolicyDocument, action: str, resource: str, **context: str) -> Outcome:
    keys = {"iam:PassedToService": context["passed_to"]} if context else {}
    return evaluate(AuthorizationRequest("ci", action, resource, keys), (policy,)).outcome


def test_two_rounds_of_six_phases(document: dict[str, Any]) -> None:
    assert document["verdict"] == "sufficient"
    assert [item["mode"] for item in document["rounds"]] == ["observe", "strict"]
    for item in document["rounds"]:
        assert [phase["phase"] for phase in item["phases"]] == PHASES
    assert document["superfluous"] == []
    assert document["crossesStages"] == []
    assert document["notExercised"] == []
    assert (document["framework"]["name"], document["framework"]["version"]) == ("osls", "4.3.1")


def test_talk_goes_to_stderr_in_plain_lines(run: subprocess.CompletedProcess[str]) -> None:
    for phase in PHASES:
        assert re.search(rf"^  {phase} +\d+\.\d s +\d+ refused  ok$", run.stderr, re.MULTILINE)
    assert "\x1b" not in run.stderr
    assert "negative control" in run.stderr


def test_the_files(document: dict[str, Any], out: Path) -> None:
    assert json.loads((out / "policy.json").read_text()) == document["policy"]
    assert json.loads((out / "evidence.json").read_text())["permissions"] == document["permissions"]
    report = (out / "report.html").read_bytes()
    assert len(report) < 200_000
    assert b"no evidence names it" not in report, "each statement has its reasons"
    rows = [json.loads(line) for line in (out / "journal.jsonl").read_text().splitlines()]
    granted = {(row["action"], row["resource"]) for row in rows if row["kind"] == "grant"}
    assert {(item["action"], item["resource"]) for item in document["permissions"]} <= granted
    denied = {(row["action"], row["resource"]) for row in rows if row["kind"] == "denial"}
    for permission in document["permissions"]:
        assert any(action == permission["action"] for action, _ in denied)


def test_no_key_is_in_any_file(run: subprocess.CompletedProcess[str], out: Path) -> None:
    text = run.stdout + run.stderr + "".join(path.read_text() for path in out.iterdir())
    assert not re.search(r"\b(AKIA|ASIA|LKIA)[A-Z0-9]{12,}", text)


def test_everything_asked_for_is_allowed_in_another_account_and_region(
    document: dict[str, Any], policy: PolicyDocument
) -> None:
    asked = 0
    for permission in document["permissions"]:
        passed = permission["condition"].get("StringEquals", {}).get("iam:PassedToService")
        for evidence in permission["evidence"]:
            account = re.search(r"\b\d{12}\b", evidence["resource"])
            resource = evidence["resource"].replace("us-east-1", REGION)
            if account:
                resource = resource.replace(account[0], ACCOUNT)
            context = {"passed_to": passed} if passed else {}
            assert outcome(policy, permission["action"], resource, **context) is Outcome.ALLOWED, resource
            asked += 1
    assert asked > 100


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("lambda:DeleteFunction", "arn:aws:lambda:{r}:{a}:function:other-service-dev-hello"),
        ("lambda:DeleteFunction", "arn:aws:lambda:{r}:{a}:function:http-api-dev2-hello"),
        ("lambda:DeleteFunction", "arn:aws:lambda:{r}:{a}:function:http-api-prod-hello"),
        ("iam:PassRole", "arn:aws:iam::{a}:role/admin"),
        ("s3:DeleteObject", "arn:aws:s3:::elsewhere/key"),
        ("s3:DeleteBucket", "arn:aws:s3:::elsewhere"),
        ("cloudformation:DeleteStack", "arn:aws:cloudformation:{r}:{a}:stack/other-dev/1234"),
        ("cloudformation:DeleteStack", "arn:aws:cloudformation:{r}:{a}:stack/http-api-dev2/1234"),
        ("logs:DeleteLogGroup", "arn:aws:logs:{r}:{a}:log-group:/aws/lambda/other-dev-hello"),
        ("logs:DeleteLogGroup", "arn:aws:logs:{r}:{a}:log-group:/aws/lambda/other-dev-hello:*"),
        ("iam:CreateUser", "arn:aws:iam::{a}:user/x"),
        ("iam:PutRolePolicy", "arn:aws:iam::{a}:role/other"),
    ],
)
def test_what_belongs_to_others_is_refused(policy: PolicyDocument, action: str, resource: str) -> None:
    arn = resource.format(r=REGION, a=ACCOUNT)
    assert outcome(policy, action, arn, passed_to="lambda.amazonaws.com") is Outcome.IMPLICIT_DENY


def test_its_own_role_is_passed_to_lambda_and_to_nobody_else(policy: PolicyDocument) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/http-api-dev-{REGION}-lambdaRole"
    assert outcome(policy, "iam:PassRole", role, passed_to="lambda.amazonaws.com") is Outcome.ALLOWED
    assert outcome(policy, "iam:PassRole", role, passed_to="ec2.amazonaws.com") is Outcome.IMPLICIT_DENY
    assert outcome(policy, "iam:PassRole", role) is Outcome.IMPLICIT_DENY


def test_each_of_its_deeds_is_refused_on_what_belongs_to_others(policy: PolicyDocument) -> None:
    problems.none("too much", overreach(policy, "http-api"))


def test_nothing_is_only_an_upper_bound(certainties: dict[str, set[str]]) -> None:
    assert set().union(*certainties.values()) == {"call", "likely"}


@pytest.mark.parametrize(
    "action",
    [
        "iam:TagRole",
        "lambda:TagResource",
        "lambda:UpdateFunctionConfiguration",
        "logs:TagResource",
        "s3:PutBucketTagging",
        "s3:PutEncryptionConfiguration",
        "s3:PutBucketPolicy",
        "s3:DeleteBucketPolicy",
        "cloudformation:DeleteChangeSet",
        "apigateway:POST",
        "apigateway:DELETE",
        "apigateway:TagResource",
        "iam:GetRole",
        "lambda:GetFunction",
    ],
)
def test_what_is_evidenced_is_held_as_call(certainties: dict[str, set[str]], action: str) -> None:
    assert "call" in certainties[action]


def test_every_permission_has_evidence(document: dict[str, Any]) -> None:
    for permission in document["permissions"]:
        assert permission["evidence"], permission["action"]
        for item in permission["evidence"]:
            assert item["phase"] in PHASES
            assert item["operation"]
            assert item["resource"]
            assert item["frameworks"] == ["osls@4.3.1"]


def test_reads_of_the_evidenced_kind_name_their_source(document: dict[str, Any]) -> None:
    for action in ("iam:GetRole", "lambda:GetFunction"):
        evidence = [
            item
            for permission in document["permissions"]
            if permission["action"] == action and permission["certainty"] == "call"
            for item in permission["evidence"]
            if item["onBehalfOf"]
        ]
        assert any(item["source"] for item in evidence), action


def test_every_permission_has_its_sources_with_dates(document: dict[str, Any]) -> None:
    for permission in document["permissions"]:
        sources = permission["sources"]
        assert set(sources) == {"for", "against"}
        assert sources["for"], permission["action"]
        for row in (*sources["for"], *sources["against"]):
            assert set(row) == {"source", "says", "seen", "weak"}
            assert re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?|unknown", row["seen"]), row


@pytest.mark.parametrize(
    ("action", "needed", "against"),
    [
        ("iam:GetRolePolicy", "cfn-role-getatt-getrolepolicy", "cfn-role-without-getrolepolicy-sam"),
        ("logs:ListTagsForResource", "cfn-loggroup-update-listtags", "cfn-loggroup-update-source"),
        (
            "lambda:ListTags",
            "cfn-function-update-listtags",
            "set-aws-quick-setup-ssmdeployment-role-policy",
        ),
    ],
)
def test_what_sources_contradict_each_other_about_is_likely_and_names_both(
    document: dict[str, Any], action: str, needed: str, against: str
) -> None:
    [permission] = [item for item in document["permissions"] if item["action"] == action]
    # Where tags change the other two are certain.
    rows = [row for row in permission["evidence"] if row["phase"] == "redeploy" or action.startswith("iam:")]
    assert {row["certainty"] for row in rows} == {"likely"}
    assert needed in {row["source"] for row in permission["sources"]["for"]}
    assert against in {row["source"] for row in permission["sources"]["against"]}


def test_what_only_the_registry_lists_is_likely_and_what_is_disproved_is_absent(
    document: dict[str, Any], certainties: dict[str, set[str]]
) -> None:
    likely = {item["action"] for item in document["permissions"] if item["certainty"] == "likely"}
    assert likely, "the registry lists reads that no public source shows"
    assert "sts:GetCallerIdentity" not in certainties
    creates = [
        item
        for permission in document["permissions"]
        if permission["action"] == "logs:DescribeLogGroups"
        for item in permission["evidence"]
        if item["onBehalfOf"] and item["onBehalfOf"]["lifecycle"] == "create"
    ]
    assert creates == []


def test_what_the_tool_goes_on_without_is_tolerated_not_granted(document: dict[str, Any]) -> None:
    assert [(row["action"], row["phase"]) for row in document["tolerated"]] == [
        ("ecr:DescribeRepositories", "rollback-create"),
        ("ecr:DescribeRepositories", "remove"),
    ]
    assert "ecr:DescribeRepositories" not in json.dumps(document["policy"])
