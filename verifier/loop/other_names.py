"""Rounds that teach nothing: the service gives a resource another name in each of its lives."""

from collections.abc import Collection
from dataclasses import dataclass, field

from verifier.grant.evidence import Permission

_MOST = 5
_SHOWN = 3


@dataclass
class OtherNames:
    """What was learnt in one round, and not asked for in the next but on another resource; by action.

    A name that is learnt once is asked for again in each later life, unless it is made up anew.
    """

    _learnt: tuple[Permission, ...] = ()
    _moved: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def after(self, asked: Collection[Permission], news: Collection[Permission]) -> str | None:
        """Why no further round would help, after one in which ``asked`` was asked for and ``news`` learnt."""
        gone = {one.action: one.resource for one in self._learnt if one not in asked}
        self._moved = {
            one.action: (*self._moved.get(one.action, (gone[one.action],)), one.resource)
            for one in news
            if one.action in gone
        }
        self._learnt = tuple(news)
        for action, names in sorted(self._moved.items()):
            if len(names) > _MOST:
                shown = ", ".join(names[-_SHOWN:])
                return (
                    f"{action} is asked for on another name in each life ({shown}), so that no policy fits "
                    "the next one; give it a fixed name, or one that begins with the stack's"
                )
        return None
