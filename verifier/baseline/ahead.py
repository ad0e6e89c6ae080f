"""What the newest data or tools would change: their runs, held against those with what is installed.

Each is tried alone, so a difference is its own doing whatever else drifted.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.baseline.changes import Cause
from verifier.baseline.markdown import bounded, code, drift_cells, plain
from verifier.errors import ExitCode
from verifier.framework.find import DEFAULTS
from verifier.report.drifted import drift_lines

DATA, FRAMEWORK = "data", "framework"
_NUMBER = re.compile(r"\d+")
_OF_DATA = (str(Cause.REGISTRY), str(Cause.DATA))


@dataclass(frozen=True)
class Newer:
    """One of the two that is newer than what is installed: ``kind`` is DATA or FRAMEWORK.

    ``versions`` are by name what is installed and what is the newest.
    """

    kind: str
    versions: Mapping[str, tuple[str, str]]

    def __str__(self) -> str:
        return ", ".join(f"{name} {old} -> {new}" for name, (old, new) in self.versions.items())

    def held_against(self, installed: Mapping[str, Any], newest: Mapping[str, Any]) -> dict[str, Any]:
        """The row of one service from the rows of its two checks.

        A permission in ``came`` is asked for with the newest alone, one in ``went`` without it alone.
        """
        known = {"folder": newest["folder"], "with": self.kind, "versions": str(self)}
        if "came" not in newest:
            return {**known, **{name: newest[name] for name in ("outcome", "exitCode", "reason")}}
        came = [*_more(newest, installed, "came"), *_more(installed, newest, "went")]
        went = [*_more(newest, installed, "went"), *_more(installed, newest, "came")]
        reason = "" if "came" in installed else "held against the baseline: the other run says nothing"
        if newest["reason"]:
            # Of a tool that could not be run it is not known what it asks for.
            came, went, reason = [*_more(newest, installed, "came")], [], newest["reason"]
        became, code = "the same", ExitCode.OK
        if came or went:
            became, code = "differs", ExitCode.DRIFT
        elif newest["reason"]:
            became, code = "inconclusive", ExitCode.INCONCLUSIVE
        return {
            **known,
            "outcome": became,
            "exitCode": int(code),
            "reason": reason,
            "confirmed": newest["confirmed"],
            "came": [self._caused(item) for item in came],
            "went": [self._caused(item) for item in went],
            "announced": _lines(newest, installed, "announced"),
            "warnings": _lines(newest, installed, "warnings"),
        }

    def _caused(self, item: Mapping[str, Any]) -> dict[str, Any]:
        what = str(item["why"]).partition("; ")[0]
        if self.kind == FRAMEWORK:
            return {**item, "cause": str(Cause.FRAMEWORK), "why": f"{what}; changed: {self}"}
        cause = item["cause"] if item["cause"] in _OF_DATA else str(Cause.DATA)
        return {**item, "cause": cause, "why": f"{what}; changed: {self}"}


def ahead_text(refresh: Mapping[str, Any]) -> str:
    """What a refresh says, in lines for a person."""
    lines = [*_head(refresh)]
    for row in refresh["services"]:
        lines.append(f"  {row['folder']} with {row['versions']}: {outcome(row)}")
        lines += [f"    new since: {line}" for line in row.get("announced", ())]
        lines += [f"    refused, and AWS went on without it: {line}" for line in row.get("warnings", ())]
        for what, why in drift_lines(row):
            lines += [f"    {what}", f"      {why}"]
    return "\n".join(lines) + "\n"


def ahead_markdown(refresh: Mapping[str, Any]) -> str:
    """The same as Markdown."""
    lines = ["", "## With the newest data and tools", "", *map(plain, _head(refresh))]
    if refresh["services"]:
        lines += ["", "| Service | With | Result |", "| --- | --- | --- |"]
    for row in refresh["services"]:
        lines.append(f"| {code(row['folder'])} | {plain(row['versions'])} | {plain(outcome(row))} |")
    differences = [
        f"| {code(row['folder'])} | {cells} |" for row in refresh["services"] for cells in drift_cells(row)
    ]
    if differences:
        lines += [
            "",
            "| Service | | Action | Resource | Cause | Why |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
    lines += differences
    for title, key in (("AWS names since", "announced"), ("Refused, and AWS went on without it", "warnings")):
        told = {line for row in refresh["services"] for line in row.get(key, ())}
        lines += ["", f"{title}:", "", *(f"- {code(line)}" for line in sorted(told))] if told else []
    return bounded(lines)


def _head(refresh: Mapping[str, Any]) -> Iterator[str]:
    if refresh["problem"] and not refresh["newest"]:
        yield f"the newest could not be had, so only what is installed was run: {refresh['problem']}"
        return
    if refresh["problem"]:
        yield f"not all of the newest could be had: {refresh['problem']}"
    if refresh["newest"]:
        versions = ", ".join(f"{name} {version}" for name, version in refresh["newest"].items())
        yield f"the newest: {versions}" + ("" if refresh["services"] else "; nothing newer than what was run")


def outcome(row: Mapping[str, Any]) -> str:
    """What became of one service with something newer, in a few words."""
    if row["outcome"] == "differs":
        enough = "" if row["confirmed"] else "; the committed policy is not enough"
        also = f"; {row['reason']}" if row["reason"] else ""
        return f"differs: {len(row['came'])} came, {len(row['went'])} went{enough}{also}"
    return f"{row['outcome']}: {row['reason']}" if row["reason"] else str(row["outcome"])


def _more(here: Mapping[str, Any], there: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    known = [_key(item) for item in there.get(key, ())]
    yield from (item for item in here.get(key, ()) if _key(item) not in known)


def _key(item: Mapping[str, Any]) -> tuple[Any, ...]:
    return item["action"], item["resource"], item["condition"]


def _lines(newest: Mapping[str, Any], installed: Mapping[str, Any], key: str) -> list[str]:
    return [line for line in newest.get(key, ()) if line not in installed.get(key, ())]


def newer_than(installed: Mapping[str, str], newest: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """What ``newest`` has in a later version, by name: a registry of one's own may lag behind."""
    return {
        name: (installed[name], version)
        for name, version in newest.items()
        if name in installed and _numbers(version) > _numbers(installed[name])
    }


def _numbers(version: str) -> list[int]:
    return [int(number) for number in _NUMBER.findall(version)]


def tools_of(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """What npm is asked for so that each tool that was run has its newest: "osls", or "osls@3"."""
    return sorted({asked_for(one) for row in rows for one in row.get("frameworks", ())})


def asked_for(tool: str) -> str:
    """What npm is asked for, to have the newest of ``tool`` ("osls@4.3.1"); a new major version counts."""
    name, _, version = tool.partition("@")
    major = version.partition(".")[0]
    newest, known = DEFAULTS[0]
    return name if (name, major) == (newest, known.partition(".")[0]) else f"{name}@{major}"


def by_tools(rows: Sequence[dict[str, Any]]) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    """Rows by the tools that they were run with."""
    found: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        if row.get("frameworks"):
            found.setdefault(tuple(row["frameworks"]), []).append(row)
    return found
