"""What runs leave in a folder (``--out``): it may lie among a service's files, and is none of them."""

from pathlib import Path

JOURNAL = "journal.jsonl"
_FIRST = b'{"kind": "'


def is_result(folder: Path) -> bool:
    """Whether a run's journal lies in ``folder``; so all that is in it is that run's."""
    try:
        with (folder / JOURNAL).open("rb") as journal:
            return journal.read(len(_FIRST)) == _FIRST
    except OSError:
        return False
