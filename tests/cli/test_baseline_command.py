"""``verifier baseline`` on made-up trials: exit codes, what is printed, what is written."""

import argparse
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.loop.worlds import LIKELY, READ, WRITE, Need, World
from tests.trial.rooms import write_service
from verifier.authorization.authorizer import Mode
from verifier.cli import main, setup
from verifier.errors import ExitCode, UnavailableError
from verifier.framework.framework import Framework
from verifier.framework.machine import Machine
from verifier.service.service import load_service
from verifier.trial.interface import Candidate, Listener, TrialResult
from verifier.trial.trials import Options

FILES = ["evidence.json", "policy.json"]


@dataclass
class Shops:
    """Services whose trials are a made-up world."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    version: str = "4.3.1"
    command: tuple[str, ...] = ("baseline",)
    missing: str = ""
    """A tool that cannot be had."""

    def run(self, world: World, *arguments: str) -> tuple[ExitCode, str, str]:
        """The exit code, stdout and stderr of `verifier COMMAND ARGUMENTS`."""

        def prepare(args: argparse.Namespace, _: Any) -> setup.Setup:
            if args.framework == self.missing:
                raise UnavailableError(f"{self.missing} cannot be installed; try again")
            name, _, version = args.framework.partition("@")
            tool = Framework("osls" if name == "auto" else name, version or self.version, ())
            machine = Machine({}, Path("/nowhere"))
            options = Options(seed=args.seed == "auto")
            return setup.Setup(load_service(args.service), tool, options, args.target, machine)

        @contextmanager
        def running(made: setup.Setup, *_: Any) -> Iterator[World]:
            world.seeds = made.options.seed
            yield world

        self.monkeypatch.setattr("verifier.cli.lives.prepare", prepare)
        self.monkeypatch.setattr("verifier.cli.lives.running", running)
        self.monkeypatch.chdir(self.folder)
        code = main([*self.command, *arguments])
        return code, *self.capsys.readouterr()

    def row(self, world: World, *arguments: str) -> tuple[ExitCode, dict[str, Any]]:
        code, out, _ = self.run(world, *arguments, "--format", "json")
        (row,) = json.loads(out)["services"]
        return code, row

    def files(self, name: str = "shop") -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.folder / name / "baseline").iterdir()}


@pytest.fixture
def shops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shops:
    write_service(tmp_path / "shop")
    return Shops(tmp_path, monkeypatch, capsys)


UNTAGGED = "Retrying request without including tags"


class Untagged(World):
    """AWS goes on without tags, and says so."""

    def run(self, candidate: Candidate, mode: Mode, listener: Listener) -> TrialResult:
        trial = super().run(candidate, mode, listener)
        return replace(trial, phases=tuple(replace(one, warnings=(UNTAGGED,)) for one in trial.phases))


def asking(*needs: Need) -> World:
    return World(lambda _: needs)


def test_what_is_written_is_true_and_stays_as_it_is(shops: Shops) -> None:
    code, row = shops.row(asking(READ), "update", "shop")
    assert (code, row["outcome"], row["permissions"]) == (ExitCode.OK, "written", 1)
    before = shops.files()
    assert sorted(before) == FILES
    code, row = shops.row(asking(READ), "check")
    assert (code, row["outcome"], row["confirmed"]) == (ExitCode.OK, "no drift", True)
    code, row = shops.row(asking(READ), "update")
    assert (code, row["outcome"], shops.files()) == (ExitCode.OK, "unchanged", before)


@pytest.mark.parametrize(
    ("needs", "came", "went", "confirmed"),
    [
        ([READ, WRITE], ["s3:PutObject"], [], False),
        ([READ, LIKELY], ["s3:GetBucketAcl"], [], True),
        ([WRITE], ["s3:PutObject"], ["s3:GetObject"], False),
    ],
)
def test_drift_is_told_and_nothing_is_written(
    shops: Shops, needs: list[Need], came: list[str], went: list[str], confirmed: bool
) -> None:
    shops.run(asking(READ), "update", "shop")
    before = shops.files()
    code, row = shops.row(asking(*needs), "check", "shop")
    assert (code, row["outcome"], row["confirmed"]) == (ExitCode.DRIFT, "drift", confirmed)
    assert [item["action"] for item in row["came"]] == came
    assert [item["action"] for item in row["went"]] == went
    assert shops.files() == before


@pytest.mark.parametrize("needs", [[READ], [READ, WRITE]], ids=["passes", "is not enough"])
def test_what_aws_went_on_without_is_a_finding_of_each_check(shops: Shops, needs: list[Need]) -> None:
    shops.run(asking(READ), "update", "shop")
    world = Untagged(lambda _: needs)
    _, row = shops.row(world, "check", "shop")
    assert row["warnings"] == [f"deploy: {UNTAGGED}"]
    out = shops.run(Untagged(lambda _: needs), "check", "shop")[1]
    assert f"refused, and AWS went on without it: deploy: {UNTAGGED}" in out
    out = shops.run(Untagged(lambda _: needs), "check", "shop", "--format", "markdown")[1]
    assert f"- `shop`: deploy: {UNTAGGED}" in out


@pytest.mark.parametrize("spoilt", ["taken out", "put in"])
def test_a_policy_changed_by_hand_is_drift(shops: Shops, spoilt: str) -> None:
    shops.run(asking(READ, WRITE), "update", "shop")
    path = shops.folder / "shop" / "baseline" / "policy.json"
    policy = json.loads(path.read_text(encoding="utf-8"))
    actions = policy["Statement"][0]["Action"]
    actions[:] = ["s3:GetObject"] if spoilt == "taken out" else [*actions, "s3:DeleteObject"]
    path.write_text(json.dumps(policy), encoding="utf-8")
    code, row = shops.row(asking(READ, WRITE), "check", "shop")
    differences = row["came"] if spoilt == "taken out" else row["went"]
    (one,) = differences
    assert (code, one["cause"]) == (ExitCode.DRIFT, "baseline")
    assert one["action"] == ("s3:PutObject" if spoilt == "taken out" else "s3:DeleteObject")
    code, out, _ = shops.run(asking(READ, WRITE), "check", "shop", "--format", "markdown")
    assert f"| `{one['action']}` |" in out
    code, out, _ = shops.run(asking(READ, WRITE), "check", "shop")
    assert code is ExitCode.DRIFT
    assert "baseline: policy.json was changed by hand" in out


def test_a_newer_tool_is_the_cause_of_what_it_asks_more(shops: Shops) -> None:
    shops.run(asking(READ), "update", "shop")
    shops.version = "4.4.0"
    _, row = shops.row(asking(READ, WRITE), "check", "shop")
    assert row["changed"] == ["osls 4.3.1 -> osls 4.4.0"]
    assert row["came"][0]["cause"] == "framework"


def test_a_run_that_says_nothing_is_no_drift_and_writes_nothing(shops: Shops) -> None:
    shops.run(asking(READ), "update", "shop")
    before = shops.files()
    for command in ("check", "update"):
        broken = World(lambda _: [READ], problems=["the network is gone"] * 9)
        code, row = shops.row(broken, command, "shop")
        assert (code, row["outcome"]) == (ExitCode.INCONCLUSIVE, "inconclusive")
        assert "the network is gone" in row["reason"]
    assert shops.files() == before


def test_what_cannot_be_read_is_made_anew_as_it_is_told(shops: Shops) -> None:
    shops.run(asking(READ), "update", "shop")
    before = shops.files()
    folder = shops.folder / "shop" / "baseline"
    (folder / "policy.json").write_text("{", encoding="utf-8")
    assert shops.run(asking(READ), "check", "shop")[0] is ExitCode.USAGE
    assert shops.run(asking(READ), "update", "shop")[0] is ExitCode.OK
    (folder / "evidence.json").write_text("[]", encoding="utf-8")
    for command in ("check", "update"):
        code, _, err = shops.run(asking(READ), command, "shop")
        assert code is ExitCode.USAGE
        assert "remove it, then write it anew" in err
    (folder / "evidence.json").unlink()
    assert "no baseline/evidence.json; write both" in shops.run(asking(READ), "check", "shop")[2]
    assert shops.run(asking(READ), "update", "shop")[0] is ExitCode.OK
    assert shops.files() == before


def test_several_tools_are_kept_and_run_again(shops: Shops) -> None:
    code, row = shops.row(asking(READ), "update", "shop", "--frameworks", "auto,osls@3.77.1")
    assert row["frameworks"] == ["osls@3.77.1", "osls@4.3.1"]
    _, out, _ = shops.run(asking(), "list", "--format", "json")
    assert json.loads(out) == [{"folder": "shop", "service": "shop", "frameworks": ["osls@3.77.1", "auto"]}]
    world = asking(READ)
    code, row = shops.row(world, "check")
    assert (code, len(world.modes)) == (ExitCode.OK, 2)
    world = asking(READ)
    code, row = shops.row(world, "check", "--frameworks", "auto")
    assert (code, len(world.modes), row["frameworks"]) == (ExitCode.OK, 1, ["osls@4.3.1"])
    code, _, err = shops.run(asking(READ), "check", "--frameworks", "osls@4.3.1,osls@4.2.0")
    assert code is ExitCode.USAGE
    assert "one of each major version" in err


def test_a_tool_that_two_words_name_lives_once_and_both_are_kept(shops: Shops) -> None:
    """A frameworkVersion may make auto just what is named beside it, for a time."""
    three = ("--frameworks", "auto,osls@3.77.1,serverless@3.40.0")
    shops.run(asking(READ), "update", "shop", *three)
    shops.version = "3.77.1"
    world = asking(READ)
    code, row = shops.row(world, "check")
    assert (code, len(world.modes)) == (ExitCode.OK, 2)
    assert (row["frameworks"], row["changed"]) == (
        ["osls@3.77.1", "serverless@3.40.0"],
        ["osls 4.3.1 -> osls 3.77.1"],
    )
    shops.run(asking(READ), "update", "shop")
    (made,) = json.loads(shops.run(asking(), "list", "--format", "json")[1])
    assert sorted(made["frameworks"]) == sorted(three[1].split(","))
    shops.version = "3.78.0"
    assert "one of each major version" in shops.run(asking(READ), "check")[2]


def test_of_several_tools_the_one_that_could_not_be_run_is_named(shops: Shops) -> None:
    broken = World(lambda _: [READ], problems=[None, None, *["the network is gone"] * 9])
    code, row = shops.row(broken, "update", "shop", "--frameworks", "auto,osls@3.77.1")
    assert code is ExitCode.INCONCLUSIVE
    assert row["reason"].startswith("under osls 3.77.1: ")


def test_a_tool_that_cannot_be_had_hides_no_drift_under_another(shops: Shops) -> None:
    shops.run(asking(READ), "update", "shop", "--frameworks", "auto,osls@3.77.1")
    shops.missing = "osls@3.77.1"
    code, row = shops.row(asking(READ, WRITE), "check", "shop")
    assert (code, row["outcome"], row["frameworks"]) == (ExitCode.DRIFT, "drift", ["osls@4.3.1"])
    assert ([item["action"] for item in row["came"]], row["went"]) == (["s3:PutObject"], [])
    why = "under osls@3.77.1: osls@3.77.1 cannot be installed; try again"
    assert (row["reason"], row["confirmed"]) == (why, False)
    for form in ("text", "markdown"):
        out = shops.run(asking(READ, WRITE), "check", "shop", "--format", form)[1]
        assert f"drift: 1 came, 0 went; and {why}" in out.replace("\\", "")
    code, row = shops.row(asking(READ), "check", "shop")
    assert (code, row["outcome"], row["reason"]) == (ExitCode.UNAVAILABLE, "unavailable", why)
    before = shops.files()
    assert shops.run(asking(READ, WRITE), "update", "shop")[0] is ExitCode.UNAVAILABLE
    assert shops.files() == before


def test_where_no_tool_can_be_had_it_is_said_once(shops: Shops) -> None:
    shops.run(asking(READ), "update", "shop", "--frameworks", "osls@3.77.1")
    shops.missing = "osls@3.77.1"
    code, out, err = shops.run(asking(READ), "check", "shop")
    assert (code, out) == (ExitCode.UNAVAILABLE, "")
    assert err.count("osls@3.77.1 cannot be installed; try again") == 1


def test_a_life_that_says_nothing_hides_no_drift_under_another(shops: Shops) -> None:
    """The tools live in the order of their names: the first one's network is gone."""
    shops.run(asking(READ), "update", "shop", "--frameworks", "auto,osls@3.77.1")
    broken = World(lambda _: [READ, WRITE], problems=["the network is gone"] * 2)
    code, row = shops.row(broken, "check", "shop")
    assert (code, row["frameworks"]) == (ExitCode.DRIFT, ["osls@4.3.1"])
    assert row["reason"].startswith("under osls 3.77.1: ")
    assert "the network is gone" in row["reason"]


