"""Variables in configuration files: their addresses, and which stack they can mean."""

import os
from pathlib import Path

import pytest

from tests.support.spent import within
from verifier.service.variables import (
    OutputAddress,
    addresses,
    output_addresses,
    required_variables,
    wanted_places,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: ${cf:net.VpcId}", ["net.VpcId"]),
        ("a: ${cf(eu-west-1):net.VpcId}", ["net.VpcId"]),
        ("a: ${cf.eu-west-1:net.VpcId}", ["net.VpcId"]),
        ("a: ${ cf:net-${opt:stage, 'dev'}.VpcId, 'none'}", ["net-${opt:stage, 'dev'}.VpcId"]),
        ("a: ${self:custom.x, ${cf:one.A}} ${cf:two.B}", ["one.A", "two.B"]),
        ("a: ${ssm:/cf:net.VpcId}", []),
        ("a: ${cf:cut", ["cut"]),
    ],
)
def test_addresses(text: str, found: list[str]) -> None:
    assert list(addresses(text, "cf")) == found


@pytest.mark.parametrize(
    ("address", "stack", "same"),
    [
        ("net", "net", True),
        ("net", "network", False),
        ("net-${sls:stage}", "net-dev", True),
        ("net-${self:custom.${sls:stage}.name}-x", "net-a-x", True),
        ("net-${sls:stage}-x", "net-dev", False),
        ("${self:custom.net}", "whatever", True),
        ("n.t", "net", False),
    ],
)
def test_what_a_stack_with_variables_in_its_name_can_be(address: str, stack: str, same: bool) -> None:
    assert OutputAddress(address, "X").names(stack) is same


def test_all_files_but_packages_and_links(tmp_path: Path) -> None:
    for name in ("a", "node_modules/b", ".serverless"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "serverless.ts").write_text("x: '${cf:one.A}'")
    (tmp_path / "a/resources.yml").write_text("x: ${cf:two.B}\ny: ${cf:two.${sls:stage}}\n")
    (tmp_path / "a/notes.txt").write_text("${cf:three.C}")
    (tmp_path / "node_modules/b/index.js").write_text("${cf:four.D}")
    (tmp_path / ".serverless/state.json").write_text("${cf:five.E}")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert output_addresses(tmp_path) == (OutputAddress("two", "B"), OutputAddress("one", "A"))


def test_variables_of_the_environment_without_a_fallback(tmp_path: Path) -> None:
    (tmp_path / "serverless.yml").write_text(
        "a: ${env:ONE}\nb: ${env:TWO, 'x'} ${ env: THREE }\nc: ${env:ONE}"
    )
    (tmp_path / "more.js").write_text("const a = '${env:FOUR}' + `${env.FIVE}`")
    assert required_variables(tmp_path) == ("FOUR", "ONE", "THREE")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a: ${self:provider.stage}", ("self:provider.stage",)),
        ("a: ${opt:region}-${opt:stage, 'dev'}", ("opt:stage", "opt:region")),
        ("a: x-${opt:stage, self:provider.stage}-y", ("opt:stage", "self:--stage")),
        ("a: ${self:custom.stage} ${sls:stage} ${self:provider.name}", ()),
    ],
)
def test_a_stage_and_a_region_that_are_wanted(tmp_path: Path, text: str, wanted: tuple[str, ...]) -> None:
    (tmp_path / "serverless.yml").write_text(text)
    assert wanted_places(tmp_path) == wanted


def test_many_variables_in_a_row_are_compared_in_no_time() -> None:
    with within(2):
        assert not OutputAddress("${a}" * 60 + "!", "X").names("a" * 128)
        assert OutputAddress("${a}" * 60, "X").names("a" * 128)
        assert not OutputAddress("${a}" * 60, "X").names("a" * 59)
        assert OutputAddress("x-${a}-y-${b}-z", "X").names("x-1-y-2-y-3-z")


def test_a_file_of_beginnings_is_read_in_no_time(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("${cf(" * 50_000 + "${cf:" * 50_000)
    with within(10):
        assert output_addresses(tmp_path) == ()


def test_what_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yml")
    (tmp_path / "loop.yml").symlink_to("loop.yml")
    (tmp_path / "a.yml").write_text("x: ${cf:net.Id}\n")
    (tmp_path / "b.yml").write_text("x: ${env:ONE} ${opt:stage}\n")
    assert output_addresses(tmp_path) == (OutputAddress("net", "Id"),)
    assert required_variables(tmp_path) == ("ONE",)
    assert wanted_places(tmp_path) == ("opt:stage",)
