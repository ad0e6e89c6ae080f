"""Baselines: the committed policy of a service with its evidence, and what drifted away from it and why."""
