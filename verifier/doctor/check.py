"""What one look at the machine found."""

from dataclasses import dataclass

from verifier.errors import UnavailableError


@dataclass(frozen=True)
class Check:
    """Whether something can be used: what was found, and how to mend it where it cannot be used."""

    name: str
    ok: bool
    says: str
    mend: str = ""

    @property
    def line(self) -> str:
        """For a person."""
        return (
            f"{'ok' if self.ok else 'no'}  {self.name:<11}{'; '.join(filter(None, (self.says, self.mend)))}"
        )


def failed(name: str, error: UnavailableError) -> Check:
    """The check that found ``error``, whose words end in how to mend it."""
    says, _, mend = str(error).rpartition("; ")
    return Check(name, False, says or mend, mend if says else "")
