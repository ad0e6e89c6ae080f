"""``verifier init`` on made-up trials: what is written, what is never written over, what is left to do."""

import json
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.test_baseline_command import Shops, asking
from tests.loop.worlds import PROVENANCE, READ, World
from tests.test_documents import parses
from tests.test_workflows import lint, run
from tests.trial.rooms import write_service
from verifier.authorization.authorizer import Mode
from verifier.baseline.start import prerequisites
from verifier.baseline.workflow import workflow
from verifier.errors import ExitCode
from verifier.service.fixtures import FILE, load_fixtures
from verifier.trial.interface import Candidate, Listener, TrialResult
from verifier.trial.seeding import Seeded

ROOT = Path(__file__).resolve().parents[2]
CASES = json.loads((ROOT / "tests" / "cases" / "init.json").read_text(encoding="utf-8"))
BASELINE = ["shop/baseline/evidence.json", "shop/baseline/policy.json"]
PLACES = {"github": ".github/workflows/verifier.yml", "gitlab": ".gitlab-ci.yml"}


class Lacking(World):
    """Needs READ and a parameter, which is there where verifier.yml says so or where it may be made up."""

    def __init__(self, folder: Path) -> None:
        super().__init__(lambda _: [READ])
        self.folder = folder
        self.ran: list[str] = []

    def run(self, candidate: Candidate, mode: Mode, listener: Listener) -> TrialResult:
        declared = any(one.name == "/shop/vpc-id" for one in load_fixtures(self.folder).parameters)
        self.ran.append("declared" if declared else "made up" if self.seeds else "missing")
        self.problems = ["a prerequisite is missing"] if self.ran[-1] == "missing" else []
        trial = super().run(candidate, mode, listener)
        seeded = (
            Seeded("ssm", "/shop/vpc-id", "vpc-0123456789abcdef0"),
            Seeded("buckets", f"shop-{PROVENANCE.account}", ""),
        )
        return replace(trial, seeded=seeded) if self.ran[-1] == "made up" else trial


@pytest.fixture
def shops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shops:
    write_service(tmp_path / "shop")
    (tmp_path / ".git").mkdir()
    return Shops(tmp_path, monkeypatch, capsys, command=("init",))


