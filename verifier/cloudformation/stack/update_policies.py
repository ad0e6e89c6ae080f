"""What an UpdatePolicy makes of an update: CodeDeploy shifts an alias to its new version.

(source: lambda-alias-codedeploy)
"""

from collections.abc import Mapping
from typing import Any

from verifier.authorization.caller import Certainty
from verifier.authorization.operation import Requirement
from verifier.cloudformation.types.work import Work

# The registry names them for the alias's update; which of them are enforced nobody was seen to tell.
_ON_GROUP = ("CreateDeployment", "GetDeployment", "GetDeploymentGroup")


def ask_for_policy(work: Work, policy: Any) -> None:
    """Ask for what ``policy``, resolved, makes of an update. Raises HandlerError for a refusal."""
    shift = policy.get("CodeDeployLambdaAliasUpdate") if isinstance(policy, Mapping) else None
    if work.type != "AWS::Lambda::Alias" or not isinstance(shift, Mapping):
        return
    if work.lifecycle != "update" or not work.changed("FunctionVersion"):
        return
    base = f"arn:{work.partition}:codedeploy:{work.region}:{work.account}"
    group = f"{shift.get('ApplicationName', '*')}/{shift.get('DeploymentGroupName', '*')}"
    needed = [Requirement(f"codedeploy:{name}", f"{base}:deploymentgroup:{group}") for name in _ON_GROUP]
    needed += [
        Requirement("codedeploy:GetDeploymentConfig", f"{base}:deploymentconfig:*"),
        Requirement("codedeploy:StopDeployment", "*"),
    ]
    work.ask_for(needed, Certainty.LIKELY)
