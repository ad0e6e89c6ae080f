"""The user's folder: what is read of it, the private copy, its revisions."""
