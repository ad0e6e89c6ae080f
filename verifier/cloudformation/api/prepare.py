"""What a request asks for: its template read, checked and resolved as far as it can be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from verifier.authorization.caller import Caller
from verifier.authorization.operation import Operation
from verifier.cloudformation.api.launch import Launcher, identity_of
from verifier.cloudformation.api.reads import ask_for_types, parameter_reader, snippet_reader
from verifier.cloudformation.api.template_source import Submitted, submitted_template
from verifier.cloudformation.stack.changeset import Wanted
from verifier.cloudformation.stack.plan import wanted_state
from verifier.cloudformation.stack.property_validation import early_refusal
from verifier.cloudformation.stack.stack import Stack
from verifier.cloudformation.stack.validate import check_capabilities, unsupported_types, validate
from verifier.cloudformation.template.dynamic import check_references
from verifier.cloudformation.template.environment import StaticEnvironment
from verifier.cloudformation.template.parameters import ParameterValue, parameter_values
from verifier.cloudformation.template.processing import processed
from verifier.cloudformation.template.rules import failed_rule
from verifier.cloudformation.template.sections import Template, parse_template
from verifier.errors import AwsError


@dataclass(frozen=True)
class Prepared:
    """What a request asks for, checked.

    ``problem`` says why it cannot be carried out here, ``invalid`` why AWS would not begin with it; both
    are "" for most. ``wanted`` is None where a transform fails or makes no template.
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
    check_capabilities(template, _capabilities(op), change_set=_is_change_set(op))
    session = launcher.session(stack, caller, op.params.get("RoleARN") or stack.role_arn)
    parameters = parameter_values(
        template, op.params.get("Parameters") or (), stack.parameters, parameter_reader(session)
    )
    ask_for_types(session, parameters.values())
    identity = identity_of(stack)
    failed = failed_rule(template, StaticEnvironment(template, parameters, identity, frozenset()))
    if failed:
        raise AwsError("ValidationError", failed)
    if template.unprocessed:
        read = snippet_reader(launcher.session(stack, caller, None))
        try:
            template = processed(template, parameters, identity, read)
            validate(template)
        except AwsError as error:
            return Prepared(submitted.text, None, error.message)
        check_capabilities(template, _capabilities(op), change_set=_is_change_set(op))
    wanted = _wanted(op, stack, submitted, template, parameters)
    try:
        for name, one in wanted.active.items():
            check_references(one.type, wanted.statics[name])
    except AwsError as error:
        if not template.transforms:
            raise
        return Prepared(submitted.text, None, error.message)
    return Prepared(
        submitted.text,
        wanted,
        unsupported_types(wanted.active.values()),
        "" if op.params.get("DisableValidation") else early_refusal(wanted),
    )


def _wanted(
    op: Operation,
    stack: Stack,
    submitted: Submitted,
    template: Template,
    parameters: Mapping[str, ParameterValue],
) -> Wanted:
    tags = op.params.get("Tags")
    arns = op.params.get("NotificationARNs")
    return wanted_state(
        template,
        parameters,
        stack.tags if tags is None else {str(one["Key"]): str(one["Value"]) for one in tags},
        identity_of(stack, None if arns is None else tuple(arns)),
        from_url=submitted.from_url,
    )


def _capabilities(op: Operation) -> Sequence[str]:
    return op.params.get("Capabilities") or ()


def _is_change_set(op: Operation) -> bool:
    return op.name == "CreateChangeSet"


def present(stack: Stack) -> Wanted:
    """What the stack has now, as if it were wanted."""
    return wanted_state(stack.template, stack.parameters, stack.tags, identity_of(stack))
