"""All checks together, and which targets they leave."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verifier.doctor import credentials, emulators, tools
from verifier.doctor.check import Check
from verifier.framework.machine import Machine


@dataclass(frozen=True)
class Diagnosis:
    """What was found, in the order in which it is told."""

    checks: tuple[Check, ...]

    @property
    def targets(self) -> dict[str, bool]:
        """Whether each can be used: an emulator may also be started by a run, where Docker answers."""
        embedded = self._ok("python") and self._ok("node") and self._ok("framework")
        return {
            "embedded": embedded,
            "localstack": embedded and (self._ok("localstack") or self._ok("docker")),
            "aws": embedded and self._ok("aws"),
        }

    def as_document(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "checks": [
                {"name": one.name, "ok": one.ok, "says": one.says, "mend": one.mend} for one in self.checks
            ],
            "targets": self.targets,
        }

    def as_text(self) -> str:
        """A line each, and one on the targets."""
        known = (f"{name} {'yes' if usable else 'no'}" for name, usable in self.targets.items())
        lines = [one.line for one in self.checks]
        return "".join(f"{line}\n" for line in (*lines, f"targets: {', '.join(known)}"))

    def _ok(self, name: str) -> bool:
        return any(one.ok for one in self.checks if one.name == name)


def diagnose(
    machine: Machine,
    users: Mapping[str, str],
    *,
    folder: Path,
    endpoint: str | None = None,
    profile: str | None = None,
) -> Diagnosis:
    """Look at everything. ``users`` is the environment with what it said of AWS; ``folder`` where we are."""
    npm = tools.npm(machine)
    return Diagnosis(
        (
            tools.python(),
            tools.node(machine),
            npm,
            tools.framework(machine, npm.ok, folder),
            *emulators.docker(users),
            emulators.emulator(users, endpoint),
            credentials.aws(users, profile),
        )
    )
