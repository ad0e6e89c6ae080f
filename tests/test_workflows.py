"""What the workflows may do, and what their scripts call: each is run, with programs that only note it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.test_documents import parses
from verifier import __version__
from verifier.targets.container import IMAGE, PORT

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").iterdir())
ACTION = ROOT / "action.yml"
GITLAB = ROOT / "docs" / "gitlab-ci.yml"
# What verifier init writes.
OURS = ROOT / "verifier" / "baseline" / "workflows"
# All that a job may do; what is not named is not allowed.
PERMISSIONS = {
    "ci.yml ci": {"contents": "read"},
    "nightly.yml list": {"contents": "read"},
    "nightly.yml check": {"contents": "read"},
    "nightly.yml localstack": {"contents": "read"},
    "nightly.yml long": {"contents": "read"},
    "nightly.yml propose": {"contents": "write", "pull-requests": "write"},
    "nightly.yml account": {"contents": "read", "id-token": "write"},
    "release.yml build": {"contents": "read"},
    "release.yml publish": {"id-token": "write"},
}
# Notes its name and arguments; says what the script goes on with.
STUB = r"""#!/bin/bash
printf '%s\0' "${0##*/}" "$@" >> "$CALLS"
printf '\1' >> "$CALLS"
case "${0##*/} $1 $2" in
  "verifier baseline list") echo "$LISTED" ;;
  "verifier baseline check") echo "## a report"; exit "${CHECKED:-0}" ;;
  "verifier nightly --refresh")
    echo "## a report"
    if [ -n "$OWN_END" ]; then
      mkdir -p "$4"
      echo '{"services": [{"exitCode": '"$OWN_END"'}]}' > "$4/nightly.json"
    fi
    exit "${CHECKED:-0}" ;;
  "python -I -c") exec "$PYTHON" "$@" ;;
  "git "*) if [ -n "$GIT" ]; then exec "$GIT" "$@"; fi ;;
  "gh pr list") printf '%s' "${OPEN:-[]}" | jq --raw-output "${@: -1}" ;;
esac
"""
PROGRAMS = {
    "bin": ("gh", "git", "npm", "python", "verifier"),
    "runner/empty/bin": ("pip", "verifier"),
    "runner/verifier/bin": ("python", "verifier"),
}
# Rules of the linter that are not kept: an image's digest, and a wait before new releases are proposed.
NOT_OURS = ("unpinned-images", "dependabot-cooldown")
HOSTILE = '--out=x $(touch ran); `touch ran` " && touch ran'


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def jobs() -> dict[str, dict[str, Any]]:
    return {
        f"{path.name} {name}": {"permissions": read(path)["permissions"], **job}
        for path in WORKFLOWS
        for name, job in read(path)["jobs"].items()
    }


def steps() -> list[tuple[str, dict[str, Any]]]:
    """Each step with where it stands, those of the action and of GitLab's jobs too."""
    found = [(name, step) for name, job in jobs().items() for step in job["steps"]]
    found += [("action.yml", step) for step in read(ACTION)["runs"]["steps"]]
    return found + [
        (f"gitlab {name}", {"run": "\n".join(job["script"])})
        for name, job in read(GITLAB).items()
        if "script" in job
    ]


RUNS = [(f"{where} {number}", step) for number, (where, step) in enumerate(steps()) if "run" in step]


def script(where: str, having: str) -> str:
    """The one script of ``where`` that has these words."""
    (found,) = [step["run"] for name, step in RUNS if name.startswith(where) and having in step["run"]]
    return str(found)


@dataclass(frozen=True)
class Ran:
    """How a script ended, and what it called: a program's name and arguments each."""

    code: int
    calls: list[list[str]]
    folder: Path

    def of(self, program: str) -> list[list[str]]:
        return [arguments for name, *arguments in self.calls if name == program]

    def text(self, name: str) -> str:
        path = self.folder / name
        return path.read_text(encoding="utf-8") if path.exists() else ""


