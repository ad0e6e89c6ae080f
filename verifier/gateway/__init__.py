"""The front door: HTTP to operation, caller, decision, answer."""
