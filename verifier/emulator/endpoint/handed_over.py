"""Policies as an emulator gets them that cannot read all of their conditions, and as they are.

Whoever reads a policy back, the verifier's own authorization among them, gets it whole.
"""

import json
import re
import secrets
import threading
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from verifier.authorization.operation import Operation
from verifier.emulator.endpoint.conditions import LeftOut, Readable, readable_part

_DOCUMENT = "PolicyDocument"
_TAKES = frozenset(
    {"PutUserPolicy", "PutGroupPolicy", "PutRolePolicy", "CreatePolicy", "CreatePolicyVersion"}
)
# The Id of a policy, which IAM takes and nobody evaluates: by it a part is known wherever it comes back.
_MARK = re.compile("VerifierPart[0-9a-f]{16}")


class HandedOver:
    """The parts of policies that were handed over. Safe among threads."""

    def __init__(self, known: Readable) -> None:
        self._known = known
        self._lock = threading.Lock()
        self._whole: dict[str, str] = {}
        self._left_out: dict[LeftOut, None] = {}

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What was left out so far, each once."""
        with self._lock:
            return tuple(self._left_out)

    def part(self, operation: Operation) -> Operation:
        """``operation``, with what can be read of the policy that it sets."""
        if operation.service != "iam" or operation.name not in _TAKES:
            return operation
        text = str(operation.params.get(_DOCUMENT) or "")
        try:
            document = json.loads(text)
        except ValueError:
            return operation
        if not isinstance(document, dict):
            return operation
        part, left_out = readable_part(document, self._known)
        if not left_out:
            return operation
        mark = f"VerifierPart{secrets.token_hex(8)}"
        with self._lock:
            self._whole[mark] = text
            self._left_out.update(dict.fromkeys(left_out))
        # Without blanks, and hardly longer than what was left out: IAM limits how long a policy may be.
        handed = json.dumps({**part, "Id": mark}, separators=(",", ":"))
        return replace(operation, params={**operation.params, _DOCUMENT: handed})

    def whole(self, result: Any) -> Any:
        """``result``, with each part in it replaced by the policy that it is of."""
        if not self._whole:
            return result
        if isinstance(result, list):
            return [self.whole(one) for one in result]
        if isinstance(result, dict):
            text = self._whole.get(str(result.get("Id")))
            return json.loads(text) if text else {name: self.whole(one) for name, one in result.items()}
        found = _MARK.search(result) if isinstance(result, str) else None
        if found is None or found[0] not in self._whole:
            return result
        text = self._whole[found[0]]
        return text if result.lstrip().startswith("{") else quote(text, safe="")