def run(folder: Path, words: str, environment: Mapping[str, str]) -> Ran:
    """Run ``words`` as a runner does, in ``folder``/work."""
    for place, names in PROGRAMS.items():
        (folder / place).mkdir(parents=True, exist_ok=True)
        for name in names:
            stub = folder / place / name
            stub.write_text(STUB, encoding="utf-8")
            stub.chmod(0o755)
    work = folder / "work"
    work.mkdir(exist_ok=True)
    known = {
        "PATH": os.pathsep.join([str(folder / "bin"), "/usr/bin", "/bin"]),
        "CALLS": str(folder / "calls"),
        "RUNNER_TEMP": str(folder / "runner"),
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_WORKSPACE": str(ROOT),
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "GITHUB_REF_NAME": f"v{__version__}",
        "LISTED": "[]",
        "PYTHON": sys.executable,
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", words],
        cwd=work,
        env={**known, **environment},
        check=False,
        capture_output=True,
    )
    noted = (folder / "calls").read_text(encoding="utf-8") if (folder / "calls").exists() else ""
    return Ran(done.returncode, [call.split("\0")[:-1] for call in noted.split("\1")[:-1]], folder)


def test_no_job_may_do_more_than_it_must() -> None:
    assert {name: job["permissions"] for name, job in jobs().items()} == PERMISSIONS
    assert not any("secrets." in path.read_text() for path in [*WORKFLOWS, ACTION])
    # It would run a stranger's code with our rights.
    assert not any("pull_request_target" in path.read_text() for path in WORKFLOWS)


def test_only_who_pushes_keeps_the_token_in_the_checkout() -> None:
    for name, job in jobs().items():
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                kept = step.get("with", {}).get("persist-credentials", True)
                assert kept == (PERMISSIONS[name].get("contents") == "write"), name


def test_what_reaches_others_is_switched_on_by_the_repositorys_owner() -> None:
    switched = {name for name, job in jobs().items() if "vars." in job.get("if", "")}
    assert switched == {"nightly.yml account", "release.yml publish"}
    assert switched == {name for name, allowed in PERMISSIONS.items() if "id-token" in allowed}


def test_every_job_has_an_end() -> None:
    assert all(job["timeout-minutes"] <= 60 for job in jobs().values())


def test_actions_are_pinned_to_a_commit_and_say_which_release_it_is() -> None:
    lines = [
        line
        for path in [*WORKFLOWS, ACTION, OURS / "github.yaml"]
        for line in path.read_text().splitlines()
        if " uses: " in line
    ]
    assert len(lines) > 20
    releases: dict[str, set[str]] = {}
    for line in lines:
        if line.lstrip().startswith("#"):
            continue
        match = re.search(r" uses: ([\w-]+/[\w-]+)@([0-9a-f]{40} # v\d+\.\d+\.\d+)$", line)
        assert match, line
        releases.setdefault(match[1], set()).add(match[2])
    assert [name for name, pinned in releases.items() if len(pinned) > 1] == []


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("github-actions", ACTION),
        ("gitlab-ci", GITLAB),
        ("github-workflows", OURS / "github.yaml"),
        ("gitlab-ci", OURS / "gitlab.yaml"),
    ],
)
def test_the_files_fit_their_schemas(schema: str, path: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def lint(*arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    """What jactionlint says, which has actionlint's checks and more; it asks the network nothing."""
    beside = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    shellcheck = shutil.which("shellcheck", path=beside)
    assert shellcheck, "no shellcheck"
    command = [sys.executable, "-m", "jactionlint", "--no-online", "--strict-exit", "--oneline"]
    command += [f"--shellcheck={shellcheck}", *(f"--ignore={rule}" for rule in NOT_OURS), *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, cwd=ROOT)


def test_a_linter_of_workflows_finds_nothing() -> None:
    files = [*WORKFLOWS, ACTION, ROOT / ".github" / "dependabot.yml", OURS / "github.yaml"]
    done = lint(*map(str, files))
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("python-version:", "pythonversion:", 'input "pythonversion" is not defined'),
        ("needs: list", "needs: lists", 'needs job "lists"'),
        ("matrix.machine.name", "matrix.service.name", 'property "service" is not defined'),
        ('"$service/baseline"', "$service/baseline", "SC2086"),
        ("contents: read", "content: read", "content"),
    ],
)
def test_the_linter_finds_what_is_wrong(right: str, wrong: str, words: str) -> None:
    text = (ROOT / ".github" / "workflows" / "nightly.yml").read_text(encoding="utf-8")
    assert right in text
    done = lint("-", stdin=text.replace(right, wrong))
    assert done.returncode == 1
    assert words in done.stdout


