"""Nothing that is made up at random is left in a grant: the next trial makes up something else."""

from collections.abc import Callable, Iterator

import pytest

from tests.support import problems
from tests.support.lives.desk import STACK
from tests.support.lives.life import Lives
from verifier.cloudformation.handlers import handlers
from verifier.cloudformation.types.names import SUFFIX_LENGTH
from verifier.grant.evidence import Provenance
from verifier.grant.generalise import Scope, generalise

TYPES = sorted(handlers())


@pytest.mark.parametrize("type_name", TYPES)
def test_a_grant_holds_nothing_random(type_name: str, lives: Callable[[str], Lives]) -> None:
    problems.none(type_name, _left(lives(type_name)))


def _left(seen: Lives) -> Iterator[str]:
    service, _, stage = STACK.rpartition("-")
    for life, taken in seen.steps:
        place = life.place
        provenance = Provenance(
            place.partition,
            place.account,
            place.region,
            stage,
            service,
            frozenset(taken.tokens),
            taken.names,
        )
        random = [token for token in taken.tokens if len(token) >= SUFFIX_LENGTH]
        for decided in taken.decisions:
            pattern = generalise(decided.requirement.resource, provenance, Scope.SERVICE)
            if any(token in pattern for token in random):
                yield f"{life.case.name}: {taken.step.name}: {decided.requirement.action} on {pattern}"
