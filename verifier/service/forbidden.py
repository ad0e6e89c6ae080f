"""What lies outside of a service's folder and is never copied, whoever names it."""

import os
import stat
from pathlib import Path

from verifier.service.variables import CONFIGURATION

# Packages, at whatever depth: lent, not copied.
PACKAGES = frozenset({"node_modules", ".venv", "venv"})
# What a package, a virtual environment, and a node_modules of npm, pnpm or yarn is known by.
_MARKS = ("package.json", "pyvenv.cfg", ".package-lock.json", ".modules.yaml", ".yarn-integrity")

_NEVER = tuple(map(Path, ("/proc", "/sys", "/dev")))
_OF_THE_SYSTEM = tuple(
    Path("/", name) for name in ("etc", "run", "boot", "bin", "sbin", "lib", "lib64", "usr", "var", "System")
)
_PROGRAMS = Path("/usr")
_HOMES = (Path("/home"), Path("/Users"))
_ROOTS_HOME = Path("/root")


class Forbidden:
    """``folder`` is the service's, ``home`` the user's own home folder, if there is one."""

    def __init__(self, folder: Path, home: Path | None) -> None:
        self._folder = folder
        self._homes = (home, _ROOTS_HOME) if home else (_ROOTS_HOME,)

    def reason(self, path: Path) -> str | None:
        """Why ``path`` is not copied, where it is and where it leads to; None if it may be."""
        real = Path(os.path.realpath(path))
        return self._where(path) or self._where(real) or _kind(real)

    def behind(self, link: Path) -> str | None:
        """Why what ``link`` leads to is not copied; None if it may be, or is the service's own."""
        goal = Path(os.path.realpath(link))
        return None if goal.is_relative_to(self._folder) else self._where(goal) or _kind(goal)

    def behind_packages(self, link: Path) -> str | None:
        """The same of a link among packages, which may lead to packages wherever they are kept."""
        goal = Path(os.path.realpath(link))
        is_package = any((goal / mark).is_file() for mark in _MARKS) or not PACKAGES.isdisjoint(goal.parts)
        return None if is_package or goal.is_relative_to(_PROGRAMS) else self.behind(link)

    def _where(self, path: Path) -> str | None:
        if any(path.is_relative_to(place) for place in _NEVER):
            return "the system's"
        if any(
            path.is_relative_to(place) and not self._folder.is_relative_to(place) for place in _OF_THE_SYSTEM
        ):
            return "the system's"
        for home in (*self._homes, *_homes_on_the_way(path)):
            if home.is_relative_to(path):
                return "a home folder"
            if path.is_relative_to(home) and not self._folder.is_relative_to(home):
                return "in a home folder that the service does not lie in"
            if path.parent == home and path.name.startswith("."):
                return "hidden in a home folder"
        return self._hidden(path)

    def _hidden(self, path: Path) -> str | None:
        # Of the way from the service only: it may lie in a hidden folder itself.
        *folders, name = (part for part in Path(os.path.relpath(path, self._folder)).parts if part != "..")
        if any(folder.startswith(".") for folder in folders):
            return "in a hidden folder"
        if name.startswith(".") and not (path.is_file() and _is_configuration(path)):
            return "hidden"
        return None


def _homes_on_the_way(path: Path) -> tuple[Path, ...]:
    return tuple(home / path.parts[2] for home in _HOMES if path.is_relative_to(home) and len(path.parts) > 2)


def _is_configuration(path: Path) -> bool:
    return path.suffix in CONFIGURATION or path.name == ".env" or path.name.startswith(".env.")


def _kind(path: Path) -> str | None:
    try:
        mode = path.stat().st_mode
    except OSError:
        return "not there"
    return None if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else "no regular file"
