"""What is in a stack: all of it, of which DescribeStackResources gives the first hundred alone."""

from collections.abc import Iterator, Mapping
from typing import Any


def stack_resources(client: Any, stack: str) -> Iterator[Mapping[str, Any]]:
    """Each row of ListStackResources about the stack with that name or id. Raises botocore's errors."""
    for page in client.get_paginator("list_stack_resources").paginate(StackName=stack):
        yield from page["StackResourceSummaries"]
