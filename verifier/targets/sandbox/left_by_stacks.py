"""What a run's stacks have left because their templates say so: by their events, whoever deleted them.

Their names may be CloudFormation's own, which no journal knows.
"""

import re
from collections.abc import Iterator

from verifier.targets.aws.leftovers import left_by
from verifier.targets.aws.stacks import GONE, Event, Stacks
from verifier.targets.creation import Creation, has_stage
from verifier.targets.sandbox.account import AccountAdministrator
from verifier.targets.sandbox.kinds import STACK, TYPES
from verifier.targets.sandbox.trouble import unavailable

# The ids of some are ARNs or addresses, at the end of which the name stands; not so a secret's.
_LONG_ID = re.compile(r"(?:arn:(?!.*:secretsmanager:)|https:).*[:/]")


def events_of_left(one: Creation, administrator: AccountAdministrator) -> tuple[Event, ...]:
    """The last event of each thing that the stack ``one`` left when it was deleted.

    Only of one whose name has the run's stage in it: others may have been somebody else's. Raises botocore's
    errors.
    """
    elsewhere = one.account and one.account != administrator.account
    if one.what != STACK or not has_stage(one) or elsewhere:
        return ()
    region, stacks = one.region or administrator.region, Stacks(administrator.client)
    client = administrator.client("cloudformation", region)
    pages = client.get_paginator("list_stacks").paginate(StackStatusFilter=[GONE])
    rows = [row for page in pages for row in page["StackSummaries"]]
    deleted = [row["StackId"] for row in rows if row["StackName"] == one.name]
    return tuple(event for stack in deleted for event in left_by(stacks.events(stack, region)))


def left_by_stack(one: Creation, administrator: AccountAdministrator) -> Iterator[Creation]:
    """The things themselves, of the kinds that are known. Raises UnavailableError when AWS does not tell."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        events = events_of_left(one, administrator)
    except (BotoCoreError, ClientError, OSError) as error:
        raise unavailable(error, f"what the stack {one.name} has left (cloudformation:ListStacks)") from None
    for event in events:
        if event.type in TYPES:
            name = _LONG_ID.sub("", event.physical_id)
            yield Creation(TYPES[event.type][0], name, event.region, one.account, one.run)
