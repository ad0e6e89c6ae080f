"""What a run says that it is about to make on a target, as the journal's "creating" rows keep it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.errors import InputError

PATH = "/verifier/"
"""The IAM path of all users and policies that a run makes."""
RUN_TAG = "verifier:run"
"""The tag that says which run made something."""


RUN_KIND = "run-on-aws"
"""The kind of a journal's row that says which run, in which account and region, the rows after it are of."""
STAGE_PREFIX = "vfy-"


def stage_of(run: str) -> str:
    """The stage that a run deploys to where others have things, too."""
    return f"{STAGE_PREFIX}{run}"


@dataclass(frozen=True)
class Creation:
    """One thing. Journals of earlier versions do not say where it is, and of which run."""

    what: str
    name: str
    region: str = ""
    account: str = ""
    run: str = ""


def has_stage(one: Creation) -> bool:
    """Whether its name has the run's stage in it, as a whole word."""
    stage = re.escape(stage_of(one.run))
    return bool(one.run) and re.search(rf"(?<![A-Za-z0-9]){stage}(?![A-Za-z0-9])", one.name) is not None


def creations(rows: Iterable[Mapping[str, Any]]) -> tuple[Creation, ...]:
    """Each thing that ``rows`` of a journal name, once, in their order. Raises InputError for a wrong row.

    What a row does not say of run, account and region is that of the run's own row before it.
    """
    found: dict[Creation, None] = {}
    run: Mapping[str, Any] = {}
    for row in rows:
        if row.get("kind") == RUN_KIND:
            run = {name: row[name] for name in ("region", "account", "run") if name in row}
        if row.get("kind") == "creating":
            found[_creation({**run, **row})] = None
    return tuple(found)


def _creation(row: Mapping[str, Any]) -> Creation:
    texts = {name: row.get(name, "") for name in ("what", "name", "region", "account", "run")}
    for name, value in texts.items():
        if not isinstance(value, str) or (name in ("what", "name") and not value):
            raise InputError(
                f"the journal's row about {row.get('what')!r} {row.get('name')!r}: its '{name}' is not what "
                "it must be; take the row out"
            )
    return Creation(**texts)
