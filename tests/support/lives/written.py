"""What a handler did, as plain rows: the same for every life, whatever was random in it.

    ["call", "s3:CreateBucket", {"Bucket": "shop-dev-thing-{1}"}]
    ["read", "iam:GetRole", {"RoleName": "..."}, "cfn-role-create-getrole"]
    ["soft read", "s3:GetBucketAcl", {"Bucket": "..."}]
    ["ask", ["logs:CreateLogDelivery"], "call", "apigatewayv2-http-logging"]
    ["id", "shop-dev-thing-{1}"]
    ["gives", {"Arn": "..."}]
    ["fails", "The class of a log group cannot be changed"]

A random text stands as its number, in the order in which they come up; a time is {time}.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tests.support.lives.case import FOLDER
from tests.support.lives.desk import Taken
from tests.support.lives.life import AGAIN, GONE, Life
from tests.support.lives.watch import Made
from verifier.authorization.decision import Decided
from verifier.cloudformation.stack.session import CallFailed

CALLS = FOLDER / "calls"
# The account of every life that is written down: its number stands in the calls.
LIVED_IN = "111122223333"
_NOT_WRITTEN = (AGAIN, GONE)
Rows = list[list[Any]]
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00:00")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Words:
    """Writes values in JSON's terms, with words of their own for what differs between lives."""

    def __init__(self, tokens: Iterable[str], named: Mapping[str, str] | None = None) -> None:
        self._known = {text: f"{{{name}}}" for name, text in (named or {}).items() if text}
        self._tokens = {token for token in tokens if token} - self._known.keys()
        longest_first = sorted({*self._known, *self._tokens}, key=len, reverse=True)
        self._any = re.compile("|".join(map(re.escape, longest_first)) or "(?!)")

    def of(self, value: Any) -> Any:
        """``value``, written."""
        if isinstance(value, Mapping):
            return {self._text(str(key)): self.of(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.of(one) for one in value]
        if isinstance(value, bytes):
            return f"<{len(value)} bytes>"
        if isinstance(value, datetime):
            return "{time}"
        if value is None or isinstance(value, bool | int | float):
            return value
        return self._text(str(value))

    def _text(self, text: str) -> str:
        return "{time}" if _TIME.fullmatch(text) else self._any.sub(self._word, text)

    def _word(self, match: re.Match[str]) -> str:
        text = match.group(0)
        if text not in self._known:
            number = 1 + sum(one in self._tokens for one in self._known)
            self._known[text] = f"{{{number}}}"
        return self._known[text]


def calls(taken: Taken, tokens: Iterable[str]) -> Rows:
    """The calls alone, and what failed: what a property must make a difference to."""
    words = Words({*tokens, *taken.tokens})
    made = [[one.name, words.of(one.params)] for one in taken.heard if isinstance(one, Made)]
    return [*made, ["fails", words.of(_failure(taken))]]


def rows(taken: Taken, words: Words) -> Rows:
    """Everything that was done in a step."""
    found: Rows = []
    for one in taken.heard:
        source = [one.call.source if isinstance(one, Made) else one.source]
        if isinstance(one, Made):
            row = [one.meant, one.name, words.of(one.params)]
        else:
            row = ["ask", list(one.actions), one.certainty.label]
        found.append([*row, *(source if source != [None] else [])])
    if taken.step.lifecycle == "create":
        found.append(["id", words.of(taken.physical_id)])
    if taken.step.lifecycle == "read" and taken.error is None:
        found.append(["gives", words.of(taken.gives)])
    if taken.error is not None:
        found.append(["fails", words.of(_failure(taken))])
    return found


def written(life: Life) -> str:
    """A whole life as the text of its file in tests/cases/handlers/calls, a call a line.

    A deletion is written once; how a read fails when the resource is gone are the emulator's words.
    """
    words = Words(life.tokens, life.words)
    blocks = []
    for taken in life.steps:
        if taken.step.name not in _NOT_WRITTEN:
            lines = ",".join(f"\n    {json.dumps(row)}" for row in rows(taken, words))
            blocks.append(f"  {json.dumps(taken.step.name)}: [{lines}\n  ]")
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def _failure(taken: Taken) -> str:
    """What ended a step, without the ids of its requests."""
    text = taken.error.message if isinstance(taken.error, CallFailed) else taken.failure
    return _UUID.sub("{uuid}", text)


def needs(decisions: Iterable[Decided], tokens: Iterable[str]) -> set[tuple[str, ...]]:
    """What was asked for, without the order: for which resource, when, the action, on what, how surely.

    Everything random is the same word.
    """
    random = re.compile("|".join(map(re.escape, sorted(tokens, key=len, reverse=True))) or "(?!)")
    found: set[tuple[str, ...]] = set()
    for one in decisions:
        asker = one.on_behalf_of
        who = (asker.logical_id, asker.lifecycle) if asker else ()
        what = (one.requirement.action, one.requirement.resource, one.certainty.label)
        found.add(tuple(random.sub("{}", text) for text in (*who, *what)))
    return found
