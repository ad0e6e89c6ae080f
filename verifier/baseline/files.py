"""A baseline on disk: the folder ``baseline`` beside a service's configuration."""

import json
import os
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from verifier.baseline.compact import compact
from verifier.baseline.evidence import ANEW, BaselineEvidence, evidence_from
from verifier.baseline.gather import policy_of
from verifier.errors import InputError
from verifier.iam.policy import PolicyDocument, parse_policy, to_dict
from verifier.loop.journal import write_whole
from verifier.reading import json_of, text_of

FOLDER, POLICY, EVIDENCE = "baseline", "policy.json", "evidence.json"
_CONFLICT = ("<<<<<<< ", ">>>>>>> ")
# Others' services.
_NEVER_IN = frozenset({"node_modules", "venv", "__pycache__"})
# Copies of ours, but for a service of that name.
_NEVER_BELOW = frozenset({"build", "dist"})


@dataclass(frozen=True)
class Baseline:
    """What is committed of a service: the policy, placeholders and all, and its evidence."""

    policy: PolicyDocument
    evidence: BaselineEvidence


def update_command(folder: Path, options: Sequence[str] = ()) -> str:
    """The command line that makes the baseline of ``folder`` anew, as a shell takes it."""
    mark = ["--"] if str(folder).startswith("-") else []
    return shlex.join(["verifier", "baseline", "update", *options, *mark, str(folder)])


def read_baseline(folder: Path) -> Baseline:
    """The baseline of the service in ``folder``. Raises InputError where there is none, or none to use."""
    path = folder / FOLDER / POLICY
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; give one with serverless.yml and a {FOLDER}")
    if not path.exists():
        raise InputError(f"{folder}: no {FOLDER}/{POLICY}; make one with {update_command(folder)}")
    policy = _policy(path, folder)
    evidence = read_evidence(folder)
    if evidence is None:
        raise InputError(f"{folder}: no {FOLDER}/{EVIDENCE}; write both with {update_command(folder)}")
    return Baseline(replace(policy, name=POLICY), evidence)


def read_evidence(folder: Path) -> BaselineEvidence | None:
    """The evidence alone, None where there is none. Raises InputError for what cannot be used."""
    path = folder / FOLDER / EVIDENCE
    if not path.exists():
        return None
    text = _merged(path, ANEW)
    try:
        plain = json_of(text, str(path))
    except InputError as error:
        raise InputError(f"{error}; {ANEW}") from None
    return evidence_from(plain, str(path))


def _policy(path: Path, folder: Path) -> PolicyDocument:
    anew = f"mend it, or write it anew with {update_command(folder)}"
    text = _merged(path, anew)
    try:
        return parse_policy(text, name=str(path))
    except InputError as error:
        raise InputError(f"{error}; {anew}") from None


def _merged(path: Path, mend: str) -> str:
    """The text of a file of which no merge of git has left two halves. Raises InputError."""
    text = text_of(path)
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith(_CONFLICT):
            raise InputError(f"{path}:{number}: git left marks of a merge conflict in it; {mend}")
    return text


def texts(evidence: BaselineEvidence) -> dict[str, str]:
    """The files of a baseline by name, as they are written."""
    policy = to_dict(policy_of(evidence), lists=True)
    return {
        POLICY: json.dumps(policy, indent=2, ensure_ascii=False) + "\n",
        EVIDENCE: compact(evidence.as_dict()),
    }


def write_baseline(folder: Path, evidence: BaselineEvidence) -> bool:
    """Write the baseline of the service in ``folder``; whether a file is other than it was.

    Raises UnavailableError when it cannot be written.
    """
    changed = False
    for name, text in texts(evidence).items():
        path = folder / FOLDER / name
        if not (path.is_file() and path.read_bytes() == text.encode()):
            write_whole(path, text, "a service's folder")
            changed = True
    return changed


def services_below(folder: Path) -> Iterator[Path]:
    """The folders of services with a baseline, ``folder`` itself among them; in order.

    One of which a file is missing is among them: somebody has to hear of it.
    """
    for here, folders, _ in os.walk(folder):
        if FOLDER in folders and any(Path(here, FOLDER, name).is_file() for name in (POLICY, EVIDENCE)):
            yield Path(here)
        goes_on = Path(here) == folder or Path(here).name not in _NEVER_BELOW
        below = [name for name in folders if name not in _NEVER_IN and not name.startswith(".")]
        folders[:] = sorted(below) if goes_on else []
