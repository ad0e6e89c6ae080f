"""Programs of the user's that give credentials (``credential_process``): waited for, but not for ever.

botocore waits without a limit. A program keeps the terminal, as a person may have to log in meanwhile.
"""

import subprocess
from typing import Any

PATIENCE_SECONDS = 300.0


class ProgramTooSlowError(Exception):
    """A program gave no credentials within ``PATIENCE_SECONDS``, and was ended."""


class _Program(subprocess.Popen[bytes]):
    def communicate(self, input: bytes | None = None, timeout: float | None = None) -> tuple[bytes, bytes]:
        """What it says. Raises ProgramTooSlowError."""
        try:
            return super().communicate(input, timeout or PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            self.wait()
            for pipe in (self.stdout, self.stderr):
                if pipe is not None:
                    pipe.close()  # what the program began may still hold the other end
            raise ProgramTooSlowError from None


def limit_programs(resolver: Any) -> None:
    """Let botocore's ``resolver`` of credentials wait for no program longer, of whatever profile."""
    resolver.get_provider("custom-process")._popen = _Program
    sources = resolver.get_provider("assume-role")._profile_provider_builder
    create = sources._create_process_provider

    def created(profile_name: str) -> Any:
        provider = create(profile_name)
        provider._popen = _Program
        return provider

    sources._create_process_provider = created
