"""Physical names as CloudFormation makes them up: ``{stack}-{logical id}-{suffix}``, cut to a limit.

(source: cfn-generated-names)

Real public names show how: where both parts do not fit, each gets half of the room (the stack the
odd character), and what one does not need goes to the other (tests/cases/generated_names.json).
"""

import secrets
import string

SUFFIX_LENGTH = 12
_ALPHABET = string.ascii_letters + string.digits


def new_suffix() -> str:
    """Twelve random letters and digits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(SUFFIX_LENGTH))


def compose(
    stack: str, logical_id: str, suffix: str, limit: int, *, lowercase: bool = False
) -> tuple[str, str]:
    """The name, at most ``limit`` characters, and the prefix of the stack's name that it keeps."""
    room = limit - len(suffix) - 2
    kept_stack, kept_logical = _share(len(stack), len(logical_id), room)
    kept = stack[:kept_stack].rstrip("-")  # "fe-dev-matching-2021-03-" keeps no hyphen at its end
    name = f"{kept}-{logical_id[:kept_logical]}-{suffix}"
    return (name.lower(), kept.lower()) if lowercase else (name, kept)


def _share(stack: int, logical: int, room: int) -> tuple[int, int]:
    """How many characters of each part fit into ``room``."""
    if stack + logical <= room:
        return stack, logical
    half = room // 2
    if logical <= half:
        return room - logical, logical
    if stack <= room - half:
        return stack, room - stack
    return room - half, half
