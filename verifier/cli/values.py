"""What may be given for an account, a region, a boundary and the like, wherever they are asked for."""

import re

from verifier.errors import InputError
from verifier.iam.placeholders import FORMS

_WORDS = {
    "account": "an AWS account id has 12 digits",
    "region": "a region looks like eu-west-1",
    "stage": "a stage has letters, digits, '-', '_' and '.'",
    "partition": "a partition looks like aws, aws-cn or aws-us-gov",
}

_POLICY_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/\S+")
# Nothing that one of them becomes a part of may be longer, such as a stack's name.
_LONGEST = 128


def checked(name: str, value: str | None) -> str | None:
    """``value`` as given with ``--name``. Raises InputError when it is none."""
    if value is not None and not FORMS[name].fullmatch(value):
        raise InputError(f"--{name} {value}: {_WORDS[name]}")
    if value is not None and len(value) > _LONGEST:
        raise InputError(f"--{name} {value}: longer than {_LONGEST} characters")
    return value


def checked_boundary(arn: str | None) -> str | None:
    """The ARN as given with ``--boundary``.

    Raises InputError for what is no policy's, or lies where runs may change it.
    """
    from verifier.targets.creation import PATH

    if arn is None:
        return None
    if not _POLICY_ARN.fullmatch(arn):
        raise InputError(f"--boundary {arn}: give a policy's ARN, arn:aws:iam::123456789012:policy/NAME")
    if f":policy{PATH}" in arn:
        raise InputError(f"--boundary {arn}: runs may change what is under {PATH}; put it elsewhere")
    return arn


def allowed_host(host: str) -> str:
    """``host``, perhaps with a port, as given with --allow-host.

    Raises InputError for one that is none, and for one that hands out credentials.
    """
    from verifier.gateway.hosts import HTTPS, is_metadata, split_host

    name = split_host(host, HTTPS)[0]
    if is_metadata(name):
        raise InputError(
            f"--allow-host {host}: it hands out credentials of this machine and is never asked; leave it out"
        )
    if not name or "/" in name or (":" in name and not name.startswith("[")):
        raise InputError(f"--allow-host {host}: give a host, or host:port with a port up to 65535")
    return host


def phases_of(wanted: str | None, *, upstream: bool) -> tuple[str, ...]:
    """Those of --phases, or of a whole life.

    With ``upstream`` CloudFormation is not the verifier's, and cannot be made to fail: without these phases.
    Raises InputError for one that is named, and for an unknown one.
    """
    from verifier.trial.commands import parse_phases
    from verifier.trial.phases import FAILING

    phases = parse_phases(wanted)
    if not upstream:
        return phases
    if failing := [phase for phase in phases if wanted is not None and phase in FAILING]:
        raise InputError(
            f"--phases {wanted}: {failing[0]} needs the verifier's own CloudFormation, which can be made to "
            "fail; leave out the phase, or --cloudformation upstream"
        )
    return tuple(phase for phase in phases if phase not in FAILING)


def variable(text: str) -> tuple[str, str | None]:
    """Name and value as given with --env; None for the value that it has here. Raises InputError."""
    from verifier.service.fixture_entries import check_variable

    name, mark, value = text.partition("=")
    check_variable(f"--env {name}", name)
    return name, value if mark else None
