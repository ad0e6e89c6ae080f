"""A result as text and as Markdown, in which names are only data."""

import re
from typing import Any

import pytest

from tests.baseline.evidences import baseline, by_tool, evidence, held
from verifier.baseline.ahead import ahead_markdown
from verifier.baseline.drift import compare
from verifier.baseline.markdown import code, markdown, plain
from verifier.baseline.row import checked, exit_code, failed, updated
from verifier.baseline.text import progress_line, text
from verifier.errors import ExitCode

LOOK = held("s3:GetBucketTagging", by_tool("s3:GetBucketTagging"))
SAME = checked("shops/a", evidence(), compare(baseline(evidence()), evidence()), confirmed=True)
DRIFTED = checked("shops/b", evidence(LOOK), compare(baseline(evidence()), evidence(LOOK)), confirmed=False)
UNCLEAR = failed("shops/c", ExitCode.INCONCLUSIVE, "deploy: the network is gone")


def test_text_says_what_came_and_why() -> None:
    assert text([SAME, DRIFTED, UNCLEAR]).splitlines() == [
        "shops/a: no drift (2 permissions, osls@4.3.1)",
        "shops/b: drift: 1 came, 0 went (3 permissions, osls@4.3.1)",
        "  the committed policy is not enough for a deploy",
        "  changed since: nothing that is compared",
        "  came: s3:GetBucketTagging on arn:{partition}:s3:::shop-{stage}-files",
        "    baseline: the tool itself now calls s3:GetBucketTagging; "
        "nothing has changed since, so the baseline was not as it was seen",
        "shops/c: inconclusive: deploy: the network is gone",
        "3 services: 1 drift, 1 inconclusive, 1 no drift",
    ]


def test_markdown_has_a_table_of_all_and_one_for_each_that_drifted() -> None:
    lines = markdown("check", [SAME, DRIFTED, UNCLEAR]).splitlines()
    assert lines[0] == "## Deploy policies, held against their baselines"
    assert "| `shops/a` | no drift | 2 | osls\\@4.3.1 |" in lines
    assert "### `shops/b`" in lines
    (came,) = [line for line in lines if line.startswith("| came |")]
    assert came.startswith(
        "| came | `s3:GetBucketTagging` | `arn:{partition}:s3:::shop-{stage}-files` | baseline |"
    )
    assert "written" in markdown("update", [updated("shops/a", evidence(), written=True)])
    assert markdown("check", [SAME]).splitlines()[2] == "1 service: 1 no drift"


@pytest.mark.parametrize(
    "name",
    [
        "<img src=x onerror=alert(1)>",
        "a`b",
        "a|b",
        "[x](javascript:y)",
        "a\n# b",
        "@team",
        "https://x",
        "www.x.org",
    ],
)
def test_a_hostile_name_is_only_a_name(name: str) -> None:
    row: dict[str, Any] = failed(name, ExitCode.USAGE, name)
    lines = markdown("check", [row]).splitlines()
    assert len(lines) == len(markdown("check", [failed("a", ExitCode.USAGE, "b")]).splitlines())
    assert lines[-1].replace("\\|", "").count("|") == 5
    assert code(name).count("`") == 2
    for special in ("<", ">", "`", "[", "]", "(", ")", "@", "#", "|", "://", "www."):
        assert special not in re.sub(r"\\.", "", plain(name))


@pytest.mark.parametrize(
    ("codes", "whole"),
    [
        ([0, 0], ExitCode.OK),
        ([0, 4, 11], ExitCode.DRIFT),
        ([0, 4, 2], ExitCode.INCONCLUSIVE),
        ([0, 2], ExitCode.USAGE),
        ([1, 4], ExitCode.BUG),
        ([3, 12], ExitCode.NOT_CONVERGED),
        ([11, 130], ExitCode.INTERRUPTED),
    ],
)
def test_many_services_end_in_the_gravest_of_their_ends(codes: list[int], whole: ExitCode) -> None:
    assert exit_code([failed("a", one, "") if one else SAME for one in codes]) is whole


def test_a_process_that_ended_by_a_signal_is_a_failure() -> None:
    assert failed("a", -9, "x")["exitCode"] == ExitCode.BUG


def test_progress_says_how_long_it_will_take() -> None:
    assert progress_line(SAME, 1, 5, 30.0) == "[1/5] shops/a: no drift; about 2 min left"
    assert progress_line(DRIFTED, 5, 5, 80.0) == "[5/5] shops/b: drift: 1 came, 0 went; 80 s in all"


def test_warnings_are_told_without_being_drift() -> None:
    same = compare(baseline(evidence()), evidence())
    row = checked("a", evidence(), same, confirmed=True, warnings=["deploy: no tags", "deploy: no tags"])
    assert (row["exitCode"], row["warnings"]) == (0, ["deploy: no tags"])
    assert "  refused, and AWS went on without it: deploy: no tags" in text([row]).splitlines()
    assert "- `a`: deploy: no tags" in markdown("check", [row]).splitlines()


def test_a_summary_has_every_service_and_only_as_much_as_github_takes() -> None:
    drifted = {**DRIFTED, "came": DRIFTED["came"] * 30}
    rows = [{**drifted, "folder": f"shops/dienst-ü-{number}"} for number in range(300)]
    summary = markdown("check", rows)
    assert 400_000 < len(summary.encode()) < 2**19
    assert all(f"| `{row['folder']}` | drift: 30 came, 0 went |" in summary for row in rows)
    assert summary.splitlines()[-1].startswith("More is left out here")
    assert "left out" not in markdown("check", rows[:20])
    refresh = {"newest": {}, "problem": "", "services": [{**row, "versions": "osls 1 -> 2"} for row in rows]}
    ahead = ahead_markdown(refresh)
    assert len((summary + ahead).encode()) < 2**20
    assert ahead.splitlines()[-1].startswith("More is left out here")


def test_a_line_break_in_a_name_makes_no_line_of_its_own() -> None:
    named = SAME | {"folder": "shops/a\nshops/b: no drift"}
    assert len(text([named]).splitlines()) == 1
    assert len(progress_line(named, 1, 1, 2.0).splitlines()) == 1
