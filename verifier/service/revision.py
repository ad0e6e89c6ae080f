"""What the redeploy, the retag and the failing update change: the service's own overlays, or little of ours.

Without an overlay each function's code and one configuration value are changed, so that the framework
does not skip the deploy and each function is really updated.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from verifier.service.code_change import change_code
from verifier.service.configuration_change import Edit, change_configuration
from verifier.service.functions import functions_of
from verifier.service.private_copy import MARKER, RESOLVER, RETAGGED, RETAGGED_RESOLVER, PrivateCopy
from verifier.service.put_back import put_back

VARIABLE = "VERIFIER_REVISION"
OUTPUT = "VerifierRevision"

_OF_FUNCTIONS = 3


def revise(copy: PrivateCopy, number: int) -> None:
    """Bring the private copy to revision ``number`` (1 for the redeploy, 2 for the failing update)."""
    overlay = copy.service.revision(number)
    if overlay is not None:
        copy.apply(overlay)
        return
    functions = functions_of(copy)
    copy.restore()
    if number == 1:
        # The failing update then goes back to the original files, which is a change again.
        _change(copy, functions, number)


def revise_functions(copy: PrivateCopy) -> None:
    """Change code and configuration of each function of the private copy, whatever revision it is at."""
    functions = functions_of(copy)
    if copy.service.revision(1) is None:
        # What we have changed ourselves is not changed a second time.
        copy.restore()
    _change(copy, functions, _OF_FUNCTIONS)


def _change(copy: PrivateCopy, functions: tuple[dict[str, Any], ...], number: int) -> None:
    if not change_code(copy.folder, functions, number):
        (copy.folder / MARKER).write_text(f"revision {number}\n", encoding="utf-8")
    change_configuration(copy.config, _value(number, has_functions=bool(functions)))
    for path in (copy.folder / MARKER, copy.folder / RESOLVER, copy.config):
        copy.hand_over(path)


def _value(number: int, *, has_functions: bool) -> Edit:
    """A variable of every function; what has none gets an output more in its template."""
    if has_functions:
        return Edit(("provider", "environment"), {VARIABLE: str(number)})
    return Edit(("resources", "Outputs"), {OUTPUT: {"Value": str(number)}})


@contextmanager
def tagging(copy: PrivateCopy) -> Iterator[Callable[[Mapping[str, str]], None]]:
    """A function that gives the stack these tags beside its own; afterwards it has its own alone.

    Raises InconclusiveError when something else stands in the configuration's place.
    """
    beside = (f"{RETAGGED}{copy.config.suffix}", RETAGGED_RESOLVER)
    with put_back(copy, *beside) as as_before:

        def tag(tags: Mapping[str, str]) -> None:
            as_before()
            change = Edit(("provider", "stackTags"), tags, RETAGGED, RETAGGED_RESOLVER)
            change_configuration(copy.config, change)
            for path in (copy.config, *(copy.folder / name for name in beside)):
                copy.hand_over(path)

        yield tag
