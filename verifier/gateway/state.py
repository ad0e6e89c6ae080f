"""Everything that exists in an account: what a run has left there, whatever killed it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from verifier.authorization.operation import Operation
from verifier.emulator.interface import Upstream
from verifier.emulator.session import isolated_session

State = dict[str, list[str]]
_GLOBAL = "us-east-1"


@dataclass(frozen=True)
class Place:
    """An account, seen from a region; what lies in us-east-1, as CloudFront wants it, counts too."""

    account: str
    region: str
    partition: str


@dataclass(frozen=True)
class Row:
    """A kind of thing, and how it is listed; see ``state.yaml``."""

    kind: str
    service: str
    operation: str
    at: str
    params: Mapping[str, Any] = field(default_factory=dict)
    each: str = ""
    parameter: str = ""
    is_global: bool = False


def account_state(
    upstream: Upstream, place: Place, stacks: Iterable[str], rows: Iterable[Row] | None = None
) -> State:
    """The names of all there is, by "service:Kind", sorted; kinds of which nothing exists are left out.

    What belongs to something else is named with it ("USER/POLICY"); beyond the place's own region a name
    ends in " (REGION)". ``stacks`` are the names of the account's stacks. Only ``rows`` are listed, where
    any are given. Raises AwsError.
    """
    listed = known_rows() if rows is None else tuple(rows)
    found: dict[str, list[str]] = {"cloudformation:Stack": list(stacks)}
    for region in dict.fromkeys((place.region, _GLOBAL)):
        here: dict[str, list[str]] = {}
        for row in listed:
            if not row.is_global or region == place.region:
                here[row.kind] = [*_names(row, upstream, place, region, here)]
        for kind, names in here.items():
            mark = "" if region == place.region else f" ({region})"
            found.setdefault(kind, []).extend(f"{name}{mark}" for name in names)
    return {kind: sorted(names) for kind, names in sorted(found.items()) if names}


def _names(row: Row, upstream: Upstream, place: Place, region: str, here: State) -> Iterator[str]:
    if not row.each:
        yield from _listed(row, dict(row.params), upstream, place, region)
        return
    for owner in here[row.each]:
        for name in _listed(row, {**row.params, row.parameter: owner}, upstream, place, region):
            yield f"{owner}/{name}"


def _listed(row: Row, params: dict[str, Any], upstream: Upstream, place: Place, region: str) -> Iterator[str]:
    from botocore.paginate import Paginator

    def page(**given: Any) -> dict[str, Any]:
        operation = Operation(row.service, row.operation, given, place.account, region, place.partition)
        return upstream.invoke(operation)

    settings, model = _paging(row.service, row.operation)
    if settings is None:
        import jmespath

        found = jmespath.search(row.at, page(**params)) or ()
    else:
        found = Paginator(page, settings, model).paginate(**params).search(row.at)
    yield from (str(name) for name in found if name is not None)


@cache
def _paging(service: str, operation: str) -> tuple[dict[str, Any] | None, Any]:
    """How botocore goes through an operation's pages, where it does, and the operation's model."""
    session = _session()
    model = session.get_service_model(service).operation_model(operation)
    try:
        return session.get_paginator_model(service).get_paginator(operation), model
    except (ValueError, KeyError, LookupError):
        return None, model


@cache
def _session() -> Any:
    return isolated_session()


@cache
def known_rows() -> tuple[Row, ...]:
    """All of ``state.yaml``."""
    import yaml

    text = (resources.files(__package__) / "state.yaml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return tuple(_row(**row) for row in rows)


def _row(*, kind: str, operation: str, at: str, params: Mapping[str, Any] | None = None, **more: Any) -> Row:
    service, _, name = operation.partition(":")
    is_global, each, parameter = more.pop("global", False), more.pop("each", ""), more.pop("as", "")
    assert not more, more
    return Row(kind, service, name, at, params or {}, each, parameter, is_global)