@pytest.mark.parametrize(("name", "step"), RUNS, ids=[name for name, _ in RUNS])
def test_what_a_script_calls_is_there(name: str, step: dict[str, Any], tmp_path: Path) -> None:
    """Values come through the environment: what GitHub puts into a script it may be made to run."""
    assert "${{" not in step["run"]
    if step["run"] in (".ci/run", "make test-long", "make coverage"):
        return
    (tmp_path / "work" / "dist").mkdir(parents=True)
    (tmp_path / "work" / "dist" / f"verifier-{__version__}-py3-none-any.whl").touch()
    (tmp_path / "runner" / "night" / "services").mkdir(parents=True)
    (tmp_path / "runner" / "night" / "reports").mkdir()
    (tmp_path / "runner" / "night" / "reports" / "0.md").touch()
    given = {
        "NUMBER": "0",
        "ACCOUNT": "111122223333",
        "REGION": "eu-west-1",
        "AT_ONCE": "2",
    }
    given |= {
        "NIGHT": str(tmp_path / "runner" / "night"),
        "SERVICES": "shop",
        "FRAMEWORKS": "",
        "SUMMARY": "true",
    }
    words = f'cd "$RUNNER_TEMP"\n{step["run"]}' if "working-directory" in step else step["run"]
    plain = {key: value for key, value in step.get("env", {}).items() if "${{" not in value}
    ran = run(tmp_path, words, {**{key: given.get(key, "") for key in step.get("env", {})}, **plain})
    assert ran.code == 0
    assert ran.calls or "test " in step["run"]
    for program, *arguments in ran.calls:
        match program:
            case "verifier":
                assert arguments == ["--version"] or parses(arguments), arguments
                samples = [word for word in arguments if "sample_services" in word]
                assert all((ROOT / word).is_dir() for word in samples)
            case "python":
                assert arguments[:2] in (["-m", "pip"], ["-m", "venv"], ["-I", "-c"])
            case "npm":
                assert arguments[0] == "ci"
    for words in re.findall(r"--constraint \"?(\S+?)\"? ", step["run"]):
        assert (ROOT / words.replace("$GITHUB_ACTION_PATH/", "")).is_file()


def test_the_list_becomes_the_matrix(tmp_path: Path) -> None:
    ran = run(tmp_path, script("nightly.yml list", "baseline list"), {"LISTED": '[{"folder": "a"}]'})
    assert ran.text("output") == 'machines=[{"folder": "a"}]\n'
    assert ran.of("verifier") == [
        ["baseline", "list", "sample_services", "--format", "json", "--machines", "200"]
    ]


@pytest.mark.parametrize(
    ("checked", "own", "made_anew"),
    [
        ("0", "0", False),
        ("11", "11", True),
        ("4", "4", False),
        # The newest alone makes a difference; of the second one the night itself could say nothing.
        ("11", "0", False),
        ("11", "4", False),
        # It ended without a result.
        ("1", "", False),
    ],
)
def test_what_drifted_is_made_anew_and_kept(tmp_path: Path, checked: str, own: str, made_anew: bool) -> None:
    folders = ["samples/shop", "samples/a b"]
    for folder in folders:
        policy = tmp_path / "work" / folder / "baseline" / "policy.json"
        policy.parent.mkdir(parents=True)
        policy.touch()
    (step,) = [step for _, step in RUNS if "baseline update" in step["run"]]
    known = {
        **step["env"],
        "SERVICES": "\n".join(folders),
        "NUMBER": "3",
        "CHECKED": checked,
        "OWN_END": own,
    }
    ran = run(tmp_path, step["run"], known)
    assert ran.code == int(checked)
    assert ran.text("summary") == "## a report\n" * 2
    assert all(parses(arguments) for arguments in ran.of("verifier"))
    asked = [(arguments[0], arguments[-1]) for arguments in ran.of("verifier")]
    commands = ("nightly", "baseline") if made_anew else ("nightly",)
    assert asked == [(command, folder) for folder in folders for command in commands]
    for folder in folders:
        assert (tmp_path / "work/night/services" / folder / "baseline/policy.json").exists() == made_anew
    assert ran.text("work/night/reports/3.md") == ("## a report\n" * 2 if made_anew else "")


