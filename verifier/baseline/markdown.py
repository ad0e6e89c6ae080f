"""What became of services as Markdown: for a pull request, or a job's summary. Names in it are only data."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from verifier.baseline.text import headline, tally
from verifier.report.drifted import besides

_TITLES = {
    "check": "Deploy policies, held against their baselines",
    "update": "Baselines of deploy policies, made anew",
}
# A night's summary is two such texts, and GitHub takes none of a step's summary that is larger than 1 MiB:
# "upload aborted, supports content up to a size of 1024k" (an annotation of its runner, read 2026-11-26 at
# github.com/JetBrains/compose-multiplatform/actions/runs/5881117065).
_MOST_BYTES = 500_000
# What Markdown or HTML would read something into.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&@]|:(?=//)|(?<=www)\.)", re.IGNORECASE)


def markdown(command: str, rows: Sequence[dict[str, Any]]) -> str:
    """The whole result of ``command``."""
    lines = [f"## {_TITLES[command]}", "", tally(rows), ""]
    lines += ["| Service | Result | Permissions | Frameworks |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {code(row['folder'])} | {plain(headline(row))} | {plain(str(row.get('permissions', '')))} "
        f"| {plain(', '.join(row.get('frameworks', ())))} |"
        for row in rows
    ]
    announced = sorted({line for row in rows for line in row.get("announced", ())})
    if announced:
        lines += ["", "AWS names since, of types and services that these services use:", ""]
        lines += [f"- {code(line)}" for line in announced]
    warnings = [(row["folder"], line) for row in rows for line in row.get("warnings", ())]
    if warnings:
        lines += ["", "Refused, and AWS went on without it; the like became fatal later:", ""]
        lines += [f"- {code(folder)}: {plain(line)}" for folder, line in warnings]
    for row in rows:
        if row["outcome"] == "drift":
            lines += ["", *_drift(row)]
    return bounded(lines)


def bounded(lines: Iterable[str]) -> str:
    """The lines, as far as they go into a job's summary, and a word of it where they do not."""
    kept: list[str] = []
    left = _MOST_BYTES
    for line in lines:
        left -= len(line.encode("utf-8", "replace")) + 1
        if left < 0:
            kept += ["", "More is left out here: a job's summary has its limits. `--format json` has it all."]
            break
        kept.append(line)
    return "\n".join(kept) + "\n"


def code(text: str) -> str:
    """``text`` as code, in a table too."""
    shown = " ".join(text.split()).replace("`", "'").replace("|", "\\|")
    return f"`{shown}`"


def plain(text: str) -> str:
    """``text`` as just that."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _drift(row: dict[str, Any]) -> Iterator[str]:
    yield f"### {code(row['folder'])}"
    yield ""
    enough = "is enough" if row["confirmed"] else "is **not enough**"
    yield f"The committed policy {enough} for a deploy."
    yield f"Changed since: {plain('; '.join(row['changed']) or 'nothing that is compared')}."
    yield ""
    yield "| | Action | Resource | Cause | Why |"
    yield "| --- | --- | --- | --- | --- |"
    yield from (f"| {cells} |" for cells in drift_cells(row))


def drift_cells(row: Mapping[str, Any]) -> Iterator[str]:
    """Of each permission that came or went the cells of a table: word, action, resource, cause and why."""
    tools = row.get("frameworks", ())
    for word in ("came", "went"):
        for item in row.get(word, ()):
            condition = item.get("condition")
            only_if = f" if {code(json.dumps(condition))}" if condition else ""
            action = f"{code(item['action'])} {plain(besides(item, tools))}".rstrip()
            resource = code(item["resource"]) + only_if
            yield " | ".join((word, action, resource, plain(item["cause"]), plain(item["why"])))
