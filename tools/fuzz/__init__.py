"""Inputs that nobody wrote, for everything that reads what somebody else wrote.

python -m tools.fuzz --seconds 20 [--inputs 10000] [TARGET ...]
"""
