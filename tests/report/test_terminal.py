"""The end of a run at a terminal: all that the plain lines say, in 80 columns, and no name is obeyed."""

import io
import re
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from tests.report.made import EVIDENCE, INCONCLUSIVE, PARTIAL, phase
from verifier.report.progress import Progress
from verifier.report.summary import summary
from verifier.report.terminal import WIDTH, terminal_summary

MANY = EVIDENCE | {
    "rounds": [
        {"round": number, "mode": "strict", "phases": [phase("deploy", 3, passed=number == 30)]}
        for number in range(1, 31)
    ]
}
DOCUMENTS: Mapping[str, Mapping[str, Any]] = {
    "sufficient": EVIDENCE,
    "inconclusive": INCONCLUSIVE,
    "partial": PARTIAL,
    "many rounds": MANY,
    "no rounds": INCONCLUSIVE | {"rounds": []},
    "a long name": EVIDENCE | {"service": "x" * 300},
}


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def squeezed(text: str) -> str:
    return re.sub(r"[\s│]+", "", text)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_line_is_there_and_none_is_too_long(name: str) -> None:
    document = DOCUMENTS[name]
    text = terminal_summary(document, coloured=False)
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "\x1b" not in text
    for line in summary(dict(document)):
        assert squeezed(line) in squeezed(text)


def test_rounds_and_services_are_counted() -> None:
    lines = [line.split() for line in terminal_summary(EVIDENCE, coloured=False).splitlines()]
    assert ["1", "observe", "7", "█" * 30, "passed"] in lines
    assert ["2", "strict", "0", "passed"] in lines
    assert ["service", "permissions", "call", "likely", "upper", "bound"] in lines
    assert ["s3", "4", "2", "1", "1"] in lines


def test_of_many_rounds_the_first_and_the_last_are_shown() -> None:
    lines = [line.split() for line in terminal_summary(MANY, coloured=False).splitlines()]
    shown = [line[0] for line in lines if len(line) > 1 and line[1] == "strict"]
    assert shown == ["1", "2", "3", "26", "27", "28", "29", "30"]
    assert ["...",] in lines  # fmt: skip
    assert any(line[-3:] == ["stopped", "in", "deploy"] for line in lines)


def test_a_name_is_data() -> None:
    document = EVIDENCE | {"service": "[red]a[/red]:smile:\x1b]0;title\x07\x1b[2J"}
    terminal = Terminal()
    Progress(terminal).draw(document)
    text = terminal.getvalue()
    assert "[red]a[/red]:smile:" in text
    assert re.sub(r"\x1b\[[0-9;]*m", "", text).isprintable() or "\x1b" not in re.sub(
        r"\x1b\[[0-9;]*m", "", text
    )


@pytest.mark.parametrize(
    ("live", "encoding", "drawn"), [(True, "utf-8", True), (False, "utf-8", False), (True, "ascii", False)]
)
def test_it_is_drawn_only_where_a_person_looks(live: bool, encoding: str, drawn: bool) -> None:
    terminal = Terminal()
    terminal.encoding = encoding
    assert Progress(terminal, live=live).looked_at is drawn
    assert not Progress(io.StringIO()).looked_at


def test_nobody_else_loads_what_draws() -> None:
    code = "import sys; import verifier.cli.converge, verifier.report.progress, verifier.report.summary; "
    code += "sys.exit('rich' in sys.modules or 'jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
