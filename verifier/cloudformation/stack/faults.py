"""Failures that a trial injects on purpose, so that a rollback's permissions are seen too."""

from dataclasses import dataclass

INJECTED_LOGICAL_ID = "VerifierInjectedFailure"
INJECTED_TYPE = "AWS::CloudFormation::WaitCondition"
INJECTED_REASON = "verifier: injected failure"


@dataclass
class Faults:
    """Which failures to inject; may be set between two requests.

    ``fail_last_wave``: the stack operation that carries a template given by TemplateURL (the
    compiled service template; never the core stack) fails after its last wave.
    """

    fail_last_wave: bool = False
