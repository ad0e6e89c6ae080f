"""``verifier --version``: ours, and the versions of what the model is made of."""

import argparse
from collections.abc import Mapping
from typing import Any

from verifier import __version__


class ShowVersion(argparse.Action):
    """Prints the versions and ends; what they are read from is loaded only then."""

    def __init__(self, option_strings: list[str], dest: str) -> None:
        super().__init__(
            option_strings,
            argparse.SUPPRESS,
            nargs=0,
            help="the versions of this, of the model and of its data",
        )

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Print them on standard output. Raises SystemExit."""
        print(versions())
        parser.exit()


def versions() -> str:
    """Our version; the digests of our own rules; the packages and the day of AWS's data. A line each."""
    from verifier.baseline.made_with import data, model

    return "\n".join(
        [f"verifier {__version__}", f"model: {_listed(model())}", f"data of AWS: {_listed(data())}"]
    )


def _listed(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())
