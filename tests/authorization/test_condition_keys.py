"""Every condition key that AWS lists for what we ask has its value, or a reason why not."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

from verifier.authorization import rules as rules_module
from verifier.authorization.caller import OnBehalfOf
from verifier.authorization.context import has_tags, known_keys, resource_tags
from verifier.authorization.operation import Operation
from verifier.authorization.rules import Rule, ruled_services, service_rules
from verifier.iam import catalog

_FILE = Path(rules_module.__file__).parent / "unknown_keys.yaml"
_UNKNOWN = yaml.safe_load(_FILE.read_text(encoding="utf-8"))


_STACK = OnBehalfOf("svc-dev", "Key", "AWS::KMS::Key", "create")


def _rules() -> Iterator[Rule]:
    for service in ruled_services():
        for written in service_rules(service).operations.values():
            yield from written.requires


def _sent() -> dict[str, set[str]]:
    """The keys that some rule, or every request, gives the action; by action, in lower case."""
    sent: dict[str, set[str]] = {}
    for rule in _rules():
        service, _, name = rule.action.partition(":")
        always = known_keys(rule.action, Operation(service, name, {}, "1", "eu-west-1"), _STACK)
        # A tag's own key stands for all of them; an object's tags have keys of their own.
        tags = {key.replace("/k", "/${TagKey}") for key in resource_tags(rule.action, {"k": "v"})}
        keys = {*rule.context, *always, *(tags if has_tags(rule.action) else ())}
        sent.setdefault(rule.action, set()).update(key.lower() for key in keys)
    return sent


def _missing() -> Iterator[tuple[str, str]]:
    for action, keys in sorted(_sent().items()):
        for key in sorted(catalog.condition_keys(action)):
            objects = key.startswith("s3:RequestObjectTag")
            if not key.startswith("aws:") and key.lower() not in keys and not objects:
                yield action, key


def test_every_listed_key_is_sent_or_says_why_not() -> None:
    found = list(_missing())
    assert len(found) > 100
    assert not [
        f"{action}: {key}"
        for action, key in found
        if not any(fnmatchcase(key, pattern) for pattern in _UNKNOWN)
    ]


def test_no_reason_is_left_over() -> None:
    keys = {key for _, key in _missing()}
    assert [pattern for pattern in _UNKNOWN if not any(fnmatchcase(key, pattern) for key in keys)] == []
    assert all(_UNKNOWN.values())


def test_kms_is_told_through_whom_it_is_used() -> None:
    op = Operation("s3", "GetObject", {}, "111122223333", "eu-west-1")
    assert known_keys("kms:Decrypt", op, None) == {
        "kms:CallerAccount": "111122223333",
        "kms:ViaService": "s3.eu-west-1.amazonaws.com",
    }
    own = Operation("kms", "CreateKey", {}, "111122223333", "eu-west-1")
    assert "kms:ViaService" not in known_keys("kms:CreateKey", own, None)
    assert (
        known_keys("kms:CreateKey", own, _STACK)["kms:ViaService"] == "cloudformation.eu-west-1.amazonaws.com"
    )
    assert known_keys("lambda:CreateFunction", op, None) == {}


def test_a_resources_tags_go_by_the_services_own_key_too() -> None:
    tags = {"team": "shop"}
    assert resource_tags("iam:DeleteRole", tags) == {
        "aws:ResourceTag/team": "shop",
        "iam:ResourceTag/team": "shop",
    }
    assert resource_tags("lambda:DeleteFunction", tags) == {"aws:ResourceTag/team": "shop"}
    assert has_tags("lambda:DeleteFunction")
    assert not has_tags("s3:DeleteBucket")
    assert not has_tags("ec2:DescribeVpcs")
