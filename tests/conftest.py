"""Hypothesis without clocks: the machine that runs the tests may be busy with others.

It stands here, above all rooms, so that it holds for each test whichever of them are run, and in which order.
"""

from hypothesis import HealthCheck, settings

settings.register_profile("no clocks", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no clocks")
