"""What went wrong in a run of the tool that no refusal explains, and whether it may pass by itself."""

import re
import shutil
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from verifier.errors import UnavailableError
from verifier.framework.process import Completed
from verifier.targets.interface import Facts

_FAILED = re.compile(r"FAILED$")
_ERROR_MARK = re.compile(r"\s*(✖|Error\b)")
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
# Node says where an error came from in a line for each caller; the first of them is enough.
_CALLER = re.compile(r"\s+at .*:\d+:\d+\)?$|- /\S+$")
_ASIDE = re.compile(r"\s*(\d+ deprecations? found|Environment|Credentials|Docs|Support|Bugs): ")
# An error without words: what was printed before it says why.
_SAYS_NOTHING = re.compile(r"\s*Error:?(\nError:?)?(\n\s+at |$)")
_BEFORE_LINES = 3
_SHOWN_LINES = 12
_SHOWN_CHARACTERS = 300
"""Of each line: a plugin may print a megabyte without a line break."""
# What a network says that does not work at the moment, and AWS when it is asked too much or is ill.
_PASSING = re.compile(
    r"\b(ECONNRESET|ECONNREFUSED|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EPIPE|ENETUNREACH|EHOSTUNREACH)\b"
    r"|socket hang up|network timeout|getaddrinfo"
    r"|Throttl|Rate exceeded|TooManyRequests|ServiceUnavailable|InternalFailure|InternalError|SlowDown"
)
# What a handler says of a failure that may pass (HandlerErrorCode), beside what a service says.
_PASSING_HANDLER = re.compile(
    r"\b(GeneralServiceException|NetworkFailure|NotStabilized|ServiceInternalError|ServiceTimeout|Throttling)\b"
)
_CONSEQUENCE = re.compile(r"(creation|update|deletion) cancelled", re.IGNORECASE)
# What the provisioner itself cannot do, it can do no better the next time.
_OURS = re.compile(r"\bverifier: ")
_NO_SPACE = re.compile(r"\bENOSPC\b|\bEDQUOT\b|No space left on device", re.IGNORECASE)
_LEAST_FREE_BYTES = 64 * 1024
# As the system says it of a process, and as a shell says it.
_STOPPED_AT_THE_LIMIT = (-signal.SIGXFSZ, 128 + signal.SIGXFSZ)


@dataclass(frozen=True)
class Problem:
    """In one line; ``may_pass_by_itself`` when trying again may go otherwise."""

    words: str
    may_pass_by_itself: bool = True


@dataclass(frozen=True)
class Expected:
    """What a run must show beyond an exit 0: how the service's stack ends, and how it gets there.

    ``ends`` are the statuses of which it must have one in the end.
    """

    ends: tuple[str, ...] = ()
    rollback: bool = False
    update: bool = False
    nothing_left: bool = False
    compiled: bool = False
    """The end must be that of the service's compiled template."""
    seen: bool = True
    """The tool must have looked at the end: it does not where it stops at the first failure."""
    calls: tuple[str, ...] = ()
    """Of a command that leaves the stack as it is: one of these operations must have been carried out."""


def find_problem(done: Completed, facts: Facts, expected: Expected, timeout: float) -> Problem | None:
    """The first thing that went wrong. Only for a run in which no enforced refusal explains it."""
    return (
        _common(done, facts, expected, timeout)
        or (_no_rollback(done, facts, expected) if expected.rollback else _not_done(done, facts))
        or (_no_update(facts) if expected.update else None)
        or (_left_over(facts) if expected.nothing_left else None)
    )


def check_space(folder: Path, done: Completed) -> None:
    """Raises UnavailableError when the tool failed because it could write no more where ``folder`` is."""
    if done.exit_code in _STOPPED_AT_THE_LIMIT or "EFBIG" in done.output:
        raise UnavailableError(
            "the command-line tool was stopped: a file too large for the limit on the size of files; "
            "raise it (ulimit -f)"
        )
    if _NO_SPACE.search(done.output) or shutil.disk_usage(folder).free < _LEAST_FREE_BYTES:
        raise UnavailableError(
            f"{folder.parent}: no space left on the disk; free some, or set TMPDIR to another one"
        )


def _common(done: Completed, facts: Facts, expected: Expected, timeout: float) -> Problem | None:
    # A failure that the verifier made itself is judged by what came of it, however the tool took it.
    if done.stopped and not (expected.rollback and _injected(facts)):
        return Problem(
            f"{done.stopped}; the command-line tool went on waiting "
            f"and was stopped after {done.seconds:.0f} s"
        )
    if done.timed_out:
        how = "it was still at work" if done.worked else f"it did nothing for {timeout:.0f} s"
        return Problem(
            f"the command-line tool did not end within {done.seconds:.0f} s and was stopped: {how}; "
            f"its last words: {_last_words(done)}; give it longer with --timeout"
        )
    if facts.problems:
        return Problem("; ".join(dict.fromkeys(facts.problems)), may_pass_by_itself=False)
    return None


