"""What holds for every policy and request."""

import re
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from verifier.iam.evaluate import AuthorizationRequest, Decision, Outcome, evaluate
from verifier.iam.operators import BASE_OPERATORS, NULL
from verifier.iam.policy import PolicyDocument, parse_policy, size, to_dict, to_json
from verifier.iam.variables import Variables, matches, resolve

ACTIONS = ("s3:GetObject", "s3:PutObject", "lambda:GetFunction", "s3:*", "*", "s3:?etObject", "lambda:Get*")
RESOURCES = (
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/k",
    "arn:aws:s3:::${app:a}/k",
    "arn:aws:lambda:*:*:function:f",
)
KEYS = ("app:a", "app:b", "app:c")
VALUES = ("b", "B", "", "5", "true", "2025-01-01", "10.0.0.1", "arn:aws:s3:::b/k", "*", "${app:a}")
PLAIN_OPERATORS = tuple(name for name in BASE_OPERATORS if name != NULL)

values = st.one_of(st.sampled_from(VALUES), st.lists(st.sampled_from(VALUES), min_size=1, max_size=2))
operators = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(("", "ForAllValues:", "ForAnyValue:")),
        st.sampled_from(PLAIN_OPERATORS),
        st.sampled_from(("", "IfExists")),
    ),
)
blocks = st.dictionaries(
    operators, st.dictionaries(st.sampled_from(KEYS), values, min_size=1, max_size=2), max_size=2
)


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    action = draw(st.sampled_from(("Action", "NotAction")))
    resource = draw(st.sampled_from(("Resource", "NotResource")))
    statement = {
        "Effect": draw(st.sampled_from(("Allow", "Deny"))),
        action: draw(
            st.one_of(st.sampled_from(ACTIONS), st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=2))
        ),
        resource: draw(
            st.one_of(
                st.sampled_from(RESOURCES), st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2)
            )
        ),
    }
    block = draw(blocks)
    return statement | ({"Condition": block} if block else {})


documents = st.builds(
    lambda version, block: parse_policy({"Version": version, "Statement": block}),
    st.sampled_from(("2012-10-17", "2008-10-17")),
    st.lists(statements(), min_size=1, max_size=3),
)
policies = st.lists(documents, max_size=3)
boundaries = st.none() | documents
requests = st.builds(
    AuthorizationRequest,
    st.just("arn:aws:iam::111122223333:user/ana"),
    st.sampled_from(ACTIONS[:3]),
    st.sampled_from(("*", "arn:aws:s3:::b/k", "arn:aws:s3:::b/x", "arn:aws:lambda:us-east-1:1:function:f")),
    st.dictionaries(
        st.sampled_from(KEYS),
        st.one_of(st.sampled_from(VALUES), st.lists(st.sampled_from(VALUES), max_size=2).map(tuple)),
    ),
)
ALL = {"Action": "*", "Resource": "*"}
ALLOW_ALL = parse_policy({"Version": "2012-10-17", "Statement": {"Effect": "Allow", **ALL}}, "allow all")
DENY_ALL = parse_policy({"Version": "2012-10-17", "Statement": {"Effect": "Deny", **ALL}}, "deny all")


@given(requests, policies, boundaries)
def test_an_allow_never_takes_anything_away(
    request: AuthorizationRequest, given_policies: list[PolicyDocument], boundary: PolicyDocument | None
) -> None:
    before = evaluate(request, given_policies, boundary)
    after = evaluate(request, [*given_policies, ALLOW_ALL], boundary)
    if before.allowed:
        assert after.allowed
    if before.outcome is Outcome.EXPLICIT_DENY:
        assert after.outcome is Outcome.EXPLICIT_DENY


@given(requests, policies, boundaries)
def test_a_deny_wins(
    request: AuthorizationRequest, given_policies: list[PolicyDocument], boundary: PolicyDocument | None
) -> None:
    for decision in (
        evaluate(request, [*given_policies, DENY_ALL], boundary),
        evaluate(request, [DENY_ALL, *given_policies], boundary),
        evaluate(request, given_policies, DENY_ALL),
    ):
        assert decision.outcome is Outcome.EXPLICIT_DENY
        assert decision.statements


@given(requests, policies, boundaries)
def test_order_does_not_matter(
    request: AuthorizationRequest, given_policies: list[PolicyDocument], boundary: PolicyDocument | None
) -> None:
    decision = evaluate(request, given_policies, boundary)
    turned = [
        PolicyDocument(policy.version, policy.statements[::-1], policy.id, policy.name)
        for policy in reversed(given_policies)
    ]
    other = evaluate(request, turned, boundary)
    assert _kind(other) == _kind(decision)
    assert sorted(map(str, other.statements)) == sorted(map(str, decision.statements))


@given(requests, policies)
def test_a_boundary_that_allows_everything_changes_nothing(
    request: AuthorizationRequest, given_policies: list[PolicyDocument]
) -> None:
    assert _kind(evaluate(request, given_policies, ALLOW_ALL)) == _kind(evaluate(request, given_policies))


@given(requests, policies, documents)
def test_a_boundary_never_gives(
    request: AuthorizationRequest, given_policies: list[PolicyDocument], boundary: PolicyDocument
) -> None:
    if evaluate(request, given_policies, boundary).allowed:
        assert evaluate(request, given_policies).allowed
        assert evaluate(request, [boundary]).allowed


