"""Findings: each permission of a trial with everything that asked for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from verifier.authorization.caller import Certainty
from verifier.grant.evidence import Asked, Permission, Provenance
from verifier.grant.generalise import Scope, permission
from verifier.grant.merge import covers, merge, order


@dataclass(frozen=True)
class Finding:
    """One permission and its evidence. ``round`` is the one in which it was first asked for."""

    permission: Permission
    asked: tuple[Asked, ...]
    round: int = 0

    @property
    def certainty(self) -> Certainty:
        """How sure it is that AWS asks for it: as sure as the surest of those who asked."""
        return max(item.certainty for item in self.asked)

    @property
    def modelled(self) -> bool:
        """Only updates would ask for it that did not run."""
        return all(item.modelled for item in self.asked)

    def in_round(self, number: int) -> "Finding":
        """The same finding, first seen in round ``number``."""
        return replace(self, round=number)

    def as_denial(self) -> dict[str, Any]:
        """The journal's form."""
        first = next((item for item in self.asked if item.refused), self.asked[0])
        return {
            **self.permission.as_dict(),
            "certainty": self.certainty.label,
            "phase": first.phase,
            "operation": first.operation,
        }


def findings_of(asked: Iterable[Asked], provenance: Provenance, scope: Scope) -> tuple[Finding, ...]:
    """Every permission that was asked for, generalised, in the order of a policy."""
    groups: dict[Permission, list[Asked]] = {}
    for item in asked:
        groups.setdefault(permission(item, provenance, scope), []).append(item)
    return tuple(Finding(key, tuple(groups[key])) for key in sorted(groups, key=order))


def joined(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding a permission, of several trials', in the order of a policy."""
    groups: dict[Permission, list[Asked]] = {}
    for finding in findings:
        groups.setdefault(finding.permission, []).extend(finding.asked)
    return tuple(Finding(key, tuple(groups[key])) for key in sorted(groups, key=order))


def consolidate(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Only what is needed side by side: a permission that a wider one covers joins it.

    A surer permission never joins one that is less sure: it would stand on weaker ground, and would
    be lost where the less sure ones are left out.
    """
    kept: list[Permission] = []
    for level in sorted({finding.certainty for finding in findings}, reverse=True):
        here = [finding.permission for finding in findings if finding.certainty is level]
        kept += [item for item in merge(here) if not any(covers(wide, item) for wide in kept)]
    homes: dict[Permission, list[Asked]] = {item: [] for item in kept}
    for finding in findings:
        home = finding.permission
        if home not in homes:
            home = next(item for item in kept if covers(item, finding.permission))
        homes[home] += finding.asked
    return tuple(Finding(item, tuple(homes[item])) for item in sorted(homes, key=order))