def files(folder: Path) -> list[str]:
    """All but the service's own and git's."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted({*found} - {"shop/serverless.yml", "shop/handler.js"})


def steps(out: str) -> list[str]:
    return [line.removeprefix("next: ") for line in out.splitlines() if line.startswith("next: ")]


@pytest.mark.parametrize(("kind", "place"), PLACES.items())
def test_a_repository_gets_what_keeps_its_policy_true(shops: Shops, kind: str, place: str) -> None:
    own = files(shops.folder)
    code, out, _ = shops.run(asking(READ), "shop", "--workflow", kind)
    assert code is ExitCode.OK
    assert sorted({*files(shops.folder)} - {*own}) == sorted([*BASELINE, place])
    assert all(f"written: {path}" in out for path in BASELINE)
    assert len(steps(out)) == 2
    check = replace(shops, command=("baseline",)).run(asking(READ), "check", "shop")
    assert check[0] is ExitCode.OK


def test_without_a_workflow_or_a_baseline_the_rest_is_done(shops: Shops) -> None:
    own = files(shops.folder)
    world = asking(READ)
    code, out, _ = shops.run(world, "shop", "--no-baseline")
    assert (code, world.modes) == (ExitCode.OK, [])
    assert sorted({*files(shops.folder)} - {*own}) == [PLACES["github"]]
    assert steps(out)[0] == "verifier baseline update shop"
    code, out, _ = shops.run(asking(READ), "shop", "--workflow", "none")
    assert code is ExitCode.OK
    assert sorted({*files(shops.folder)} - {*own}) == sorted([*BASELINE, PLACES["github"]])


def test_what_a_first_run_lacked_is_written_and_tried_from_there(shops: Shops) -> None:
    world = Lacking(shops.folder / "shop")
    code, out, _ = shops.run(world, "shop", "--workflow", "none")
    assert code is ExitCode.OK
    assert f"written: shop/{FILE}" in out
    assert list(dict.fromkeys(world.ran)) == ["made up", "declared"]
    assert yaml.safe_load((shops.folder / "shop" / FILE).read_text(encoding="utf-8")) == {
        "ssm": {"/shop/vpc-id": "vpc-0123456789abcdef0"},
        "buckets": {"shop-{account}": {}},
    }


def test_a_list_of_prerequisites_that_is_there_is_the_users(shops: Shops) -> None:
    path = shops.folder / "shop" / FILE
    path.write_text("ssm: {/other: value}\n", encoding="utf-8")
    code, out, _ = shops.run(Lacking(shops.folder / "shop"), "shop")
    assert code is ExitCode.INCONCLUSIVE
    assert "a prerequisite is missing" in out
    assert path.read_text(encoding="utf-8") == "ssm: {/other: value}\n"
    assert not {*BASELINE, *PLACES.values()} & {*files(shops.folder)}


@pytest.mark.parametrize("case", CASES["existing"], ids=lambda case: f"{case['file']} {case['arguments']}")
def test_nothing_is_written_over(shops: Shops, case: dict[str, Any]) -> None:
    path = shops.folder / case["file"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine", encoding="utf-8")
    before = files(shops.folder)
    world = asking(READ)
    code, out, err = shops.run(world, "shop", *case["arguments"])
    assert (code, out, world.modes) == (ExitCode.USAGE, "", [])
    (line,) = err.splitlines()
    assert path.name in line
    assert case["words"] in line
    assert (path.read_text(encoding="utf-8"), files(shops.folder)) == ("mine", before)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere",), "nowhere"),
        (("shop", "--workflow", "jenkins"), "invalid choice"),
        (("shop", "--frameworks", ","), "--frameworks: give auto"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(
    shops: Shops, arguments: tuple[str, ...], words: str
) -> None:
    before = files(shops.folder)
    code, _, err = shops.run(asking(READ), *arguments)
    assert code is ExitCode.USAGE
    assert words in err.splitlines()[-1]
    assert files(shops.folder) == before


@pytest.mark.parametrize(
    ("git", "name", "words"),
    [
        (False, "stray", "no git repository"),
        (True, "${{ x }}", "--workflow none"),
        (True, " begins with a space", "--workflow none"),
    ],
)
def test_where_no_workflow_can_be_the_way_without_is_named(
    shops: Shops, git: bool, name: str, words: str
) -> None:
    write_service(shops.folder / name)
    if not git:
        (shops.folder / ".git").rmdir()
    code, _, err = shops.run(asking(READ), name)
    assert (code, words in err) == (ExitCode.USAGE, True)
    assert shops.run(asking(READ), name, "--workflow", "none")[0] is ExitCode.OK


@pytest.mark.parametrize("case", CASES["prerequisites"], ids=lambda case: case["name"])
def test_what_was_made_up_can_be_declared(case: dict[str, Any], tmp_path: Path) -> None:
    text = prerequisites(Seeded(*row) for row in case["seeded"])
    assert yaml.safe_load(text) == case["settings"]
    assert CASES["account"] not in text
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    load_fixtures(tmp_path)


@pytest.mark.parametrize("blocked", [".github", ".github/workflows", ".github/workflows/verifier.yml"])
@pytest.mark.parametrize("dangling", [False, True])
def test_where_a_workflow_cannot_be_written_nothing_is_run(
    shops: Shops, blocked: str, dangling: bool
) -> None:
    path = shops.folder / blocked
    path.parent.mkdir(parents=True, exist_ok=True)
    if dangling:
        path.symlink_to("/nonexistent/place")
    elif path.suffix:
        path.mkdir()
    else:
        path.touch()
    world = asking(READ)
    code, _, err = shops.run(world, "shop")
    assert (code, world.modes) == (ExitCode.USAGE, [])
    assert str(path) in err.splitlines()[-1]


def test_git_may_be_a_file_as_in_a_worktree(shops: Shops) -> None:
    (shops.folder / ".git").rmdir()
    (shops.folder / ".git").write_text("gitdir: /elsewhere\n", encoding="utf-8")
    assert shops.run(asking(READ), "shop")[0] is ExitCode.OK
    assert (shops.folder / PLACES["github"]).is_file()


def test_a_command_that_is_left_to_do_can_be_pasted(shops: Shops) -> None:
    write_service(shops.folder / "-a 'shop'")
    options = ("--env", "TOKEN=s3cr3t", "--allow-host", "example.com", "--frameworks", "osls@4.3.1")
    _, out, _ = shops.run(asking(READ), "--no-baseline", *options, "--", "-a 'shop'")
    program, *arguments = shlex.split(steps(out)[0])
    assert (program, parses(arguments)) == ("verifier", True)
    assert arguments[-2:] == ["--", "-a 'shop'"]
    assert {"--env=TOKEN", "--allow-host=example.com", "--frameworks=osls@4.3.1"} <= {*arguments}
    assert "s3cr3t" not in out


def checks(kind: str, path: Path) -> tuple[str, dict[str, str]]:
    """The script of a workflow that checks, and its variables."""
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    if kind == "gitlab":
        job = written["deploy-policy"]
        return "\n".join(job["script"]), job["variables"]
    (check,) = [one for one in written["jobs"]["deploy-policy"]["steps"] if one.get("name") == "Check"]
    return check["run"], check["env"]


@pytest.mark.parametrize("kind", PLACES)
def test_the_next_service_is_added_with_what_it_needs(shops: Shops, tmp_path: Path, kind: str) -> None:
    names = ["shop", "-x", "a \"b\" 'c' #d: e", "dienst-ü", "\\n"]
    for name in names[1:]:
        write_service(shops.folder / name)
    told = []
    for name in names:
        options = ("--env", "TOKEN=s3cr3t", "--allow-host", "example.com:80") if name == "-x" else ()
        code, out, err = shops.run(asking(READ), "--workflow", kind, *options, "--", name)
        assert code is ExitCode.OK, err
        told.append(out)
    path = shops.folder / PLACES[kind]
    assert f"written: {path}" in told[0]
    assert all(f"added to: {path}" in out for out in told[1:])
    assert len(steps(told[2])) == 1
    assert "TOKEN" in steps(told[1])[-1]
    assert "s3cr3t" not in path.read_text(encoding="utf-8")
    words, variables = checks(kind, path)
    assert variables.get("TOKEN") == ("${{ secrets.TOKEN }}" if kind == "github" else None)
    ran = run(tmp_path / "check", words, variables)
    (arguments,) = ran.of("verifier")
    assert arguments[arguments.index("--") + 1 :] == names
    assert {"--env=TOKEN", "--allow-host=example.com:80"} <= {*arguments}
    assert parses(arguments)
    if kind == "github":
        done = lint(str(path))
        assert (done.returncode, done.stdout) == (0, ""), done.stdout
    before = path.read_bytes()
    assert shops.run(asking(READ), "--no-baseline", "--workflow", kind, "shop")[0] is ExitCode.OK
    assert path.read_bytes() == before, "a service is there once"


def test_what_somebody_made_of_the_workflow_stays(shops: Shops) -> None:
    shops.run(asking(READ), "--no-baseline", "shop")
    path = shops.folder / PLACES["github"]
    theirs = path.read_text(encoding="utf-8").replace('"17 3 * * *"', '"5 1 * * 1"') + "# theirs\n"
    path.write_text(theirs, encoding="utf-8")
    write_service(shops.folder / "more")
    assert shops.run(asking(READ), "more")[0] is ExitCode.OK
    assert path.read_text(encoding="utf-8") == theirs.replace("  shop\n", "  shop\n            more\n")


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize("checked", ["0", "11"])
def test_the_workflow_checks_the_service(tmp_path: Path, kind: str, checked: str) -> None:
    (tmp_path / ".git").mkdir()
    service = tmp_path / "services" / "a 'shop'"
    service.mkdir(parents=True)
    text = workflow(kind, service).text
    (tmp_path / "written").write_text(text, encoding="utf-8")
    words, variables = checks(kind, tmp_path / "written")
    if kind == "github":
        written = yaml.safe_load(text)
        job = written["jobs"]["deploy-policy"]
        assert (written["permissions"], "permissions" in job) == ({"contents": "read"}, False)
        (install,) = (step for step in job["steps"] if step.get("name") == "Install")
        assert run(tmp_path / "none", install["run"], {}).code != 0, "nobody said what to install"
        ran = run(tmp_path / "install", install["run"], {"VERIFIER": "verifier @ file:///x"})
        assert ran.calls == [["python", "-m", "pip", "install", "verifier @ file:///x"]]
    ran = run(tmp_path / "check", words, {**variables, "CHECKED": checked})
    assert ran.code == int(checked)
    ((*_, folder),) = ran.of("verifier")
    assert folder == "services/a 'shop'"
    if kind == "github":
        assert ran.text("summary") == "## a report\n"
