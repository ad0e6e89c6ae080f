"""What carries operations out and keeps their state, behind one seam: ``interface.py``."""