def _not_done(done: Completed, facts: Facts) -> Problem | None:
    if done.exit_code != 0:
        return _tool_failed(done, facts)
    return _unexpected_failures(facts)


def _no_rollback(done: Completed, facts: Facts, expected: Expected) -> Problem | None:
    if not _injected(facts):
        if done.exit_code != 0:
            return _tool_failed(done, facts)
        return Problem(
            "the failure to be rolled back could not be injected: no template was deployed",
            may_pass_by_itself=False,
        )
    unexpected = _unexpected_failures(facts)
    if unexpected:
        return unexpected
    stuck = [
        f"{name} is {status}"
        for name, status in _touched(facts)
        if not status.endswith("ROLLBACK_COMPLETE") and status not in expected.ends
    ]
    return Problem("the rollback did not end: " + ", ".join(stuck)) if stuck else None


def _injected(facts: Facts) -> bool:
    return any(event.injected for event in facts.events)


def _touched(facts: Facts) -> list[tuple[str, str]]:
    """The stacks that this phase worked on; others, such as fixtures, are not the service's."""
    names = {event.stack for event in facts.events}
    return [(name, status) for name, status in facts.stacks.items() if name in names]


def _unexpected_failures(facts: Facts) -> Problem | None:
    failures = [
        f"{event.logical_id} ({event.type}) {event.status}: {event.reason}"
        for event in facts.events
        if _FAILED.search(event.status) and not event.injected and not event.is_stack
    ]
    return Problem("; ".join(failures), not _fails_again(facts)) if failures else None


def _fails_again(facts: Facts) -> bool:
    """Whether a resource failed for a reason that is the same next time: no throttling, no ill service."""
    reasons = [
        event.reason
        for event in facts.events
        if _FAILED.search(event.status) and not event.injected and not event.is_stack
    ]
    own = [reason for reason in reasons if reason and not _CONSEQUENCE.search(reason)]
    return bool(own) and not any(_PASSING.search(one) or _PASSING_HANDLER.search(one) for one in own)


def _no_update(facts: Facts) -> Problem | None:
    if any(event.is_stack and event.status == "UPDATE_IN_PROGRESS" for event in facts.events):
        return None
    return Problem(
        "the redeploy changed nothing: the framework skipped it; add an overlay revisions/1 to the service",
        may_pass_by_itself=False,
    )


def _left_over(facts: Facts) -> Problem | None:
    left = [f"{name} ({status})" for name, status in _touched(facts)]
    return Problem("after remove there is still " + ", ".join(left)) if left else None


def _tool_failed(done: Completed, facts: Facts) -> Problem:
    """The tool's own message, then our notes.

    A tool that failed before it asked AWS for anything, and not for the network, will fail again: its
    configuration or a plugin is broken. So will one whose stack failed for what the template says.
    """
    notes = "".join(f" ({note})" for note in dict.fromkeys(facts.notes))
    return Problem(
        f"the command-line tool failed (exit {done.exit_code}): {_own_words(done)}{notes}",
        may_pass_by_itself=bool(_PASSING.search(done.output))
        or (bool(facts.asked) and not _fails_again(facts) and not _OURS.search(done.output)),
    )


def _own_words(done: Completed) -> str:
    """What follows its last error mark, else its last lines."""
    lines = [line for line in _lines(done.output) if not _ASIDE.match(line)]
    errors = [index for index, line in enumerate(lines) if _ERROR_MARK.match(line)]
    start = errors[-1] if errors else max(0, len(lines) - _SHOWN_LINES)
    if _SAYS_NOTHING.match("\n".join(lines[start:])):
        start = max(0, start - _BEFORE_LINES)
    told = [
        line
        for before, line in pairwise(["", *lines[start:]])
        if not (_CALLER.match(before) and _CALLER.match(line))
    ]
    return _shown(told[:_SHOWN_LINES])


def _last_words(done: Completed) -> str:
    return _shown(_lines(done.output)[-1:])


def _lines(output: str) -> list[str]:
    return [line for line in _ESCAPES.sub("", output).splitlines() if line.strip()]


def _shown(lines: Sequence[str]) -> str:
    short = [_cut("".join(char if char.isprintable() else " " for char in line).strip()) for line in lines]
    return " | ".join(short) or "(it printed nothing)"


def _cut(line: str) -> str:
    return line if len(line) <= _SHOWN_CHARACTERS else f"{line[:_SHOWN_CHARACTERS]} [...]"
