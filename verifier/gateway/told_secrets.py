"""The secrets that AWS tells a tool which asks for them: nobody else is to hear of them."""

from collections.abc import Iterator, Mapping
from typing import Any

from verifier.authorization.operation import Operation
from verifier.redaction import secret_values

TELLING = frozenset(
    {
        *("ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"),
        *("secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"),
    }
)
"""The operations that answer with them."""
_SECURE = "SecureString"


def secrets_told(operation: Operation, result: Mapping[str, Any]) -> Iterator[str]:
    """Every secret in what ``operation`` was answered with, as botocore has it."""
    if str(operation) not in TELLING:
        return
    parameters = [result.get("Parameter") or {}, *(result.get("Parameters") or ())]
    for parameter in parameters:
        if parameter.get("Type") == _SECURE:
            yield from secret_values(str(parameter.get("Value", "")))
    for secret in (result, *(result.get("SecretValues") or ())):
        if text := secret.get("SecretString"):
            yield from secret_values(str(text))
