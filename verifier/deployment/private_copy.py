"""Private copies of a service's folder: whatever a trial does, nothing is left in the user's own."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from verifier.deployment.framework_version import pin
from verifier.deployment.service import MODULES, Service

# What is the verifier's own beside a service, and what a deploy makes anew, is not copied: the framework
# would package it. node_modules is large and only read, so it is linked.
NOT_COPIED = frozenset({"revisions", "baseline", "verifier.yml", ".serverless", ".git", ".verifier"})


@contextmanager
def private_copy(service: Service) -> Iterator["PrivateCopy"]:
    """A copy of the service's folder that is gone afterwards; nothing is left in the user's own."""
    with TemporaryDirectory(prefix="verifier-", ignore_cleanup_errors=True) as name:
        copy = PrivateCopy(service, Path(name) / service.folder.name)
        copy.restore()
        yield copy


@dataclass(frozen=True)
class PrivateCopy:
    """A private copy of a service's folder."""

    service: Service
    folder: Path

    @property
    def config(self) -> Path:
        """The copy's configuration file."""
        return self.folder / self.service.config.name

    def restore(self) -> None:
        """Make the copy what the user's folder is; what earlier phases built stays where it was."""
        self._overlay(self.service.folder, skip=NOT_COPIED)
        link = self.folder / MODULES
        if self.service.modules is not None and not link.is_symlink():
            link.symlink_to(self.service.modules.resolve(), target_is_directory=True)

    def apply(self, overlay: Path) -> None:
        """Copy an overlay folder over the copy."""
        self._overlay(overlay, skip=frozenset())

    def _overlay(self, source: Path, skip: frozenset[str]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for entry in sorted(source.iterdir()):
            if entry.name in skip or entry.name == MODULES:
                continue
            target = self.folder / entry.name
            if entry.is_dir():
                shutil.copytree(
                    entry,
                    target,
                    symlinks=True,
                    dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns(".git"),
                )
            else:
                _replace_file(entry, target)
        if self.service.pinned_version is not None:
            pin(self.config, self.service.pinned_version)


def _replace_file(source: Path, target: Path) -> None:
    # A fresh modification time and no read-only bits: the copy must be writable for the next overlay.
    if target.is_symlink() or target.exists():
        target.unlink()
    shutil.copy(source, target, follow_symlinks=True)
    target.chmod(target.stat().st_mode | 0o200)
    os.utime(target)
