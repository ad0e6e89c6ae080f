from tools.command_help import PAGE, help_of, page
from verifier.cli import COMMANDS


def test_the_page_is_what_the_commands_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "docs/commands.md is out of date: make docs"


def test_the_page_has_every_command_and_its_options() -> None:
    text = page()
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        f"## verifier {name}" for name in COMMANDS
    ]
    assert "usage: verifier render [-h] [--format {json,terraform,cloudformation}]" in help_of("render")