def test_localstack_is_the_one_that_a_run_starts() -> None:
    service = read(ROOT / ".github/workflows/nightly.yml")["jobs"]["localstack"]["services"]["localstack"]
    composed = read(ROOT / "docker-compose.yml")["services"]["localstack"]
    assert service["image"] == composed["image"] == IMAGE
    assert service["env"] == composed["environment"]
    assert service["ports"] == [f"{PORT}:{PORT}"]


@dataclass(frozen=True)
class Proposal:
    """A checkout with two committed baselines and a remote, and what a night left for it."""

    folder: Path

    def git(self, *arguments: str, at: str = "work") -> str:
        done = subprocess.run(
            ["git", "-C", str(self.folder / at), "-c", "user.name=x", "-c", "user.email=x", *arguments],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def checkout(self) -> None:
        """A fresh one, as each job has it."""
        shutil.rmtree(self.folder / "work", ignore_errors=True)
        self.git("clone", "--quiet", "--branch", "main", str(self.folder / "remote"), "../work", at="remote")

    def leave(self, path: str, text: str) -> None:
        """A file of a night's services, with a report."""
        for place, said in (("services/" + path, text), ("reports/0.md", "report 0\n")):
            file = self.folder / "night" / place
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(said, encoding="utf-8")

    def run(self, open_ones: str = "[]") -> Ran:
        if shutil.which("jq") is None:
            pytest.skip("no jq, which gh has built in")
        (self.folder / "calls").unlink(missing_ok=True)
        known = {"NIGHT": str(self.folder / "night"), "OPEN": open_ones, "GIT": shutil.which("git") or ""}
        return run(self.folder, script("nightly.yml propose", "gh pr"), known)

    def proposed(self) -> str:
        """What the branch at the remote changes."""
        return self.git("diff", "--name-only", "-z", "main", "nightly-baselines", at="remote")


@pytest.fixture
def proposal(tmp_path: Path) -> Proposal:
    made = Proposal(tmp_path)
    for name in ("remote", "first"):
        (tmp_path / name).mkdir()
    made.git("init", "--quiet", "--bare", "--initial-branch=main", at="remote")
    for path in ("shop/baseline/policy.json", "a b/baseline/policy.json", "root.txt"):
        (tmp_path / "first" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "first" / path).write_text("old\n", encoding="utf-8")
    made.git("init", "--quiet", "--initial-branch=main", at="first")
    made.git("add", "--all", at="first")
    made.git("commit", "--quiet", "--message", "first", at="first")
    made.git("push", "--quiet", str(tmp_path / "remote"), "main", at="first")
    made.checkout()
    return made


@pytest.mark.parametrize(
    ("open_ones", "done"),
    [
        ("[]", ["create"]),
        ('[{"number": 7, "isCrossRepository": false}]', ["edit", "7"]),
        ('[{"number": 9, "isCrossRepository": true}]', ["create"]),
        (
            '[{"number": 9, "isCrossRepository": true}, {"number": 7, "isCrossRepository": false}]',
            ["edit", "7"],
        ),
    ],
)
def test_a_pull_request_is_made_once_and_a_forks_is_not_ours(
    proposal: Proposal, open_ones: str, done: list[str]
) -> None:
    proposal.leave("a b/baseline/policy.json", "new\n")
    ran = proposal.run(open_ones)
    assert ran.code == 0
    assert proposal.proposed() == "a b/baseline/policy.json\0"
    listed, made = ran.of("gh")
    assert listed[1] == "list"
    assert made[1 : 1 + len(done)] == done
    assert ran.text("night/body.md") == "report 0\n"


def test_the_next_night_takes_the_place_of_the_one_before(proposal: Proposal) -> None:
    proposal.leave("shop/baseline/policy.json", "new\n")
    assert proposal.run().code == 0
    proposal.checkout()
    shutil.rmtree(proposal.folder / "night")
    proposal.leave("a b/baseline/policy.json", "newer\n")
    assert proposal.run('[{"number": 7, "isCrossRepository": false}]').code == 0
    assert proposal.proposed() == "a b/baseline/policy.json\0"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        # As it is already.
        ("shop/baseline/policy.json", "old\n"),
        # What a package of a service may have put there.
        ("root.txt", "new\n"),
        ("new/baseline/policy.json", "new\n"),
        (".git/hooks/pre-commit", "#!/bin/sh\ntouch ran\n"),
        (".github/workflows/x.yml", "on: push\n"),
    ],
)
def test_only_baselines_that_changed_are_proposed(proposal: Proposal, path: str, text: str) -> None:
    proposal.leave(path, text)
    ran = proposal.run()
    assert (ran.code, ran.of("gh")) == (0, [])
    assert proposal.git("branch", "--list", "nightly-baselines", at="remote") == ""
    assert not (proposal.folder / "work" / ".git" / "hooks" / "pre-commit").exists()


