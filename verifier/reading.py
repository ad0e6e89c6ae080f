"""Reading what somebody else wrote: files, JSON and YAML, bounded in size, depth and expansion.

Whatever cannot be used raises InputError, one line that names the place.
"""

import json
import stat
from pathlib import Path
from typing import Any

from verifier.errors import InputError

MOST_BYTES = 8 * 1024 * 1024
# So much may a document hold once its aliases are written out: ten aliases of ten aliases of ... fill
# any memory from a few lines.
MOST_NODES = 1_000_000


def text_of(path: Path, where: str | None = None) -> str:
    """The text of a regular file of at most ``MOST_BYTES``; ``where`` names it in errors."""
    named = where or str(path)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise InputError(f"{named}: cannot be read: not a regular file")
        if status.st_size > MOST_BYTES:
            raise InputError(f"{named}: cannot be read: larger than {MOST_BYTES // 1024 // 1024} MB")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{named}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{named}: cannot be read: not UTF-8 text, at byte {error.start}") from None


def json_of(text: str, where: str) -> Any:
    """The JSON value in ``text``."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{where}:{error.lineno}:{error.colno}: broken JSON: {error.msg}") from None
    except RecursionError:
        raise InputError(f"{where}: broken JSON: nested too deeply") from None
    except ValueError as error:  # an integer of more digits than Python converts
        raise InputError(f"{where}: broken JSON: {error}") from None


def yaml_of(text: str, where: str, loader: Any = None) -> Any:
    """The YAML value in ``text``, read by ``loader``, a safe one (yaml.SafeLoader without)."""
    import yaml

    try:
        reader = (loader or yaml.SafeLoader)(text)
        try:
            node = reader.get_single_node()
            if node is None:
                return None
            if _nodes(node, {}, set()) > MOST_NODES:
                raise InputError(f"{where}: broken YAML: its aliases stand for too much")
            return reader.construct_document(node)
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
