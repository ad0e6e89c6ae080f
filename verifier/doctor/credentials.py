"""The AWS credentials of the user's own configuration, and whose they are: one question to STS."""

import queue
import threading
from collections.abc import Callable, Mapping
from typing import Any

from verifier.doctor.check import Check, failed
from verifier.errors import UnavailableError
from verifier.targets.sandbox.account import administrator
from verifier.targets.sandbox.credentials import user_session

SECONDS = 10.0
"""For all of it: files, programs and logins that give the credentials, and the question."""
_REGION = "us-east-1"


def aws(environment: Mapping[str, str], profile: str | None, seconds: float = SECONDS) -> Check:
    """Whose the credentials are that ``profile``, or ``environment``, gives; no key is shown."""
    try:
        arn = _in_time(lambda: _whose(environment, profile), seconds)
    except UnavailableError as error:
        return failed("aws", error)
    return Check("aws", True, f"{arn}{f' (profile {profile})' if profile else ''}")


def _whose(environment: Mapping[str, str], profile: str | None) -> str:
    from botocore.exceptions import BotoCoreError

    try:
        session = user_session(environment, profile)
        _refuse_codes(session._session.full_config.get("profiles", {}), session.profile_name)
        region = session.region_name
    except BotoCoreError:
        region = None  # asking says what is wrong
    return administrator(environment, profile, region or _REGION).arn


def _refuse_codes(profiles: Mapping[str, Mapping[str, Any]], name: str) -> None:
    """Raises UnavailableError where somebody would be asked for a code: nobody is asked for anything here."""
    seen: set[str] = set()
    while name in profiles and name not in seen:
        seen.add(name)
        if "role_arn" in profiles[name] and "mfa_serial" in profiles[name]:
            raise UnavailableError(
                f"profile {name} takes a role with a code (mfa_serial), which nobody is asked for here; "
                f"see what aws sts get-caller-identity --profile {name} says"
            )
        name = str(profiles[name].get("source_profile", ""))


def _in_time(work: Callable[[], str], seconds: float) -> str:
    """What ``work`` gives. Raises UnavailableError when it takes longer; then nobody waits for it."""
    given: queue.SimpleQueue[str | Exception] = queue.SimpleQueue()

    def do() -> None:
        try:
            given.put(work())
        except Exception as error:
            given.put(error)

    threading.Thread(target=do, name="credentials", daemon=True).start()
    try:
        found = given.get(timeout=seconds)
    except queue.Empty:
        raise UnavailableError(
            f"nobody says within {seconds:g} s whose credentials these are; "
            "check the network, HTTPS_PROXY, and the program or login that gives the credentials"
        ) from None
    if isinstance(found, Exception):
        raise found
    return found
