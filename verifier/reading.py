"""Reading what somebody else wrote: files, JSON and YAML, bounded in size, depth and expansion.

Whatever cannot be used raises InputError, one line that names the place.
"""

import codecs
import json
import math
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from verifier.errors import InputError

MOST_BYTES = 8 * 1024 * 1024
# YAML is read slowly, some hundred kilobytes a second.
MOST_YAML = 512 * 1024
# So much may a document hold once its aliases are written out: ten aliases of ten aliases of ... fill
# any memory from a few lines.
MOST_NODES = 1_000_000


def text_of(path: Path, where: str | None = None, most: int = MOST_BYTES) -> str:
    """The text of a regular file of at most ``most`` bytes; ``where`` names it in errors."""
    named = where or str(path)
    return decoded(_content(path, named, most), named, most)


def log_of(path: Path, most: int) -> str:
    """The text of a log, a regular file of at most ``most`` bytes, in whatever encoding shells write."""
    return decoded_log(_content(path, str(path), most), str(path), most)


def any_text_of(path: Path) -> str:
    """What there is to read of a file that may be anything, or not be there: empty for nothing."""
    try:
        return _content(path, str(path), MOST_BYTES).decode("utf-8", "replace")
    except InputError:
        return ""


def _content(path: Path, named: str, most: int) -> bytes:
    """What is no regular file, such as a pipe or a device, is not opened: we would wait, or never end."""
    try:
        _check_regular(path.stat(), named)
        # It may be another one by now.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        with open(handle, "rb") as file:  # noqa: PTH123
            _check_regular(os.fstat(handle), named)
            return file.read(most + 1)
    except OSError as error:
        raise InputError(f"{named}: cannot be read: {error.strerror}") from None
    except ValueError as error:  # a zero in its name
        raise InputError(f"{named!r}: cannot be read: {error}") from None


def decoded(data: bytes, where: str, most: int = MOST_BYTES) -> str:
    """The text in ``data``, which is UTF-8, perhaps with a byte order mark."""
    if len(data) > most:
        raise InputError(f"{where}: cannot be read: larger than {most // 1024 // 1024} MB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{where}: cannot be read: not UTF-8 text, at byte {error.start}; save it as UTF-8"
        ) from None


def decoded_log(data: bytes, where: str, most: int) -> str:
    """The text in ``data``: UTF-16 with its mark, as PowerShell writes it, or UTF-8, as far as it is."""
    if len(data) > most:
        raise InputError(f"{where}: cannot be read: larger than {most // 1024 // 1024} MB")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    if b"\0" in data:
        raise InputError(
            f"{where}: cannot be read: no text, at byte {data.index(0)}; unpack it, or save it as text"
        )
    return data.decode("utf-8-sig", "replace")


def _check_regular(status: os.stat_result, where: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = " but a directory" if stat.S_ISDIR(status.st_mode) else ""
        raise InputError(f"{where}: cannot be read: not a regular file{kind}")


def json_of(text: str, where: str) -> Any:
    """The JSON value in ``text``."""
    try:
        value = json.loads(text, parse_constant=no_constant)
        check_values(value)
        return value
    except json.JSONDecodeError as error:
        raise InputError(f"{where}:{error.lineno}:{error.colno}: broken JSON: {error.msg}") from None
    except RecursionError:
        raise InputError(f"{where}: broken JSON: nested too deeply") from None
    except ValueError as error:  # an integer of more digits than Python converts, or what check_values names
        raise InputError(f"{where}: broken JSON: {error}") from None


def no_constant(name: str) -> Any:
    """For json's ``parse_constant``. Raises ValueError: JSON has no NaN and no Infinity."""
    raise ValueError(f"{name} is no JSON number")


def check_values(value: Any) -> None:
    """Raises ValueError for texts and numbers that cannot be written down again as JSON in UTF-8."""
    left = [value]
    while left:
        match left.pop():
            case str() as text if not text.isascii():
                _check_text(text)
            case int() | float() as number:
                _check_number(number)
            case dict() as mapping:
                left += (*mapping.keys(), *mapping.values())
            case list() | tuple() | set() as several:
                left += several


def whole_characters(value: Any) -> Any:
    """A JSON value that check_values lets pass: half characters, as file names may have them, are escaped."""
    match value:
        case str() if not value.isascii():
            return value.encode("utf-8", "backslashreplace").decode()
        case Mapping():
            return {whole_characters(key): whole_characters(inner) for key, inner in value.items()}
        case list() | tuple():
            return [whole_characters(inner) for inner in value]
    return value


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"half a character: \\u{ord(text[error.start]):04x}") from None


def _check_number(number: float) -> None:
    try:
        if math.isfinite(number):
            return
    except OverflowError:
        pass
    raise ValueError("a number too large, or none")


def yaml_of(text: str, where: str, loader: Any = None) -> Any:
    """The YAML value in ``text``, read by ``loader``, a safe one (yaml.SafeLoader without)."""
    import yaml

    if len(text) > MOST_YAML:
        raise InputError(f"{where}: larger than {MOST_YAML // 1024} KB, the most that is read as YAML")
    try:
        reader = (loader or yaml.SafeLoader)(text)
        try:
            node = reader.get_single_node()
            if node is None:
                return None
            if _nodes(node, {}, set()) > MOST_NODES:
                raise InputError(f"{where}: broken YAML: its aliases stand for too much")
            value = reader.construct_document(node)
            check_values(value)
            return value
        finally:
            reader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise InputError(f"{where}{place}: broken YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise InputError(f"{where}: broken YAML: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise InputError(f"{where}: broken YAML: nested too deeply") from None
    except (ValueError, OverflowError) as error:  # a date that does not exist, a number too long
        raise InputError(f"{where}: broken YAML: {error}") from None


def _nodes(node: Any, sizes: dict[int, int], within: set[int]) -> int:
    """How many nodes there are once every alias is written out; one that holds itself never ends."""
    if id(node) in within:
        return MOST_NODES + 1
    if id(node) not in sizes:
        within.add(id(node))
        inner = node.value if isinstance(node.value, list) else ()
        parts = (part for one in inner for part in (one if isinstance(one, tuple) else (one,)))
        sizes[id(node)] = min(1 + sum(_nodes(part, sizes, within) for part in parts), MOST_NODES + 1)
        within.discard(id(node))
    return sizes[id(node)]
