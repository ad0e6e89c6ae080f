"""The embedded target: gateway, provisioner and emulator in this process; nothing leaves the machine."""

from typing import Any

from verifier.emulator.embedded import embedded
from verifier.emulator.partitions import partition_of
from verifier.targets.compiled import CompiledStack, compiled_stacks
from verifier.targets.emulated import EmulatedTarget


class EmbeddedTarget(EmulatedTarget):
    """The emulator of this process; ``settings`` are those of ``EmulatedTarget``."""

    name = "embedded"
    _about_invoking = ("no function is run here: whoever invokes one is answered as if it had returned null",)

    def __init__(self, *, region: str, partition: str | None = None, **settings: Any) -> None:
        partition = partition or partition_of(region)
        super().__init__(embedded(partition), region=region, partition=partition, **settings)

    def compiled(self) -> tuple[CompiledStack, ...]:
        """The stacks of the last trial that a compiled service template was deployed to."""
        return compiled_stacks(self._gateway)
