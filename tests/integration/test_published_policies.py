"""Three rows of docs/published-policies.md, recomputed with trials of their own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tools.published_policies import PAGE, published, verdict
from verifier.iam.policy import to_json

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]


def http_api_cell(title: str) -> str:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    header = next(line for line in lines if line.startswith("| policy |"))
    column = [name.strip() for name in header.split("|")].index("http-api")
    row = next(line for line in lines if line.startswith(f"| {title} |"))
    return row.split("|")[column].strip()


@pytest.mark.parametrize(
    "title", ["AdministratorAccess", "PowerUserAccess", "ServerlessBot gist (2018, active 2026)"]
)
def test_a_row_on_http_api(tmp_path: Path, title: str) -> None:
    row = next(row for row in published() if row.title == title)
    options = []
    for number, document in enumerate(row.documents):
        path = tmp_path / f"{number}.json"
        path.write_text(to_json(document), encoding="utf-8")
        options += ["--policy", str(path)]
    service = str(ROOT / "sample_services" / "http-api")
    done = subprocess.run(
        [sys.executable, "-m", "verifier", "verify", service, "--format", "json", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(done.stdout)
    missing = sorted({item["action"] for item in found["missing"]})
    assert done.returncode == (10 if missing else 0), done.stderr
    assert found["verdict"] == ("insufficient" if missing else "sufficient")
    assert http_api_cell(title).startswith(verdict(missing) + ";")
