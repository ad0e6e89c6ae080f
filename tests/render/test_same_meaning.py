"""Every format says the same: what its real parser reads decides every request as the JSON policy does."""

import json
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint_all
from hypothesis import given
from hypothesis import strategies as st

from tests.render.readback import read
from verifier.iam.evaluate import AuthorizationRequest, evaluate
from verifier.iam.policy import parse_policy
from verifier.render.fill import each_text, fill_known
from verifier.render.formats import FORMATS, render

CASES = Path(__file__).parents[1] / "cases" / "render"
RESULT = json.loads((CASES / "http_api_result.json").read_text(encoding="utf-8"))
HARD = json.loads((CASES / "hard_policies.json").read_text(encoding="utf-8"))
USER = "arn:aws:iam::421341261205:user/deployer"
# Those of the recorded trial.
VALUES = {"account": "421341261205", "region": "us-east-1", "stage": "dev", "partition": "aws"}
GIVEN: tuple[dict[str, str], ...] = (
    {},
    VALUES,
    {"stage": "dev"},
    {"account": VALUES["account"], "region": VALUES["region"]},
)

formats = pytest.mark.parametrize("name", FORMATS)


def requests() -> list[AuthorizationRequest]:
    """Everything that the recorded run asked, and the same of another stage's or service's resources."""
    asked = []
    for permission in RESULT["permissions"]:
        context = {key: value for block in permission["condition"].values() for key, value in block.items()}
        for resource in {evidence["resource"] for evidence in permission["evidence"]}:
            for seen in (resource, resource.replace("dev", "prod"), resource.replace("http-api", "other")):
                asked.append(AuthorizationRequest(USER, permission["action"], seen, context))
                asked.append(AuthorizationRequest(USER, permission["action"], seen))
    return asked


def decisions(documents: list[dict[str, Any]], asked: list[AuthorizationRequest]) -> list[str]:
    policies = [parse_policy(document) for document in documents]
    return [evaluate(request, policies).outcome.value for request in asked]


def context_of(case: dict[str, Any]) -> dict[str, str | tuple[str, ...]]:
    return {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in case.get("context", {}).items()
    }


@formats
@pytest.mark.parametrize("given_values", GIVEN)
def test_the_recorded_evidence_is_decided_alike(name: str, given_values: dict[str, str]) -> None:
    text = render(RESULT["policy"], name, VALUES if name == "json" else given_values)
    documents = read(name, text, VALUES)
    expected = decisions([fill_known(RESULT["policy"], VALUES)], requests())
    assert decisions(documents, requests()) == expected
    assert {"allowed", "implicitDeny"} == set(expected)


def test_the_recorded_evidence_is_allowed() -> None:
    policy = fill_known(RESULT["policy"], VALUES)
    for permission in RESULT["permissions"]:
        context = {key: value for block in permission["condition"].values() for key, value in block.items()}
        for evidence in permission["evidence"]:
            request = AuthorizationRequest(USER, permission["action"], evidence["resource"], context)
            assert decisions([policy], [request]) == ["allowed"], request


@pytest.mark.parametrize("name", ["terraform", "cloudformation"])
@pytest.mark.parametrize("values", [{}, VALUES], ids=["resolved by the tool", "filled"])
@pytest.mark.parametrize("case", HARD, ids=lambda case: case["name"])
def test_hard_texts_come_back(case: dict[str, Any], values: dict[str, str], name: str) -> None:
    (document,) = read(name, render(case["policy"], name, values), VALUES)
    assert to_values(document) == to_values(fill_known(case["policy"], VALUES))


@pytest.mark.parametrize("case", HARD, ids=lambda case: case["name"])
def test_hard_policies_decide_alike(case: dict[str, Any]) -> None:
    asked = [
        AuthorizationRequest(USER, request["action"], request["resource"], context_of(request))
        for request in case["requests"]
    ]
    expected = [request["decision"] for request in case["requests"]]
    for name in FORMATS:
        text = render(case["policy"], name, VALUES if name == "json" else {})
        assert decisions(read(name, text, VALUES), asked) == expected, name


# Pieces of every language that the text passes through, put together at random.
PIECES = (
    "{stage}",
    "{account}",
    "{region}",
    "{partition}",
    "${aws:username}",
    "${*}",
    "${?}",
    "${$}",
    "$",
    "$$",
)
MORE = (
    "{",
    "}",
    "${",
    "%{",
    "%%{",
    "%",
    '"',
    "'",
    "\\",
    "!",
    "${!x}",
    "\n",
    "\t",
    " ",
    "#",
    ": ",
    "- ",
    "é",
    "😀",
)
texts = st.lists(
    st.one_of(st.sampled_from(PIECES + MORE), st.text(st.characters(exclude_categories=["Cs"]), max_size=4)),
    max_size=6,
).map("".join)
resources = texts.map("arn:{partition}:s3:::".__add__)
some = st.one_of(resources, st.lists(resources, min_size=1, max_size=3))
blocks = st.dictionaries(
    st.sampled_from(("StringEquals", "ForAnyValue:StringLike")),
    st.dictionaries(
        st.sampled_from(("aws:username", "aws:RequestTag/${x} é")),
        st.one_of(texts, st.lists(texts, max_size=2), st.booleans(), st.integers(), st.floats(-1e30, 1e30)),
        min_size=1,
    ),
    max_size=2,
)


@st.composite
def policies(draw: st.DrawFn) -> dict[str, Any]:
    listed = [
        {
            "Effect": draw(st.sampled_from(("Allow", "Deny"))),
            draw(st.sampled_from(("Action", "NotAction"))): draw(st.sampled_from(("*", "s3:Get*"))),
            draw(st.sampled_from(("Resource", "NotResource"))): draw(some),
            "Condition": draw(blocks),
        }
        for _ in range(draw(st.integers(1, 3)))
    ]
    return {"Version": "2012-10-17", "Statement": listed}


def without_dynamic(policy: dict[str, Any]) -> bool:
    return "{{resolve:" not in json.dumps(policy)


@pytest.mark.parametrize("name", ["terraform", "cloudformation"])
@given(policy=policies().filter(without_dynamic), values=st.sampled_from(GIVEN))
def test_any_policy_comes_back(name: str, policy: dict[str, Any], values: dict[str, str]) -> None:
    text = render(policy, name, values)
    assert text.isascii()
    (document,) = read(name, text, VALUES)
    assert to_values(document) == to_values(fill_known(policy, VALUES))


def to_values(document: dict[str, Any]) -> object:
    parsed = parse_policy(document)
    return parsed.version, parsed.statements


@pytest.mark.parametrize("values", GIVEN)
def test_cfn_lint_finds_no_error(values: dict[str, str]) -> None:
    found = lint_all(render(RESULT["policy"], "cloudformation", values))
    assert [str(match) for match in found if match.rule.severity == "error"] == []


def test_texts_without_placeholders_mean_themselves_in_cloudformation() -> None:
    plain = each_text(RESULT["policy"], lambda text: text.replace("{", "(").replace("}", ")"))
    assert "!Sub" not in render(plain, "cloudformation", {})
