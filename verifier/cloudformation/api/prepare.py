"""What a request asks for: its template read, checked and resolved as far as it can be."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from verifier.authorization.caller import Caller
from verifier.authorization.operation import Operation
from verifier.cloudformation.api.existing_values import look_for
from verifier.cloudformation.api.launch import Launcher, identity_of
from verifier.cloudformation.api.template_source import submitted_template
from verifier.cloudformation.stack.changeset import Wanted
from verifier.cloudformation.stack.plan import wanted_state
from verifier.cloudformation.stack.property_validation import early_refusal
from verifier.cloudformation.stack.session import CallFailed, Session
from verifier.cloudformation.stack.stack import Stack
from verifier.cloudformation.stack.validate import (
    check_capabilities,
    unsupported_transforms,
    unsupported_types,
    validate,
)
from verifier.cloudformation.template.environment import StaticEnvironment
from verifier.cloudformation.template.parameters import parameter_values
from verifier.cloudformation.template.rules import failed_rule
from verifier.cloudformation.template.sections import parse_template
from verifier.cloudformation.types.handler import HandlerError
from verifier.cloudformation.types.work import Work
from verifier.errors import AwsError


@dataclass(frozen=True)
class Prepared:
    """What a request asks for, checked.

    ``problem`` says why it cannot be carried out here, ``invalid`` why AWS would not begin with it; both
    are "" for most. ``wanted`` is None with a transform that nobody here knows.
    """

    text: str
    wanted: Wanted | None
    problem: str = ""
    invalid: str = ""


def prepare(launcher: Launcher, op: Operation, caller: Caller, stack: Stack) -> Prepared:
    """Read, check and resolve what the request submits for ``stack``.

    Raises AwsError for what CloudFormation refuses at once. With DisableValidation in the request nothing
    is ``invalid`` (source: cfn-disable-validation).
    """
    submitted = submitted_template(op, launcher.upstream, stack)
    template = parse_template(submitted.text)
    validate(template)
    check_capabilities(template, op.params.get("Capabilities") or ())
    transforms = unsupported_transforms(template)
    if transforms:
        return Prepared(submitted.text, None, transforms)
    session = launcher.session(stack, caller, op.params.get("RoleARN") or stack.role_arn)
    parameters = parameter_values(
        template, op.params.get("Parameters") or (), stack.parameters, _ssm_reader(session)
    )
    look_for(parameters, session)
    identity = identity_of(stack)
    failed = failed_rule(template, StaticEnvironment(template, parameters, identity, frozenset()))
    if failed:
        raise AwsError("ValidationError", failed)
    tags = op.params.get("Tags")
    arns = op.params.get("NotificationARNs")
    wanted = wanted_state(
        template,
        parameters,
        stack.tags if tags is None else {str(one["Key"]): str(one["Value"]) for one in tags},
        identity_of(stack, None if arns is None else tuple(arns)),
        from_url=submitted.from_url,
    )
    return Prepared(
        submitted.text,
        wanted,
        unsupported_types(wanted.active.values()),
        "" if op.params.get("DisableValidation") else early_refusal(wanted),
    )


def present(stack: Stack) -> Wanted:
    """What the stack has now, as if it were wanted."""
    return wanted_state(stack.template, stack.parameters, stack.tags, identity_of(stack))


def _ssm_reader(session: Session) -> Callable[[str, str], str]:
    """Reads the value of a parameter of an SSM type, with the caller's rights.

    (sources: cfn-ssm-parameter-refused, cfn-ssm-parameter-missing)
    """

    def read(key: str, name: str) -> str:
        work = Work(session, key, "AWS::SSM::Parameter", "read")
        try:
            answer: dict[str, Any] = work.call(
                "ssm", "GetParameters", {"Names": [name], "WithDecryption": False}
            )
        except HandlerError as error:
            message = error.message if isinstance(error, CallFailed) else error.reason
            raise AwsError("ValidationError", message) from error
        found = answer.get("Parameters") or []
        if not found:
            raise AwsError(
                "ValidationError",
                f"Unable to fetch parameters [{name}] from parameter store for this account.",
            )
        return str(found[0]["Value"])

    return read
