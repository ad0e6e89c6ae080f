"""What is made up for moto's load balancing; the handlers' tests see the rest of it at work."""

from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.errors import AwsError

_ACCOUNT = "210987654322"
_THEIRS = f"arn:aws:elasticloadbalancing:eu-west-1:{_ACCOUNT}:listener/app/theirs/1/2"


def _do(upstream: MotoUpstream, name: str, **params: Any) -> dict[str, Any]:
    return upstream.invoke(Operation("elbv2", name, params, _ACCOUNT, "eu-west-1"))


@pytest.mark.parametrize(("wanted", "kind"), [("application", "app"), ("network", "net"), ("gateway", "gwy")])
def test_an_arn_says_what_a_load_balancer_is(upstream: MotoUpstream, wanted: str, kind: str) -> None:
    tags = [{"Key": "a", "Value": "b"}]
    made = _do(upstream, "CreateLoadBalancer", Name="b", Type=wanted, Subnets=["subnet-theirs"], Tags=tags)
    arn = made["LoadBalancers"][0]["LoadBalancerArn"]
    assert f":loadbalancer/{kind}/b/" in arn
    found = _do(upstream, "DescribeLoadBalancers", LoadBalancerArns=[arn])["LoadBalancers"]
    assert [one["LoadBalancerArn"] for one in found] == [arn]
    assert _do(upstream, "DescribeTags", ResourceArns=[arn])["TagDescriptions"][0]["Tags"] == tags


def test_groups_of_the_users_are_there(upstream: MotoUpstream) -> None:
    made = _do(upstream, "CreateLoadBalancer", Name="b", Subnets=["subnet-theirs"])
    arn = made["LoadBalancers"][0]["LoadBalancerArn"]
    _do(upstream, "SetSecurityGroups", LoadBalancerArn=arn, SecurityGroups=["sg-theirs"])
    found = _do(upstream, "DescribeLoadBalancers", LoadBalancerArns=[arn])["LoadBalancers"]
    assert found[0]["SecurityGroups"] == ["sg-theirs"]
    with pytest.raises(AwsError, match="LoadBalancerNotFound"):
        _do(upstream, "SetSecurityGroups", LoadBalancerArn=f"{arn}0", SecurityGroups=["sg-theirs"])


def test_a_rule_stands_on_a_listener_of_the_users(upstream: MotoUpstream) -> None:
    actions = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]
    conditions = [{"Field": "path-pattern", "Values": ["/a"]}]
    rule = {"ListenerArn": _THEIRS, "Priority": 1, "Conditions": conditions, "Actions": actions}
    _do(upstream, "CreateRule", **rule)
    with pytest.raises(AwsError, match="PriorityInUse"):
        _do(upstream, "CreateRule", **rule)
    with pytest.raises(AwsError, match="ListenerNotFound"):
        _do(upstream, "CreateRule", **{**rule, "ListenerArn": "nothing"})


@pytest.mark.parametrize(
    ("field", "longer", "values"),
    [
        ("path-pattern", "PathPatternConfig", ["/a", "/b", "/c"]),
        ("host-header", "HostHeaderConfig", ["a.example.com", "b.example.com"]),
    ],
)
def test_a_condition_has_several_values_in_the_short_form(
    upstream: MotoUpstream, field: str, longer: str, values: list[str]
) -> None:
    actions = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]
    one = [{"Field": field, "Values": values[:1]}]
    made = _do(upstream, "CreateRule", ListenerArn=_THEIRS, Priority=1, Actions=actions, Conditions=one)
    arn = made["Rules"][0]["RuleArn"]
    _do(upstream, "ModifyRule", RuleArn=arn, Conditions=[{"Field": field, "Values": values}])
    more = [{"Field": field, "Values": values}]
    _do(upstream, "CreateRule", ListenerArn=_THEIRS, Priority=2, Actions=actions, Conditions=more)
    rules = _do(upstream, "DescribeRules", ListenerArn=_THEIRS)["Rules"]
    shown = [rule["Conditions"][0][longer]["Values"] for rule in rules if rule["Conditions"]]
    assert shown == [values, values]
