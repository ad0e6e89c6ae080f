"""``frameworkVersion``: which versions a service admits, and how a private copy says another one."""

import re
from functools import cache
from pathlib import Path

KEY = "frameworkVersion"
_SPACED_COMPARATOR = re.compile(r"([<>=~^]+)\s+(?=[v\dxX*])")


def is_range(wanted: str) -> bool:
    """Whether ``wanted`` is an npm version range that can be read."""
    from semantic_version import NpmSpec

    try:
        NpmSpec(_SPACED_COMPARATOR.sub(r"\1", wanted))
    except ValueError:
        return False
    return True


@cache
def admits(wanted: str, version: str) -> bool:
    """Whether an npm version range admits ``version``; a range that cannot be read admits nothing."""
    from semantic_version import NpmSpec, Version

    try:
        # npm allows a space after a comparator (">= 3"), this parser does not.
        return Version(version) in NpmSpec(_SPACED_COMPARATOR.sub(r"\1", wanted))
    except ValueError:
        return False


def pin(config: Path, version: str) -> None:
    """Make a configuration file (YAML or JSON) ask for exactly ``version``, if it asks for any.

    Only the value's own text is replaced; a configuration that is code stays as it is.
    """
    if config.suffix not in (".yml", ".yaml", ".json") or config.is_symlink() or not config.is_file():
        return
    text = config.read_text(encoding="utf-8")
    place = _place(text)
    if place is not None:
        start, end = place
        # A new file: whoever gave the old one a second name elsewhere keeps it as it was.
        config.unlink()
        config.write_text(f'{text[:start]}"{version}"{text[end:]}', encoding="utf-8")


def _place(text: str) -> tuple[int, int] | None:
    """Where the value stands in the text; JSON is read as the YAML that it is."""
    import yaml

    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return None
    if not isinstance(root, yaml.MappingNode):
        return None
    for key, value in root.value:
        if key.value == KEY and isinstance(value, yaml.ScalarNode):
            start, end = value.start_mark.index, value.end_mark.index
            # A block scalar ends with the line breaks after it; they stay.
            written = text[start:end].rstrip()
            return (start, start + len(written)) if written else None
    return None