@given(requests, policies, boundaries)
def test_keys_and_actions_have_no_case(
    request: AuthorizationRequest, given_policies: list[PolicyDocument], boundary: PolicyDocument | None
) -> None:
    context = {key.upper(): value for key, value in request.context.items()}
    shouted = AuthorizationRequest(request.principal, request.action.upper(), request.resource, context)
    assert evaluate(shouted, given_policies, boundary) == evaluate(request, given_policies, boundary)


@given(requests, documents)
def test_an_allowed_request_names_only_statements_that_allow(
    request: AuthorizationRequest, document: PolicyDocument
) -> None:
    decision = evaluate(request, [document])
    effects = {document.statements[reference.index - 1].effect for reference in decision.statements}
    expected = {Outcome.ALLOWED: {"Allow"}, Outcome.EXPLICIT_DENY: {"Deny"}, Outcome.IMPLICIT_DENY: set()}
    assert effects == expected[decision.outcome]


@given(documents)
def test_a_document_comes_back(document: PolicyDocument) -> None:
    assert parse_policy(to_json(document)) == document
    assert parse_policy(to_json(document, indent=None)) == document
    assert parse_policy(to_dict(document)) == document
    assert to_json(parse_policy(to_json(document))) == to_json(document)
    assert size(document) == len("".join(to_json(document).split()))


@given(requests, documents)
def test_not_action_is_the_opposite_of_action(
    request: AuthorizationRequest, document: PolicyDocument
) -> None:
    actions = document.statements[0].actions or document.statements[0].not_actions
    allows = [
        evaluate(request, [_policy({element: list(actions), "Resource": "*"})]).allowed
        for element in ("Action", "NotAction")
    ]
    assert sorted(allows) == [False, True]


@given(requests, st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=3))
def test_not_resource_is_the_opposite_of_resource(request: AuthorizationRequest, patterns: list[str]) -> None:
    allows = [
        evaluate(request, [_policy({"Action": "*", element: patterns})]).allowed
        for element in ("Resource", "NotResource")
    ]
    assert sorted(allows) == [False, True]


@given(
    requests,
    st.sampled_from(PLAIN_OPERATORS),
    st.sampled_from(KEYS),
    st.lists(st.sampled_from(VALUES), max_size=2),
)
def test_if_exists_only_adds_the_missing_key(
    request: AuthorizationRequest, operator: str, key: str, expected: list[str]
) -> None:
    plain, tolerant = (
        evaluate(request, [_policy({**ALL, "Condition": {name: {key: expected}}})]).allowed
        for name in (operator, f"{operator}IfExists")
    )
    assert tolerant == (plain if key in request.context else True)


@given(
    requests,
    st.sampled_from(PLAIN_OPERATORS),
    st.sampled_from(KEYS),
    st.sampled_from(VALUES),
    st.lists(st.sampled_from(VALUES), max_size=2),
)
def test_sets_agree_with_a_single_value(
    request: AuthorizationRequest, operator: str, key: str, value: str, expected: list[str]
) -> None:
    asked = replace(request, context={**request.context, key: value})
    answers = {
        evaluate(asked, [_policy({**ALL, "Condition": {prefix + operator: {key: expected}}})]).allowed
        for prefix in ("", "ForAllValues:", "ForAnyValue:")
    }
    assert len(answers) == 1


@given(st.text("ab*?", max_size=8), st.text("ab*?", max_size=8))
def test_wildcards_against_a_reference(pattern: str, text: str) -> None:
    pieces = resolve(pattern, Variables({}, True))
    assert pieces is not None
    assert matches(pieces, text) == _reference_match(pattern, text)


def test_many_wildcards_take_no_time() -> None:
    pieces = resolve("*a" * 200 + "b", Variables({}, True))
    assert pieces is not None
    assert not matches(pieces, "a" * 5000)
    assert matches(pieces, "a" * 5000 + "b")


@given(st.text("ab*?${}", max_size=6))
def test_an_escaped_text_matches_only_itself(text: str) -> None:
    escaped = re.sub(r"[*?$]", lambda found: f"${{{found[0]}}}", text)
    pieces = resolve(escaped, Variables({}, True))
    assert pieces is not None
    assert matches(pieces, text)
    assert not matches(pieces, f"{text}a")


@given(st.text(min_size=1, max_size=6), st.text("ab*?", max_size=4))
def test_the_value_of_a_variable_is_literal(value: str, other: str) -> None:
    pieces = resolve("${app:a}", Variables({"app:a": value}, True))
    assert pieces is not None
    assert matches(pieces, value)
    assert matches(pieces, other) == (other == value)


def _policy(statement: dict[str, Any]) -> PolicyDocument:
    return parse_policy({"Version": "2012-10-17", "Statement": {"Effect": "Allow", **statement}})


def _kind(decision: Decision) -> tuple[Outcome, str]:
    return decision.outcome, decision.policy_type


def _reference_match(pattern: str, text: str) -> bool:
    """The textbook's recursion."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return _reference_match(pattern[1:], text) or (bool(text) and _reference_match(pattern, text[1:]))
    return bool(text) and pattern[0] in ("?", text[0]) and _reference_match(pattern[1:], text[1:])
