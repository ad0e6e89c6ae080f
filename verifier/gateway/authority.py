"""The authorizer as the gateway uses it: unmapped operations are noted, and answers may need more."""

from verifier.authorization.authorizer import Authorizer, Call, Mode
from verifier.authorization.circumstances import Circumstances
from verifier.authorization.decision import Refusal
from verifier.authorization.operation import Requirement
from verifier.authorization.requirements import UnmappedOperation
from verifier.gateway.decisions import DecisionLog


class GatewayAuthorizer(Authorizer):
    """Notes every operation of which nobody knows what it needs, the CLI's and CloudFormation's alike."""

    def __init__(
        self,
        log: DecisionLog,
        mode: Mode,
        *,
        enforce_likely: bool = False,
        circumstances: Circumstances | None = None,
    ) -> None:
        super().__init__(log, mode, enforce_likely=enforce_likely, circumstances=circumstances)
        self._log = log

    def authorize(self, call: Call) -> Refusal | None:
        """Decide ``call``; see Authorizer.authorize."""
        try:
            return super().authorize(call)
        except UnmappedOperation as error:
            operation = call.operation
            self._log.unmapped(
                call.caller.arn, operation.service, operation.name, str(error), call.on_behalf_of
            )
            raise

    def also_needs(self, call: Call, requirement: Requirement) -> Refusal | None:
        """Decide one more requirement, which showed only when ``call`` had been carried out."""
        if self.mode is Mode.OFF or call.caller.is_root:
            return None
        return self._first_refusal(call, (requirement,))
