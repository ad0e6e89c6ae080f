"""An emulator that runs somewhere else and is spoken to over HTTP: LocalStack and its like."""
