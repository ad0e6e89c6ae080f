"""The one question that AWS does not answer: what is there in the whole account? For the administrator."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from verifier.emulator.http import HttpRequest, HttpResponse
from verifier.emulator.interface import SigningSecret
from verifier.errors import AwsError
from verifier.gateway.authentication import authenticate
from verifier.gateway.callers import RootKeys
from verifier.gateway.credentials import read_credential
from verifier.gateway.dialect import UNKNOWN
from verifier.gateway.proxy import Door
from verifier.gateway.state import State

PATH = "/_verifier/state"
"""No bucket's name begins with an underscore, so that this is no request of S3's."""


@dataclass(frozen=True)
class StateDoor:
    """In front of ``door``: GET /_verifier/state, signed with the keys of root (version 4, any service)."""

    door: Door
    keys: RootKeys
    state: Callable[[], State]

    def most_bytes(self, head: HttpRequest) -> int:
        """How long the body of a request may be."""
        return self.door.most_bytes(head)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The account's state as JSON; everything else is the door's."""
        if request.path != PATH:
            return self.door.answer(request)
        try:
            self._refuse_others(request)
            return _json(200, self.state())
        except AwsError as error:
            return _json(error.status, {"code": error.code, "message": error.message})

    def _refuse_others(self, request: HttpRequest) -> None:
        credential = read_credential(request)
        if credential is None or credential.access_key != self.keys.access_key:
            raise AwsError("AccessDenied", "the state is for the administrator's keys alone", 403)
        authenticate(request, credential, SigningSecret(self.keys.secret), UNKNOWN)


def _json(status: int, content: object) -> HttpResponse:
    return HttpResponse(status, (("Content-Type", "application/json"),), json.dumps(content).encode())
