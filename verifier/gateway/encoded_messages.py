"""What EC2 says of a refusal, in messages that only sts:DecodeAuthorizationMessage can read."""

import json
import secrets
import threading

from verifier.authorization.decision import Decided
from verifier.authorization.wording import told_of
from verifier.errors import AwsError

_BYTES = 256  # AWS's are some hundred characters long
_MOST = 10_000  # of messages that are kept


class EncodedMessages:
    """Keeps what was told, by a text that says nothing; safe among threads."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}
        self._lock = threading.Lock()

    def encode(self, decided: Decided) -> str:
        """A message that stands for a refusal."""
        message = secrets.token_urlsafe(_BYTES)
        with self._lock:
            if len(self._told) >= _MOST:
                self._told.clear()
            self._told[message] = json.dumps(told_of(decided))
        return message

    def decode(self, message: str) -> str:
        """What a message stands for, as JSON. Raises AwsError for one that is none."""
        with self._lock:
            told = self._told.get(message)
        if told is None:
            # (source: sts-decode-invalid)
            text = "The message passed to DecodeAuthorizationMessage is invalid or has expired."
            raise AwsError("InvalidAuthorizationMessageException", text, 400)
        return told
