"""What a baseline is made with is known again: tools, plugins, files, the part of our model that counts."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.trial.rooms import write_service
from verifier.baseline.evidence import Tool
from verifier.baseline.made_with import made_with
from verifier.baseline.model_parts import _plain, model_parts
from verifier.baseline.tools import parts_of, plugins, tool_of, wanted_again
from verifier.cloudformation.handlers import handlers
from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.part import Read
from verifier.framework.framework import Framework
from verifier.loop.journal import Journal
from verifier.service.outside import find_outside
from verifier.service.service import load_service

GROUP, QUEUE = "AWS::Logs::LogGroup", "AWS::SQS::Queue"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "node_modules" / "osls"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "serverless.js").write_text("deploy()", encoding="utf-8")
    (folder / "package.json").write_text("{}", encoding="utf-8")
    return folder


def known(package: Path) -> Tool:
    program = package / "bin" / "serverless.js"
    return tool_of(Framework("osls", "4.3.1", ("node", str(program))), "auto", package)


def test_a_tool_is_known_by_its_own_files(package: Path) -> None:
    before = known(package)
    assert len(before.digest) == 16
    (package / "package.json").write_text('{"_id": "npm wrote this"}', encoding="utf-8")
    (package / "node_modules").mkdir()
    (package / "node_modules" / "x.js").write_text("another package", encoding="utf-8")
    assert known(package) == before
    (package / "more.js").write_text("look()", encoding="utf-8")
    assert known(package).digest != before.digest
    assert Tool.from_dict(before.as_dict()) == before
    assert tool_of(Framework("osls", "4.3.1", ()), "auto", package).digest == ""


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ("auto", "auto"),
        ("osls@3.77.1", "osls@3.77.1"),
        ("SHOP/tool/osls", "./tool/osls"),
        ("SHOP-copy/osls", "osls@4.3.1"),
        ("/opt/osls", "osls@4.3.1"),
    ],
)
def test_a_tool_is_asked_for_as_another_machine_understands_it(
    tmp_path: Path, wanted: str, kept: str
) -> None:
    folder = tmp_path / "shop"
    tool = tool_of(Framework("osls", "4.3.1", ()), wanted.replace("SHOP", str(folder)), folder)
    assert tool.wanted == kept
    moved = Path("/elsewhere")
    assert wanted_again(tool, moved) == (kept if "/" not in kept else "/elsewhere/tool/osls")


def test_a_plugin_is_known_by_its_version_or_its_files(tmp_path: Path) -> None:
    folder = write_service(tmp_path / "shop")
    service = replace(load_service(folder), settings={"plugins": ["./look", "own", "packed", "unknown"]})
    (folder / "look.js").write_text("1", encoding="utf-8")
    (folder / ".serverless_plugins" / "own").mkdir(parents=True)
    (folder / ".serverless_plugins" / "own" / "index.js").write_text("1", encoding="utf-8")
    packed = folder / "node_modules" / "packed"
    packed.mkdir(parents=True)
    (packed / "package.json").write_text('{"version": "1.2.3"}', encoding="utf-8")
    service = replace(service, modules=folder / "node_modules")
    look, own, named, unknown = plugins(service)
    assert unknown == "unknown"
    assert parts_of(named)[:2] == ("packed", "1.2.3")
    (folder / "look.js").write_text("2", encoding="utf-8")
    (folder / ".serverless_plugins" / "own" / "index.js").write_text("2", encoding="utf-8")
    (packed / "index.js").write_text("2", encoding="utf-8")
    after = [*plugins(service)]
    assert {look, own, named}.isdisjoint(after)
    assert [parts_of(one)[0] for one in after] == ["./look", "own", "packed", "unknown"]
    assert [parts_of(one)[1] for one in after] == ["", "", "1.2.3", ""]


def test_plugins_of_a_configuration_that_is_code_are_known_where_they_are_a_plain_list(
    tmp_path: Path,
) -> None:
    config = tmp_path / "serverless.ts"
    config.write_text("export = { service: 'a', plugins: [\n  'one', \"./two\",\n], custom: ['x'] }", "utf-8")
    assert [*plugins(load_service(tmp_path))] == ["./two", "one"]
    config.write_text("export = { service: 'a', plugins }", "utf-8")
    assert [*plugins(load_service(tmp_path))] == []


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("${file(config/plugins.yml)}", ["look"]),
        ("${ file(./config/plugins.json):of.ours }", ["b", "c"]),
        ("${self:custom.plugins}", ["d"]),
        ("${file(config/none.yml)}", []),
        ("${file(config/plugins.js)}", []),
        ("${file(config/plugins.yml):a.b}", []),
        ("${env:PLUGINS}", []),
    ],
)
def test_plugins_that_stand_elsewhere_are_found_there(tmp_path: Path, written: str, known: list[str]) -> None:
    folder = write_service(tmp_path / "shop")
    (folder / "config").mkdir()
    (folder / "config" / "plugins.yml").write_text("- look\n", encoding="utf-8")
    (folder / "config" / "plugins.json").write_text('{"of": {"ours": ["c", "b"]}}', encoding="utf-8")
    (folder / "config" / "plugins.js").write_text("module.exports = ['x']", encoding="utf-8")
    settings = {"plugins": written, "custom": {"plugins": ["d"]}}
    assert [*plugins(replace(load_service(folder), settings=settings))] == known


YAML = "service: shop\nprovider:\n  name: aws\n"


@pytest.mark.parametrize(
    ("text", "is_the_same"),
    [
        (YAML + "plugins:\n  - ./look.js\n", True),
        ("plugins:\n- ./look.js\n# why\n\n- other\n\n" + YAML, True),
        ("frameworkVersion: '4'\n" + YAML + "\nplugins: [a]", True),
        ("plugins:\n  modules:\n    - a\r\n" + YAML, True),
        (YAML + "plugins:\n  - a\nresources:\n  Resources: {}\n", False),
        (YAML + "custom:\n  plugins:\n    - a\n", False),
        (YAML + "pluginsettings: 1\n", False),
        (YAML.replace("aws", "aws # x"), False),
    ],
)
def test_what_a_configuration_says_of_tools_is_no_change_of_the_service(
    tmp_path: Path, text: str, is_the_same: bool
) -> None:
    config = tmp_path / "serverless.yml"

    def digest(said: str) -> str:
        config.write_text(said, encoding="utf-8")
        return made_with(load_service(tmp_path), ()).service["configuration"]

    assert (digest(YAML) == digest(text)) is is_the_same


def test_the_same_goes_for_json(tmp_path: Path) -> None:
    config = tmp_path / "serverless.json"
    digests = []
    for more in ({}, {"plugins": ["a"], "frameworkVersion": "4"}, {"custom": 1}):
        config.write_text(
            json.dumps({"service": "shop", "provider": {"name": "aws"}, **more}), encoding="utf-8"
        )
        digests.append(made_with(load_service(tmp_path), ()).service["configuration"])
    assert (digests[0] == digests[1], digests[0] == digests[2]) == (True, False)


def test_what_a_machine_leaves_beside_the_code_is_no_change_of_the_service(tmp_path: Path) -> None:
    folder = write_service(tmp_path / "shop")
    before = made_with(load_service(folder), []).service
    for left in ("__pycache__/jobs.cpython-311.pyc", ".pytest_cache/README.md", ".DS_Store", ".env.local"):
        (folder / left).parent.mkdir(exist_ok=True)
        (folder / left).write_text("x", encoding="utf-8")
    with Journal(folder / "result") as journal:
        journal.add("run")
    assert made_with(load_service(folder), []).service == before
    moved = Path(shutil.copytree(folder, tmp_path / "elsewhere" / "another-name"))
    assert made_with(load_service(moved), []).service == before


def test_files_outside_that_the_service_names_are_part_of_it(tmp_path: Path) -> None:
    folder = write_service(tmp_path / "shop")
    config = folder / "serverless.yml"
    config.write_text(
        config.read_text(encoding="utf-8") + "\ncustom: ${file(../shared.yml)}\n", encoding="utf-8"
    )
    (tmp_path / "shared.yml").write_text("a: 1\n", encoding="utf-8")

    def digests() -> dict[str, str]:
        service = load_service(folder)
        return {**made_with(replace(service, outside=find_outside(folder)), ()).service}

    before = digests()
    (tmp_path / "shared.yml").write_text("a: 2\n", encoding="utf-8")
    after = digests()
    assert {name for name in before if before[name] != after[name]} == {"outside"}


def test_a_read_more_is_another_handler_of_that_type_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    before = model_parts([GROUP, QUEUE, "AWS::No::Type"], ["logs", "no-such"])
    assert sorted(before) == [GROUP, QUEUE, "logs"]
    kind = handlers()[GROUP]
    assert isinstance(kind, Kind)
    more = Read("DescribeSubscriptionFilters", on=("create",))
    monkeypatch.setitem(handlers(), GROUP, replace(kind, parts=(*kind.parts, more)))
    after = model_parts([GROUP, QUEUE], ["logs"])
    assert {name for name in before if before[name] != after[name]} == {GROUP}


def test_what_a_handler_is_says_nothing_of_a_certain_process() -> None:
    plain = json.dumps([_plain(handlers()[name]) for name in (GROUP, QUEUE, "AWS::S3::Bucket")])
    assert " at 0x" not in plain
    assert _plain(frozenset({"b", "a", "c"})) == ["a", "b", "c"]
