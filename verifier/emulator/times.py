"""AWS's ways of writing a time."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any


def read_time(value: Any) -> datetime:
    """A time in any form of AWS's protocols (ISO 8601, RFC 822, seconds), in UTC; one without a zone is UTC.

    botocore's own reader is slow, and gives the machine's zone. Raises ValueError.
    """
    from botocore.utils import parse_timestamp

    if isinstance(value, str) and value.endswith("GMT"):
        return parsedate_to_datetime(value)
    if isinstance(value, str) and "T" in value:
        read = datetime.fromisoformat(value)
    else:
        read = parse_timestamp(value)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
