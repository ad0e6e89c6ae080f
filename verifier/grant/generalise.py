"""From a resource as one trial saw it to the pattern that a policy grants, by provenance.

Nothing is guessed: account, region and partition by their field, the stage and the random tokens as
whole tokens, generated names by the prefix that CloudFormation keeps. What AWS itself writes with
``*`` or ``?`` stays.
"""

import re
from collections.abc import Iterable
from enum import StrEnum

from verifier.errors import VerifierError
from verifier.grant.evidence import Asked, Permission, Provenance
from verifier.grant.generated import pattern_of
from verifier.grant.structure import own_words
from verifier.grant.tokens import apply, changing_parts, replace_whole
from verifier.iam.arn import Arn, parse_arn
from verifier.iam.policy import Condition

# Context keys that narrow a grant, lower case, to the operator and AWS's spelling.
_SCOPING_KEYS = {
    "iam:passedtoservice": ("StringEquals", "iam:PassedToService"),
    "iam:awsservicename": ("StringEquals", "iam:AWSServiceName"),
}
# "{epoch milliseconds}-{ISO time}": the folder of one deployment's artefacts.
_ARTEFACT_TIME = re.compile(r"\d{13}-\d{4}-\d\d-\d\dT\d\d(?::|%3[Aa])\d\d(?::|%3[Aa])\d\d\.\d{3}Z")
_INNER_ARN = re.compile(r"(?<![A-Za-z0-9])arn(?:%3[Aa][^/:]+|:.+)$")
# Numbers and ids that AWS gives by the form of the ARN itself: versions, stack and change set ids.
_COUNTED = {
    "lambda": re.compile(r"^((?:function|layer):[^:]+:)\d+$"),
    "ecs": re.compile(r"^(task-definition/[^:]+:)\d+$"),
    "cloudformation": re.compile(r"^((?:stack|changeSet)/[^/]+/)[^/]+$"),
}
# A log group's ARN as refusals name it; in policies it is written with ":*" (source: logs-arn-in-policies).
# A request on every group names none: "log-group::log-stream:", in policies "log-group:*".
_LOG_GROUP_AS_REFUSED = re.compile(r"^(log-group(?::.+)?)(?:::log-stream:|:log-stream:)$")
# Where "name-*" of a whole service and stage covers what follows the colon: streams, versions, aliases.
_PARTS_AFTER_COLON = ("logs", "lambda")
_MASK = 0xE000
"""The first private-use character: AWS uses none in an ARN."""


class Scope(StrEnum):
    """How wide a grant is: every name of the service and stage, or only the names that were seen."""

    SERVICE = "service"
    EXACT = "exact"


def generalise(resource: str, provenance: Provenance, scope: Scope) -> str:
    """The pattern for ``resource``, an ARN or ``*`` as seen, with placeholders for what changes.

    Raises VerifierError for what is neither.
    """
    return _Generaliser(provenance, scope).pattern(resource)


def permission(asked: Asked, provenance: Provenance, scope: Scope) -> Permission:
    """The grant that answers ``asked``; of its context only what scopes a grant becomes a condition."""
    conditions = []
    for key, value in asked.context.items():
        if key.lower() not in _SCOPING_KEYS:
            continue
        values = (value,) if isinstance(value, str) else value
        if len(values) != 1:
            raise VerifierError(f"{asked.action}: {key} has {len(values)} values, one was expected")
        conditions.append(Condition(*_SCOPING_KEYS[key.lower()], (values[0],)))
    pattern = generalise(asked.resource, provenance, scope)
    return Permission(asked.action, pattern, tuple(sorted(conditions)))


def crosses_stages(resources: Iterable[str], provenance: Provenance, scope: Scope) -> tuple[str, ...]:
    """Of the seen ``resources`` the patterns, sorted, that hold for other stages of the service too.

    AWS cut the stack's name in them before the end of the stage.
    """
    found = set()
    for resource in resources:
        generaliser = _Generaliser(provenance, scope)
        pattern = generaliser.pattern(resource)
        if generaliser.stage_lost and "{stage}" not in pattern:
            found.add(pattern)
    return tuple(sorted(found))


