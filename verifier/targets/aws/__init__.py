"""The real AWS: a sandbox account, of which only the orchestrator holds the administrator's keys.

``room`` and ``target`` (the contract of interface.py), ``stacks``
(events, and what an end leaves), ``refusals`` (from events' words), ``traces`` (what AWS made up).
"""
