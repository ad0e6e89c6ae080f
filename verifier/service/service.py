"""The service's folder: its configuration as far as it can be read without running it."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verifier.errors import InputError
from verifier.reading import json_of, text_of, yaml_of
from verifier.scratch import User
from verifier.service.outside import Outside
from verifier.service.package_copies import PackageCopies
from verifier.service.tree import MODULES

CONFIG_NAMES = (
    "serverless.yml",
    "serverless.yaml",
    "serverless.json",
    "serverless.js",
    "serverless.cjs",
    "serverless.mjs",
    "serverless.ts",
)
_OPTION_WITH_DEFAULT = re.compile(r"""\$\{\s*opt:\s*[\w-]+\s*,\s*['"]?([A-Za-z0-9-]+)['"]?\s*\}""")


@dataclass(frozen=True)
class Service:
    """A Serverless Framework service as its folder shows it.

    ``settings`` is the parsed configuration, or empty where it is code (js, ts).
    """

    folder: Path
    config: Path
    settings: dict[str, Any]
    modules: Path | None = None
    """The folder of its npm packages: its own, one that was installed for this run, or the run's copy."""
    pinned_version: str | None = None
    """What private copies say for ``frameworkVersion`` instead of what is written."""
    packages: PackageCopies | None = field(default=None, compare=False, repr=False)
    """The run's copies of packages; without them each private copy makes its own."""
    outside: Outside | None = field(default=None, compare=False, repr=False)
    """What its files name outside of its folder; without it each private copy looks for itself."""
    user: User | None = field(default=None, compare=False)
    """Whose its private copies are; None for our own."""

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

    def provider_setting(self, key: str) -> str | None:
        """``provider.KEY`` as far as it can be read without the framework: plain, or an option's default."""
        provider = self.settings.get("provider")
        value = provider.get(key) if isinstance(provider, dict) else None
        if not isinstance(value, str):
            return None
        if "${" not in value:
            return value
        match = _OPTION_WITH_DEFAULT.fullmatch(value.strip())
        return match[1] if match else None

    def revision(self, number: int) -> Path | None:
        """The overlay folder ``revisions/NUMBER``, if there is one."""
        folder = self.folder / "revisions" / str(number)
        return folder if folder.is_dir() else None


def load_service(folder: Path, config: str | None = None) -> Service:
    """Read the service in ``folder``; ``config`` names another configuration file in it.

    Raises InputError: no such folder, no configuration, broken YAML or JSON, a provider other than aws.
    """
    try:
        return _loaded(folder, config)
    except OSError as error:
        raise InputError(
            f"{error.filename or folder}: {error.strerror}; give a folder of a service that you may read"
        ) from None


def _loaded(folder: Path, config: str | None) -> Service:
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; give the folder of a Serverless Framework service")
    path = _find_config(folder, config)
    settings = _parse(path)
    _check_provider(path, settings)
    modules = folder.resolve() / MODULES
    return Service(folder.resolve(), path.resolve(), settings, modules if modules.is_dir() else None)


def _find_config(folder: Path, config: str | None) -> Path:
    if config is not None:
        path = folder / config
        if path.exists() and not path.is_file():
            raise InputError(f"{path}: cannot be read: not a regular file; give a configuration file")
        if not path.is_file():
            raise InputError(
                f"{path}: no such configuration file; --config names a file in the service's folder"
            )
        return path
    for name in CONFIG_NAMES:
        if (folder / name).exists():
            # What is no regular file is refused as it is read.
            return folder / name
    if (folder / "serverless-compose.yml").is_file():
        raise InputError(
            f"{folder}: serverless-compose.yml holds several services; give the folder of one of them"
        )
    raise InputError(f"{folder}: no serverless.yml (or .yaml, .json, .js, .ts) in this folder")


def _parse(path: Path) -> dict[str, Any]:
    if path.suffix not in (".yml", ".yaml", ".json"):
        return {}
    settings = settings_of(path)
    if not isinstance(settings, dict):
        raise InputError(f"{path}: not a mapping; a service starts with 'service:' and 'provider:'")
    return settings


def settings_of(path: Path) -> Any:
    """What a configuration file in JSON or YAML says. Raises InputError."""
    text = text_of(path)
    if path.suffix == ".json":
        return json_of(text, str(path))

    from verifier.service.yaml_tags import TolerantLoader

    return yaml_of(text, str(path), TolerantLoader)


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
