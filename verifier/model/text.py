"""What is known, for people: lines of at most 80 columns but for ARNs and addresses, which stay whole."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from verifier.cloudformation.types.differences import Difference, differences
from verifier.model.documents import sources_of
from verifier.model.knowledge import LIFECYCLES, KnownCall, KnownType, Need
from verifier.model.operations import KnownOperation, OperationNeed
from verifier.model.overview import Totals, TypeRow, lacks, totals

_WIDTH = 80
_BOUND = (
    "Nobody has written down the calls of this type: what follows is an upper bound, all that "
    "CloudFormation's registry names for the step, on the ARNs that AWS's reference gives."
)
_LEGEND = (
    "C, R, U, D: how many calls create, read, update and delete make. open: of the actions that the registry "
    "names, those that only properties need that are not supported yet."
)
# Told by every request that a service makes for another: no permission depends on it.
_LEFT_OUT = ("aws:ViaAWSService", "aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast")


def types_text(rows: Sequence[TypeRow]) -> str:
    """A table of types, and what they come to."""
    heading = _columns("", "TYPE", [step[0].upper() for step in LIFECYCLES], "open")
    return "\n".join((heading, *(_row(row) for row in rows), "", *_totals(totals(rows)), ""))


def _row(row: TypeRow) -> str:
    open_ = f"{len(row.not_supported)}/{row.listed}" if row.listed else "-"
    mark = "*" if row.on_handler_source else ""
    return _columns(mark, row.type, [str(len(row.calls[step])) for step in LIFECYCLES], open_)


def _columns(mark: str, name: str, counts: Sequence[str], last: str) -> str:
    return f"{mark:<2}{name:<48}{''.join(f'{count:>5}' for count in counts)}{last:>9}"


def _totals(all_of: Totals) -> Iterator[str]:
    yield from _wrapped(_LEGEND, 0)
    yield ""
    yield f"types: {all_of.types}, of {all_of.services} services"
    yield f"types that rest on the source of AWS's own handler (*): {all_of.on_handler_source}"
    share = f"{all_of.share:.1%}".replace("%", " %")
    yield f"open actions: {all_of.not_supported} of {all_of.listed} that the registry names ({share})"


def type_text(one: KnownType) -> str:
    """Everything that is known of a type."""
    return "\n".join((one.type, *_type(one), ""))


def _type(one: KnownType) -> Iterator[str]:
    if one.is_bound:
        yield from ("", *textwrap.wrap(_BOUND, _WIDTH))
    for step in LIFECYCLES:
        yield from ("", step)
        if step in one.ended:
            yield from _wrapped(f"stopped: {one.ended[step]}", 2)
        elif not one.calls[step]:
            yield "  nothing"
        for call in one.calls[step]:
            yield from _call(call)
    if one.unreached:
        yield from ("", *_wrapped(f"Some changes within a property also make: {', '.join(one.unreached)}", 0))
    if lacks(one.handler):
        yield from ("", *_wrapped(f"Not acted on: {', '.join(lacks(one.handler))}", 0))
    yield from _differences(differences(one.type))
    yield from _sources(sources_of(one))


def _call(call: KnownCall) -> Iterator[str]:
    yield f"  {call.operation or 'without a call that is known'}"
    if call.unmapped:
        yield from _wrapped(f"nobody knows what it needs: {call.unmapped}", 4)
    for need in call.needs:
        yield from _need(need)


def _need(need: Need) -> Iterator[str]:
    yield f"    {need.action:<50} {need.certainty.label}"
    yield f"      on {need.resource}"
    yield from _wrapped(_context(need.condition), 6)
    ids = [
        said.source if said.says in ("", "needed") else f"{said.source} ({said.says})" for said in need.said
    ]
    yield from _wrapped(f"sources: {', '.join(ids)}" if ids else "", 6)


def _context(context: Mapping[str, str | list[str]]) -> str:
    told = {key: value for key, value in context.items() if key not in _LEFT_OUT}
    pairs = (f"{key}={value if isinstance(value, str) else ','.join(value)}" for key, value in told.items())
    return f"with {', '.join(pairs)}" if told else ""


def _differences(rows: Sequence[Difference]) -> Iterator[str]:
    if rows:
        yield from ("", "Named by the registry and not asked for")
    for row in rows:
        yield from _wrapped(f"{', '.join(row.actions)} ({', '.join(row.where)}): {_reason(row)}", 2)


def _reason(row: Difference) -> str:
    of = row.property + (f" with {row.value}" if row.value else "")
    told = (of, row.type, row.why, row.source)
    return ", ".join((row.reason, *filter(None, told)))


def _sources(rows: Sequence[Mapping[str, str]]) -> Iterator[str]:
    if rows:
        yield from ("", "Sources")
    for row in rows:
        yield f"  {row['id']} ({row['seen']})"
        yield from _wrapped(row["where"], 4)
        yield f"    {row['address']}"


def operations_text(found: Sequence[KnownOperation]) -> str:
    """Each operation with its needs."""
    lines = [line for one in found for line in _operation(one)]
    by_rule = sum(one.by_rule for one in found)
    counted = f"operations with a rule: {by_rule}, by convention: {len(found) - by_rule}"
    ids = {row["id"]: row for one in found for row in one.as_dict()["sources"]}
    return "\n".join((*lines, *_sources([ids[name] for name in sorted(ids)]), "", counted, ""))


def _operation(one: KnownOperation) -> Iterator[str]:
    yield f"{one.name}{'' if one.by_rule else ' (by convention)'}"
    if not one.needs:
        yield "  needs no permission"
    for need in one.needs:
        yield from _operation_need(need)
    for action, why in one.not_asked:
        told = f"not known when {why.parameter} is given" if why.parameter else why.reason
        yield from _wrapped(f"not asked: {action}, {told}{_bracketed(why.source)}", 2)


def _operation_need(need: OperationNeed) -> Iterator[str]:
    rule = need.rule
    yield f"  {need.action}"
    for number, form in enumerate(need.resource.split(" or ")):
        yield f"    {'or' if number else 'on'} {form}"
    for word, condition in (("when", rule.when), ("unless", rule.unless), ("for each of", rule.each)):
        yield from _wrapped(f"{word} {_condition(condition)}" if condition else "", 4)
    yield from _wrapped(_context({key: str(value) for key, value in rule.context.items()}), 4)
    yield from _wrapped(f"source: {rule.source}" if rule.source else "", 4)
    yield from _wrapped(f"only likely, named in: {rule.seen_in}" if rule.seen_in else "", 4)


def _condition(condition: Any) -> str:
    if isinstance(condition, Mapping):
        pairs = (
            (path, wanted if isinstance(wanted, list) else [wanted]) for path, wanted in condition.items()
        )
        return " and ".join(f"{path} is {' or '.join(map(str, wanted))}" for path, wanted in pairs)
    return " and ".join(map(_condition, condition)) if isinstance(condition, list) else str(condition)


def _bracketed(source: str | None) -> str:
    return f" ({source})" if source else ""


def _wrapped(text: str, indent: int) -> Iterator[str]:
    """``text`` in lines, those after the first two columns further in; none for none."""
    first = " " * indent
    yield from textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=f"{first}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
