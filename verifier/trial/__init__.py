"""One service's life under one candidate, and what must be there for it."""
