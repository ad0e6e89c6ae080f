"""The lines of a run: plain in a file, live and coloured on a terminal."""

import io
import os
from pathlib import Path

from verifier.authorization.authorizer import Mode
from verifier.redaction import HIDDEN, Redaction
from verifier.report.progress import Progress
from verifier.trial.interface import PhaseResult


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def spoken(stream: io.StringIO, passed: bool = True) -> str:
    progress = Progress(stream)
    progress.round_started(1, Mode.OBSERVE)
    progress.phase_started("deploy")
    progress.phase_ended(PhaseResult("deploy", 0, 1.25, (), passed, denials=7))
    return stream.getvalue()


def test_plain_lines_where_nobody_looks_on() -> None:
    assert spoken(io.StringIO()) == (
        "round 1 (observe: refusals are recorded and let through)\n"
        "  deploy             1.2 s    7 refused  ok\n"
    )


def test_a_phase_that_did_not_pass() -> None:
    assert spoken(io.StringIO(), passed=False).endswith("stopped\n")


def test_colour_on_a_terminal() -> None:
    assert "\x1b[32mok\x1b[0m" in spoken(Terminal())


def test_nothing_that_is_quoted_tells_a_secret_or_gives_the_terminal_orders() -> None:
    redaction = Redaction()
    redaction.add("hunter2!", "deploy")
    redaction.add_keys("AKIAAAAAAAAAAAAAAAAA")
    said = Terminal()
    progress = Progress(said, redaction)
    progress.say("a\x1b[2J tool: hunt\x1b[1mer2! AKIAAAAAAAAAAAAAAAAA")
    progress.conclude("deploy on x-hunter2! \x9b2J AKIAAAAAAAAAAAAAAAAA")
    progress.phase_ended(PhaseResult("deploy", 0, 1.25, (), passed=False))
    first, second, third = said.getvalue().splitlines()
    assert first == f"a tool: {HIDDEN} {HIDDEN}"
    assert second == f"deploy on x-hunter2!  {HIDDEN}"
    assert third.startswith("  deploy  ")


def test_a_terminal_that_can_do_nothing_gets_plain_lines_and_who_wants_no_colours_none() -> None:
    dumb, plain = Terminal(), Terminal()
    Progress(dumb, live=False).phase_ended(PhaseResult("deploy", 0, 1.25, (), True))
    progress = Progress(plain, coloured=False)
    progress.phase_started("deploy")
    progress.phase_ended(PhaseResult("deploy", 0, 1.25, (), True))
    assert "\x1b" not in dumb.getvalue()
    assert "\x1b[32m" not in plain.getvalue()


def test_talk_that_cannot_be_written_ends_nothing() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        Progress(full).say("a line")
        os.dup2(os.open(os.devnull, os.O_WRONLY), full.fileno())
