"""Hypothesis without clocks: the machine that runs the tests may be busy with others.

It stands here, above all rooms, so that it holds for each test whichever of them are run, and in which order.
With VERIFIER_SEED its examples are the same each time: a new find is for who looks for one (a plain
``make test``, and each night), not for whoever submits next (``.ci/run``).
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "no clocks",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="VERIFIER_SEED" in os.environ,
)
settings.load_profile("no clocks")
