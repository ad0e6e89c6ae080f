"""What a service gets once: the prerequisites that a first run made up."""

from collections.abc import Iterable
from typing import Any

import yaml

from verifier.iam.placeholders import FORMS
from verifier.trial.seeding import Seeded, plausible

_HEAD = """\
# What must be there before the service is deployed, as a first run missed it. The values are made up:
# put others where they matter. {account}, {region}, {stage} and {partition} are filled.
"""
_PLACEHOLDERS = {name: f"{{{name}}}" for name in FORMS}
# What is nothing but its name.
_NAMES = ("roles", "policies", "layers", "images")


def prerequisites(seeded: Iterable[Seeded]) -> str:
    """The text of ``verifier.yml`` for what a run made up; with placeholders where it had its own account."""
    entries: dict[str, Any] = {}
    for one in seeded:
        if one.entry in _NAMES:
            entries.setdefault(one.entry, []).append(one.name)
            continue
        known = entries.setdefault(one.entry, {})
        if one.entry == "buckets":
            bucket, _, key = one.name.partition("/")
            known.setdefault(bucket, {}).update({key: one.value} if key else {})
        elif one.entry == "stackOutputs":
            stack, _, output = one.name.rpartition(".")
            known.setdefault(stack, {})[output] = plausible(output, _PLACEHOLDERS)
        else:
            known[one.name] = plausible(one.name.partition("@")[0], _PLACEHOLDERS)
    return _HEAD + yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=1000)
