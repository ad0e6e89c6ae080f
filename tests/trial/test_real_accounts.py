"""Trials in an account that is not empty: nothing is made in it but what the trial is about."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.trial.rooms import FAILED, PASSING, FakeFramework, FakeRoom, FakeTarget, asked, write_service
from tests.trial.test_trials import ABSENT, BOTH, Candidate, Heard, trials
from verifier.authorization.authorizer import Mode
from verifier.errors import InconclusiveError
from verifier.grant.evidence import Asked
from verifier.targets.interface import Facts
from verifier.trial.interface import TrialResult

FIXTURES = "ssm: {/a: b}\nbuckets: [artefacts]\n"


@dataclass
class AccountRoom(FakeRoom):
    """A room in a real account; ``words`` are the refusals that the tool's words tell of."""

    is_empty: bool = False
    words: tuple[Asked, ...] = ()
    waited: list[tuple[str, str]] = field(default_factory=list)
    announced: int = 0

    def announce(self, creating: object) -> None:
        self.announced += 1

    def wait_for_grants(self, access_key: str, secret_key: str) -> None:
        self.waited.append((access_key, secret_key))

    def told(self, output: str) -> tuple[Asked, ...]:
        assert "it broke" in output
        return self.words


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_service(tmp_path / "shop", verifier__yml=FIXTURES)


def live(folder: Path, room: FakeRoom, *ends: object) -> TrialResult:
    framework = FakeFramework(ends=list(ends))  # type: ignore[arg-type]
    return trials(folder, FakeTarget(room), framework).run(Candidate(), Mode.ENFORCE, Heard())


def test_what_must_be_there_beforehand_is_not_made(folder: Path) -> None:
    room = AccountRoom()
    assert live(folder, room).complete
    assert not [
        call for call in room.administered if not call.startswith(("iam.", "cloudformation.describe"))
    ]


def test_an_empty_room_gets_it(folder: Path) -> None:
    room = AccountRoom(is_empty=True)
    live(folder, room)
    assert {"ssm.put_parameter", "s3.create_bucket"} <= set(room.administered)


def test_what_is_missing_ends_the_trial_although_it_is_declared(folder: Path) -> None:
    facts = PASSING | {"rollback-create": ABSENT}
    with pytest.raises(InconclusiveError, match="in a real account nothing is made up"):
        live(folder, AccountRoom(facts=facts), FAILED)


def test_the_users_grants_are_waited_for_with_its_own_keys(folder: Path) -> None:
    room = AccountRoom()
    live(folder, room)
    assert room.waited == [("AKIAUSER", "secret")]
    assert room.announced == 1


def test_the_negative_controls_user_is_told_of(folder: Path) -> None:
    heard = Heard()
    trials(folder, FakeTarget(AccountRoom(errors=BOTH))).negative_control(heard.creating)
    assert heard.told == ["iam user"]


REFUSED = asked(refused=True, enforced=True)


def test_the_tools_words_count_where_nothing_else_tells(folder: Path) -> None:
    facts = PASSING | {"rollback-create": Facts(requests=1, decisions=1)}
    result = live(folder, AccountRoom(facts=facts, words=(REFUSED,)), FAILED)
    assert [one.action for one in result.asked] == ["s3:PutObject"]
    assert result.problem is None


@pytest.mark.parametrize("tolerated", [True, False])
def test_what_is_told_already_is_not_told_again(folder: Path, tolerated: bool) -> None:
    known = replace(REFUSED, tolerated=tolerated, enforced=not tolerated)
    facts = PASSING | {"rollback-create": Facts(asked=(known,), requests=1, decisions=1)}
    result = live(folder, AccountRoom(facts=facts, words=(REFUSED,)), FAILED)
    assert len([*result.asked, *result.tolerated]) == 1
