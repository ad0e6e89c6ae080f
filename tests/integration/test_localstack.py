"""LocalStack 4.13.1 for real, without Docker: samples converge on it, runs are killed on it, it goes away."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.lab import ROOT, Embedded, converge
from tests.support.emulators import Relayed, listed, relay
from tests.support.localstack import localstack
from verifier.cli import main
from verifier.emulator.session import client_session

pytestmark = pytest.mark.integration

PHASES = ("--phases", "deploy,redeploy,remove")
# Whose results other tests of the session look at, too.
WHOLE_LIFE = ("--framework", "osls@4.3.1")
LACKS = ("apigatewayv2",)
# What is there when the service's function is about to be deleted, and what LocalStack's open core lacks.
SERVICES = {
    "http-api": ({"lambda/http-api-dev-hello"}, ["apigatewayv2", "ecr"]),
    "rest-api": ({"apigateway/dev-rest-api"}, ["ecr"]),
    "queue-worker": ({"lambda/queue-worker-dev-fulfil"}, ["ecr"]),
    "topic-fan-out": ({"lambda/topic-fan-out-dev-invoice"}, ["ecr", "sns:GetDataProtectionPolicy"]),
}
# VERIFIER_SEED=... kills at the same points once more.
SEED = int(os.environ.get("VERIFIER_SEED") or random.randrange(10**6))
KILLS = 5
# Each kill comes so many things later than the one before. A deploy of each sample makes ten or more,
# the two of the negative control among them.
MORE = 2
# From this one on something of the trial is there.
TRIAL = 2
LATEST_SECONDS = 0.3
ACCOUNT = "640987654321"
THEIRS = "apigateway/theirs"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with localstack(tmp_path_factory.mktemp("localstack")) as url:
        yield url


@pytest.fixture(scope="module")
def theirs(url: str) -> str:
    """Something that somebody has in the account that runs are told to use."""
    keys = {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": "test"}
    client = client_session().client("apigateway", region_name="us-east-1", endpoint_url=url, **keys)
    client.create_rest_api(name="theirs")
    return ACCOUNT


def settled(url: str, account: str) -> set[str]:
    """What is left there. A mapping that is deleted while it begins stays "Deleting" at LocalStack."""
    return {one for one in listed(url, account, *LACKS) if not one.startswith("lambda/Deleting")}


def state(url: str, relayed: Relayed) -> dict[str, set[str]]:
    """All that the accounts of a run and the one that is named have."""
    until = time.monotonic() + 60
    while relayed.busy and time.monotonic() < until:
        time.sleep(0.02)
    return {one: found for one in {*relayed.accounts, ACCOUNT} if (found := settled(url, one))}


def nothing_is_under_way(relayed: Relayed) -> bool:
    """Whether all came through that a killed run had sent."""
    until = time.monotonic() + 60
    while relayed.connections and time.monotonic() < until:
        time.sleep(0.02)
    return not relayed.connections


def start(name: str, relayed: Relayed, out: Path, *options: str) -> "subprocess.Popen[str]":
    where = ("--target", "localstack", "--endpoint", relayed.url, "--out", str(out))
    service = str(ROOT / "sample_services" / name)
    command = [sys.executable, "-m", "verifier", "converge", service, *where, *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def rows(out: Path, kind: str) -> list[dict[str, Any]]:
    journal = out / "journal.jsonl"
    whole = journal.read_text(encoding="utf-8").rpartition("\n")[0] if journal.exists() else ""
    return [row for row in map(json.loads, whole.splitlines()) if row["kind"] == kind]


def sweep(out: Path, *options: str) -> int:
    return int(main(["sweep", "--target", "localstack", "--out", str(out), *options]))


@pytest.mark.parametrize("name", SERVICES)
def test_the_policy_is_the_embedded_one_and_nothing_is_left(url: str, embedded: Embedded, name: str) -> None:
    service, (there, lacking) = ROOT / "sample_services" / name, SERVICES[name]
    deployed: dict[str, set[str]] = {}

    def before(account: str, method: str, path: str) -> None:
        if method == "DELETE" and "/functions/" in path and account not in deployed:
            deployed[account] = listed(url, account, *LACKS)

    with relay(url, before) as relayed:
        where = ("--target", "localstack", "--endpoint", relayed.url)
        code, document = converge(service, *where, *PHASES)
    assert (code, document["verdict"], document["answeredHere"]) == (0, "sufficient", lacking)
    here = embedded(name, *(PHASES if name == "http-api" else WHOLE_LIFE))[1]
    assert asked_in_these(document) == asked_in_these(here), "of these the policy follows"
    assert len(asked_in_these(document)) > 50
    _reached(relayed, deployed, there, document)
    assert {account: settled(url, account) for account in relayed.accounts} == {
        account: set() for account in relayed.accounts
    }


def asked_in_these(document: dict[str, Any]) -> set[tuple[str, str, str]]:
    """The permissions of a result that were asked for in PHASES."""
    phases = set(PHASES[1].split(","))
    return {
        (one["action"], one["resource"], json.dumps(one["condition"], sort_keys=True))
        for one in document["permissions"]
        if phases & {evidence["phase"] for evidence in one["evidence"]}
    }


def _reached(
    relayed: Relayed, deployed: dict[str, set[str]], there: set[str], document: dict[str, Any]
) -> None:
    """Every account of the run that deployed had its state at LocalStack."""
    assert relayed.services.total() > 200
    assert len(deployed) == len(document["rounds"])
    for found in deployed.values():
        assert there <= found
        assert any(one.startswith(f"s3/{Path(document['service']).name}-dev-") for one in found)


@pytest.mark.parametrize("number", range(KILLS))
def test_what_a_killed_run_left_is_found_and_removed(
    url: str, theirs: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    chance = random.Random(SEED + number)
    name, made, seconds = (
        chance.choice(sorted(SERVICES)),
        MORE * number + chance.randint(1, MORE),
        chance.uniform(0, LATEST_SECONDS),
    )
    point = f"VERIFIER_SEED={SEED}: kill {number}, {name}, {seconds:.2f} s after {made} things were made"
    out = tmp_path / "out"
    with relay(url, lambda *_: None) as relayed:
        before = state(url, relayed)
        assert before == {theirs: {THEIRS}}, point
        with start(name, relayed, out, "--account", theirs, "--phases", "deploy") as process:
            try:
                until = time.monotonic() + 240
                while len(rows(out, "made-there")) < made:
                    assert process.poll() is None, (point, process.communicate())
                    assert time.monotonic() < until, point
                    time.sleep(0.02)
                time.sleep(seconds)
            finally:
                process.send_signal(signal.SIGKILL)
        assert nothing_is_under_way(relayed), point
        left = state(url, relayed)
        assert number < TRIAL or left != before, point
        assert sweep(out) == 0, point
        found = capsys.readouterr().out
        assert state(url, relayed) == left, f"{point}: it only lists"
        assert found.count("left by the run") > 0 or left == before, point
        assert sweep(out, "--yes") == 0, (point, found, capsys.readouterr())
        assert state(url, relayed) == before, (point, found, capsys.readouterr())
        capsys.readouterr()
        assert (sweep(out, "--yes"), capsys.readouterr().out) == (0, "nothing is left\n"), point


def test_when_it_goes_away_in_the_middle(
    url: str, theirs: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def before(account: str, method: str, path: str) -> None:
        relayed.gone = relayed.gone or (method == "POST" and path.endswith("/functions"))

    out = tmp_path / "out"
    with relay(url, before) as relayed:
        with start("rest-api", relayed, out, "--phases", "deploy,remove", "--format", "json") as process:
            stdout, stderr = process.communicate(timeout=240)
        assert (process.returncode, stdout) == (3, ""), stderr
        last = stderr.splitlines()[-1]
        assert last.startswith("verifier: --target localstack: ")
        assert f"{relayed.url} does not answer" in last
        assert "Traceback" not in stderr
        assert "could not be taken away: what was made at " in stderr
        assert sum(line.startswith("verifier: --target") for line in stderr.splitlines()) == 1
        assert [one.name for one in out.iterdir()] == ["journal.jsonl"]
        assert sweep(out, "--yes") == 3
        out_and_err = capsys.readouterr()
        assert (out_and_err.out, out_and_err.err.count("\n")) == ("", 1)
        relayed.gone = False
        left = state(url, relayed)
        assert len(left) == 2, "the run's account, and the one of others"
        assert sweep(out, "--yes") == 0
        assert state(url, relayed) == {theirs: {THEIRS}}


def test_when_it_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    service = str(ROOT / "sample_services" / "http-api")
    assert main(["converge", service, "--target", "localstack", "--endpoint", "http://127.0.0.1:9"]) == 3
    out, err = capsys.readouterr()
    assert (out, "nothing at http://127.0.0.1:9 answers as AWS does" in err.splitlines()[-1]) == ("", True)
