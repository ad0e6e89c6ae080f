"""What the handlers ask for, compared both ways with the permissions that the registry names, step by step.

What the registry names for create, read, update or delete and nobody asks for there is a row of
verifier/cloudformation/types/registry_differences.json:

    {"actions": "s3:A s3:B", "in": "create update", "reason": "...", ...}

``in`` are the lifecycles; "any" stands for all that name the actions, where no lifecycle asks for them. The
reason is one of

- "property not supported yet", with ``property``: the fallback asks for it when the template uses that. A
  path ("A.B") is a part of a supported property; with ``value`` only such a text is beyond the handler;
- "disproved", with ``source``;
- "of another type's feature", with ``type``, for which the registry names it too, and ``source``.

What is no IAM action, and what only the list handler names, needs no row. Tagging permissions are named for
the whole type: one lifecycle that asks for them is enough.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase

import pytest

from tests.support import problems
from tests.support.lives.desk import LIFECYCLES
from tests.support.lives.life import Lives
from tests.support.schema import nested
from verifier.authorization.caller import Certainty
from verifier.authorization.rules import spelled
from verifier.authorization.sources import sources
from verifier.cloudformation.handlers import handlers
from verifier.cloudformation.types import differences, registry
from verifier.cloudformation.types.registry import RegistryEntry

TYPES = sorted(handlers())
Row = Mapping[str, str]
DIFFERENCES: Mapping[str, list[Row]] = differences.rows()
_TAGGING = "tagging"
Place = tuple[str, str]
"""A permission, and the lifecycle (or "tagging") that names it."""


def _entry(type_name: str) -> RegistryEntry:
    entry = registry.entry(type_name)
    assert entry is not None
    return entry


def _named(type_name: str) -> dict[str, set[str]]:
    """Every IAM action that the registry names for a type, in small letters: where."""
    entry = _entry(type_name)
    named: dict[str, set[str]] = {}
    for where in LIFECYCLES:
        for permission in entry.handlers.get(where, ()):
            named.setdefault(permission.lower(), set()).add(where)
    for permission in entry.tagging_permissions:
        named.setdefault(permission.lower(), set()).add(_TAGGING)
    return {permission: where for permission, where in named.items() if spelled(permission)}


def _within_a_pattern(type_name: str, action: str, lifecycle: str) -> bool:
    """Whether the registry names an action with others at once ("dynamodb:Describe*")."""
    permissions = _entry(type_name).handlers.get(lifecycle, ())
    return any(fnmatchcase(action.lower(), one.lower()) for one in permissions if "*" in one)


def _asked(seen: Lives) -> dict[str, set[str]]:
    """The lifecycles that ask for each action, in small letters."""
    asked: dict[str, set[str]] = {}
    for where in LIFECYCLES:
        for action in seen.asked(where):
            asked.setdefault(action.lower(), set()).add(where)
    return asked


def _never_asked(seen: Lives) -> set[Place]:
    asked = _asked(seen)
    return {
        (permission, where)
        for permission, named in _named(seen.type).items()
        for where in named
        if where not in asked.get(permission, ()) and not (where == _TAGGING and permission in asked)
    }


def _explained(seen: Lives, row: Row) -> set[Place]:
    """What a row explains; "any" only what no lifecycle asks for."""
    asked, named = _asked(seen), _named(seen.type)
    found: set[Place] = set()
    for action in row["actions"].lower().split():
        everywhere = named.get(action, set()) if action not in asked else set()
        found |= {(action, where) for where in (everywhere if row["in"] == "any" else row["in"].split())}
    return found


def test_differences_name_only_types_with_a_handler() -> None:
    assert set(DIFFERENCES) <= set(TYPES)


@pytest.mark.parametrize("type_name", TYPES)
def test_what_the_registry_names_is_asked_for_or_explained(
    type_name: str, lives: Callable[[str], Lives]
) -> None:
    problems.none(type_name, _unexplained(lives(type_name)))


def _unexplained(seen: Lives) -> Iterator[str]:
    never, rows = _never_asked(seen), DIFFERENCES.get(seen.type, [])
    explained = [_explained(seen, row) for row in rows]
    for permission, where in sorted(never - set().union(*explained)):
        yield (
            f"{where} names {spelled(permission)}, which is not asked for there: have the handler "
            "ask for it, or explain it in registry_differences.json"
        )
    for row, places in zip(rows, explained, strict=True):
        for permission, where in sorted(places - never):
            yield f"{where} {permission} is explained ({row['reason']}), and there is nothing to explain"
        named = {permission for permission, _ in places}
        for action in row["actions"].split():
            if action.lower() not in named:
                yield f"{action} is explained ({row['reason']}), and there is nothing to explain"


@pytest.mark.parametrize("type_name", TYPES)
def test_what_we_ask_for_beyond_the_registry_has_a_source(
    type_name: str, lives: Callable[[str], Lives]
) -> None:
    problems.none(type_name, _unsourced(lives(type_name)))


def _unsourced(seen: Lives) -> Iterator[str]:
    named = _named(seen.type)
    for _, taken in seen.steps:
        for one in taken.decisions:
            action, lifecycle = one.requirement.action, taken.step.lifecycle
            listed = {lifecycle, _TAGGING} & named.get(action.lower(), set())
            source = one.source or one.requirement.seen_in
            if listed or _within_a_pattern(seen.type, action, lifecycle):
                continue
            if source not in sources():
                yield (
                    f"{lifecycle} asks for {action} ({one.operation}), which the registry does not name for "
                    "it: give it a source, or do not make the call"
                )


@pytest.mark.parametrize("type_name", TYPES)
def test_the_cases_stay_within_what_the_handlers_support(
    type_name: str, lives: Callable[[str], Lives]
) -> None:
    problems.none(
        type_name,
        (
            f"{life.case.name}: {taken.step.name}: goes beyond the handler"
            for life, taken in lives(type_name).steps
            if Certainty.UPPER_BOUND in {one.certainty for one in taken.decisions}
        ),
    )


@pytest.mark.parametrize("type_name", sorted(DIFFERENCES))
def test_the_reasons_are_true(type_name: str) -> None:
    problems.none(
        type_name,
        (
            f"{row['actions']}: {problem}"
            for row in DIFFERENCES[type_name]
            for problem in _untrue(type_name, dict(row))
        ),
    )


def _untrue(type_name: str, row: dict[str, str]) -> Iterator[str]:
    actions = row.pop("actions").split()
    row.pop("in")
    match row.pop("reason"):
        case "property not supported yet":
            yield from _not_lacking(type_name, row.pop("property"), row.pop("value", ""))
        case "disproved":
            yield from _unknown_source(row.pop("source"))
            row.pop("why", None)
        case "of another type's feature":
            yield from _unknown_source(row.pop("source"))
            other = row.pop("type")
            yield from _not_of(other, actions)
        case reason:
            yield f"no such reason: {reason}"
    yield from (f"{member} says nothing here" for member in row)


def _unknown_source(source: str) -> Iterator[str]:
    if source not in sources():
        yield f"no source {source} in verifier/authorization/sources.yaml"


def _not_of(type_name: str, actions: list[str]) -> Iterator[str]:
    if registry.entry(type_name) is None:
        yield f"{type_name} is no type"
        return
    yield from (
        f"the registry does not name {action} for {type_name}"
        for action in actions
        if action.lower() not in _named(type_name)
    )


def _not_lacking(type_name: str, path: str, value: str) -> Iterator[str]:
    handler, (top, *rest) = handlers()[type_name], path.split(".")
    with_it, without = nested(type_name, path, value), nested(type_name, path, "")
    if with_it is None or without is None:
        yield f"{path} is no property of {type_name}"
    elif not (rest or value) and top in handler.supported:
        yield f"{top} is supported"
    elif rest and top not in handler.supported:
        yield f"{top} is not supported at all: leave .{'.'.join(rest)} out"
    elif (rest or value) and not handler.goes_beyond(with_it):
        yield f"goes_beyond is false, and must be true, for {json.dumps(with_it)}"
    elif value and handler.goes_beyond(without):
        yield f"goes_beyond is true for {json.dumps(without)}: leave {value!r} out"


_POLICY = "DataProtectionPolicy"
_FINDINGS = f"{_POLICY}.Statement.Operation.Audit.FindingsDestination"


@pytest.mark.parametrize(
    ("type_name", "row", "words"),
    [
        ("AWS::Logs::LogGroup", {"property": "RetentionInDays"}, "RetentionInDays is supported"),
        ("AWS::Logs::LogGroup", {"property": "Nonsense"}, "no property"),
        ("AWS::Logs::LogGroup", {"property": f"{_POLICY}.Statement.Sid"}, "goes_beyond is false"),
        ("AWS::Lambda::Function", {"property": "VpcConfig.Nonsense"}, "no property"),
        ("AWS::Lambda::Function", {"property": "FunctionScalingConfig.X.Y"}, "no property"),
        ("AWS::Lambda::Function", {"property": "VpcConfig.SubnetIds"}, "goes_beyond is false"),
        (
            "AWS::Logs::LogGroup",
            {"property": f"{_FINDINGS}.CloudWatchLogs", "value": "LogGroup"},
            "leave 'LogGroup' out",
        ),
        ("AWS::IAM::Role", {"reason": "disproved", "source": "no-such-source"}, "no source no-such-source"),
        ("AWS::IAM::Role", {"reason": "who knows"}, "no such reason: who knows"),
        (
            "AWS::IAM::Role",
            {"reason": "disproved", "source": "passrole-guide", "property": "X"},
            "property says",
        ),
        (
            "AWS::IAM::Role",
            {"reason": "of another type's feature", "source": "passrole-guide", "type": "AWS::S3::Bucket"},
            "does not name x:Y for AWS::S3::Bucket",
        ),
        (
            "AWS::IAM::Role",
            {"reason": "of another type's feature", "source": "passrole-guide", "type": "AWS::X::Y"},
            "AWS::X::Y is no type",
        ),
    ],
)
def test_a_reason_that_is_not_true_is_seen(type_name: str, row: dict[str, str], words: str) -> None:
    whole = {"actions": "x:Y", "in": "any", "reason": "property not supported yet", **row}
    assert words in " ".join(_untrue(type_name, whole))


def test_another_types_feature_can_be_a_reason() -> None:
    row = {"actions": "s3:ListBucket", "in": "any", "reason": "of another type's feature"}
    assert (
        list(_untrue("AWS::IAM::Role", row | {"type": "AWS::S3::Bucket", "source": "passrole-guide"})) == []
    )
