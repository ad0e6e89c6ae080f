"""A terminal, or a text as it would be shown there, to draw on."""

from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def console(stream: IO[str], *, coloured: bool, terminal: bool, width: int | None = None) -> "Console":
    """What rich draws on ``stream``, ``width`` columns wide, else as wide as it is.

    Names are data: nothing in them is markup, an emoji or to be highlighted.
    """
    from rich.console import Console

    return Console(
        file=stream,
        width=width,
        force_terminal=terminal,
        color_system="standard" if coloured else None,
        no_color=not coloured,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
    )
