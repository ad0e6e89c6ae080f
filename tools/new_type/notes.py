"""What the tool is unsure of: said in the draft where it stands, never guessed in silence."""

from dataclasses import dataclass, field

HEAD = ""


@dataclass
class Notes:
    """Open questions by the place that they are about: a field of the kind ("members"), or a part's number.

    ``HEAD`` is the draft as a whole.
    """

    by_place: dict[str, list[str]] = field(default_factory=dict)

    def open(self, place: str, question: str) -> None:
        """Write a question down, once."""
        questions = self.by_place.setdefault(place, [])
        if question not in questions:
            questions.append(question)

    def of(self, place: str) -> list[str]:
        """The questions about a place."""
        return self.by_place.get(place, [])
