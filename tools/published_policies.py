"""Writes docs/published-policies.md: what published deploy policies lack and what they grant in vain.

One observing life of each of two sample services says everything that its deploy asks for; each policy
is then evaluated on all of it, which is what `verifier verify` does for one policy with trials of its own
(a test recomputes rows that way). Run it with `make docs`.
"""

import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verifier.authorization.authorizer import Mode
from verifier.authorization.caller import Certainty
from verifier.cli.machine import this_machine
from verifier.emulator.managed_policies import managed_policy
from verifier.framework.find import find_framework
from verifier.grant.evidence import Asked
from verifier.iam.catalog import expand
from verifier.iam.evaluate import AuthorizationRequest, evaluate
from verifier.iam.policy import PolicyDocument, parse_policy
from verifier.loop.journal import Journal
from verifier.loop.rounds import Bench, Grants
from verifier.report.progress import Progress
from verifier.service.service import load_service
from verifier.targets.embedded import EmbeddedTarget
from verifier.trial.interface import TrialResult
from verifier.trial.trials import Options, Trials

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "tools" / "published_policies.json"
PAGE = ROOT / "docs" / "published-policies.md"
# A page for all samples would be too wide to read.
SERVICES = ("http-api", "worker")
SHOWN = 6
_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9*?]+")


@dataclass(frozen=True)
class Published:
    """One published policy; ``complete`` is false where only a part of it was published or seen."""

    title: str
    documents: tuple[PolicyDocument, ...]
    source: str
    note: str
    complete: bool


@dataclass(frozen=True)
class Cell:
    """One policy on one service: the actions that are missing, and how many it grants in vain."""

    missing: tuple[str, ...]
    unneeded: int


def published() -> list[Published]:
    """The rows, from the data file."""
    data = json.loads(DATA.read_text(encoding="utf-8"))
    return [_published(row, data["lists"]) for row in data["policies"]]


def _published(row: dict[str, Any], lists: dict[str, list[str]]) -> Published:
    documents = [parse_policy(managed_policy(name), name=name) for name in row.get("managed", ())]
    actions = [each for word in row.get("actions", ()) for each in _listed(word, lists)]
    # AWS takes no policy with such words in it; the rest of the list is judged without them.
    known = [action for action in actions if _ACTION.fullmatch(action)]
    if known:
        statement = {"Effect": "Allow", "Action": known, "Resource": "*"}
        documents.append(parse_policy({"Version": "2012-10-17", "Statement": [statement]}, name=row["title"]))
    return Published(row["title"], tuple(documents), row["source"], row.get("note", ""), row["complete"])


def _listed(word: str, lists: dict[str, list[str]]) -> list[str]:
    return lists[word[1:]] if word.startswith("@") else [word]


def cell(documents: Sequence[PolicyDocument], trial: TrialResult) -> Cell:
    """What the policy lacks of what this life surely asked for, and what it grants beyond all that was."""
    missing = {
        item.action
        for item in trial.asked
        if item.certainty >= Certainty.CALL and not item.modelled and not _allowed(documents, item)
    }
    asked = {item.action.lower() for item in (*trial.asked, *trial.tolerated)}
    return Cell(tuple(sorted(missing)), sum(name.lower() not in asked for name in granted(documents)))


def granted(documents: Iterable[PolicyDocument]) -> set[str]:
    """Every action that AWS has and that a statement allows on some resource."""
    found: set[str] = set()
    for document in documents:
        for statement in document.statements:
            if statement.effect != "Allow":
                continue
            if statement.not_actions:
                barred = {name for pattern in statement.not_actions for name in expand(pattern)}
                found |= set(expand("*")) - barred
            for pattern in statement.actions:
                found |= set(expand(pattern))
    return found


def _allowed(documents: Sequence[PolicyDocument], item: Asked) -> bool:
    return evaluate(AuthorizationRequest("", item.action, item.resource, item.context), documents).allowed


def life(folder: Path, progress: Progress) -> TrialResult:
    """One observing life of the service in ``folder``."""
    service = load_service(folder)
    target = EmbeddedTarget(region="us-east-1")
    try:
        trials = Trials(target, service, find_framework(service, this_machine()), Options())
        bench = Bench(trials, progress, Journal(None))
        trial = bench.trial(Grants(), Mode.OBSERVE, 1).trial
    finally:
        progress.stop()
        target.close()
    if not trial.complete:
        raise SystemExit(f"{folder.name}: {trial.problem}")
    return trial


def page(lives: dict[str, TrialResult]) -> str:
    """The page, in Markdown."""
    rows = [(row, {name: cell(row.documents, trial) for name, trial in lives.items()}) for row in published()]
    lines = [
        "# What published deploy policies are worth",
        "",
        "Generated by `make docs` from real runs on the embedded emulator; the policies and their sources",
        "are in [tools/published_policies.json](../tools/published_policies.json). An action list counts as",
        "one statement that allows it on every resource. A cell says *sufficient*, or which actions the",
        "service's whole life (deploy, redeploy, two rollbacks, remove) asks for in vain, of those that are",
        "certain (`call`); then how many actions the policy grants that this life never asks for.",
        "A policy marked † was published or seen only in part: what is missing may stand in the other part.",
        "What this shows is bounded by what the [model](../README.md#what-a-result-means) knows of AWS.",
        "",
        "| policy | " + " | ".join(lives) + " |",
        "|---|" + "---|" * len(lives),
    ]
    for row, cells in rows:
        shown = " | ".join(summary(found) for found in cells.values())
        lines.append(f"| {row.title}{'' if row.complete else ' †'} | {shown} |")
    lines += ["", "## What is missing, in full", ""]
    lines += [
        f"- **{row.title}**, {name}: {', '.join(found.missing)}"
        for row, cells in rows
        for name, found in cells.items()
        if found.missing
    ]
    lines += ["", "## Sources", ""]
    lines += [
        f"- **{row.title}**: {row.source}{f'. Note: {row.note}' if row.note else ''}" for row, _ in rows
    ]
    return "\n".join(lines) + "\n"


def summary(found: Cell) -> str:
    """A cell of the table."""
    return f"{verdict(found.missing)}; {found.unneeded:,} never needed"


def verdict(missing: Sequence[str]) -> str:
    """The first half of a cell: sufficient, or what is missing."""
    if not missing:
        return "**sufficient**"
    first = ", ".join(f"`{action}`" for action in missing[:SHOWN])
    more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
    return f"{len(missing)} missing: {first}{more}"


def main() -> int:
    """Run the services and write the page."""
    progress = Progress(sys.stderr)
    folders = [ROOT / "sample_services" / name for name in SERVICES]
    lives = {}
    for folder in folders:
        progress.say(folder.name)
        lives[folder.name] = life(folder, progress)
    PAGE.write_text(page(lives), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
