"""The workflow that keeps baselines true: written once, and added to for each further service."""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from verifier.errors import InputError
from verifier.reading import text_of

_TEMPLATES = Path(__file__).parent / "workflows"
_PLACES = {"github": ".github/workflows/verifier.yml", "gitlab": ".gitlab-ci.yml"}
_BY_HAND = {
    "github": "set the repository's variable VERIFIER to what pip installs the verifier from",
    "gitlab": "set the project's variable VERIFIER_IMAGE to an image made with the verifier's Dockerfile",
}
_SECRET = {"github": "set the repository's secret {}", "gitlab": "set the project's variable {}, masked"}
_ENV = "--env="
_WITHOUT = "give --workflow none"


@dataclass(frozen=True)
class Workflow:
    """A file for a CI: where it belongs, what it is to say, and what somebody has to do there by hand."""

    path: Path
    text: str
    was: str | None
    """What it says now; None where it is not there."""
    by_hand: tuple[str, ...]


def workflow(kind: str, service: Path, options: Sequence[str] = ()) -> Workflow:
    """The workflow for ``github`` or ``gitlab`` that checks the service in that folder with these options.

    Where one of ours is there, it is that one with the service among the others. Raises InputError where
    no repository is around the folder, for a name that a CI would change, and for a file that is not ours.
    """
    root = _root(service)
    name = service.resolve().relative_to(root).as_posix()
    for word in (name, *options):
        if "$" in word or not word.isprintable() or word != word.strip():
            raise InputError(f"{word.strip()}: a CI would read something into this name; {_WITHOUT}")
    path = root / _PLACES[kind]
    _check_place(path)
    was = text_of(path) if path.exists() else None
    template = (_TEMPLATES / f"{kind}.yaml").read_text(encoding="utf-8").replace("SERVICE_FOLDER", name)
    text = _with_line(template if was is None else was, "SERVICES", [name])
    text = text and _with_line(text, "OPTIONS", options)
    if text is None:
        raise InputError(
            f"{path}: is there already, and is none that this command can add to; {_WITHOUT}, "
            f"and let it run: verifier baseline check"
        )
    variables = [word.removeprefix(_ENV) for word in options if word.startswith(_ENV)]
    if kind == "github":
        text = _with_secrets(text, variables)
    return Workflow(path, text, was, tuple(_by_hand(kind, variables, is_new=was is None)))


def _root(service: Path) -> Path:
    folder = service.resolve()
    # In a submodule, and in a worktree, it is a file.
    root = next((one for one in (folder, *folder.parents) if (one / ".git").exists()), None)
    if root is None:
        raise InputError(f"{service}: lies in no git repository (no .git above it); {_WITHOUT}")
    return root


def _check_place(path: Path) -> None:
    """Before anything is run: whether it can be written at all."""
    place = next(one for one in (path, *path.parents) if one.is_symlink() or one.exists())
    needed = os.W_OK if place == path else os.W_OK | os.X_OK
    if place != path and not place.is_dir():
        raise InputError(f"{place}: is no folder, so {path.name} cannot be written; {_WITHOUT}")
    if not os.access(place, needed):
        raise InputError(f"{place}: cannot be written; {_WITHOUT}")


def _with_line(text: str, name: str, words: Iterable[str]) -> str | None:
    """``text`` with ``words`` in its one list of that name, a line each; None where it has no such list."""
    found = [*re.finditer(rf"^( *){name}: \|-\n((?:\1  .*\n)+)", text, re.MULTILINE)]
    if len(found) != 1:
        return None
    indent = f"{found[0][1]}  "
    known = {line.removeprefix(indent) for line in found[0][2].splitlines()}
    more = "".join(f"{indent}{word}\n" for word in words if word not in known)
    return text[: found[0].end()] + more + text[found[0].end() :]


def _with_secrets(text: str, names: Iterable[str]) -> str:
    """The variables of the step that checks, which the repository keeps as secrets."""
    for name in names:
        if not re.search(rf"^ *{name}:", text, re.MULTILINE):
            text = re.sub(
                r"^( *)(?=SERVICES: )",
                rf"\1{name}: ${{{{ secrets.{name} }}}}\n\1",
                text,
                count=1,
                flags=re.MULTILINE,
            )
    return text


def _by_hand(kind: str, variables: Iterable[str], *, is_new: bool) -> Iterable[str]:
    if is_new:
        yield _BY_HAND[kind]
    yield from (_SECRET[kind].format(name) for name in variables)
