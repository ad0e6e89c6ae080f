"""``python -m verifier``."""

from verifier.cli import entry_point

entry_point()
