"""What a run that ended early left in the account, as far as AWS says."""

import argparse
from typing import TYPE_CHECKING, Any

from verifier.loop.journal import Journal

if TYPE_CHECKING:
    from verifier.targets.sandbox.account import AccountAdministrator

_SHOWN = 3


class Witness(Journal):
    """Passes rows on to a journal, and remembers what they say was made: it may have no folder."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(None)
        self._journal = journal
        self._made: list[dict[str, Any]] = []

    def add(self, kind: str, **fields: Any) -> None:
        """Pass one row on. Raises UnavailableError for the disk."""
        from verifier.targets.creation import RUN_KIND

        if kind in (RUN_KIND, "creating"):
            self._made.append({"kind": kind, **fields})
        self._journal.add(kind, **fields)

    def left(self, args: argparse.Namespace, administrator: "AccountAdministrator") -> str:
        """What of it is there still, and how to remove it; empty where AWS says that nothing is."""
        from verifier.errors import UnavailableError
        from verifier.targets.creation import creations
        from verifier.targets.sandbox.sweep import survey

        named = creations(self._made)
        try:
            own = survey(named, administrator).own
        except UnavailableError:  # what ended the run may be in the way of looking, too
            return f"what it made may be there still: {self._remedy(args)}"
        if not own:
            return ""
        shown = ", ".join(f"{one.what} {one.name}" for one in own[:_SHOWN])
        more = f" and {len(own) - _SHOWN} more" if len(own) > _SHOWN else ""
        return f"{shown}{more} could not be taken away: {self._remedy(args)}"

    def _remedy(self, args: argparse.Namespace) -> str:
        if args.out is not None:
            return f"verifier sweep --account {args.account} --profile {args.profile} --out {args.out}"
        runs = {row["run"]: None for row in self._made if "run" in row}
        return f"remove by hand what has {' or '.join(runs)} in its name or its tags"
