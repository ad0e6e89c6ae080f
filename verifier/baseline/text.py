"""What became of services in lines for a person: while they run, and at the end."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from verifier.report.drifted import drift_lines


def text(rows: Sequence[dict[str, Any]]) -> str:
    """The whole result, a paragraph each where there is more to say than a line."""
    lines = [_one_line(line) for row in rows for line in _service(row)]
    if len(rows) > 1:
        lines.append(tally(rows))
    return "\n".join(lines) + "\n"


def tally(rows: Iterable[dict[str, Any]]) -> str:
    """How many services ended how."""
    counts = Counter(str(row["outcome"]) for row in rows)
    said = ", ".join(f"{number} {outcome}" for outcome, number in sorted(counts.items()))
    of = sum(counts.values())
    return f"{of} service{'' if of == 1 else 's'}: {said}"


def headline(row: dict[str, Any]) -> str:
    """What became of one service, in a few words."""
    if row["outcome"] == "drift":
        also = f"; and {row['reason']}" if row["reason"] else ""
        return f"drift: {len(row['came'])} came, {len(row['went'])} went{also}"
    if row["reason"]:
        return f"{row['outcome']}: {row['reason']}"
    return str(row["outcome"])


def progress_line(row: dict[str, Any], ended: int, of: int, seconds: float) -> str:
    """A line when a service ends, with the time that is left after ``seconds``."""
    left = remaining(seconds, ended, of)
    rest = f"; about {in_words(left)} left" if ended < of else f"; {in_words(seconds)} in all"
    return _one_line(f"[{ended}/{of}] {row['folder']}: {headline(row)}{rest}")


def _one_line(text: str) -> str:
    """A name with a line break says nothing in a line of its own."""
    return text.replace("\n", " ")


def _service(row: dict[str, Any]) -> Iterator[str]:
    frameworks = ", ".join(row.get("frameworks", ()))
    tools = f" ({row['permissions']} permissions, {frameworks})" if "permissions" in row else ""
    yield f"{row['folder']}: {headline(row)}{tools}"
    for line in row.get("announced", ()):
        yield f"  new since: {line}"
    for line in row.get("warnings", ()):
        yield f"  refused, and AWS went on without it: {line}"
    if row["outcome"] != "drift":
        return
    confirmed = "is enough" if row["confirmed"] else "is not enough"
    yield f"  the committed policy {confirmed} for a deploy"
    yield f"  changed since: {'; '.join(row['changed']) or 'nothing that is compared'}"
    for what, why in drift_lines(row):
        yield f"  {what}"
        yield f"    {why}"


def remaining(seconds: float, ended: int, of: int) -> float:
    """How long the others will take when ``ended`` of all took ``seconds``."""
    return seconds / ended * (of - ended)


def in_words(seconds: float) -> str:
    """A time as a person says it."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
