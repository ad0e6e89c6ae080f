"""`verifier model types`: how many types, on what they rest, and what of the registry is open."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from tests.support.told import told
from verifier.authorization.sources import sources
from verifier.cloudformation.handlers import handlers
from verifier.cloudformation.stack.builtin import own_types
from verifier.cloudformation.types.differences import NOT_SUPPORTED, differences
from verifier.model.knowledge import LIFECYCLES, handler_of, modelled
from verifier.model.overview import TypeRow, row, rows, totals
from verifier.model.text import types_text

_FRAMEWORK: list[str] = json.loads(
    (Path(__file__).parents[1] / "cases" / "framework_types.json").read_text(encoding="utf-8")
)
_PROVIDERS = "https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-"


@cache
def _all() -> Sequence[TypeRow]:
    return tuple(row(told(name)) for name in modelled())


def _row(type_name: str) -> TypeRow:
    return row(told(type_name))


def test_there_is_a_row_for_each_type_that_is_provisioned_by_calls() -> None:
    assert [one.type for one in _all()] == sorted({*handlers(), *own_types()})
    assert next(iter(rows())) == _all()[0]


def test_there_are_enough_and_all_of_the_framework() -> None:
    names = {one.type for one in _all()}
    assert totals(_all()).types >= 110
    assert len(_FRAMEWORK) == 49
    assert [name for name in _FRAMEWORK if handler_of(name).type not in names] == []


def test_a_type_rests_on_awss_own_handler_where_a_source_of_it_is_one() -> None:
    for one in _all():
        assert one.on_handler_source == any(s.address.startswith(_PROVIDERS) for s in one.sources)
    resting = {one.type for one in _all() if one.on_handler_source}
    assert {"AWS::SNS::Topic", "AWS::Logs::LogGroup", "AWS::KMS::Key"} <= resting
    assert not resting & {"AWS::Lambda::Function", "AWS::SQS::Queue", "AWS::S3::Bucket"}
    assert totals(_all()).on_handler_source == len(resting)


def test_every_source_that_speaks_of_a_type_is_told() -> None:
    for one in _all():
        ids = {source.id for source in one.sources}
        speaking = {s.id for s in sources().values() if any(said.type == one.type for said in s.says)}
        assert speaking <= ids
        if one.type in handlers():
            assert handlers()[one.type].mentioned_sources <= ids


def test_no_less_rests_on_awss_own_handlers_and_no_more_is_open() -> None:
    found = totals(_all())
    assert found.on_handler_source >= 30
    assert found.share <= 0.10


@pytest.mark.parametrize("type_name", sorted(handlers()))
def test_what_is_not_supported_is_never_asked_for(type_name: str) -> None:
    asked = {step: told(type_name).asked(step) for step in LIFECYCLES}
    everywhere = frozenset().union(*asked.values())
    for one in differences(type_name):
        if one.reason == NOT_SUPPORTED:
            for action in one.actions:
                steps = [step for step in one.where if step in asked]
                assert all(action not in asked[step] for step in steps)
                assert steps or action not in everywhere


def test_the_open_actions_of_a_type_are_those_that_its_properties_lack() -> None:
    one = _row("AWS::ElasticLoadBalancingV2::LoadBalancer")
    opened = {unsupported.action: unsupported for unsupported in one.not_supported}
    assert opened["ec2:DescribeIpamPools"].properties == ("Ipv4IpamPoolId",)
    assert "Ipv4IpamPoolId" in one.lacks
    assert one.listed > len(opened)


def test_a_part_that_is_not_acted_on_is_told_as_lacking() -> None:
    assert "FileSystemConfigs.Arn (:s3files:)" in _row("AWS::Lambda::Function").lacks


def test_each_open_action_is_of_a_property_that_is_told_as_lacking() -> None:
    for one in _all():
        known = {name.partition(" ")[0] for name in one.lacks}
        properties = {name for unsupported in one.not_supported for name in unsupported.properties}
        assert properties <= known, one.type


def test_cloudformations_own_types_are_in_no_list_of_permissions() -> None:
    one = _row("AWS::CloudFormation::Stack")
    assert (one.listed, one.not_supported) == (0, ())
    assert one.calls["delete"] == ("cloudformation:DeleteStack", "cloudformation:DescribeStacks")


def test_totals_add_up() -> None:
    found = totals([_row("AWS::SQS::Queue"), _row("AWS::DynamoDB::Table"), _row("AWS::SQS::QueuePolicy")])
    assert (found.types, found.services) == (3, 2)
    table = _row("AWS::DynamoDB::Table")
    assert found.not_supported == len(table.not_supported)
    assert found.share == found.not_supported / found.listed
    assert totals([]).share == 0


def test_the_table_is_no_wider_than_a_terminal() -> None:
    assert [line for line in types_text(_all()).splitlines() if len(line) > 80] == []


def test_json_has_the_members_that_are_documented() -> None:
    plain = _row("AWS::SNS::Topic").as_dict()
    assert {"type", "calls", "sources", "notSupported"} <= plain.keys()
    assert set(plain["calls"]) == set(LIFECYCLES)
    assert "sns:CreateTopic" in plain["calls"]["create"]
    assert plain["moreCalls"] == ["sns:Unsubscribe"]
    assert all(one["address"].startswith("https://") for one in plain["sources"])
    [first, *_] = _row("AWS::Glue::Table").as_dict()["notSupported"]
    assert set(first) == {"action", "in", "properties"}
