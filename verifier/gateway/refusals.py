"""What AWS refused: an answer to an operation, by the rules of the authorizer and by the answer's words."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from verifier.authorization.caller import Caller, Certainty
from verifier.authorization.claims import UNKNOWN, Subject, claims_about
from verifier.authorization.decision import Decided
from verifier.authorization.operation import Operation, Requirement
from verifier.authorization.requirements import UnmappedOperation, requirements
from verifier.authorization.weights import weigh
from verifier.authorization.wording import REFUSALS
from verifier.denial.cure import POLICIES, is_of, resource_of
from verifier.denial.denial import Denial, DenialKind
from verifier.denial.parse import denials_of
from verifier.gateway.answer_reading import Answer
from verifier.iam.arn import parse_arn
from verifier.iam.evaluate import IDENTITY_POLICY, AuthorizationRequest, Decision, Outcome, evaluate
from verifier.iam.limits import surely_refused

UNKNOWN_KEY = frozenset(
    {"AuthFailure", "InvalidAccessKeyId", "InvalidClientTokenId", "UnrecognizedClientException"}
)
"""What is answered to a key that is not known; as in respond.unknown_key, with its sources."""
_OBJECT_READS = frozenset({"GetObject", "HeadObject"})
_ROLE = "somebody else than the user"


def is_refusal(answer: Answer, method: str) -> bool:
    """Whether an answer refuses its operation; that to a HEAD says so with its status alone."""
    if answer.status < 300:
        return False
    if answer.code in REFUSALS or (method == "HEAD" and answer.status == 403):
        return True
    return any(denial.action and not denial.inferred for denial in denials_of(answer.message))


def refused(
    operation: Operation, message: str, caller: Caller, *, lasting: bool = False
) -> tuple[Decided, ...]:
    """What ``caller`` lacks, whose ``operation`` was refused with ``message``.

    Where the words name no action it is what the operation surely needs and the caller's policies do not
    allow; where they allow all of that, all of it, as a grant may be late. Of a ``lasting`` refusal it is
    then what the operation likely needs and they do not allow. What its boundary surely refuses is told as
    that, where the words leave it open and nothing else is lacking. Raises UnmappedOperation for a refusal
    without words of an operation that nobody knows.
    """
    named = [denial for denial in denials_of(message) if denial.action and not denial.inferred]
    if named:
        needed = _needed(operation)
        return tuple(_named(denial, operation, needed, caller) for denial in named)
    explicit = "explicit deny" in message
    outcome = Outcome.EXPLICIT_DENY if explicit else Outcome.IMPLICIT_DENY
    return _unnamed(operation, caller, Decision(outcome, IDENTITY_POLICY), lasting=lasting)


def _unnamed(
    operation: Operation, caller: Caller, decision: Decision, *, lasting: bool
) -> tuple[Decided, ...]:
    """By the rules: what the caller's policies do not allow of what the operation needs, else all of it."""
    needed = requirements(operation) + _of_absence(operation)
    wanted = [one for one in needed if _certainty(one) is Certainty.CALL]
    lacking = [one for one in wanted if not allows(caller, one)]
    if lasting and not lacking:
        lacking = [one for one in needed if _certainty(one) is Certainty.LIKELY and not allows(caller, one)]
    decisions = [(one, _limited(decision, one, caller)) for one in lacking or wanted]
    # Of what is lacking it may be all that a grant lifts; of what is granted it is the boundary's.
    told = [pair for pair in decisions if (pair[1] is decision) is bool(lacking)]
    return tuple(_decided(operation, one, caller.arn, how) for one, how in told or decisions)


def _certainty(requirement: Requirement) -> Certainty:
    """How sure it is that AWS asks for ``requirement`` of the tool's own request."""
    claims = claims_about(
        Subject(requirement.action, because=UNKNOWN), requirement.source, requirement.seen_in
    )
    return weigh(Certainty.CALL, claims, sure=requirement.primary)


def _limited(decision: Decision, requirement: Requirement, caller: Caller) -> Decision:
    """``decision``, or the boundary's where that is a lack of an allow which no grant makes good."""
    request = _request(caller, requirement)
    return (decision.lacks_an_allow and surely_refused(request, caller.boundary)) or decision


def asked(operation: Operation, caller: Caller) -> tuple[Decided, ...]:
    """What an ``operation`` needs that was not refused; nothing for one that nobody knows."""
    decision = Decision(Outcome.ALLOWED, IDENTITY_POLICY)
    return tuple(
        replace(_decided(operation, one, caller.arn, decision), certainty=Certainty.CALL, enforced=False)
        for one in _needed(operation)
    )


def allows(caller: Caller, requirement: Requirement) -> bool:
    """Whether the caller's own policies allow it, as far as the requirement tells its context."""
    return evaluate(_request(caller, requirement), caller.policies).allowed


def _request(caller: Caller, requirement: Requirement) -> AuthorizationRequest:
    return AuthorizationRequest(caller.arn, requirement.action, requirement.resource, requirement.context)


def decision_of(denial: Denial) -> Decision:
    """How AWS decided, as far as its words say: what they leave out is taken for a lack of an allow."""
    outcome = Outcome.EXPLICIT_DENY if denial.kind is DenialKind.EXPLICIT else Outcome.IMPLICIT_DENY
    name = POLICIES.get(denial.policy_type or "", IDENTITY_POLICY)
    return Decision(outcome, f"{name} {denial.policy_arn}" if denial.policy_arn else name)


def _named(denial: Denial, operation: Operation, needed: Sequence[Requirement], caller: Caller) -> Decided:
    """The requirement that the words name; with the model's resource where they tell none."""
    action = str(denial.action)
    same = [one for one in needed if one.action.lower() == action.lower()]
    told = denial.resource if denial.resource and parse_arn(denial.resource) else None
    best = next((one for one in same if one.resource == told), same[0] if same else None)
    if best is None:
        found = Requirement(action, told or resource_of(denial), primary=False)
    else:
        found = replace(best, resource=told or best.resource)
    decision = decision_of(denial)
    if not is_of(denial, caller.arn):
        return _decided(operation, found, denial.principal or _ROLE, decision)
    how = decision if denial.policy_type else _limited(decision, found, caller)
    return _decided(operation, found, caller.arn, how)


def _decided(operation: Operation, requirement: Requirement, who: str, decision: Decision) -> Decided:
    return Decided(
        principal=who,
        operation=operation,
        requirement=requirement,
        context=requirement.context,
        decision=decision,
        certainty=Certainty.OBSERVED,
        source=requirement.source,
        on_behalf_of=None,
        enforced=True,
    )


def _needed(operation: Operation) -> tuple[Requirement, ...]:
    try:
        return requirements(operation)
    except UnmappedOperation:
        return ()


def _of_absence(operation: Operation) -> tuple[Requirement, ...]:
    """Without s3:ListBucket, S3 refuses where an object is absent (source: gateway-s3-absent-object)."""
    bucket = operation.params.get("Bucket")
    if operation.service != "s3" or operation.name not in _OBJECT_READS or not bucket:
        return ()
    arn = f"arn:{operation.partition}:s3:::{bucket}"
    return (Requirement("s3:ListBucket", arn, primary=False, source="gateway-s3-absent-object"),)


def believed_granted(found: Iterable[Decided], caller: Caller) -> bool:
    """Whether all that was refused is granted: then AWS may not have heard of the grant yet."""
    found = tuple(found)
    return bool(found) and all(
        one.principal == caller.arn and one.decision.lacks_an_allow and allows(caller, one.requirement)
        for one in found
    )
