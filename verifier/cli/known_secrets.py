"""What is secret before a run begins: by a variable's name, in the environment and in .env files."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from verifier.framework.machine import Machine

# The words in a variable's name that say that its value is a secret.
_SECRET = re.compile(
    r"TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|PRIVATE|AUTH|KEY|(^|_)PASS(_|$)", re.I
)
_PASSWORD_IN_URL = re.compile(r"://[^/@\s]*:([^/@\s]+)@")
# A value in quotes may have many lines, such as a private key.
_DOTENV = re.compile(
    r"^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*[=:][ \t]*"
    r"""("(?:[^"\\]|\\.)*"|'[^']*'|`[^`]*`|.*)""",
    re.M,
)


_KEYS = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "LOCALSTACK_AUTH_TOKEN")


def users_secrets(environment: Mapping[str, str]) -> Iterator[str]:
    """The secrets of the user's own settings: keys and tokens, and passwords in URLs."""
    for name, value in environment.items():
        if name in _KEYS:
            yield value
        yield from map(unquote, _PASSWORD_IN_URL.findall(value))


def passed_on_secrets(machine: "Machine") -> Iterator[str]:
    """The secrets among the variables that npm or the tool gets: by name, and passwords in URLs."""
    from verifier.framework.npm import passed_on

    for name, value in passed_on(machine).items():
        if _SECRET.search(name):
            yield value
        yield from map(unquote, _PASSWORD_IN_URL.findall(value))


def dotenv_secrets(folder: Path) -> Iterator[str]:
    """The secrets in the files from which the framework fills its environment (useDotenv)."""
    from verifier.reading import any_text_of

    for path in sorted(folder.glob(".env*")):
        for name, written in _DOTENV.findall(any_text_of(path)):
            values = dict.fromkeys(_values(written.strip()))
            if _SECRET.search(name):
                yield from filter(None, values)
            for value in values:
                yield from map(unquote, _PASSWORD_IN_URL.findall(value))


def _values(written: str) -> Iterator[str]:
    """What may be meant: versions of dotenv differ in comments behind a value."""
    quote = written[:1]
    if quote in ('"', "'", "`") and len(written) > 1 and written.endswith(quote):
        inner = written[1:-1]
        yield inner.replace("\\n", "\n").replace("\\r", "\r") if quote == '"' else inner
        return
    yield written
    yield written.partition("#")[0].strip()
