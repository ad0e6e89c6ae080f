"""The pattern of a name that CloudFormation made up: the stack-name prefix that it keeps, and ``*``."""

import re
from dataclasses import dataclass

from verifier.grant.evidence import GeneratedName, Provenance
from verifier.grant.tokens import Span, apply, changing_parts

_NOT_THE_SERVICES = re.compile(r"\{\w+\}|-")


@dataclass(frozen=True)
class NamePattern:
    """``crosses_stages``: the stack's name holds the stage, but what is kept of it does not."""

    pattern: str
    crosses_stages: bool


def pattern_of(generated: GeneratedName, provenance: Provenance) -> NamePattern:
    """The pattern for one generated name, in every account, region and stage.

    CloudFormation writes ``{stack}-{logical id}-{random}`` and cuts the stack's name where the type's
    length limit demands it. What is left of a stage that the cut goes through differs from stage to
    stage: it belongs to the ``*``.
    """
    stack, kept = generated.stack, generated.kept
    if not stack.lower().startswith(kept.lower()):
        stack = kept
    parts = list(changing_parts(stack, provenance))
    prefix = _prefix(stack, kept, parts)
    if len(kept) < len(stack) and not _NOT_THE_SERVICES.sub("", prefix):
        # Nothing would tell the service's names from everyone's: better good for this one stage only.
        return NamePattern(f"{kept}-*", False)
    stage_lost = any(part.replacement == "{stage}" for part in parts) and "{stage}" not in prefix
    # A cut just behind a "-" leaves one "-" in the real name, not two.
    bare = prefix.rstrip("-")
    joined = bare != prefix or generated.name[len(kept) : len(kept) + 1] == "-"
    return NamePattern(f"{bare}-*" if joined else f"{bare}*", stage_lost)


def _prefix(stack: str, kept: str, parts: list[Span]) -> str:
    """As much of ``kept`` as stands in the name whatever the stage, with placeholders."""
    whole: list[Span] = []
    for part in parts:
        if part.end <= len(kept) and kept[part.start : part.end] == stack[part.start : part.end]:
            whole.append(part)
        elif part.start < len(kept):
            return apply(kept[: part.start], whole)
    if len(kept) < len(stack) and whole and whole[-1].start > 0:
        # Where the stage is longer the cut comes earlier: only what stands up to it is sure.
        return apply(kept[: whole[-1].end], whole)
    return apply(kept, whole)
