"""Hypothesis without clocks, for a machine that is busy with others; and Ctrl-C as at a terminal.

It stands here, above all rooms, so that it holds for each test whichever of them are run, and in which order.
With VERIFIER_SEED its examples are the same each time: a new find is for who looks for one (a plain
``make test``, and each night), not for whoever submits next (``.ci/run``).
"""

import os
import signal

from hypothesis import HealthCheck, settings

settings.register_profile(
    "no clocks",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="VERIFIER_SEED" in os.environ,
)
settings.load_profile("no clocks")

# A script's background job ignores Ctrl-C, and so would whatever a test starts and interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
