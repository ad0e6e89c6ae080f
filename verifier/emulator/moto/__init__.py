"""moto, an emulator in this process. Nothing outside of ``verifier.emulator`` knows of it."""
