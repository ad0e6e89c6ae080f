"""What AWS would ask: the requirements of an operation.

By convention an operation needs ``{iam prefix}:{Operation}`` on the ARN that AWS's reference gives
for that action (and *likely* its tag action and iam:PassRole, where it passes tags or a role).
Everything that differs, and everything conditional, is a rule in
``rules/<botocore service>.yaml``. What has neither is unmapped: an error, never a silent allow.

Adding a rule
1. Open (or make) ``rules/<botocore service>.yaml``; ``rules.py`` shows the form, ``template.py`` the
   templates. List only what differs: an operation that the convention covers needs no entry.
2. The first entry of ``requires`` is the operation's own action; the others are secondary (a tag, a
   pass, an object read), mostly with ``when``: the parameter that makes AWS ask. A secondary one
   without a ``source`` is only *likely*: read where AWS enforces it, and quote that in ``sources.yaml``.
3. An action that AWS's service reference lists for the operation and that no rule asks for goes to
   ``notAsked``: with the ``parameter`` that would trigger it (given, the operation is unmapped), or
   a ``reason`` why it never is.
4. Add a case to ``tests/cases/requirements/<service>.json``; the tests check that every action
   exists and every source is there, ``.ci/check_service_reference.py`` compares with AWS's list.
"""

from collections.abc import Iterator
from typing import Any

from verifier.authorization.context import Context, called_via
from verifier.authorization.convention import conventional_requirements, conventional_resource
from verifier.authorization.operation import Operation, Requirement
from verifier.authorization.rules import OperationRules, Rule, ServiceRules, service_rules
from verifier.authorization.template import MissingParameterError, fill, fill_all, holds, lookup
from verifier.errors import VerifierError
from verifier.iam import catalog
from verifier.iam.arn import parse_arn


class UnmappedOperation(VerifierError):  # noqa: N818 - the word of DESIGN.md
    """Nobody knows what this operation needs: neither a rule nor the convention covers it."""


def requirements(op: Operation) -> tuple[Requirement, ...]:
    """Each action on each resource that ``op`` needs, in the order in which they are asked.

    Empty for an operation that needs no permission (sts:GetCallerIdentity).
    Raises UnmappedOperation.
    """
    rules = service_rules(op.service)
    written = rules.operations.get(op.name)
    if written is None:
        return _by_convention(rules, op)
    _refuse_unknown(written, op)
    found: list[Requirement] = []
    for rule in written.requires:
        found += [requirement for requirement in _applied(rule, rules, op) if requirement not in found]
    return tuple(found)


def is_mapped(service: str, operation: str) -> bool:
    """Whether a rule or the convention covers an operation (its parameters may still be wanting)."""
    rules = service_rules(service)
    return operation in rules.operations or catalog.action_exists(f"{rules.prefix}:{operation}")


def only_reads(service: str, operation: str) -> bool:
    """Whether AWS's reference counts all that an operation may need as reading.

    False for an operation that nobody knows.
    """
    rules = service_rules(service)
    written = rules.operations.get(operation)
    # AWS counts kms:Decrypt as writing; what is decrypted for a reader stays as it is.
    own = [rule.action for rule in written.requires if rule.action != "kms:Decrypt"] if written else []
    actions = own or [f"{rules.prefix}:{operation}"]
    return all(catalog.access_level(action) in ("Read", "List") for action in actions)


def _by_convention(rules: ServiceRules, op: Operation) -> tuple[Requirement, ...]:
    name = catalog.canonical(f"{rules.prefix}:{op.name}")
    if name is None:
        raise UnmappedOperation(f"{op}: no rule, and AWS has no action {rules.prefix}:{op.name}; add a rule")
    found = conventional_requirements(name, op, rules.resources)
    if found is None:
        raise _unknown_resource(name, op)
    return found


def _conventional(action: str, rules: ServiceRules, op: Operation, item: Any) -> str:
    resource = conventional_resource(action, op, rules.resources, item)
    if resource is None:
        raise _unknown_resource(action, op)
    return resource


def _unknown_resource(action: str, op: Operation) -> UnmappedOperation:
    templates = " or ".join(catalog.arn_templates(action))
    return UnmappedOperation(f"{op}: its parameters do not tell the resource ({templates}); add a rule")


def _refuse_unknown(written: OperationRules, op: Operation) -> None:
    for action, why in written.not_asked.items():
        if why.parameter is not None and holds(why.parameter, op):
            raise UnmappedOperation(
                f"{op} with {why.parameter}: no rule says when AWS asks {action}; add one"
            )


def _applied(rule: Rule, rules: ServiceRules, op: Operation) -> Iterator[Requirement]:
    for item in _items(rule, op):
        wanted = rule.when is None or holds(rule.when, op, item)
        if wanted and not (rule.unless is not None and holds(rule.unless, op, item)):
            yield _requirement(rule, rules, op, item)


def _items(rule: Rule, op: Operation) -> list[Any]:
    """What the rule counts for: once, or once for each element of a list (each key of a map)."""
    return [None] if rule.each is None else list(lookup(rule.each, op) or ())


def _requirement(rule: Rule, rules: ServiceRules, op: Operation, item: Any) -> Requirement:
    try:
        written = rule.resource
        resource = fill(written, op, item) if written else _conventional(rule.action, rules, op, item)
    except MissingParameterError as missing:
        raise UnmappedOperation(f"{op}: {rule.action} needs the parameter {missing}") from missing
    if resource != "*" and parse_arn(resource) is None:
        raise UnmappedOperation(f"{op}: {rule.action} is asked on an ARN, and {resource!r} is none")
    context = _context(rule, op, item) | _forwarded(rule.action, rules)
    return Requirement(rule.action, resource, context, rule.primary, rule.source, rule.seen_in)


def _forwarded(action: str, rules: ServiceRules) -> Context:
    """What is different where the service asks another one with the caller's credentials.

    Passing a role is no call: it is checked within the request that passes it.
    """
    if action.partition(":")[0] == rules.prefix or action == "iam:PassRole":
        return {}
    return called_via(rules.service)


def _context(rule: Rule, op: Operation, item: Any) -> Context:
    context: Context = {}
    for key, written in rule.context.items():
        try:
            context[key] = fill_all(str(written), op, item)
        except MissingParameterError:
            continue  # a condition key whose parameter was not sent is not in the request context
    return context