def test_a_long_report_is_cut_to_what_a_pull_request_takes(proposal: Proposal) -> None:
    proposal.leave("shop/baseline/policy.json", "new\n")
    (proposal.folder / "night" / "reports" / "1.md").write_text("x" * 1_000_000, encoding="utf-8")
    assert proposal.run().code == 0
    assert (proposal.folder / "night" / "body.md").stat().st_size == 60_000


def test_without_drift_nothing_is_proposed(tmp_path: Path) -> None:
    ran = run(tmp_path, script("nightly.yml propose", "gh pr"), {"NIGHT": str(tmp_path / "none")})
    assert (ran.code, ran.calls) == (0, [])


def inputs(**given: str) -> dict[str, str]:
    """The environment of the action's step, with the inputs as they are by default."""
    defaults = {f"inputs.{name}": value["default"] for name, value in read(ACTION)["inputs"].items()}
    (step,) = [step for step in read(ACTION)["runs"]["steps"] if step.get("id") == "check"]
    known = {
        name: re.sub(r"\$\{\{ (\S+) \}\}", lambda found: defaults[found[1]], value)
        for name, value in step["env"].items()
    }
    assert len(known) == len(defaults), "each input is used"
    return {**known, **given}


@pytest.mark.parametrize(
    ("given", "arguments"),
    [
        ({}, ["-j", "2", "--format", "markdown", "--"]),
        ({"SERVICES": "a\n\nb c\n"}, ["-j", "2", "--format", "markdown", "--", "a", "b c"]),
        (
            {"OPTIONS": "--env=TOKEN\n--seed=auto\n"},
            ["-j", "2", "--format", "markdown", "--env=TOKEN", "--seed=auto", "--"],
        ),
        (
            {"SERVICES": HOSTILE, "FRAMEWORKS": HOSTILE, "OPTIONS": HOSTILE, "AT_ONCE": HOSTILE},
            ["-j", HOSTILE, "--format", "markdown", "--frameworks", HOSTILE, HOSTILE, "--", HOSTILE],
        ),
    ],
)
def test_the_action_hands_its_inputs_over_as_they_are(
    tmp_path: Path, given: dict[str, str], arguments: list[str]
) -> None:
    ran = run(tmp_path, script("action.yml", "baseline check"), inputs(**given))
    assert ran.of("verifier") == [["baseline", "check", *arguments]]
    assert not list(tmp_path.rglob("ran"))


@pytest.mark.parametrize(("summary", "written"), [(None, True), ("true", True), ("false", False)])
@pytest.mark.parametrize("checked", ["0", "11"])
def test_the_action_says_what_was_found(
    tmp_path: Path, summary: str | None, written: bool, checked: str
) -> None:
    given = {"CHECKED": checked} | ({} if summary is None else {"SUMMARY": summary})
    ran = run(tmp_path, script("action.yml", "baseline check"), inputs(**given))
    assert ran.code == int(checked)
    assert ran.text("output") == f"exit-code={checked}\n"
    assert ran.text("summary") == ("## a report\n" if written else "")


def test_a_tag_of_another_version_is_not_released(tmp_path: Path) -> None:
    (tmp_path / "work" / "dist").mkdir(parents=True)
    (tmp_path / "work" / "dist" / f"verifier-{__version__}-py3-none-any.whl").touch()
    words = script("release.yml build", "GITHUB_REF_NAME")
    assert run(tmp_path, words, {"GITHUB_REF_NAME": "v99.0.0"}).code != 0
    assert run(tmp_path, words, {"GITHUB_REF_NAME": f"v{__version__}"}).code == 0
