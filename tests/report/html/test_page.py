"""The page, read as a browser without script reads it."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.report.made import CONVERGED, EVIDENCE, RUNS, SEEN, journal, keep, message
from verifier.report.html.page import page
from verifier.report.kept import kept_in

_VOID = {"meta", "input", "br", "hr", "img", "link"}


@dataclass
class Read(HTMLParser):
    """Elements with their attributes, and the text of each element that has an id or is labelled by one."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    script: str = ""
    style: str = ""
    _open: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.elements.append((tag, found))
        if tag not in _VOID:
            self._open.append((tag, found.get("aria-labelledby") or found.get("id") or ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "h2"):
            self.handle_data(" ")
        assert self._open.pop()[0] == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        inner = self._open[-1][0] if self._open else ""
        if inner in ("script", "style"):
            setattr(self, inner, getattr(self, inner) + data)
            return
        for _, name in self._open:
            if name:
                self.texts[name] = self.texts.get(name, "") + data

    def close(self) -> None:
        super().close()
        assert self._open == []

    def said(self, name: str) -> str:
        """The text in a section, with single spaces."""
        return " ".join(self.texts[name].split())


def read(text: str) -> Read:
    found = Read()
    found.feed(text)
    found.close()
    return found


def shown(folder: Path, files: Mapping[str, Any]) -> Read:
    return read(page(kept_in(keep(folder, files))))


# run, section, what stands there
CONTENT: list[tuple[str, str, list[str]]] = [
    (
        "converged",
        "verdict",
        ["shop sufficient", "framework osls 4.3.1", "strategy observe", "target embedded"],
    ),
    (
        "converged",
        "rounds",
        [
            "deploy",
            "remove",
            "round 1: 7 refused, every phase passed.",
            "round 2: 0 refused, every phase passed.",
        ],
    ),
    (
        "converged",
        "policy",
        ["As in policy.json", "S3Files", "s3:DeleteBucket call", "Files (delete) in remove"],
    ),
    (
        "converged",
        "policy",
        ["IamRolePassedToLambda", "iam:PassRole call", "jsonencode", "AWSTemplateFormatVersion"],
    ),
    ("converged", "permissions", ["s3:GetBucketAcl likely unconfirmed", "every resource", "upper bound"]),
    ("converged", "permissions", ['{"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}']),
    ("converged", "permissions", ["s3:CreateBucket by Files (create) in deploy", "Files: AWS::S3::Bucket"]),
    ("converged", "notes", ["Unconfirmed (1)", "Tolerated (1)", "ecr:DescribeRepositories on * (remove)"]),
    (
        "converged",
        "notes",
        ["Superfluous (1)", "Never updated in this run (1)", "Tags of AWS::S3::Bucket (Files)"],
    ),
    (
        "converged",
        "notes",
        ["Matches other stages", "role/shop-*", "ssm: /shop/key = made up", "was not run"],
    ),
    (
        "converged",
        "notes",
        ["answered by the embedded emulator: apigatewayv2", "iam:CreateRole is allowed there"],
    ),
    ("converged", "notes", ["deploy: Retrying request without including tags", "Never refused by AWS (1)"]),
    ("converged", "notes", ["Not run (1) nothing there is proven rollback-create"]),
    ("converged", "notes", ["Granted widely (2)", "on every resource (*): cloudformation:ValidateTemplate"]),
    ("converged", "notes", ["upper bound, more than needed: AWS::S3::Bucket", "Repeated (1)", "round 2"]),
    ("converged", "refusals", [message("s3:CreateBucket", SEEN), "The same on:", f"{SEEN}-2", "let through"]),
    ("converged", "refusals", [f"s3:DeleteBucket on {SEEN}", "s3:DeleteBucket by Files (delete)"]),
    ("converged", "timings", ["1 observe deploy passed 2.5 1 5 stack shop-dev UPDATE_COMPLETE, 7 requests"]),
    ("converged, without its journal", "refusals", ["holds no journal"]),
    ("converged, without its journal", "permissions", [SEEN]),
    ("inconclusive", "verdict", ["shop inconclusive", "deploy: no network"]),
    ("insufficient", "rounds", ["round 1: 1 refused, stopped in deploy. round 2: 1 refused, every phase"]),
    ("inconclusive", "timings", ["1 observe deploy stopped"]),
    ("partial", "policy", ["As in partial-policy.json"]),
    ("partial", "notes", ["Partial (1) the permissions are those of these phases alone deploy"]),
    ("insufficient", "verdict", ["shop insufficient", "cannot be deployed"]),
    ("insufficient", "permissions", ["Missing permissions", "s3:CreateBucket"]),
    ("insufficient", "notes", ["Granted and never needed (1)", "own.json: Files: s3:Get* on *"]),
    ("cut off", "verdict", ["shop unfinished", "it proves nothing"]),
    ("cut off", "policy", ["No trial has proven it", "s3:PutObject"]),
    ("cut off", "permissions", ["Permissions refused so far", "s3:PutObject"]),
    ("cut off", "timings", ["1 observe remove cut off"]),
]


@pytest.mark.parametrize(("name", "section", "words"), CONTENT)
def test_what_stands_where(tmp_path: Path, name: str, section: str, words: list[str]) -> None:
    said = shown(tmp_path, RUNS[name]).said(section)
    for each in words:
        assert each in said


@pytest.mark.parametrize("name", RUNS)
def test_nothing_is_loaded_and_only_its_own_script_may_run(tmp_path: Path, name: str) -> None:
    found = shown(tmp_path, RUNS[name])
    for tag, attributes in found.elements:
        assert tag not in ("img", "link", "iframe", "object", "base", "a:href")
        for attribute, value in attributes.items():
            assert attribute not in ("src", "style", "srcdoc", "action", "formaction", "xlink:href")
            assert not attribute.startswith("on")
            assert attribute != "href" or (value or "").startswith("#")
    assert [tag for tag, _ in found.elements].count("script") == 1
    (security,) = [
        attributes["content"] or ""
        for _, attributes in found.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    for kind, text in (("script", found.script), ("style", found.style)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in security
    assert security.startswith("default-src 'none'")
    assert "unsafe" not in security
    assert "url(" not in found.style


@pytest.mark.parametrize("name", RUNS)
def test_each_link_leads_somewhere_and_each_id_is_one(tmp_path: Path, name: str) -> None:
    found = shown(tmp_path, RUNS[name])
    ids = [attributes["id"] for _, attributes in found.elements if attributes.get("id")]
    assert len(ids) == len(set(ids))
    links = {attributes["href"] for tag, attributes in found.elements if tag == "a"}
    assert {(link or "").removeprefix("#") for link in links} <= set(ids)
    labels = [attributes.get("aria-labelledby") for _, attributes in found.elements]
    assert {one for label in labels if label for one in label.split()} <= set(ids)


HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload='alert(1)'>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "</style></title></pre>-->",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_data(tmp_path: Path, name: str) -> None:
    plain = json.dumps([EVIDENCE, journal("converge")])
    for word in ("shop", "Files", "osls", "deploy", "embedded", "is not authorized"):
        plain = plain.replace(word, json.dumps(name)[1:-1])
    evidence, rows = json.loads(plain)
    files = {"evidence.json": evidence, "policy.json": CONVERGED["policy.json"], "journal.jsonl": rows}
    found, harmless = shown(tmp_path, files), shown(tmp_path / "harmless", CONVERGED)
    assert {tag for tag, _ in found.elements} == {tag for tag, _ in harmless.elements}
    assert found.script == harmless.script
    assert {key for _, one in found.elements for key in one} == {
        key for _, one in harmless.elements for key in one
    }
    for section in ("verdict", "permissions", "refusals", "timings"):
        assert name in found.said(section)


def test_the_same_folder_gives_the_same_page(tmp_path: Path) -> None:
    folder = keep(tmp_path, CONVERGED)
    assert page(kept_in(folder)) == page(kept_in(folder))


def test_every_permission_is_the_reason_for_a_statement(tmp_path: Path) -> None:
    found = shown(tmp_path, CONVERGED)
    led_to = {one["href"] for tag, one in found.elements if tag == "a" and (one["href"] or "")[:2] == "#p"}
    permissions = {f"#p{number}" for number in range(1, len(EVIDENCE["permissions"]) + 1)}
    assert permissions <= led_to
    assert "no evidence names it" not in found.said("policy")


def test_a_form_that_cannot_say_the_policy_is_told(tmp_path: Path) -> None:
    resources = [f"arn:aws:s3:::{'x' * 60}-{number}" for number in range(1000)]
    long = {"Effect": "Allow", "Action": ["s3:CreateBucket"], "Resource": resources}
    found = shown(tmp_path, CONVERGED | {"policy.json": {"Version": "2012-10-17", "Statement": [long]}})
    said = found.said("policy")
    for title in ("Terraform", "CloudFormation"):
        assert f"Not as {title}: policy: " in said
    assert "IAM attaches at most 10 to a user." in said
    assert "form-terraform" not in found.texts


def test_the_policy_to_copy_is_the_one_in_the_file(tmp_path: Path) -> None:
    """A "?" in the place of what a terminal is not shown would be a wildcard."""
    odd = "files\u202e\u00a0\x1b[31m\u200d"
    plain = json.dumps([EVIDENCE, CONVERGED["policy.json"]]).replace("files", json.dumps(odd)[1:-1])
    evidence, policy = json.loads(plain)
    found = shown(tmp_path, {"evidence.json": evidence, "policy.json": policy})
    assert json.loads(found.texts["form-json"]) == policy
    assert json.dumps(odd)[1:-1] in found.texts["form-terraform"]
    assert "no evidence names it" not in found.said("policy")
    assert "\u202e" not in found.texts["policy"]