def test_the_list_is_one_line_for_a_matrix_or_a_line_each(shops: Shops) -> None:
    _, out, _ = shops.run(asking(), "list", "--format", "json")
    assert out == "[]\n"
    shops.run(asking(READ), "update", "shop")
    _, out, _ = shops.run(asking(), "list", "--format", "json")
    assert out.count("\n") == 1
    assert shops.run(asking(), "list")[1] == "shop\n"


def test_a_broken_baseline_keeps_no_other_from_the_list(shops: Shops) -> None:
    shops.run(asking(READ), "update", "shop")
    broken = Path(shutil.copytree(shops.folder / "shop", shops.folder / "broken"))
    (broken / "baseline" / "policy.json").write_text("{", encoding="utf-8")
    code, out, err = shops.run(asking(), "list", "--format", "json")
    assert code is ExitCode.OK
    assert [row["folder"] for row in json.loads(out)] == ["broken", "shop"]
    assert json.loads(out)[0] == {"folder": "broken", "service": "broken", "frameworks": []}
    assert err.startswith("note: broken/baseline/policy.json: not valid JSON")
    assert shops.run(asking(READ), "check", "broken")[0] is ExitCode.USAGE


@pytest.mark.parametrize(
    ("machines", "shares"),
    [
        ("1", [["a", "b", "c", "d", "e"]]),
        ("2", [["a", "c", "e"], ["b", "d"]]),
        ("5", [["a"], ["b"], ["c"], ["d"], ["e"]]),
        ("200", [["a"], ["b"], ["c"], ["d"], ["e"]]),
    ],
)
def test_services_are_spread_over_machines(shops: Shops, machines: str, shares: list[list[str]]) -> None:
    for name in "abcde":
        write_service(shops.folder / name)
        shops.run(asking(READ), "update", name)
    _, out, _ = shops.run(asking(), "list", "--format", "json", "--machines", machines)
    rows = json.loads(out)
    assert [row["folders"].split("\n") for row in rows] == shares
    more = {1: "shop", 2: "shop and 1 more", 3: "shop and 2 more", 5: "shop and 4 more"}
    assert [row["name"] for row in rows] == [more[len(share)] for share in shares]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("list", "--machines", "2"), "--machines 2: give 1 or more, and --format json"),
        (("list", "--format", "json", "--machines", "0"), "--machines 0: give 1 or more"),
        (("check",), "no service with a baseline below this folder"),
        (("check", "shop"), "make one with verifier baseline update"),
        (("check", "--", "-a 'b'"), """verifier baseline update -- '-a '"'"'b'"'"''"""),
        (("check", "shop", "-j", "0"), "-j 0: give a number from 1 to 64"),
        (("update", "shop", "--frameworks", ","), "--frameworks: give auto"),
        (("check", "nowhere"), "nowhere: no such folder; give one with serverless.yml and a baseline"),
        (("list", "nowhere"), "no such folder"),
    ],
)
def test_bad_input_is_one_line(shops: Shops, arguments: tuple[str, ...], words: str) -> None:
    (shops.folder / "-a 'b'").mkdir()
    code, out, err = shops.run(asking(READ), *arguments)
    assert (code, out) == (ExitCode.USAGE, "")
    (line,) = [line for line in err.splitlines() if line.startswith("verifier: ")]
    assert words in line


def test_values_of_variables_reach_processes_by_their_environment_alone(
    shops: Shops, monkeypatch: pytest.MonkeyPatch
) -> None:
    from verifier.baseline import fleet

    seen: list[fleet.Fleet] = []

    def run(self: fleet.Fleet, folders: Any) -> Iterator[dict[str, Any]]:
        seen.append(self)
        yield from ({"folder": one, "outcome": "no drift", "exitCode": 0, "reason": ""} for one in folders)

    monkeypatch.setattr(fleet.Fleet, "run", run)
    code, out, err = shops.run(asking(), "check", "a", "b", "--env", "TOKEN=s3cr3t", "--frameworks", "auto")
    assert (code, out.splitlines()[-1]) == (ExitCode.OK, "2 services: 2 no drift")
    assert "[2/2] b: no drift" in err
    assert not any("s3cr3t" in word for word in seen[0].options)
    assert seen[0].environment["TOKEN"] == "s3cr3t"
    assert "--env" in seen[0].options
    assert "s3cr3t" not in repr(seen[0])
