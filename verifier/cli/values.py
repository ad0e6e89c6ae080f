"""What may be given for an account, a region, a stage and a partition, wherever they are asked for."""

import re

from verifier.errors import InputError

# No wildcard in any of them: it would widen every grant of a policy that is filled with it.
_FORMS = {
    "account": (re.compile(r"[0-9]{12}"), "an AWS account id has 12 digits"),
    "region": (re.compile(r"[a-z]+(-[a-z]+)+-[0-9]+"), "a region looks like eu-west-1"),
    "stage": (re.compile(r"[A-Za-z0-9._-]+"), "a stage has letters, digits, '-', '_' and '.'"),
    "partition": (re.compile(r"aws(-[a-z]+)*"), "a partition looks like aws, aws-cn or aws-us-gov"),
}


def checked(name: str, value: str | None) -> str | None:
    """``value`` as given with ``--name``. Raises InputError when it is none."""
    if value is None:
        return None
    form, words = _FORMS[name]
    if not form.fullmatch(value):
        raise InputError(f"--{name} {value}: {words}")
    return value
