"""The emulator in this process."""

from verifier.authorization.operation import Operation
from verifier.emulator.interface import Emulator


def embedded(partition: str) -> Emulator:
    """moto, for callers of ``partition``. Its state is the process's: two of these share their accounts."""
    # Importing it takes a moment, which only a running gateway pays for.
    from verifier.emulator.moto.identities import MotoIdentities
    from verifier.emulator.moto.layers import place_layer
    from verifier.emulator.moto.upstream import MotoUpstream

    upstream = MotoUpstream()
    return Emulator(upstream, MotoIdentities(partition), upstream.forget, place_layer)


def has_fixed_answer(operation: Operation) -> bool:
    """Whether the answer to ``operation`` is the same whatever the state."""
    from verifier.emulator.moto.gaps import fixed_answers

    return (operation.service, operation.name) in fixed_answers()
