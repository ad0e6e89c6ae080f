"""Policy documents and their meaning, and the catalogue of actions."""
