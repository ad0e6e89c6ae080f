"""The committed baselines of the sample services are whole, and as they are written."""

import re
from pathlib import Path

import pytest

from tests.support import problems
from tests.support.probes import VALUES, overreach
from verifier.authorization.caller import Certainty
from verifier.baseline.files import FOLDER, read_baseline, services_below, texts
from verifier.baseline.gather import policy_of

ROOT = Path(__file__).resolve().parents[2] / "sample_services"
SAMPLES = sorted(path.parent for path in ROOT.glob("*/serverless.yml"))
WANTED = ["osls@3.77.1", "auto", "serverless@3.40.0"]


def test_each_sample_has_one() -> None:
    assert list(services_below(ROOT)) == SAMPLES


@pytest.mark.parametrize("folder", SAMPLES, ids=lambda folder: folder.name)
def test_its_files_say_the_same_and_nothing_of_a_certain_run(folder: Path) -> None:
    found = read_baseline(folder)
    assert found.policy.statements == policy_of(found.evidence).statements
    assert [tool.wanted for tool in found.evidence.made_with.tools] == WANTED
    assert found.evidence.labels == {"osls@3", "osls@4", "serverless@3"}
    for name, text in texts(found.evidence).items():
        assert (folder / FOLDER / name).read_text(encoding="utf-8") == text
        assert not re.search(r"(?<![\d.])\d{12}(?!\d)", text), "an account"
        assert not re.search(r"Version(?=\w*\d)\w{30}|Deployment\d{10}", text), "a name of chance"


@pytest.mark.parametrize("folder", SAMPLES, ids=lambda folder: folder.name)
def test_nothing_in_it_is_only_an_upper_bound_or_somebody_elses(folder: Path) -> None:
    found = read_baseline(folder)
    assert {item.certainty for item in found.evidence.held} == {Certainty.CALL, Certainty.LIKELY}
    problems.none("too much", overreach(found.policy.filled(VALUES), found.evidence.service))
