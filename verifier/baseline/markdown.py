"""What became of services as Markdown: for a pull request, or a job's summary. Names in it are only data."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from verifier.baseline.text import headline, tally

_TITLES = {
    "check": "Deploy policies, held against their baselines",
    "update": "Baselines of deploy policies, made anew",
}
# What Markdown or HTML would read something into.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&@]|:(?=//)|(?<=www)\.)", re.IGNORECASE)


def markdown(command: str, rows: Sequence[dict[str, Any]]) -> str:
    """The whole result of ``command``."""
    lines = [f"## {_TITLES[command]}", "", tally(rows), "", "| Service | Result |", "| --- | --- |"]
    lines += [f"| {code(row['folder'])} | {plain(headline(row))} |" for row in rows]
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
    return "\n".join(lines) + "\n"


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
    for word in ("came", "went"):
        for item in row[word]:
            cells = (word, code(item["action"]), code(item["resource"]), item["cause"], plain(item["why"]))
            yield f"| {' | '.join(cells)} |"
