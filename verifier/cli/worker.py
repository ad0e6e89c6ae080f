"""One command of many that run side by side: it ends, in order, when the process that started it does."""

import os
import signal
import sys

from verifier.cli import entry_point
from verifier.framework.descendants import prctl

_SET_PARENT_DEATH_SIGNAL = 1


def main() -> None:
    """Run the command in ``sys.argv`` as the ``verifier`` script does."""
    parent = os.getppid()
    prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
    if parent == 1 or os.getppid() != parent:
        sys.exit(signal.SIGTERM + 128)
    entry_point()


if __name__ == "__main__":
    main()
