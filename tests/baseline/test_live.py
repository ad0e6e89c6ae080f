"""What a person at a terminal sees of many services: on a terminal that is one, and on none."""

import os
import pty
import re
import select
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import pytest

from tests.report.made import ROWS
from verifier.baseline import told
from verifier.baseline.live import LiveFleet
from verifier.baseline.row import failed
from verifier.baseline.told import ToldFleet
from verifier.cli import main

_ORDERS = re.compile(r"\x1b\[[\d;?]*[A-Za-z]")
_BACK = "\x1b[?25h"


@dataclass
class Terminal:
    """A terminal of 80 columns, and what was written to it."""

    stream: TextIO
    reading: int
    seen: str = ""

    def read(self, seconds: float) -> str:
        while select.select([self.reading], [], [], seconds)[0]:
            self.seen += os.read(self.reading, 65536).decode("utf-8", "replace")
            seconds = 0
        return _ORDERS.sub("", self.seen)

    def wait_for(self, words: str) -> str:
        until = time.monotonic() + 30
        while words not in (said := self.read(0.05)):
            assert time.monotonic() < until, said
        return said


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    reading, writing = pty.openpty()
    with os.fdopen(writing, "w", encoding="utf-8") as stream:
        yield Terminal(stream, reading)
    os.close(reading)


def live(terminal: Terminal, of: int, *, coloured: bool = True) -> LiveFleet:
    return LiveFleet(terminal.stream, of, lambda text: text.replace("\x1b", ""), coloured=coloured)


def test_what_runs_and_what_is_left_is_drawn_while_it_lasts(terminal: Terminal) -> None:
    with live(terminal, 4) as shown:
        shown.begun("services/mailer")
        shown.begun("services/shop")
        said = terminal.wait_for("0 of 4, 2 waiting")
        assert "services/mailer" in said
        assert "left" not in said
        shown.ended(ROWS[1])
        said = terminal.wait_for("1 of 4, 1 to look at, 2 waiting; about")
        assert "[1/4] services/mailer: drift: 2 came, 1 went (0 s)\r\n" in said
    terminal.read(0)
    assert "\x1b[31mdrift: 2 came, 1 went" in terminal.seen
    assert _BACK in terminal.seen[-40:], "the cursor is back"


def test_a_screen_full_of_services_is_cut(terminal: Terminal) -> None:
    with live(terminal, 300) as shown:
        for number in range(64):
            shown.begun(f"services/{number:02d}-{'x' * 200}")
        said = terminal.wait_for("0 of 300, 236 waiting")
        assert "and 48 more" in said
        assert "services/63" not in said
        drawn = [line.strip("\r") for line in said.split("\n")]
        assert max(map(len, drawn)) <= 80


def test_the_end_of_a_long_name_and_what_a_service_is_at(terminal: Terminal) -> None:
    with live(terminal, 60) as shown:
        for number in range(60):
            shown.begun(f"services/{'team-with-a-long-name/' * 3}number-{number:02d}")
        shown.said(f"services/{'team-with-a-long-name/' * 3}number-07", "  installing osls@4.3.1 \x1b[2J")
        said = terminal.wait_for("installing osls@4.3.1")
        assert "number-07" in said
        assert "\x1b[2J" not in terminal.seen


def test_on_a_low_screen_what_is_said_of_all_stays_in_sight(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINES", "8")
    with live(terminal, 60) as shown:
        for number in range(20):
            shown.begun(f"services/{number:02d}")
        said = terminal.wait_for("0 of 60, 40 waiting")
        assert "and 15 more" in said


def test_off_a_terminal_what_runs_is_said_before_the_first_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "_QUIET_SECONDS", 0.2)
    lines: list[str] = []
    with ToldFleet(lines.append, 9) as shown:
        shown.begun("a")
        shown.begun("b")
        shown.said("b", "installing osls@4.3.1 through npm, once, into /cache")
        until = time.monotonic() + 30
        while len(lines) < 3 and time.monotonic() < until:
            time.sleep(0.02)
        shown.ended(failed("a", 4, "no network"))
    assert lines[:2] == ["a: begun, 1 of 9", "b: begun, 2 of 9"]
    at = r"a, b \(installing osls@4\.3\.1 through npm, once, into /cache\)"
    assert re.fullmatch(rf"\[0/9\] after \d+ s at: {at}", lines[2])
    assert lines[-1].startswith("[1/9] a: inconclusive: no network; about ")


def test_a_name_gives_the_terminal_no_orders(terminal: Terminal) -> None:
    with live(terminal, 1, coloured=False) as shown:
        shown.begun("\x1b]0;hit\x07[bold]x[/bold]:smile:")
        terminal.wait_for("[bold]x[/bold]:smile:")
        shown.ended(failed("\x1b]0;hit\x07b", 4, "\x1b[31mred"))
        terminal.wait_for("[1/1]")
    assert "\x1b]0" not in terminal.seen
    assert "\x1b[31m" not in terminal.seen


def test_a_terminal_that_is_gone_ends_nothing(terminal: Terminal) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        with LiveFleet(full, 1, str, coloured=False) as shown:
            shown.begun("a")
            shown.ended(ROWS[0])
        os.dup2(os.open(os.devnull, os.O_WRONLY), full.fileno())


@pytest.mark.parametrize(("kind", "drawn"), [("xterm", True), ("dumb", False)])
def test_nightly_draws_on_a_terminal_that_can_and_says_lines_elsewhere(
    terminal: Terminal, kind: str, drawn: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from verifier.baseline.fleet import Fleet

    def run(self: Fleet, folders: list[str]) -> Iterator[dict[str, Any]]:
        for folder in folders:
            self.begun(folder)
            yield {**ROWS[0], "folder": folder}

    monkeypatch.setattr(Fleet, "run", run)
    monkeypatch.setenv("TERM", kind)
    monkeypatch.setattr(sys, "stderr", terminal.stream)
    assert main(["nightly", "a", "b", "--out", str(tmp_path)]) == 0
    said = terminal.read(0)
    assert "[2/2] b: no drift" in said
    assert ("\x1b" in terminal.seen) == drawn
    assert bool(re.search(r"; \d+ s in all", said)) == (not drawn)
