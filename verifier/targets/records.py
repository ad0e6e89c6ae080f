"""From the gateway's records to the facts of a phase."""

from collections.abc import Collection, Iterator, Sequence

from verifier.authorization.decision import Decided
from verifier.authorization.requirements import only_reads
from verifier.authorization.wording import refusal_message
from verifier.gateway.decisions import DecisionRecord, HostRecord, Record, ResponseRecord, UnmappedRecord
from verifier.gateway.hosts import is_metadata
from verifier.grant.evidence import Asked
from verifier.iam.evaluate import Outcome
from verifier.targets.creation import PATH
from verifier.targets.interface import Absent

_LOOKS = (("cloudformation", "DescribeStackEvents"), ("cloudformation", "DescribeStacks"))


def asked(records: Sequence[Record], user: str) -> tuple[Asked, ...]:
    """Every requirement that concerns ``user``, the ARN of the deploy user."""
    return tuple(
        asked_of(record)
        for record in records
        if isinstance(record, DecisionRecord) and _concerns(user, record.decided)
    )


def _concerns(user: str, decided: Decided) -> bool:
    """Whether the deploy user was asked, or is stopped by what a role lacks.

    With a service role CloudFormation works with that role's permissions, not with its caller's
    (source: cloudformation-service-role): what the role is allowed says nothing of the user.
    What is refused to another user stops nobody else.
    """
    if is_the_users(decided):
        return decided.principal == user
    return decided.refused and decided.enforced


def asked_of_user(records: Sequence[Record], user: str) -> int:
    """How often a permission of ``user`` was asked for."""
    return sum(isinstance(record, DecisionRecord) and record.decided.principal == user for record in records)


def requests_of(records: Sequence[Record], user: str) -> int:
    """How many requests of ``user`` were answered, those of roles among them that it assumed itself."""
    return sum(isinstance(record, ResponseRecord) and record.origin == user for record in records)


def answered(records: Sequence[Record], user: str) -> frozenset[str]:
    """The operations that were carried out on requests of ``user``, as ``requests_of`` counts them."""
    return frozenset(
        _operation(record)
        for record in records
        if isinstance(record, ResponseRecord) and record.origin == user and record.status < 400
    )


def changes_of_others(records: Sequence[Record], users: Collection[str]) -> tuple[str, ...]:
    """A line for each operation that somebody else than ``users`` changed something with: who, and what."""
    found = (
        f"{record.origin or 'somebody whom nobody knows'} with {_operation(record)}"
        for record in _of_others(records, users)
        if _changed(record)
    )
    return tuple(dict.fromkeys(found))


def changes_of_rights(records: Sequence[Record], user: str) -> tuple[str, ...]:
    """A line for each change of the user itself, or of its policies, that was let through: who, and what.

    Its own keys are no rights. Whoever may do more than was given to it proves nothing of what was given.
    """
    found = (
        f"{record.decided.principal} with {record.decided.operation}"
        for record in records
        if isinstance(record, DecisionRecord) and _changes_rights(record.decided, user.rpartition("/")[2])
    )
    return tuple(dict.fromkeys(found))


def _changes_rights(decided: Decided, user: str) -> bool:
    operation = decided.operation
    let_through = not ((decided.refused and decided.enforced) or decided.modelled)
    # What the account's root gives to it in a phase is part of the candidate.
    if operation.service != "iam" or not let_through or decided.principal.endswith(":root"):
        return False
    if operation.name.endswith("AccessKey") or only_reads(operation.service, operation.name):
        return False
    own_policy = f":policy{PATH}{user}-".lower()
    policy = str(operation.params.get("PolicyArn", "")).lower()
    return str(operation.params.get("UserName", "")).lower() == user or own_policy in policy


def in_vain(records: Sequence[Record], users: Collection[str]) -> tuple[str, ...]:
    """A line for each operation that somebody else than ``users`` asked for and that changed nothing."""
    found = (
        f"{record.origin or 'somebody without a key that is known'} asked for "
        f"{_operation(record)}, which changed nothing"
        for record in _of_others(records, users)
        if not _changed(record)
    )
    return tuple(dict.fromkeys(found))


def _of_others(records: Sequence[Record], users: Collection[str]) -> Iterator[ResponseRecord]:
    for record in records:
        if isinstance(record, ResponseRecord) and record.origin not in users:
            yield record


def _changed(record: ResponseRecord) -> bool:
    """What AWS's reference counts as reading changes nothing, and neither does what ends in an error."""
    return record.status < 400 and not only_reads(record.service, record.operation)


def _operation(record: ResponseRecord) -> str:
    return f"{record.service}:{record.operation}" if record.operation else "an unknown operation"


def unmapped(records: Sequence[Record]) -> tuple[str, ...]:
    """The operations whose permissions nobody knows."""
    return tuple(record.message for record in records if isinstance(record, UnmappedRecord))


def counted(records: Sequence[Record]) -> tuple[int, int]:
    """How many requests only looked whether a stack goes on, and how many others there were."""
    answers = [record for record in records if isinstance(record, ResponseRecord)]
    looks = sum((record.service, record.operation) in _LOOKS for record in answers)
    return looks, len(answers) - looks + sum(isinstance(record, HostRecord) for record in records)


def refused_hosts(records: Sequence[Record]) -> tuple[str, ...]:
    """A line for each host that is not AWS and was refused."""
    return tuple(
        f"{record.host} is no AWS host and was refused{_advice(record.host)}"
        for record in records
        if isinstance(record, HostRecord) and not record.tunnelled
    )


def _advice(host: str) -> str:
    """What hands out credentials is never let through, so nobody is told to."""
    return "" if is_metadata(host) else "; let it through with --allow-host"


def absent(records: Sequence[Record]) -> tuple[Absent, ...]:
    """What was asked for by name and is not there."""
    found = (
        Absent(record.service, record.resource, record.region)
        for record in records
        if isinstance(record, ResponseRecord) and record.resource and _is_absence(record)
    )
    return tuple(dict.fromkeys(found))


def _is_absence(record: ResponseRecord) -> bool:
    if record.service == "cloudformation":
        return record.operation == "DescribeStacks" and "does not exist" in record.message
    if record.service == "ecr":
        return record.code in ("RepositoryNotFoundException", "ImageNotFoundException")
    # The answer to a HEAD has no code; a missing bucket or object is a 404 whatever the operation.
    return record.code == "ParameterNotFound" or (record.service == "s3" and record.status == 404)


def asked_of(record: DecisionRecord) -> Asked:
    """One requirement that was decided."""
    decided = record.decided
    return Asked(
        action=decided.requirement.action,
        resource=decided.requirement.resource,
        phase=record.phase,
        operation=str(decided.operation),
        certainty=decided.certainty,
        context=dict(decided.requirement.context),
        source=decided.source,
        claims=decided.claims,
        on_behalf_of=decided.on_behalf_of,
        modelled=decided.modelled,
        refused=decided.refused,
        enforced=decided.enforced,
        grantable=not decided.refused or (decided.decision.lacks_an_allow and is_the_users(decided)),
        reason=_reason(decided) if decided.refused else "",
        message=refusal_message(decided) if decided.refused else "",
    )


def is_the_users(decided: Decided) -> bool:
    """Whether a user's own permissions were asked for, not those of a role that works for it."""
    return ":user/" in decided.principal


def _reason(decided: Decided) -> str:
    kind = "an explicit deny" if decided.decision.outcome is Outcome.EXPLICIT_DENY else "no allow"
    whose = "" if is_the_users(decided) else f" of {decided.principal}, as which CloudFormation works"
    return f"{kind} in the {decided.decision.policy_type}{whose}"
