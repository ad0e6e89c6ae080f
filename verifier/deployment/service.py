"""The service's folder: its configuration as far as it can be read without running it, and private copies."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from verifier.errors import InputError

CONFIG_NAMES = (
    "serverless.yml",
    "serverless.yaml",
    "serverless.json",
    "serverless.js",
    "serverless.cjs",
    "serverless.mjs",
    "serverless.ts",
)
# What is the verifier's own beside a service, and what a deploy makes anew, is not copied: the framework
# would package it. node_modules is large and only read, so it is linked.
NOT_COPIED = frozenset({"revisions", "baseline", "verifier.yml", ".serverless", ".git", ".verifier"})
LINKED = "node_modules"


@dataclass(frozen=True)
class Service:
    """A Serverless Framework service as its folder shows it.

    ``settings`` is the parsed configuration, or empty where it is code (js, ts).
    """

    folder: Path
    config: Path
    settings: dict[str, Any]

    @property
    def label(self) -> str:
        """The service's name as written, or the folder's."""
        name = self.settings.get("service")
        if isinstance(name, dict):
            name = name.get("name")
        return name if isinstance(name, str) else self.folder.name

    @property
    def framework_version(self) -> str | None:
        """``frameworkVersion`` as written, if any."""
        version = self.settings.get("frameworkVersion")
        return None if version is None else str(version)

    def revision(self, number: int) -> Path | None:
        """The overlay folder ``revisions/NUMBER``, if there is one."""
        folder = self.folder / "revisions" / str(number)
        return folder if folder.is_dir() else None


def load_service(folder: Path, config: str | None = None) -> Service:
    """Read the service in ``folder``; ``config`` names another configuration file in it.

    Raises InputError: no such folder, no configuration, broken YAML or JSON, a provider other than aws.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; give the folder of a Serverless Framework service")
    path = _find_config(folder, config)
    settings = _parse(path)
    _check_provider(path, settings)
    return Service(folder.resolve(), path.resolve(), settings)


def _find_config(folder: Path, config: str | None) -> Path:
    if config is not None:
        path = folder / config
        if not path.is_file():
            raise InputError(
                f"{path}: no such configuration file; --config names a file in the service's folder"
            )
        return path
    for name in CONFIG_NAMES:
        if (folder / name).is_file():
            return folder / name
    if (folder / "serverless-compose.yml").is_file():
        raise InputError(
            f"{folder}: serverless-compose.yml holds several services; give the folder of one of them"
        )
    raise InputError(f"{folder}: no serverless.yml (or .yaml, .json, .js, .ts) in this folder")


def _parse(path: Path) -> dict[str, Any]:
    if path.suffix not in (".yml", ".yaml", ".json"):
        return {}
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    settings = _parse_json(path, text) if path.suffix == ".json" else _parse_yaml(path, text)
    if not isinstance(settings, dict):
        raise InputError(f"{path}: not a mapping; a service starts with 'service:' and 'provider:'")
    return settings


def _parse_json(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{path}:{error.lineno}:{error.colno}: broken JSON: {error.msg}") from None


def _parse_yaml(path: Path, text: str) -> Any:
    import yaml

    from verifier.deployment.yaml_tags import TolerantLoader

    try:
        return yaml.load(text, Loader=TolerantLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise InputError(f"{path}{where}: broken YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise InputError(f"{path}: broken YAML: {' '.join(str(error).split())}") from None


def _check_provider(path: Path, settings: dict[str, Any]) -> None:
    if not settings:
        return
    if not settings.get("service"):
        raise InputError(f"{path}: no 'service:'; is this a Serverless Framework configuration?")
    provider = settings.get("provider")
    name = provider.get("name") if isinstance(provider, dict) else provider
    if name is None:
        raise InputError(f"{path}: no 'provider:' with 'name: aws'")
    if isinstance(name, str) and name != "aws" and "${" not in name:
        raise InputError(f"{path}: provider is '{name}'; only 'aws' can be verified")


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

    def apply(self, overlay: Path) -> None:
        """Copy an overlay folder over the copy."""
        self._overlay(overlay, skip=frozenset())

    def _overlay(self, source: Path, skip: frozenset[str]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for entry in sorted(source.iterdir()):
            if entry.name in skip:
                continue
            target = self.folder / entry.name
            if entry.name == LINKED and entry.is_dir():
                if not target.exists():
                    target.symlink_to(entry.resolve(), target_is_directory=True)
            elif entry.is_dir():
                shutil.copytree(
                    entry,
                    target,
                    symlinks=True,
                    dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns(LINKED, ".git"),
                )
            else:
                _replace_file(entry, target)


def _replace_file(source: Path, target: Path) -> None:
    # A fresh modification time and no read-only bits: the copy must be writable for the next overlay.
    if target.is_symlink() or target.exists():
        target.unlink()
    shutil.copy(source, target, follow_symlinks=True)
    target.chmod(target.stat().st_mode | 0o200)
    os.utime(target)
