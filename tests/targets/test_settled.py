"""Why a stack failed, once all have settled."""

from collections.abc import Mapping

import pytest

from verifier.targets.interface import StackEvent
from verifier.targets.settled import settled_failure


def stack(status: str, reason: str = "", name: str = "s") -> StackEvent:
    return StackEvent(name, name, "AWS::CloudFormation::Stack", status, reason, is_stack=True)


def resource(status: str, reason: str = "", name: str = "s", logical_id: str = "R") -> StackEvent:
    return StackEvent(name, logical_id, "AWS::X::Y", status, reason, is_stack=False)


@pytest.mark.parametrize(
    ("events", "stacks", "failure"),
    [
        ([], {}, None),
        ([stack("CREATE_COMPLETE")], {"s": "CREATE_COMPLETE"}, None),
        ([resource("CREATE_FAILED", "no")], {"s": "CREATE_IN_PROGRESS"}, None),
        ([stack("ROLLBACK_IN_PROGRESS", "no")], {"s": "ROLLBACK_IN_PROGRESS"}, None),
        (
            [
                stack("CREATE_IN_PROGRESS"),
                stack("ROLLBACK_IN_PROGRESS", "Outputs no."),
                stack("ROLLBACK_COMPLETE"),
            ],
            {"s": "ROLLBACK_COMPLETE"},
            "stack s is ROLLBACK_COMPLETE: Outputs no.",
        ),
        (
            [
                resource("CREATE_FAILED", "no"),
                resource("CREATE_FAILED", "Resource creation cancelled", logical_id="Q"),
                stack("UPDATE_ROLLBACK_IN_PROGRESS", "failed: [R]"),
                stack("UPDATE_ROLLBACK_COMPLETE"),
            ],
            {"s": "UPDATE_ROLLBACK_COMPLETE", "t": "CREATE_COMPLETE", "u": "REVIEW_IN_PROGRESS"},
            "stack s is UPDATE_ROLLBACK_COMPLETE: R (AWS::X::Y) CREATE_FAILED: no",
        ),
        ([stack("DELETE_FAILED")], {"s": "DELETE_FAILED"}, "stack s is DELETE_FAILED: no reason is given"),
        # Another one is still worked on.
        ([stack("CREATE_FAILED", "no")], {"s": "CREATE_FAILED", "t": "UPDATE_IN_PROGRESS"}, None),
        # What failed was made again.
        ([stack("ROLLBACK_COMPLETE"), stack("CREATE_COMPLETE")], {"s": "CREATE_COMPLETE"}, None),
        # It failed before this phase.
        ([stack("CREATE_COMPLETE", name="t")], {"s": "ROLLBACK_COMPLETE", "t": "CREATE_COMPLETE"}, None),
    ],
)
def test_the_reason(events: list[StackEvent], stacks: Mapping[str, str], failure: str | None) -> None:
    assert settled_failure(events, stacks) == failure
