"""``verifier nightly --refresh``: the same night with the newest data, and with the newest tools."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from verifier.cli.machine import this_machine
from verifier.cli.one_service import side_by_side

if TYPE_CHECKING:
    from verifier.baseline.ahead import Newer
    from verifier.baseline.newest import Newest
    from verifier.baseline.night import Night
    from verifier.report.progress import Progress


@dataclass(frozen=True)
class Refresh:
    """What the newest would change, after a night whose rows are known."""

    args: argparse.Namespace
    night: "Night"
    progress: "Progress"
    stderr: TextIO

    def run(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """What is the newest, and a row for each service that was run with something newer.

        What cannot be had is a problem in one line: the night's own rows stand.
        """
        from verifier.baseline.ahead import tools_of
        from verifier.baseline.newest import newest

        found = newest(this_machine(), tools_of(rows), self.progress.say)
        for problem in found.problems:
            self.progress.say(f"--refresh: {problem}; the run with what is installed stands")
        return {
            "newest": {**found.data, **found.tools},
            "problem": "; ".join(found.problems),
            "services": [*self._with_data(found, rows), *self._with_tools(found, rows)],
        }

    def _with_data(self, found: "Newest", rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        from verifier.baseline.ahead import DATA, Newer, newer_than
        from verifier.baseline.made_with import data

        newer = Newer(DATA, newer_than(data(), found.data))
        if newer.versions:
            yield from self._held_against(newer, rows, self.args, found.packages)

    def _with_tools(self, found: "Newest", rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        from verifier.baseline.ahead import FRAMEWORK, Newer, asked_for, by_tools, newer_than

        for tools, group in by_tools(rows).items():
            run = {asked_for(tool): tool.partition("@")[2] for tool in tools}
            newer = Newer(FRAMEWORK, newer_than(run, found.tools))
            if not newer.versions:
                continue
            names = {asked_for(tool): tool.partition("@")[0] for tool in tools}
            tried = run | {asked: new for asked, (_, new) in newer.versions.items()}
            wanted = ",".join(f"{name}@{tried[asked]}" for asked, name in names.items())
            args = argparse.Namespace(**{**vars(self.args), "frameworks": wanted})
            yield from self._held_against(newer, group, args, None)

    def _held_against(
        self,
        newer: "Newer",
        rows: Sequence[dict[str, Any]],
        args: argparse.Namespace,
        packages: Path | None,
    ) -> Iterator[dict[str, Any]]:
        part = f"{newer.kind}: {newer}"
        ended = self.night.known([str(row["folder"]) for row in rows], part)
        left = [Path(row["folder"]) for row in rows if row["folder"] not in ended]
        known = f", {len(ended)} known already" if ended else ""
        self.progress.say(f"with {newer}: {len(left)} to run{known}")

        def keep(row: dict[str, Any]) -> None:
            self.night.keep(row, part)

        if left:
            more = side_by_side(args, ("baseline", "check"), left, self.stderr, keep, packages=packages)
            ended.update({row["folder"]: row for row in more})
        for row in rows:
            yield newer.held_against(row, ended[row["folder"]])
