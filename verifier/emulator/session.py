"""botocore sessions in which the user's own AWS configuration has no say."""

import os
from collections.abc import MutableMapping
from functools import cache
from typing import Any

# No profile and no configuration file of the user's: (config name, variable, default, type).
_NO_FILES = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
# Of botocore, of moto, of both.
_READ_BY_LIBRARIES = ("AWS_", "BOTO", "MOTO_", "_X_AMZN_")


def isolated_session() -> Any:
    """A new botocore session that reads no profile and no variable, whatever the environment says."""
    import botocore.session
    from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES

    variables = {
        name: (setting, None, default, kind)
        for name, (setting, _, default, kind) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
    }
    return botocore.session.Session(session_vars=variables | _NO_FILES)


@cache
def client_session() -> Any:
    """The one boto3 session for clients of our own; what it has read of botocore's models it keeps.

    Clients are made in the main thread alone: sessions are not safe among threads.
    """
    import boto3

    return boto3.session.Session(botocore_session=isolated_session())


def forget_settings(environment: MutableMapping[str, str]) -> dict[str, str]:
    """Take out of the process's environment what the libraries would read of it; what that was."""
    taken = {name: value for name, value in environment.items() if name.startswith(_READ_BY_LIBRARIES)}
    for name in taken:
        del environment[name]
    return taken
