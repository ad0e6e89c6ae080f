"""Private copies of a service's folder: whatever a trial does, nothing is left in the user's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from verifier.scratch import scratch
from verifier.service.framework_version import pin
from verifier.service.outside import copy_outside, place_for
from verifier.service.service import MODULES, Service
from verifier.service.tree import overlay

# What is the verifier's own beside a service, and what a deploy makes anew, is not copied: the framework
# would package it. node_modules is large and only read, so it is linked.
NOT_COPIED = frozenset({"revisions", "baseline", "verifier.yml", ".serverless", ".git", ".verifier"})

# The file that makes a change where nothing else can be changed.
MARKER = "verifier-revision.txt"
# Where a configuration that is code lies while the file of its name changes what it exports.
ORIGINAL = "verifier-original"
# Where a part of the configuration is a variable: the module that changes what that stands for.
RESOLVER = "verifier-resolver.cjs"


@contextmanager
def private_copy(service: Service) -> Iterator["PrivateCopy"]:
    """A copy of the service's folder that is gone afterwards; nothing is left in the user's own."""
    with TemporaryDirectory(prefix="trial-", dir=scratch(), ignore_cleanup_errors=True) as name:
        # Without links in it: what is outside is found by going up from the copy.
        root = Path(name).resolve()
        copy = PrivateCopy(service, place_for(service.folder, root))
        copy.restore()
        copy_outside(service.folder, copy.folder, root)
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
        for path in self._added():
            path.unlink(missing_ok=True)
        self._overlay(self.service.folder, skip=NOT_COPIED)
        link = self.folder / MODULES
        if self.service.modules is not None and not link.is_symlink():
            link.symlink_to(self.service.modules.resolve(), target_is_directory=True)

    def apply(self, overlay: Path) -> None:
        """Copy an overlay folder over the copy."""
        self._overlay(overlay, skip=frozenset())

    def _added(self) -> Iterator[Path]:
        """The files that only the revisions have."""
        yield self.folder / MARKER
        yield self.folder / RESOLVER
        yield self.folder / f"{ORIGINAL}{self.config.suffix}"
        for revision in filter(None, map(self.service.revision, (1, 2))):
            for path in sorted(revision.rglob("*")):
                relative = path.relative_to(revision)
                if not path.is_dir() and not (self.service.folder / relative).exists():
                    yield self.folder / relative

    def _overlay(self, source: Path, skip: frozenset[str]) -> None:
        # The packages are the service's own or were installed for it; restore() links them.
        overlay(source, self.folder, skip | {MODULES})
        if self.service.pinned_version is not None:
            pin(self.config, self.service.pinned_version)
