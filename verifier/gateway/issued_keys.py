"""Every access key that the emulator issues while a run goes on is a secret of that run."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from verifier.authorization.operation import Operation
from verifier.emulator.interface import Upstream
from verifier.redaction import Redaction

_ISSUERS = ("iam", "sts")
_KEYS = ("AccessKeyId", "SecretAccessKey", "SessionToken")


@dataclass(frozen=True)
class IssuedKeys:
    """An upstream whose new keys (CreateAccessKey, AssumeRole) ``redaction`` hears of before anybody else."""

    upstream: Upstream
    redaction: Redaction

    def invoke(self, operation: Operation) -> dict[str, Any]:
        """Carry ``operation`` out. Raises AwsError."""
        result = self.upstream.invoke(operation)
        if operation.service in _ISSUERS:
            for issued in _issued(result):
                self.redaction.add_keys(*issued)
        return result


def _issued(result: dict[str, Any]) -> Iterator[list[str]]:
    """The keys in an answer that has secrets: where there is none, ids are only told, not issued."""
    for member in result.values():
        if isinstance(member, dict) and "SecretAccessKey" in member:
            yield [str(member[name]) for name in _KEYS if member.get(name)]
