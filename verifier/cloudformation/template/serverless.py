"""AWS::Serverless-2016-10-31: what AWS's own translator makes of a template."""

import copy
import logging
from collections.abc import Mapping
from typing import Any

from verifier.cloudformation.template.environment import StackIdentity
from verifier.cloudformation.template.parameters import ParameterValue
from verifier.cloudformation.template.transforms import SERVERLESS, failed
from verifier.errors import AwsError

_APPLICATION = "AWS::Serverless::Application"


def translated(
    body: Mapping[str, Any], parameters: Mapping[str, ParameterValue], identity: StackIdentity
) -> dict[str, Any]:
    """``body`` without types of AWS::Serverless.

    Raises AwsError ValidationError, "Transform AWS::Serverless-2016-10-31 failed with: ...".
    """
    _refuse_applications(body)
    # Slow to load (pydantic), and few templates need it.
    import boto3
    from samtranslator.internal.managed_policies import get_bundled_managed_policy_map
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    policies = get_bundled_managed_policy_map(identity.partition) or {}
    translator = Translator(policies, Parser(), boto_session=boto3.Session(region_name=identity.region))
    values = {key: one.value for key, one in parameters.items()}
    try:
        found: dict[str, Any] = translator.translate(copy.deepcopy(dict(body)), parameter_values=values)
    except InvalidDocumentException as error:
        causes = [str(one.message) for one in error.causes or ()]
        raise failed(SERVERLESS, " ".join([str(error.message), *causes])) from error
    except AwsError:
        raise
    except Exception as error:
        # What the translator does not foresee is such a failure on AWS, too (source: cfn-transform-internal).
        raise failed(SERVERLESS, "Internal transform failure.") from error
    return found


def _refuse_applications(body: Mapping[str, Any]) -> None:
    """An application of the Serverless Application Repository would be asked for over the network."""
    resources = body.get("Resources")
    for name, one in resources.items() if isinstance(resources, Mapping) else ():
        if not isinstance(one, Mapping) or one.get("Type") != _APPLICATION:
            continue
        properties = one.get("Properties")
        location = properties.get("Location") if isinstance(properties, Mapping) else None
        if isinstance(location, Mapping):
            raise AwsError(
                "ValidationError",
                f"verifier: {name} is an application of the Serverless Application Repository, which is not "
                "asked here",
            )
