"""The pattern of a name that CloudFormation made up: the stack-name prefix that it keeps, and ``*``."""

from dataclasses import dataclass

from verifier.evidence import GeneratedName, Provenance
from verifier.grant.tokens import Span, apply, changing_parts


@dataclass(frozen=True)
class NamePattern:
    """``crosses_stages``: the stack's name holds the stage, but what is kept of it does not."""

    pattern: str
    crosses_stages: bool


def pattern_of(generated: GeneratedName, provenance: Provenance) -> NamePattern:
    """The pattern for one generated name, in every account, region and stage.

    CloudFormation writes ``{stack}-{logical id}-{random}`` and cuts the stack's name where the type's
    length limit demands it. A stage that the cut goes through is lost: what is left of it differs from
    stage to stage.
    """
    stack, kept = generated.stack, generated.kept
    if not stack.lower().startswith(kept.lower()):
        stack = kept
    spans = list(changing_parts(stack, provenance))
    prefix, complete = _prefix(stack, kept, spans)
    stage_in_stack = any(span.replacement == "{stage}" for span in spans)
    crosses = stage_in_stack and "{stage}" not in prefix
    if not prefix.strip("-") or prefix == "{stage}":
        # Nothing of the service is left to tell it by: better one stage only than everyone's names.
        return NamePattern(f"{kept}-*", False)
    joined = complete and generated.name[len(kept) : len(kept) + 1] == "-"
    return NamePattern(f"{prefix}-*" if joined else f"{prefix}*", crosses)


def _prefix(stack: str, kept: str, spans: list[Span]) -> tuple[str, bool]:
    """The stage-free prefix, and whether the kept text ends where the prefix ends."""
    whole: list[Span] = []
    for span in spans:
        survives = span.end <= len(kept) and kept[span.start : span.end] == stack[span.start : span.end]
        if not survives and span.start < len(kept):
            return apply(kept[: span.start], whole), False
        if survives:
            whole.append(span)
    cut = len(kept) < len(stack)
    if cut and whole and whole[-1].start > 0:
        # With a longer stage the cut comes earlier: only what stands up to the stage is sure.
        return apply(kept[: whole[-1].end], whole), True
    return apply(kept, whole), True
