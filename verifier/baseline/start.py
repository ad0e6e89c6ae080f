"""What a service's repository gets once: the prerequisites that a first run made up, and a workflow."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from verifier.errors import InputError
from verifier.iam.placeholders import FORMS
from verifier.trial.seeding import Seeded, plausible

_TEMPLATES = Path(__file__).parent / "workflows"
_PLACES = {"github": ".github/workflows/verifier.yml", "gitlab": ".gitlab-ci.yml"}
_HEAD = """\
# What must be there before the service is deployed, as a first run missed it. The values are made up:
# put others where they matter. {account}, {region}, {stage} and {partition} are filled.
"""
_PLACEHOLDERS = {name: f"{{{name}}}" for name in FORMS}
# What is nothing but its name.
_NAMES = ("roles", "policies", "layers", "images")


@dataclass(frozen=True)
class Workflow:
    """A file for a CI: where it belongs, what it says, and what somebody has to do there by hand."""

    path: Path
    text: str
    by_hand: str


_BY_HAND = {
    "github": "set the repository's variable VERIFIER to what pip installs the verifier from",
    "gitlab": "set the project's variable VERIFIER_IMAGE to an image made with the verifier's Dockerfile",
}


def workflow(kind: str, service: Path) -> Workflow:
    """The workflow for ``github`` or ``gitlab`` that checks the service in that folder.

    Raises InputError where no repository is around it, and for a folder whose name a CI would change.
    """
    folder = service.resolve()
    root = next((one for one in (folder, *folder.parents) if (one / ".git").exists()), None)
    if root is None:
        raise InputError(f"{service}: lies in no git repository (no .git above it); give --workflow none")
    name = folder.relative_to(root).as_posix()
    if "$" in name or not name.isprintable():
        raise InputError(f"{name}: a CI would read something into this name; give --workflow none")
    template = (_TEMPLATES / f"{kind}.yaml").read_text(encoding="utf-8")
    quoted = json.dumps(name, ensure_ascii=False)
    return Workflow(root / _PLACES[kind], template.replace("SERVICE_FOLDER", quoted), _BY_HAND[kind])


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
