"""What the real command-line tool compiles today for the sample services is valid by the schemas."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cloudformation.types.test_valid_properties import STACK_IDENTITY
from verifier.cloudformation.stack.plan import wanted_state
from verifier.cloudformation.stack.property_validation import early_refusal
from verifier.cloudformation.template.sections import parse_template

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "node_modules" / ".bin" / "osls"
TEMPLATES = ("cloudformation-template-create-stack.json", "cloudformation-template-update-stack.json")


@pytest.mark.parametrize("service", sorted(path.name for path in (ROOT / "sample_services").iterdir()))
def test_a_sample_service(service: str, tmp_path: Path) -> None:
    folder = tmp_path / service
    shutil.copytree(ROOT / "sample_services" / service, folder)
    keys = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "none"}
    subprocess.run(
        [TOOL, "package"],
        cwd=folder,
        env={**os.environ, **keys},
        check=True,
        capture_output=True,
        timeout=120,
    )
    for name in TEMPLATES:
        template = parse_template((folder / ".serverless" / name).read_text("utf-8"))
        assert early_refusal(wanted_state(template, {}, {}, STACK_IDENTITY)) == ""
