"""botocore sessions in which the user's own AWS configuration has no say."""

import os
from typing import Any

# No profile, configuration file or endpoint of the user's: (config name, variable, default, type).
_VARIABLES = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


def isolated_session() -> Any:
    """A new botocore session that reads no profile, even where the environment names one."""
    import botocore.session

    return botocore.session.Session(session_vars=_VARIABLES)
