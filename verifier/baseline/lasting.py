"""Words of one trial as any other would say them: without its account, its user and its folders of chance."""

import re

from verifier.grant.evidence import Provenance

# The private copy has the service's whole path below it; of others only the name is of chance.
_COPY = re.compile(r"[^\s'\"(:,=]*/verifier-run-[a-z0-9_]{8}/trial-[a-z0-9_]{8}(?=/)")
_TEMPORARY = re.compile(r"(?<=/)((?:[a-z]+-)+)[a-z0-9_]{8}(?=[/\s'\",:;)]|$)")
_SCRATCH = re.compile(r"/verifier-run-[a-z0-9_]{8}\S*")
_USER = re.compile(r"\bverifier-[0-9a-f]{12}\b")


def lasting(words: str) -> str:
    """``words`` with paths in a private copy as those of the service's own folder."""
    own = _COPY.sub("", words)
    return _SCRATCH.sub(lambda found: _TEMPORARY.sub(r"\1*", found[0]), own)


def lasting_of(words: str, *trials: Provenance) -> str:
    """``words`` of ``trials`` without what each of them made up."""
    for trial in trials:
        words = words.replace(trial.account, "{account}") if trial.account else words
        for token in sorted(filter(None, trial.tokens), key=len, reverse=True):
            words = words.replace(token, "*")
    return lasting(_USER.sub("verifier-*", words))
