"""Handlers of the service."""
