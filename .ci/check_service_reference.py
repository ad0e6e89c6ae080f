#!/usr/bin/env python3
"""Holds the rules against AWS's service reference.

That is ``reference/service-reference.tar.xz`` of a folder beside the project, data to check against and
not committed.

    .venv/bin/python .ci/check_service_reference.py [FOLDER]

For each operation that a rule file, a handler or a case table names:

- an action that a rule asks for is among the operation's AuthorizedActions, or is a difference with a
  source (counted once per source, which may name several actions; at most 20). Of a service that the
  reference names for no other one's operations (kms, ecr), and of the roles that services make for
  themselves, it cannot tell: a source is wanted, and not counted;
- an action that AWS lists and no rule asks for is in ``notAsked`` (with the parameter that would trigger it,
  or the reason why it never is);
- iam:PassRole passes the role to a service that AWS lists.

What is open stands in service_reference_open.txt, a line for each; a line that holds no longer is a fault.

Exit 0 when all holds, or when the folder is not there; 1 otherwise, with a line per fault.
"""

import json
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verifier.authorization.convention import conventional_extras
from verifier.authorization.rules import Rule, ruled_services, service_rules
from verifier.cloudformation.handlers import handlers
from verifier.iam import catalog

_ROOT = Path(__file__).resolve().parents[1]
_MOST_DIFFERENCES = 20
# It names this for what turns on a service for an organization, and for no first use of a service.
_NOT_TOLD = "iam:CreateServiceLinkedRole"
# Faults of types that came lately, which nobody has looked into yet.
_OPEN = Path(__file__).with_name("service_reference_open.txt")

OperationName = tuple[str, str]  # botocore's service, operation


@dataclass(frozen=True)
class Listed:
    """What AWS lists for an operation: its actions, and the services a role may be passed to."""

    actions: frozenset[str]
    passed_to: frozenset[str]
    foreign: frozenset[str] = frozenset()
    """Those of ``actions`` that are of another service than the operation."""


@dataclass(frozen=True)
class Ours:
    """What we ask for: by a rule file, or by convention."""

    requires: tuple[Rule, ...]
    not_asked: frozenset[str] = frozenset()
    conventional: bool = False


@dataclass
class Report:
    """What was found."""

    checked: int = 0
    not_listed: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    differences: dict[tuple[str, str], list[str]] = field(default_factory=dict)


def main(arguments: list[str]) -> int:
    """Check, print a summary, answer the exit code."""
    archive = Path(arguments[0] if arguments else "../shared") / "reference" / "service-reference.tar.xz"
    if not archive.is_file():
        print("not run: no ../shared")
        return 0
    report = check(reference(archive))
    known = _OPEN.read_text(encoding="utf-8").splitlines()
    faults = [
        *(fault for fault in report.faults if fault not in known),
        *(f"mended, so it goes from {_OPEN.name}: {line}" for line in known if line not in report.faults),
    ]
    for fault in faults:
        print(f"FAULT {fault}")
    for line in known:
        print(f"open: {line}")
    for (action, source), operations in sorted(report.differences.items()):
        print(f"difference: {action} ({source}) for {', '.join(sorted(set(operations)))}")
    if report.not_listed:
        print(f"not in AWS's reference: {', '.join(sorted(report.not_listed))}")
    count = len({source for _, source in report.differences})
    print(f"{report.checked} operations checked, {count} differences (at most {_MOST_DIFFERENCES})")
    return 1 if faults or count > _MOST_DIFFERENCES else 0


def check(listed: dict[OperationName, Listed]) -> Report:
    """Hold every operation that we name against AWS's list."""
    report = Report()
    told = {action.partition(":")[0] for theirs in listed.values() for action in theirs.foreign}
    for service, name in sorted(named_operations()):
        label = f"{service}:{name}"
        theirs = listed.get((service, name))
        if theirs is None or not theirs.actions:
            report.not_listed.append(label)
            continue
        report.checked += 1
        _compare(label, _ours(service, name), theirs, report, told | {service_rules(service).prefix})
    return report


def _ours(service: str, name: str) -> Ours:
    rules = service_rules(service)
    if name in rules.operations:
        return Ours(rules.operations[name].requires, frozenset(rules.operations[name].not_asked))
    action = catalog.canonical(f"{rules.prefix}:{name}") or f"{rules.prefix}:{name}"
    return Ours((Rule(action, None, primary=True),), conventional=True)


def _compare(label: str, ours: Ours, theirs: Listed, report: Report, told: set[str]) -> None:
    for rule in ours.requires:
        if rule.action not in theirs.actions:
            source = rule.source or rule.seen_in
            if source is None:
                report.faults.append(f"{label}: {rule.action} is not in AWS's list and has no source")
            elif rule.action.partition(":")[0] in told and rule.action != _NOT_TOLD:
                report.differences.setdefault((rule.action, source), []).append(label)
        elif rule.action == "iam:PassRole" and theirs.passed_to:
            service = rule.context.get("iam:PassedToService")
            if service not in theirs.passed_to:
                report.faults.append(
                    f"{label}: passes a role to {service}, AWS says {sorted(theirs.passed_to)}"
                )
    asked = {rule.action for rule in ours.requires} | ours.not_asked
    if ours.conventional:
        asked |= conventional_extras(ours.requires[0].action)
    report.faults += [
        f"{label}: AWS lists {action}; neither asked for nor in notAsked"
        for action in sorted(theirs.actions - asked)
    ]


def named_operations() -> set[OperationName]:
    """Everything that we name: the rule files, the handlers, the case tables (with the CLI's calls)."""
    named = {(service, name) for service in ruled_services() for name in service_rules(service).operations}
    return named | set(_in_handlers()) | set(_in_cases())


def _in_handlers() -> Iterator[OperationName]:
    for handler in handlers().values():
        for mention in handler.mentions():
            yield mention.service, mention.operation


def _in_cases() -> Iterator[OperationName]:
    for file in (_ROOT / "tests" / "cases" / "requirements").glob("*.json"):
        for case in json.loads(file.read_text(encoding="utf-8")):
            service, _, name = case["operation"].partition(":")
            if "unmapped" not in case:
                yield service, name


def reference(archive: Path) -> dict[OperationName, Listed]:
    """AWS's reference by botocore's service and operation, read without unpacking."""
    found: dict[OperationName, Listed] = {}
    with tarfile.open(archive, "r:xz") as tar:
        for member in tar:
            parts = Path(member.name).parts
            if not member.isfile() or len(parts) < 2 or parts[-1] != f"{parts[-2]}.json":
                continue
            file = tar.extractfile(member)
            content = json.load(file) if file else {}
            for operation in content.get("Operations", []):
                for sdk in operation.get("SDK", []):
                    if sdk.get("Package") == "Boto3":
                        _add(found, (sdk["Name"], operation["Name"]), operation, content["Name"])
    return found


def _add(found: dict[OperationName, Listed], key: OperationName, operation: dict[str, Any], own: str) -> None:
    authorized = operation.get("AuthorizedActions", [])
    actions = {f"{action['Service']}:{action['Name']}" for action in authorized}
    passed = {
        service
        for action in authorized
        for service in action.get("Context", {}).get("iam:PassedToService", [])
    }
    before = found.get(key, Listed(frozenset(), frozenset()))
    foreign = {f"{action['Service']}:{action['Name']}" for action in authorized if action["Service"] != own}
    found[key] = Listed(before.actions | actions, before.passed_to | passed, before.foreign | foreign)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
