"""What the redeploy and the failing update change: the service's own overlays, or a small change of ours.

Without an overlay each function's code and one configuration value are changed, so that the framework
does not skip the deploy and each function is really updated.
"""

from verifier.service.code_change import change_code
from verifier.service.configuration_change import change_configuration
from verifier.service.functions import functions_of
from verifier.service.private_copy import MARKER, RESOLVER, PrivateCopy


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
        if not change_code(copy.folder, functions, number):
            (copy.folder / MARKER).write_text(f"revision {number}\n", encoding="utf-8")
        change_configuration(copy.config, number, has_functions=bool(functions))
        for path in (copy.folder / MARKER, copy.folder / RESOLVER, copy.config):
            copy.hand_over(path)
