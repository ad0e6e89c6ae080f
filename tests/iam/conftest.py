"""Hypothesis without deadlines: the machine that runs the tests may be busy with others."""

from hypothesis import settings

settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
