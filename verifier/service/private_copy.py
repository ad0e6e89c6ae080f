"""Private copies of a service's folder: whatever a trial does, nothing is left in the user's own."""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp

from verifier.errors import InconclusiveError, InputError, VerifierError
from verifier.scratch import lend, scratch
from verifier.service.enclosed import entered, is_real, remove
from verifier.service.forbidden import PACKAGES, Forbidden
from verifier.service.framework_version import pin
from verifier.service.outside import find_outside, place_for
from verifier.service.package_copies import PackageCopies
from verifier.service.service import Service
from verifier.service.tree import MODULES, overlay

# What is the verifier's own beside a service, and what a deploy makes anew, is not copied: the framework
# would package it.
NOT_COPIED = frozenset({"revisions", "baseline", "verifier.yml", ".serverless", ".git", ".verifier"})

# The file that makes a change where nothing else can be changed.
MARKER = "verifier-revision.txt"
# Where a configuration that is code lies while the file of its name changes what it exports.
ORIGINAL = "verifier-original"
# Where a part of the configuration is a variable: the module that changes what that stands for.
RESOLVER = "verifier-resolver.cjs"
# The same while the stack's tags are changed, which comes on top.
RETAGGED = "verifier-untagged"
RETAGGED_RESOLVER = "verifier-tag-resolver.cjs"
# The same while its deploy is to fail.
UNFAILED = "verifier-unfailed"


@contextmanager
def private_copy(service: Service) -> Iterator["PrivateCopy"]:
    """A copy of the service's folder that is gone afterwards; nothing is left in the user's own.

    Its packages are as they were at the run's begin, whatever earlier trials did to them.
    """
    # Without links in it: what is outside is found by going up from the copy.
    anchor = scratch().resolve()
    root = lend(Path(mkdtemp(prefix="trial-", dir=anchor)), service.user)
    try:
        outside = service.outside or find_outside(service.folder)
        packages = service.packages or PackageCopies(root / "packages", forbidden=outside.forbidden)
        packages.begin_trial()
        service = replace(service, packages=packages, outside=outside)
        copy = PrivateCopy(service, place_for(service.folder, root), anchor)
        copy.restore()
        outside.copy(service.folder, copy.folder, anchor, packages.of)
        yield copy
    finally:
        if service.packages is not None:
            service.packages.take_back()
        # What cannot be removed now is swept up by a later run.
        with contextlib.suppress(OSError, VerifierError):
            remove(root, anchor)


@dataclass(frozen=True)
class PrivateCopy:
    """A private copy of a service's folder; ``anchor`` is a folder of ours above it, free of links."""

    service: Service
    folder: Path
    anchor: Path

    @property
    def config(self) -> Path:
        """The copy's configuration file."""
        return self.folder / self.service.config.name

    def restore(self) -> None:
        """Make the copy what the user's folder is; what earlier phases built stays where it was."""
        for path in self._added():
            remove(path, self.anchor)
        self._overlay(self.service.folder, skip=NOT_COPIED)
        if self.service.modules is not None and self.service.packages is not None:
            self.service.packages.move(self.service.modules, self.folder / MODULES, self.anchor)

    def apply(self, overlay: Path) -> None:
        """Copy an overlay folder over the copy."""
        for path in sorted(overlay.rglob("*")):
            own = self.service.folder / path.relative_to(overlay)
            if own.is_symlink() and own.is_dir() and path.is_dir():
                # A folder takes the place of a link to one: with what can be seen through the link.
                self._copy(own, self.folder / path.relative_to(overlay))
        self._overlay(overlay, skip=frozenset())

    def beside(self, name: str) -> Path:
        """A folder beside the copy, which is gone with it."""
        folder = self.folder.parent / name
        with entered(folder, self.anchor):
            return folder

    def search_path(self, path: str) -> str:
        """A PATH on which the user's own packages are the copies of them."""
        return os.pathsep.join(entry and self._lent(Path(entry)) for entry in path.split(os.pathsep))

    def hand_over(self, path: Path) -> None:
        """Make a file that was written in the copy its owner's; what is not there is none."""
        user = self.service.user
        if user is not None:
            with contextlib.suppress(FileNotFoundError):
                os.chown(path, user.uid, user.gid, follow_symlinks=False)

    def check(self) -> None:
        """Raises InconclusiveError when something else stands in the copy's place."""
        if not is_real(self.folder, self.anchor):
            raise InconclusiveError(
                f"the private copy {self.folder} was replaced by something else, by a plugin of the service "
                "or from outside; nothing is deployed from there"
            )

    def _lent(self, program_folder: Path) -> str:
        for folder in (program_folder, *program_folder.parents):
            is_own = folder.name in PACKAGES and folder.parent.resolve().is_relative_to(self.service.folder)
            if is_own and folder.is_dir() and self.service.packages is not None:
                return str(self.service.packages.of(folder) / program_folder.relative_to(folder))
        return str(program_folder)

    def _added(self) -> Iterator[Path]:
        """The files that only the revisions have."""
        for name in (MARKER, RESOLVER, RETAGGED_RESOLVER):
            yield self.folder / name
        for name in (ORIGINAL, RETAGGED, UNFAILED):
            yield self.folder / f"{name}{self.config.suffix}"
        for revision in filter(None, map(self.service.revision, (1, 2))):
            if self._forbidden and (reason := self._forbidden.behind(revision)):
                raise InputError(f"{revision}: leads to what is never copied ({reason}); remove the link")
            for path in sorted(revision.rglob("*")):
                relative = path.relative_to(revision)
                if not path.is_dir() and not (self.service.folder / relative).exists():
                    yield self.folder / relative

    def _overlay(self, source: Path, skip: frozenset[str]) -> None:
        # The packages are the service's own or were installed for it; restore() moves them here.
        self._copy(source, self.folder, skip | {MODULES})
        if self.service.pinned_version is not None:
            pin(self.config, self.service.pinned_version)

    def _copy(self, source: Path, target: Path, skip: frozenset[str] = frozenset()) -> None:
        lend = self.service.packages.of if self.service.packages else None
        overlay(source, target, skip, anchor=self.anchor, lend=lend, forbidden=self._forbidden)

    @property
    def _forbidden(self) -> Forbidden | None:
        return self.service.outside.forbidden if self.service.outside else None
