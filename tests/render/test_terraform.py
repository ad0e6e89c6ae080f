"""Terraform: what the file looks like, and that the program itself agrees with its parser in Python."""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import hcl2
import pytest

from verifier.iam.policy import parse_policy
from verifier.render.fill import fill_known
from verifier.render.formats import render
from verifier.render.hcl import quoted_part
from verifier.render.terraform import REFERENCES

CASES = Path(__file__).parents[1] / "cases" / "render"
RESULT = json.loads((CASES / "http_api_result.json").read_text(encoding="utf-8"))
HARD = json.loads((CASES / "hard_policies.json").read_text(encoding="utf-8"))
VALUES = {"account": "421341261205", "region": "us-east-1", "stage": "dev", "partition": "aws"}

# Terraform is no package of PyPI or npm: `.ci/run` runs these where it is installed, and says so where not.
terraform = pytest.mark.terraform


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("${aws:username}", "$${aws:username}"),
        ("${*}", "$${*}"),
        ("${aws:x, 'y'}", "$${aws:x, 'y'}"),
        ("$${*}", "$\\u0024{*}"),
        ("${open", "\\u0024{open"),
        ("%{if}", "\\u0025{if}"),
        ("{x} $ % %%", "{x} $ % %%"),
        ('"\\\n\t', '\\"\\\\\\n\\t'),
        ("é😀\x7f", "\\u00e9\\U0001f600\\u007f"),
    ],
)
def test_quoted(text: str, written: str) -> None:
    assert quoted_part(text) == written


def test_only_what_is_needed_is_declared() -> None:
    plain = hcl2.loads(render(RESULT["policy"], "terraform", VALUES))
    assert set(plain) - {"__comments__"} == {"resource"}
    open_ = hcl2.loads(render(RESULT["policy"], "terraform", {"account": VALUES["account"]}))
    assert [name for block in open_["data"] for name in block] == ['"aws_region"', '"aws_partition"']
    assert [name for block in open_["variable"] for name in block] == ['"stage"']


@terraform
@pytest.mark.parametrize("values", [{}, VALUES], ids=["open", "filled"])
def test_terraform_would_lay_it_out_alike(values: dict[str, str], tmp_path: Path) -> None:
    for policy in (RESULT["policy"], *(case["policy"] for case in HARD)):
        (tmp_path / "main.tf").write_text(render(policy, "terraform", values), encoding="utf-8")
        run("fmt", "-check", "-diff", folder=tmp_path)


@terraform
@pytest.mark.parametrize("number", range(len(HARD) + 1))
def test_terraform_evaluates_to_the_same_document(number: int, tmp_path: Path) -> None:
    policy = [RESULT["policy"], *(case["policy"] for case in HARD)][number]
    text = render(policy, "terraform", {})
    body = text[text.index("jsonencode(") : text.rindex("}")]
    for name, reference in REFERENCES.items():  # no provider here: what it would say, as literals
        body = body.replace(reference, f"local.{name}")
    values = "".join(f'  {name} = "{value}"\n' for name, value in VALUES.items())
    (tmp_path / "main.tf").write_text(
        f'locals {{\n{values}}}\noutput "policy" {{\n  value = {body}}}\n', encoding="utf-8"
    )
    run("apply", "-auto-approve", folder=tmp_path)
    found = json.loads(run("output", "-raw", "policy", folder=tmp_path))
    assert meaning(found) == meaning(fill_known(policy, VALUES))


def meaning(document: dict[str, Any]) -> list[object]:
    """Terraform sorts the keys of objects, and so the conditions of a statement."""
    parsed = parse_policy(document)
    return [replace(each, conditions=frozenset(each.conditions)) for each in parsed.statements]  # type: ignore[arg-type]


def run(*arguments: str, folder: Path) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "CHECKPOINT_DISABLE": "1"}
    done = subprocess.run(
        ["terraform", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
