"""A result as JSON, as a summary, and the lines of its progress."""
