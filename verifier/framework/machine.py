"""The user's machine, as far as a run may know it."""

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from verifier.scratch import User


@dataclass(frozen=True)
class Machine:
    """Environment variables and home folder; read once, by the command line, and handed down.

    The variables may hold keys: they are not in the representation. ``user`` is whom children run as,
    where that is somebody else.
    """

    environment: Mapping[str, str] = field(repr=False)
    home: Path
    user: User | None = None

    def program(self, name: str) -> str | None:
        """The path of the program ``name``, if it is on PATH."""
        return shutil.which(name, path=self.environment.get("PATH", os.defpath))

    def kept(self, names: Iterable[str]) -> dict[str, str]:
        """Those of the variables ``names`` that are set."""
        return {name: self.environment[name] for name in names if name in self.environment}
