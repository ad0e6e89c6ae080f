"""Inputs of the right form: a document of the corpus, one place of which hypothesis fills anew."""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tools.fuzz.engine import Broken, broken_by
from tools.fuzz.targets import Target

Path = tuple[Any, ...]
_EXAMPLES = 100


@dataclass(frozen=True)
class _Form:
    """How documents of a kind are read, and written again."""

    read: Callable[[bytes], Any]
    write: Callable[[Any], bytes]


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _lines(data: bytes) -> list[str]:
    return data.decode("latin-1").split("\n")


_JSON = _Form(json.loads, lambda value: _encoded(json.dumps(value)))
_YAML = _Form(yaml.safe_load, lambda value: _encoded(yaml.safe_dump(value, allow_unicode=True)))
_ROWS = _Form(
    lambda data: [json.loads(line) for line in data.splitlines()],
    lambda rows: _encoded(
        "".join(f"{json.dumps(row)}\n" for row in (rows if isinstance(rows, list) else [rows]))
    ),
)
_LINES = _Form(
    _lines,
    lambda lines: _encoded("\n".join(map(str, lines)) if isinstance(lines, list) else str(lines)),
)
_FORMS: Mapping[str, Sequence[_Form]] = {
    "policy": (_JSON,),
    "template": (_JSON, _YAML),
    "fixtures": (_YAML,),
    "service": (_YAML,),
    "packaged": (_JSON,),
    "journal": (_ROWS,),
}


def made(name: str, target: Target, seeds: Sequence[bytes]) -> SearchStrategy[bytes]:
    """Inputs for the target ``name`` from its corpus; what of that cannot be read is left out."""
    forms = _FORMS.get(name, (_LINES,))
    places = [place for form in forms for data in seeds for place in _places(form, data)]
    filled = st.tuples(st.sampled_from(places), _values(target.words))
    return filled.map(lambda drawn: drawn[0][0].write(_changed(drawn[0][1], drawn[0][2], drawn[1])))


def fuzz_made(
    name: str, target: Target, seeds: Sequence[bytes], seconds: float, number: int, *, inputs: int = 0
) -> tuple[int, Broken | None]:
    """Try such inputs; how many were tried, and the first that broke, made small.

    It ends after ``seconds``, but not before ``inputs`` were tried.
    """
    tried, last, end = 0, b"", time.monotonic() + seconds
    chance = random.Random(number)

    @settings(max_examples=_EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(made(name, target, seeds))
    def attempt(data: bytes) -> None:
        nonlocal tried, last
        tried, last = tried + 1, data
        if how := broken_by(target, data):
            raise AssertionError(how)

    while tried < inputs or time.monotonic() < end:
        try:
            seed(chance.getrandbits(32))(attempt)()
        except AssertionError as error:
            return tried, Broken(last, str(error).splitlines()[0])
    return tried, None


def _values(words: Sequence[str]) -> SearchStrategy[Any]:
    texts = st.sampled_from(words) | st.text(st.characters(), max_size=30)
    leaves = texts | st.integers() | st.floats() | st.booleans() | st.none()
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
        max_leaves=20,
    )


def _places(form: _Form, data: bytes) -> Iterator[tuple[_Form, Any, Path]]:
    try:
        document = form.read(data)
    except (ValueError, RecursionError, yaml.YAMLError):
        return
    yield from ((form, document, path) for path in _paths(document, ()))


def _paths(document: Any, above: Path) -> Iterator[Path]:
    yield above
    if isinstance(document, dict):
        inner = list(document.items())
    else:
        inner = list(enumerate(document)) if isinstance(document, list) else []
    for key, value in inner:
        yield from _paths(value, (*above, key))


def _changed(document: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    inner = _changed(document[path[0]], path[1:], value)
    if isinstance(document, dict):
        return {**document, path[0]: inner}
    return [*document[: path[0]], inner, *document[path[0] + 1 :]]
