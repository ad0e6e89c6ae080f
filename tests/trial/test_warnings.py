"""What AWS says of tags that it did without is kept, and nothing else is taken for it."""

import pytest

from verifier.authorization.sources import sources
from verifier.redaction import Redaction
from verifier.targets.interface import StackEvent
from verifier.trial.warnings import warnings_in

SAID = next(
    one.quote
    for one in sources().values()
    if "Retrying request without including tags" in one.quote and "applying tags" in one.quote
)
NAMED = (
    "User: arn:aws:iam::111122223333:user/deployer is not authorized to perform: events:TagResource "
    "on resource: *. Retrying request without including tags."
)


def event(reason: str) -> StackEvent:
    return StackEvent("shop-dev", "Rule", "AWS::Events::Rule", "CREATE_IN_PROGRESS", reason, is_stack=False)


def warnings(output: str = "", *reasons: str, redaction: Redaction | None = None) -> tuple[str, ...]:
    return warnings_in(output, map(event, reasons), redaction or Redaction())


@pytest.mark.parametrize("said", [SAID, NAMED])
def test_an_event_that_warns_is_kept_in_its_words(said: str) -> None:
    assert warnings("", said, "Resource creation Initiated", said) == (f"Rule (AWS::Events::Rule): {said}",)


def test_the_tools_own_words_tell_it_where_no_event_does() -> None:
    assert warnings(f"Deploying shop to stage dev\n{NAMED}\nok") == ("events:TagResource, *",)
    assert warnings(f"  Rule: {SAID[:40]}\n  {SAID[40:]}\n") == (
        "a tag action; the deploy goes on without tags",
    )
    assert len(warnings(NAMED, NAMED)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Deploying shop to stage dev (us-east-1)",
        "Tags were updated",
        "User: arn:aws:iam::111122223333:user/u is not authorized to perform: events:TagResource",
    ],
)
def test_other_words_are_no_warning(text: str) -> None:
    assert warnings(text, text) == ()


def test_no_secret_is_in_one() -> None:
    redaction = Redaction()
    redaction.add("hunter2-hunter2")
    (line,) = warnings("", f"hunter2-hunter2: {SAID}", redaction=redaction)
    assert "hunter2" not in line
