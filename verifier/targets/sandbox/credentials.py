"""The user's own AWS configuration, as the command line found it, for sessions of the administrator.

The process has forgotten these variables (``emulator/session.py``), so that neither the emulator nor a child
ever sees them; here they are handed to one session and nowhere else. Which proxy is used follows from the
process's own variables, which nobody forgets.
"""

from collections.abc import Mapping
from typing import Any

from verifier.errors import UnavailableError
from verifier.targets.sandbox.guarded import GuardedResolver
from verifier.targets.sandbox.programs import limit_programs

_PROFILE = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")
_KEY, _SECRET, _TOKEN = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
_NO_METADATA = "AWS_EC2_METADATA_DISABLED"


def user_session(environment: Mapping[str, str], profile: str | None) -> Any:
    """A boto3 session with what ``environment`` and the user's files say; ``profile`` goes before all.

    Nothing is asked of anybody yet. Raises UnavailableError for a variable that cannot be read, ValueError
    for such a setting of the files, and botocore's own errors for a profile that is not there and for files
    that cannot be read.
    """
    import boto3
    import botocore.session

    session = botocore.session.Session()
    for name, value in _settings(environment).items():
        session.set_config_variable(name, value)
    if profile is not None:
        session.set_config_variable("profile", profile)
        session.get_component("credential_provider").remove("iam-role")
    elif environment.get(_KEY) and environment.get(_SECRET):
        session.set_credentials(environment[_KEY], environment[_SECRET], environment.get(_TOKEN))
    else:
        named = next((environment[name] for name in _PROFILE if environment.get(name)), None)
        if named is not None:
            session.set_config_variable("profile", named)
    session.get_scoped_config()  # says it where the profile is not there
    if profile is None:  # what the machine has is nobody's profile
        _in_containers(session, environment)
    resolver = session.get_component("credential_provider")
    limit_programs(resolver)
    session.register_component("credential_provider", GuardedResolver(resolver))
    return boto3.session.Session(botocore_session=session)


def _settings(environment: Mapping[str, str]) -> dict[str, Any]:
    """What the variables that botocore knows say, by botocore's names for its settings."""
    from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES

    found = {}
    for setting, (_, variable, _, cast) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items():
        if setting == "profile" or not environment.get(variable or ""):
            continue
        try:
            found[setting] = cast(environment[variable]) if cast else environment[variable]
        except ValueError:
            raise UnavailableError(f"{variable}: cannot be read; give another value, or none") from None
    return found


def _in_containers(session: Any, environment: Mapping[str, str]) -> None:
    """Containers tell by variables where their credentials are; those of machines may be turned off."""
    from botocore.credentials import ContainerProvider

    resolver = session.get_component("credential_provider")
    resolver.insert_before(ContainerProvider.METHOD, ContainerProvider(environ=dict(environment)))
    if environment.get(_NO_METADATA, "").lower() == "true":
        resolver.remove("iam-role")
