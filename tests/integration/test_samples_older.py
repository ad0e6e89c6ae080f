"""A quarter of the sample services with the older frameworks, for real, in a shorter life.

These are the ones of which the frameworks themselves call most. http-api is converged with them in
test_frameworks.py; function-url, queue-worker and scheduled live their whole life with them in
test_night.py.
"""

from typing import Any

import pytest

from tests.integration.lab import ROOT, converge

pytestmark = pytest.mark.integration

QUARTER = ("bucket-events", "kitchen-sink", "rest-api", "user-pool", "websocket")
PHASES = ["deploy", "redeploy", "remove"]
FRAMEWORKS = ("osls@3.77.1", "serverless@3.40.0")


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("name", QUARTER)
def test_it_is_sufficient_in_two_rounds_without_an_upper_bound(name: str, framework: str) -> None:
    options = ("--framework", framework, "--phases", ",".join(PHASES))
    code, found = converge(ROOT / "sample_services" / name, *options)
    assert (code, found["verdict"]) == (0, "sufficient"), found["reason"]
    assert "@".join(found["framework"].values()) == framework
    assert [item["mode"] for item in found["rounds"]] == ["observe", "strict"]
    for item in found["rounds"]:
        assert [phase["phase"] for phase in item["phases"]] == PHASES
    assert found["superfluous"] == []
    assert evidence_of(found) == {framework}
    assert {permission["certainty"] for permission in found["permissions"]} == {"call", "likely"}


def evidence_of(found: dict[str, Any]) -> set[str]:
    """The frameworks that the permissions' evidence names."""
    return {
        framework
        for permission in found["permissions"]
        for item in permission["evidence"]
        for framework in item["frameworks"]
    }
