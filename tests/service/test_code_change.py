"""Each function's code changes, whatever it is written in and however it is packaged."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from verifier.service.code_change import change_code
from verifier.service.functions import functions_of
from verifier.service.private_copy import PrivateCopy
from verifier.service.service import load_service


@pytest.mark.parametrize(
    ("file", "handler"),
    [
        ("src/one.js", "src/one.handler"),
        ("src/one.ts", "./src/one.handler"),
        ("app/two.py", "app/two.lambda_handler"),
        ("app/three.rb", "app/three.Handler.process"),
        ("cmd/main.go", "cmd/main.go"),
        ("bin/hello", "bin/hello"),
        ("bootstrap", "bootstrap"),
    ],
)
def test_sources_and_programs(tmp_path: Path, file: str, handler: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x7fELF\xff")
    changed = change_code(tmp_path, [{"handler": handler}], 1)
    assert changed
    assert path.read_bytes().startswith(b"\x7fELF\xff\n")
    assert path.read_bytes().endswith(b"verifier: revision 1\n")


@pytest.mark.parametrize("where", ["package", "handler"])
def test_an_artefact_gets_an_entry_more(tmp_path: Path, where: str) -> None:
    with zipfile.ZipFile(tmp_path / "app.zip", "w") as archive:
        archive.writestr("index.js", "1")
    function: dict[str, Any] = {"handler": "com.example.Handler::run", "package": {"artifact": "app.zip"}}
    if where == "handler":
        function = {"handler": "app.zip"}
    assert change_code(tmp_path, [function], 1)
    with zipfile.ZipFile(tmp_path / "app.zip") as archive:
        assert archive.namelist() == ["index.js", "verifier-revision.txt"]


@pytest.mark.parametrize(
    "function",
    [
        {"image": "image:tag"},
        {"handler": "nowhere.main"},
        {"handler": "../outside.main"},
        {"handler": "link.main"},
        {"package": {"artifact": ".serverless/app.zip"}},
        {"handler": 3},
    ],
)
def test_what_is_not_there_or_not_ours_stays(tmp_path: Path, function: dict[str, Any]) -> None:
    outside = tmp_path / "outside.js"
    outside.write_text("1\n")
    folder = tmp_path / "copy"
    folder.mkdir()
    (folder / "link.js").symlink_to(outside)
    assert not change_code(folder, [function], 1)
    assert outside.read_text() == "1\n"


def test_functions_come_from_what_was_packaged_else_from_what_is_written(tmp_path: Path) -> None:
    (tmp_path / "serverless.yml").write_text(
        "service: s\nprovider: aws\nfunctions: [{one: {handler: a.b}}, '${file(x.yml)}']\n"
    )
    copy = PrivateCopy(load_service(tmp_path), tmp_path, tmp_path.parent)
    assert functions_of(copy) == ({"handler": "a.b"},)
    state = tmp_path / ".serverless/serverless-state.json"
    state.parent.mkdir()
    state.write_text(json.dumps({"service": {"functions": {"x": {"handler": "c.d"}, "y": {"image": "i"}}}}))
    assert functions_of(copy) == ({"handler": "c.d"}, {"image": "i"})
    state.write_text("broken")
    assert functions_of(copy) == ({"handler": "a.b"},)


@pytest.mark.parametrize("name", ["built.js", "built.zip"])
def test_what_was_built_may_have_a_second_name_elsewhere(tmp_path: Path, name: str) -> None:
    other = tmp_path / "other"
    if name.endswith(".zip"):
        with zipfile.ZipFile(other, "w") as archive:
            archive.writestr("index.js", "1")
    else:
        other.write_text("1\n")
    other.chmod(0o755)
    before = other.read_bytes()
    folder = tmp_path / "copy"
    folder.mkdir()
    (folder / name).hardlink_to(other)
    assert change_code(folder, [{"handler": "built.main", "package": {"artifact": "built.zip"}}], 1)
    assert other.read_bytes() == before
    assert (folder / name).read_bytes() != before
    assert (folder / name).stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("name", ["/", "", "..", "a\0b.c", "x" * 300 + ".y", "loop.b", "../../etc/passwd"])
def test_what_a_plugin_names_changes_nothing_elsewhere(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop.js").symlink_to("loop.js")
    assert not change_code(tmp_path, [{"handler": name, "package": {"artifact": name}}], 1)


@pytest.mark.parametrize("kept", ["name.zip", "version.zip", "disks.zip"])
def test_an_artefact_that_cannot_be_read_stays_as_it_is(tmp_path: Path, kept: str) -> None:
    data = (Path(__file__).parents[1] / "fuzz" / "artefact" / kept).read_bytes()
    (tmp_path / "a.zip").write_bytes(data)
    # None of its sources is there either.
    change_code(tmp_path, [{"package": {"artifact": "a.zip"}}], 1)
    assert (tmp_path / "a.zip").read_bytes() == data
