"""Each parameter that names another resource has a rule, a source, or an open mark (secondary.yaml)."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.model import Shape

from verifier.authorization import rules as rules_module
from verifier.authorization.rules import OperationRules, service_rules
from verifier.authorization.sources import sources
from verifier.cloudformation.handlers import handlers
from verifier.cloudformation.types.shapes import service_model

_FILE = Path(rules_module.__file__).parent / "secondary.yaml"
TABLE: Mapping[str, Mapping[str, Mapping[str, Any]]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
# The last part of a parameter's name that tells that something else is named.
_NAMES = re.compile(
    "(Arns?|ARN|Role|RoleName|K(ey|EY)I[dD]|Bucket|Queue|Topic|Uri|Layers|SubnetIds|SecurityGroupIds|Boundary)$"
)
_OPERATIONS = sorted({(m.service, m.operation) for one in handlers().values() for m in one.mentions()})


def _strings(shape: Shape | None, path: str = "", above: tuple[str, ...] = ()) -> Iterator[str]:
    """The paths of all texts in a shape."""
    match getattr(shape, "type_name", None):
        case "structure" if shape is not None and shape.name not in above:
            for name, member in shape.members.items():
                yield from _strings(member, f"{path}.{name}" if path else name, (*above, shape.name))
        case "list" if shape is not None:
            yield from _strings(shape.member, path, above)
        case "string":
            yield path


def _named(service: str, operation: str) -> list[str]:
    shape = service_model(service).operation_model(operation).input_shape
    return [path for path in _strings(shape) if _NAMES.search(path)]


def _has_rule(written: OperationRules | None, path: str) -> bool:
    if written is None:
        return False
    parts = [part for rule in written.requires for part in (rule.when, rule.unless, rule.each)]
    conditions = [str(part).replace("[]", "") for part in parts]
    templates = [
        text for rule in written.requires for text in (rule.resource, *map(str, rule.context.values()))
    ]
    refused = [why.parameter for why in written.not_asked.values() if why.parameter]
    ours = {part for text in (*conditions, *refused) for part in re.split(r"[^\w.]+", text)}
    ours |= {
        found for text in templates if text for found in re.findall(r"\{([\w.]+)", text.replace("[]", ""))
    }
    # What a list's rule says of its items, it says of them by "item"; a refused structure refuses its parts.
    lists = {rule.each for rule in written.requires if rule.each}
    whole = {path, path.rpartition(".")[0]} if path.rpartition(".")[0] in lists else {path}
    whole |= {path[: found.start()] for found in re.finditer(r"\.", path) if path[: found.start()] in refused}
    ours |= {
        f"{rule.each.replace('[]', '')}.{inner}"
        for rule in written.requires
        if rule.each
        for inner in re.findall(r"\bitem\.([\w.]+)", f"{rule.when} {rule.unless} {rule.resource}")
    }
    # Facts that are read off an image's name go by a name of their own.
    return bool(whole & ours) or (path.endswith("ImageUri") and "Image" in ours)


def _row(service: str, operation: str, path: str) -> str:
    """The key of the parameter's row: of all operations, or of the one."""
    own = f"{operation}.{path}"
    return own if own in TABLE.get(service, {}) else path


@pytest.mark.parametrize(("service", "operation"), _OPERATIONS, ids=lambda part: part)
def test_no_parameter_that_names_another_resource_is_without_a_word(service: str, operation: str) -> None:
    written = service_rules(service).operations.get(operation)
    assert not [
        path
        for path in _named(service, operation)
        if not _has_rule(written, path) and _row(service, operation, path) not in TABLE.get(service, {})
    ]


def test_no_row_is_left_over() -> None:
    met = {
        (service, _row(service, name, path))
        for service, name in _OPERATIONS
        for path in _named(service, name)
    }
    # The attributes of queues are a map: their names are in no shape.
    rows = {(s, path) for s, paths in TABLE.items() for path in paths if not path.startswith("Attributes.")}
    assert rows - met == set()


def test_each_row_says_one_thing() -> None:
    for service, rows in TABLE.items():
        for path, row in rows.items():
            kinds = set(row) & {"itself", "nothing", "handler", "open"}
            assert len(kinds) == 1, f"{service} {path}"
            assert ("source" in row) == bool(kinds & {"nothing", "handler"}), f"{service} {path}"
            assert row.get("source") is None or row["source"] in sources()
