"""What a run's stacks have left because their templates say so: by their events, whoever deleted them."""

from collections.abc import Iterator

from verifier.targets.aws.leftovers import left_by
from verifier.targets.aws.stacks import GONE, Stacks
from verifier.targets.creation import Creation, has_stage
from verifier.targets.sandbox.account import AccountAdministrator
from verifier.targets.sandbox.kinds import STACK, TYPES
from verifier.targets.sandbox.trouble import unavailable


def left_by_stack(one: Creation, administrator: AccountAdministrator) -> Iterator[Creation]:
    """What is left of the stack ``one`` once it is deleted, as far as the kinds of things are known.

    Their names may be CloudFormation's own, which no journal knows. Only of a stack whose name has the run's
    stage in it: others may have been somebody else's. Raises UnavailableError when AWS does not tell.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    if one.what != STACK or not has_stage(one):
        return
    region = one.region or administrator.region
    try:
        for stack in _deleted(one.name, administrator, region):
            for event in left_by(Stacks(administrator.client).events(stack, region)):
                if event.type in TYPES:
                    yield Creation(TYPES[event.type][0], event.physical_id, region, one.account, one.run)
    except (BotoCoreError, ClientError, OSError) as error:
        raise unavailable(error, f"what the stack {one.name} has left (cloudformation:ListStacks)") from None


def _deleted(name: str, administrator: AccountAdministrator, region: str) -> list[str]:
    client = administrator.client("cloudformation", region)
    pages = client.get_paginator("list_stacks").paginate(StackStatusFilter=[GONE])
    rows = [row for page in pages for row in page["StackSummaries"]]
    return [row["StackId"] for row in rows if row["StackName"] == name]
