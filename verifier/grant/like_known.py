"""A refusal answered with the permission that the model has for it, where it has one."""

from collections.abc import Sequence
from dataclasses import replace

from verifier.grant.evidence import Permission
from verifier.grant.findings import Finding
from verifier.grant.merge import covers_resource


def like_known(finding: Finding, known: Sequence[Permission]) -> tuple[Finding, ...]:
    """``finding`` with the resource and the condition of those ``known`` permissions that answer it.

    One that takes in what was refused answers it, the narrowest of them. Where the refusal names no
    resource of its own, so that a pattern stands for it, all known ones within it do. None: ``finding``.
    """
    wanted = finding.permission
    same = [one for one in known if one.action.lower() == wanted.action.lower()]
    wide = [one for one in same if covers_resource(one.resource, wanted.resource)]
    if wide:
        narrowest = min(
            wide, key=lambda one: sum(covers_resource(one.resource, other.resource) for other in wide)
        )
        # The same resource may be granted on several conditions, which a refusal does not tell.
        equals = [one for one in wide if one.resource == narrowest.resource]
        return tuple(replace(finding, permission=one) for one in equals)
    within = [one for one in same if covers_resource(wanted.resource, one.resource)]
    return tuple(replace(finding, permission=one) for one in within) or (finding,)
