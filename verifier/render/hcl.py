"""Values in HCL, Terraform's language, laid out as ``terraform fmt`` does.

Texts are quoted templates: "${" begins an interpolation and "%{" a directive, unless it is doubled as "$${"
and "%%{" or its first mark is written by number (Terraform's documentation, "Strings and Templates").
"""

import re
from collections.abc import Callable, Mapping, Sequence

Value = str | Sequence["Value"] | Mapping[str, "Value"]
Writer = Callable[[str], str]
"""From a text of the policy to an HCL expression."""

_INDENT = "  "
_NAMES = ("Version", "Id", "Statement", "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource")
BARE_KEYS = frozenset([*_NAMES, "Condition"])
"""Keys of a policy that every reader knows for names; any other is quoted."""
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
# A policy variable, which reviewers know: readable as "$${aws:username}".
_VARIABLE = re.compile(r"(?<!\$)(\$\{[A-Za-z0-9:._/*?$, '-]+\})")
_OPENING = re.compile(r"[$%](?=\{)")


def quoted_part(text: str) -> str:
    """``text`` as it stands between the quotes of a template, ASCII only, meaning itself.

    Only whole variables are written with "$${": readers differ in what they make of other openings, such as
    one without its end, or one after a "$".
    """
    pieces = _VARIABLE.split(text)
    return "".join(f"${piece}" if index % 2 else _literal(piece) for index, piece in enumerate(pieces))


def expression(value: Value, write: Writer, depth: int = 0) -> str:
    """``value`` as an expression whose first line is already indented by ``depth`` steps."""
    if isinstance(value, str):
        return write(value)
    if isinstance(value, Mapping):
        return _object(value, write, depth)
    if all(isinstance(each, str) for each in value) and len(value) <= 1:
        return f"[{''.join(expression(each, write, depth) for each in value)}]"
    inner = _INDENT * (depth + 1)
    items = [f"{inner}{expression(each, write, depth + 1)},\n" for each in value]
    return f"[\n{''.join(items)}{_INDENT * depth}]"


def _object(value: Mapping[str, Value], write: Writer, depth: int) -> str:
    if not value:
        return "{}"
    attributes = [
        (key if key in BARE_KEYS else write(key), expression(each, write, depth + 1))
        for key, each in value.items()
    ]
    inner = _INDENT * (depth + 1)
    lines = [f"{inner}{line}\n" for line in aligned(attributes)]
    return f"{{\n{''.join(lines)}{_INDENT * depth}}}"


def aligned(attributes: Sequence[tuple[str, str]]) -> list[str]:
    """Attributes with their equals signs below each other, as far as neighbours fill one line each."""
    lines = []
    for index, (key, value) in enumerate(attributes):
        width = len(key) if "\n" in value else _width(attributes, index)
        lines.append(f"{key:<{width}} = {value}")
    return lines


def _width(attributes: Sequence[tuple[str, str]], index: int) -> int:
    first, last = index, index
    while first > 0 and "\n" not in attributes[first - 1][1]:
        first -= 1
    while last + 1 < len(attributes) and "\n" not in attributes[last + 1][1]:
        last += 1
    return max(len(key) for key, _ in attributes[first : last + 1])


def _literal(text: str) -> str:
    escaped = "".join(map(_character, text))
    return _OPENING.sub(lambda mark: _by_number(mark.group()), escaped)


def _character(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if " " <= character <= "~":
        return character
    return _by_number(character)


def _by_number(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
