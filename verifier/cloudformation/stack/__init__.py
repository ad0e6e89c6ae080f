"""The engine: plan, waves, events, rollback."""
