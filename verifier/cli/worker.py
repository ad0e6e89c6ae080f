"""One command of many that run side by side: it ends, in order, when the process that started it does.

``python -m verifier.cli.worker PARENT ARGUMENTS...``; PARENT is the number of that process.
"""

import os
import signal
import sys

from verifier.cli import entry_point
from verifier.framework.descendants import prctl

_SET_PARENT_DEATH_SIGNAL = 1


def main() -> None:
    """Run the command in ``sys.argv`` as the ``verifier`` script does."""
    parent = int(sys.argv.pop(1))
    # Who started all of this may ignore it; to us it says that nobody wants us any more.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
    if os.getppid() != parent:
        # It ended before it could have told us.
        os.kill(os.getpid(), signal.SIGTERM)
    entry_point()


if __name__ == "__main__":
    main()
