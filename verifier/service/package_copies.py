"""The packages of a service (node_modules, a virtual environment): copied once for a run, lent to its trials.

What a build keeps there, such as node_modules/.cache, stays in the copy. Before each further trial
the copy is made again what it was at first, so no trial finds what an earlier one left; and the user's own
is only read.

Links among packages lead where they led. What a link names outside of what is copied (a workspace, a
store of packages) is copied likewise: a package with the node_modules folder that it lies in, anything
else alone.

A trial may get a copy for its own: it is moved there, and comes back for the next one. npm, and whoever
goes up from a package, then finds the service that uses it.
"""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from verifier.errors import InputError, VerifierError
from verifier.service.enclosed import entered, link_at, remove_at
from verifier.service.forbidden import Forbidden
from verifier.service.mended_copy import MendedCopy
from verifier.service.tree import MODULES

LARGE_BYTES = 200_000_000


def _silent(_: str) -> None:
    """Nobody wants to know."""


class PackageCopies:
    """Copies below ``area``, a new folder of ours; ``say`` is told when much was copied.

    What is ``forbidden`` is not copied, whatever links to it.
    """

    def __init__(
        self, area: Path, say: Callable[[str], None] = _silent, forbidden: Forbidden | None = None
    ) -> None:
        self._say = say
        self._forbidden = forbidden
        self._area = area.resolve()
        self._copy = MendedCopy(self._area, self._link)
        self._copied: set[Path] = set()
        self._waiting: list[Path] = []
        self._asked_for: Path | None = None
        self._lent = False
        self._away: dict[Path, tuple[Path, Path]] = {}
        """Of each copy that was moved, where to, and the folder of ours above that."""

    def of(self, folder: Path) -> Path:
        """The copy of a folder of packages, or what is one; made when it is asked for the first time.

        Raises InputError for a link to what is forbidden.
        """
        if folder.is_relative_to(self._area):
            return folder
        if reason := self._reason(folder):
            raise InputError(f"{folder}: leads to what is never copied ({reason}); remove the link")
        folder = folder.resolve()
        if not self._is_copied(folder):
            before = self._copy.bytes
            self._asked_for = folder
            self._waiting = [folder]
            while self._waiting:
                self._bring(self._waiting.pop())
            size = self._copy.bytes - before
            if size > LARGE_BYTES:
                self._say(f"{folder}: {size / 1e6:,.0f} MB of packages were copied for this run")
        return self._copy.place(folder)

    def move(self, folder: Path, place: Path, anchor: Path) -> None:
        """Have the copy of ``folder`` at ``place``, below ``anchor``, with a link to there where it was."""
        copy = self.of(folder)
        if self._away.get(copy) == (place, anchor):
            return
        with entered(copy.parent, self._area.parent) as ours, entered(place.parent, anchor) as theirs:
            remove_at(theirs, place.name)
            os.rename(copy.name, place.name, src_dir_fd=ours, dst_dir_fd=theirs)
            link_at(ours, copy.name, str(place))
        self._away[copy] = (place, anchor)

    def take_back(self) -> None:
        """Have every copy where it was at first; what is gone the next trial finds made anew."""
        for copy, (place, anchor) in self._away.items():
            with (
                contextlib.suppress(OSError, VerifierError),
                entered(copy.parent, self._area.parent) as ours,
                entered(place.parent, anchor, make=False) as theirs,
            ):
                remove_at(ours, copy.name)
                os.rename(place.name, copy.name, src_dir_fd=theirs, dst_dir_fd=ours)
        self._away = {}

    def begin_trial(self) -> None:
        """Make every copy what it was at first, if another trial has had it."""
        self.take_back()
        if self._lent:
            self._copy.mend()
        self._lent = True

    def _bring(self, unit: Path) -> None:
        if not self._is_copied(unit):
            self._copied.add(unit)
            self._copy.add(unit)

    def _link(self, link: Path) -> str | None:
        """What the copy of a link says; None where it has none.

        That is so of links that lead nowhere, to the service itself, or to what is forbidden.
        """
        goal = Path(os.path.realpath(link))
        if not goal.exists() or _is_interpreter(link):
            return str(goal) if goal.exists() else None
        if self._reason(link):
            return None
        if not self._is_copied(goal):
            unit = next((path for path in (goal, *goal.parents) if path.name == MODULES), goal)
            if self._asked_for and self._asked_for.is_relative_to(unit):
                return None
            self._waiting.append(unit)
        own = next(above for above in link.parents if above in self._copied)
        # What leads out of its folder does so wherever that is moved.
        return os.path.relpath(goal, link.parent) if goal.is_relative_to(own) else str(self._copy.place(goal))

    def _reason(self, link: Path) -> str | None:
        return self._forbidden.behind_packages(link) if self._forbidden else None

    def _is_copied(self, path: Path) -> bool:
        return any(above in self._copied for above in (path, *path.parents))


def _is_interpreter(link: Path) -> bool:
    """A virtual environment's Python, which is the system's own."""
    in_environment = link.parent.name == "bin" and (link.parent.parent / "pyvenv.cfg").is_file()
    return in_environment and link.name.startswith(("python", "pypy"))