class _Generaliser:
    """One resource on its way to a pattern; finished parts are masked by one character each."""

    def __init__(self, provenance: Provenance, scope: Scope) -> None:
        self._provenance = provenance
        self._scope = scope
        self._masked: list[str] = []
        self.stage_lost = False

    def pattern(self, resource: str) -> str:
        if resource == "*":
            return resource
        arn = parse_arn(resource)
        if arn is None:
            raise VerifierError(f"not an ARN: {resource!r}")
        trial = self._provenance
        named = arn.resource
        if arn.account != "aws":  # else AWS's own, such as a managed policy
            named = self._resource_part(arn.service, named, own=arn.account == trial.account)
        general = Arn(
            "{partition}" if arn.partition == trial.partition else arn.partition,
            arn.service,
            "{region}" if arn.region and arn.region == trial.region else arn.region,
            "{account}" if arn.account and arn.account == trial.account else arn.account,
            named,
        )
        return str(general)

    def _resource_part(self, service: str, text: str, own: bool) -> str:
        text = self._inner_arn(text)
        # A literal brace would read as a placeholder or a policy variable; "?" matches it.
        text = text.replace("{", "?")
        text = _ARTEFACT_TIME.sub("*", text)
        text = self._generated_names(text)
        text = replace_whole(text, self._provenance.tokens, "*")
        text = self._mask_own_words(service, text)
        text = apply(text, changing_parts(text, self._provenance))
        if self._scope is Scope.SERVICE:
            text = self._widen(service, text)
        text = self._unmask(re.sub(r"\*(?:[-_.]?\*)+", "*", text))
        if service == "logs":
            text = _LOG_GROUP_AS_REFUSED.sub(r"\1:*", text)
        if own and service in _COUNTED:
            text = _COUNTED[service].sub(r"\1*", text)
        return text

    def _inner_arn(self, text: str) -> str:
        """An ARN within an ARN, as in API Gateway's /tags/, is generalised as the ARN it is."""
        found = _INNER_ARN.search(text)
        if not found:
            return text
        colon, slash = ("%3a", "%2f") if "%3a" in found.group() else ("%3A", "%2F")
        encoded = found.group().startswith("arn%")
        arn = found.group()
        if encoded:
            arn = re.sub("%3a", ":", re.sub("%2f", "/", arn, flags=re.IGNORECASE), flags=re.IGNORECASE)
        if arn.count(":") < 5:
            return text
        inner = _Generaliser(self._provenance, self._scope)
        pattern = inner.pattern(arn)
        self.stage_lost |= inner.stage_lost
        if encoded:
            pattern = pattern.replace(":", colon).replace("/", slash)
        return text[: found.start()] + self._mask(pattern)

    def _mask_own_words(self, service: str, text: str) -> str:
        for start, end in reversed(list(own_words(service, text))):
            text = text[:start] + self._mask(text[start:end]) + text[end:]
        return text

    def _generated_names(self, text: str) -> str:
        for generated in sorted(self._provenance.generated, key=lambda each: (-len(each.name), each.name)):
            if not generated.kept or generated.name not in text:
                continue
            made = pattern_of(generated, self._provenance)
            mask = self._mask(made.pattern)
            replaced = replace_whole(text, [generated.name], mask)
            self.stage_lost |= made.crosses_stages and replaced != text
            text = replaced
        return text

    def _widen(self, service: str, text: str) -> str:
        """Names of the service and stage to all of them; its deployment objects to their folder."""
        own = re.escape(self._provenance.service)
        if not own:
            return text
        if service == "s3":
            text = re.sub(rf"^([^/]+/(?:.+/)?{own}/\{{stage\}}/).+$", r"\1*", text)
        rest = "(?::.*)?" if service in _PARTS_AFTER_COLON else ""
        return re.sub(rf"(^|[/:])({own}[-_.]\{{stage\}}[-_.])[^/:]+{rest}", r"\1\2*", text)

    def _mask(self, text: str) -> str:
        self._masked.append(text)
        return chr(_MASK + len(self._masked) - 1)

    def _unmask(self, text: str) -> str:
        for index in reversed(range(len(self._masked))):
            text = text.replace(chr(_MASK + index), self._masked[index])
        return text
