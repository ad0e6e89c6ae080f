"""`verifier model`, in process."""

import json
import re
from pathlib import Path

import pytest

from verifier.cli import main, model
from verifier.errors import ExitCode
from verifier.model.overview import TypeRow

_ADDRESS = re.compile(r"^ *(https://\S+|(on|or) \S+|[\w:]+ +\w[\w ]+)$")


def _ran(
    capsys: pytest.CaptureFixture[str], *arguments: str, code: ExitCode = ExitCode.OK
) -> tuple[str, str]:
    assert main(["model", *arguments]) == code
    captured = capsys.readouterr()
    return captured.out, captured.err


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only three types."""
    names = ("AWS::DynamoDB::Table", "AWS::SNS::Topic", "AWS::SQS::Queue")
    monkeypatch.setattr("verifier.model.overview.modelled", lambda: names)


@pytest.mark.usefixtures("few")
def test_types_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = _ran(capsys, "types", "--format", "json")
    found = json.loads(out)
    assert [one["type"] for one in found] == ["AWS::DynamoDB::Table", "AWS::SNS::Topic", "AWS::SQS::Queue"]
    assert all({"type", "calls", "sources", "notSupported"} <= one.keys() for one in found)


@pytest.mark.usefixtures("few")
def test_types_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = _ran(capsys, "types")
    lines = out.splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert lines[0].split() == ["TYPE", "C", "R", "U", "D", "open"]
    mark, name, *numbers = lines[2].split()
    assert (mark, name) == ("*", "AWS::SNS::Topic")
    assert numbers[0] == "4"
    assert "types: 3, of 3 services" in lines
    assert "types that rest on the source of AWS's own handler (*): 1" in lines
    assert re.fullmatch(r"open actions: \d+ of \d+ that the registry names \(\d+\.\d %\)", lines[-1])
    assert err == ""


@pytest.mark.usefixtures("few")
def test_who_waits_is_told_how_far_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "_PATIENCE", 0.0)
    out, err = _ran(capsys, "types")
    assert "verifier: 2 of " in err
    assert "played" not in out


def test_show_tells_every_step_with_its_sources(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = _ran(capsys, "show", "AWS::SNS::Topic")
    lines = out.splitlines()
    assert lines[0] == "AWS::SNS::Topic"
    steps = [line for line in lines if line in ("create", "read", "update", "delete")]
    assert steps == ["create", "read", "update", "delete"]
    start = lines.index("  sns:CreateTopic")
    assert lines[start + 1].split() == ["sns:CreateTopic", "call"]
    assert lines[start + 2] == "      on arn:{partition}:sns:{region}:{account}:{TopicName}"
    assert "      sources: cfn-topic-create-check" in lines
    assert any(line.startswith("  cfn-topic-create-check (20") for line in lines)
    assert "Some changes within a property also make: sns:Unsubscribe" in lines
    assert [line for line in lines if len(line) > 80 and not _ADDRESS.match(line)] == []


def test_show_tells_what_the_registry_names_beside(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = _ran(capsys, "show", "AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert "Named by the registry and not asked for" in out
    assert "property not supported yet, Ipv4IpamPoolId" in " ".join(out.split())
    assert "Not acted on: " in out


def test_show_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = _ran(capsys, "show", "AWS::Lambda::Function", "--format", "json")
    found = json.loads(out)
    assert found["type"] == "AWS::Lambda::Function"
    assert found["upperBound"] is False
    first = found["calls"]["create"][0]
    assert first["operation"] == "lambda:CreateFunction"
    need = next(one for one in first["needs"] if one["action"] == "iam:PassRole")
    assert need == {
        "action": "iam:PassRole",
        "resource": "{Role}",
        "context": {"iam:PassedToService": "lambda.amazonaws.com"},
        "certainty": "call",
        "sources": [{"id": "lambda-passrole-cis-33", "says": "needed", "weak": False}],
    }
    named = {
        one["id"] for call in found["calls"]["create"] for need in call["needs"] for one in need["sources"]
    }
    assert named <= {one["id"] for one in found["sources"]}
    assert all({"where", "address", "seen"} <= one.keys() for one in found["sources"])


def test_show_of_a_type_without_a_handler_is_an_upper_bound(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = _ran(capsys, "show", "AWS::QBusiness::Application")
    assert "is an upper bound" in " ".join(out.split())
    assert "      on arn:{partition}:qbusiness:{region}:{account}:application/*" in out.splitlines()
    plain, _ = _ran(capsys, "show", "AWS::QBusiness::Application", "--format", "json")
    assert json.loads(plain)["upperBound"] is True


def test_show_with_properties(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "queue.yml"
    file.write_text("QueueName: jobs\nKmsMasterKeyId: alias/mine\n", encoding="utf-8")
    out, _ = _ran(capsys, "show", "AWS::SQS::Queue", "--properties", str(file))
    assert "on arn:{partition}:sqs:{region}:{account}:jobs" in out
    assert "{QueueName}" not in out


def test_a_step_that_nothing_is_asked_in_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = _ran(capsys, "show", "AWS::CloudFormation::WaitCondition")
    assert out.count("  nothing\n") == 4


def test_a_step_that_is_stopped_says_why(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "machine.json"
    file.write_text('{"RoleArn": "arn:aws:iam::111122223333:role/a"}', encoding="utf-8")
    out, _ = _ran(capsys, "show", "AWS::StepFunctions::StateMachine", "--properties", str(file))
    assert "  stopped: Property validation failed." in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", "AWS::SQS::Queu"], "AWS::SQS::Queu: no resource type of"),
        (["show", "AWS::CodeBuild::Project"], "AWS::CodeBuild::Project: the registry knows it, but neither"),
        (["show", "AWS::SQS::Queue", "--properties", "no-such-file"], "no-such-file: cannot be read"),
        (["operations", "lambda:Nonsens"], "lambda:Nonsens: no operation"),
        (["operations", "nonsense"], "nonsense: no service of AWS"),
        (["show"], "the following arguments are required: TYPE"),
        ([], "the following arguments are required: WHAT"),
        (["types", "--format", "xml"], "invalid choice: 'xml'"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_one_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = _ran(capsys, *arguments, code=ExitCode.USAGE)
    assert out == ""
    assert words in err
    assert len(err.splitlines()) == 1


def test_operations_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = _ran(capsys, "operations", "lambda")
    lines = out.splitlines()
    assert "lambda:CreateFunction" in lines
    assert "lambda:DeleteFunctionConcurrency (by convention)" in lines
    start = lines.index("    on {Role|role}")
    assert lines[start - 1 : start + 4] == [
        "  iam:PassRole",
        "    on {Role|role}",
        "    when Role",
        "    with iam:PassedToService=lambda.amazonaws.com",
        "    source: lambda-passrole-cis-33",
    ]
    assert any(line.startswith("  not asked: lambda:ListTags, without it") for line in lines)
    assert "    https://github.com/mozilla-iam/cis/issues/33" in lines
    assert re.fullmatch(r"operations with a rule: \d+, by convention: \d+", lines[-1])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sts:GetCallerIdentity", "  needs no permission"),
        ("lambda:CreateFunction", "only likely, named in: lambda-kms-zip"),
        ("lambda:CreateFunction", "for each of Layers"),
        ("lambda:CreateFunction", "unless Code.S3ObjectVersion"),
        ("lambda:CreateFunction", "when Code.S3Bucket and Code.S3ObjectVersion"),
        (
            "cognito-identity:UpdateIdentityPool",
            "cognito-identity:TagResource, not known when IdentityPoolTags is given",
        ),
    ],
)
def test_what_a_rule_says_is_told(name: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = _ran(capsys, "operations", name)
    assert words.strip() in " ".join(out.split())


def test_operations_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = _ran(capsys, "operations", "sqs:CreateQueue", "--format", "json")
    (found,) = json.loads(out)
    assert found["operation"] == "sqs:CreateQueue"
    assert [one["id"] for one in found["sources"]] == ["sqs-tagqueue-masstransit-3806"]


def test_a_type_in_no_list_has_a_dash(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = dict.fromkeys(("create", "read", "update", "delete"), ())
    row = TypeRow("AWS::CloudFormation::Stack", calls, (), (), 0, (), ())
    monkeypatch.setattr("verifier.model.overview.rows", lambda: iter([row]))
    out, _ = _ran(capsys, "types")
    assert out.splitlines()[1].split()[-1] == "-"
