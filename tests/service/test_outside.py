"""What lies outside the service's folder and is named in it."""

import os
from pathlib import Path

import pytest

from verifier.errors import InputError
from verifier.service import forbidden
from verifier.service.forbidden import Forbidden
from verifier.service.outside import Outside, find_outside
from verifier.service.private_copy import private_copy
from verifier.service.service import load_service


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A service in a repository, and what is beside it."""
    service = tmp_path / "repo/services/shop"
    for name in (
        service,
        tmp_path / "repo/shared/lib",
        tmp_path / "repo/packages/common",
        tmp_path / "repo/big",
    ):
        name.mkdir(parents=True)
    (service / "serverless.yml").write_text(
        "service: shop\nprovider: ${file(../../shared/provider.yml)}\ncustom: ${file(../../root.yml):x}\n"
        "package: {patterns: ['!../**']}\nnone: ${file(../../shared/none.yml), ''}\n"
    )
    (service / "handler.ts").write_text("import { x } from '../../packages/common/index';\n")
    (tmp_path / "repo/shared/provider.yml").write_text("name: aws\nextra: ${file(../../shared/lib/x.yml)}\n")
    (tmp_path / "repo/shared/lib/x.yml").write_text("x: 1\n")
    (tmp_path / "repo/packages/common/index.ts").write_text("export const x = 1;\n")
    (tmp_path / "repo/root.yml").write_text("x: 1\n")
    (tmp_path / "repo/big/data.json").write_text("{}")
    return service


def test_what_is_named_is_where_it_is_named(folder: Path) -> None:
    with private_copy(load_service(folder)) as copy:
        repo = copy.folder.parents[1]
        assert (repo / "shared/lib/x.yml").is_file()
        assert (repo / "packages/common/index.ts").is_file()
        assert (repo / "root.yml").is_file()
        assert not (repo / "big").exists()
        (repo / "shared/provider.yml").write_text("changed")
    assert "aws" in (folder / "../../shared/provider.yml").read_text()


def test_nothing_is_copied_to_above_the_copy(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    up = "../" * 12
    (folder / "serverless.yml").write_text(f"service: s\nprovider: aws\ncustom: ${{file({up}etc/hosts)}}\n")
    with private_copy(load_service(folder)) as copy:
        assert copy.config.is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shop"]


def names(folder: Path, text: str) -> Outside:
    """What is found for a service whose handler says ``text``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "serverless.yml").write_text("service: s\nprovider: aws\n")
    (folder / "handler.js").write_text(f"// {text}\n")
    return find_outside(folder, Path("/home/me"))


def test_a_file_comes_alone_with_what_it_names_in_turn(tmp_path: Path) -> None:
    beside = tmp_path / "common"
    (beside / "lib").mkdir(parents=True)
    texts = {
        "index.js": "import './lib/a'; import './b.js'; // ./none ./lib/../../other",
        "b.js": "1",
        "lib/a.ts": "export * from '../c';",
        "c.ts": "import '../top.json'",
        "package.json": '{"type": "module"}',
        "secret.txt": "s",
        "unnamed.js": "1",
    }
    for name, text in texts.items():
        (beside / name).write_text(text)
    (tmp_path / "top.json").write_text("{}")
    (beside / "node_modules/x").mkdir(parents=True)
    found = names(tmp_path / "svc", "../common/index")
    assert {str(path.relative_to(tmp_path)) for path in found.files} == {
        *(f"common/{name}" for name in ("index.js", "b.js", "lib/a.ts", "c.ts", "package.json")),
        "top.json",
    }
    assert found.packages == (beside / "node_modules",)
    assert found.note is None


def test_a_folder_that_is_named_comes_without_what_is_hidden_in_it(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    for name in ("deep/x.txt", ".ssh/id", ".git/config", "node_modules/p/index.js", ".env", ".token"):
        (shared / name).parent.mkdir(parents=True, exist_ok=True)
        (shared / name).write_text("x")
    (shared / "link").symlink_to(".ssh/id")
    (shared / "loop").symlink_to(".")
    os.mkfifo(shared / "pipe")
    found = names(tmp_path / "svc", "../shared")
    assert found.files == (shared / ".env", shared / "deep/x.txt")
    assert found.packages == (shared / "node_modules",)


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ("../.aws/credentials", "in a hidden folder"),
        ("../.aws", "hidden"),
        ("../.netrc", "hidden"),
        ("../lib/.ssh/id.json", "in a hidden folder"),
        ("../alias.yml", "in a hidden folder"),
        ("../proc/version", "the system's"),
        ("../pipe.yml", "no regular file"),
        ("../zero.json", "the system's"),
        ("../large.jar", "more than 50 MB or 2,000 files in all"),
        ("../many", "more than 50 MB or 2,000 files in all"),
    ],
)
def test_what_is_left_out_is_named(tmp_path: Path, named: str, reason: str) -> None:
    for name in (".aws/credentials", ".netrc", "lib/.ssh/id.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("secret")
    (tmp_path / "alias.yml").symlink_to(".aws/credentials")
    (tmp_path / "proc").symlink_to("/proc")
    (tmp_path / "zero.json").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.yml")
    with (tmp_path / "large.jar").open("wb") as file:
        file.truncate(50_000_001)
    (tmp_path / "many").mkdir()
    for number in range(2_001 if named == "../many" else 0):
        (tmp_path / f"many/{number}").touch()
    found = names(tmp_path / "svc", named)
    assert found.files == ()
    assert found.left_out == (f"{named} ({reason})",)
    assert found.note == (
        f"note: named by the service's files and left out of its private copy: {named} ({reason})"
    )
    with private_copy(load_service(tmp_path / "svc")) as copy:
        assert sorted(path.name for path in copy.folder.parent.iterdir()) == ["svc"]


def test_the_limit_is_for_all_together(tmp_path: Path) -> None:
    for name in ("a.bin", "b.bin"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(30_000_000)
    found = names(tmp_path / "svc", "../a.bin ../b.bin")
    assert found.files == (tmp_path / "a.bin",)
    assert len(found.left_out) == 1


def test_far_above_and_much_that_is_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "a/b/c/d/e/svc"
    (tmp_path / "x.yml").write_text("x")
    up = "../" * 20
    found = names(
        folder, f"../../../../../../x.yml {up}proc/self/environ {up}etc/hosts {up[:-1]} {up}{'n' * 300}"
    )
    assert found.files == ()
    assert any("more than 4 folders above" in words for words in found.left_out)
    assert sum("the system's" in words for words in found.left_out) == 2
    assert len(found.left_out) == 3
    many = Outside(Forbidden(tmp_path, None), left_out=tuple(f"{number}" for number in range(7)))
    assert many.note is not None
    assert many.note.endswith("0, 1, 2, 3, 4 and 2 more")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/home/me/repo/shared.yml", None),
        ("/home/me/notes.yml", None),
        ("/home/me/.env", "hidden in a home folder"),
        ("/home/me/.aws/config.json", "in a hidden folder"),
        ("/home/me", "a home folder"),
        ("/home", "a home folder"),
        ("/", "a home folder"),
        ("/home/you/x.yml", "in a home folder that the service does not lie in"),
        ("/root/x.yml", "in a home folder that the service does not lie in"),
        ("/Users/you/x.yml", "in a home folder that the service does not lie in"),
        ("/etc/x.yml", "the system's"),
        ("/proc/1/environ", "the system's"),
        ("/srv/x.yml", None),
    ],
)
def test_places_that_are_forbidden(monkeypatch: pytest.MonkeyPatch, path: str, reason: str | None) -> None:
    monkeypatch.setattr(forbidden, "_kind", lambda _: None)
    monkeypatch.setattr(Path, "is_file", lambda _: True)
    assert Forbidden(Path("/home/me/repo/svc"), Path("/home/me")).reason(Path(path)) == reason


def test_a_service_in_a_folder_of_the_system_names_its_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forbidden, "_kind", lambda _: None)
    here = Forbidden(Path("/usr/src/app/svc"), Path("/root"))
    assert here.reason(Path("/usr/src/app/shared.yml")) is None
    assert here.reason(Path("/etc/x.yml")) == "the system's"
    assert Forbidden(Path("/dev/shm/svc"), Path("/root")).reason(Path("/dev/shm/x.yml")) == "the system's"


def test_a_link_brings_no_more_than_a_name_would(tmp_path: Path) -> None:
    folder = tmp_path / "svc"
    names(folder, "")
    for name in (".aws/credentials", "shared/x.js", "shared/.ssh/id", "svc/lib/a.js", "svc/.own/b.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    for link, goal in {
        "keys": "../.aws",
        "lib/key.json": "../../.aws/credentials",
        "environment": "/proc/self/environ",
        "passwords": "/etc",
        "disk": "/",
        "zero": "/dev/zero",
        "shared": "../shared",
        "own": str(folder / ".own"),
        "lib/venv": "../../.aws",
        "dangling": "../nowhere",
    }.items():
        (folder / link).symlink_to(goal)
    (tmp_path / "shared/all").symlink_to("../.aws")
    assert find_outside(folder).left_out == (
        "disk (a link to what is a home folder)",
        "environment (a link to what is the system's)",
        "keys (a link to what is hidden)",
        "lib/key.json (a link to what is in a hidden folder)",
        "passwords (a link to what is the system's)",
        "zero (a link to what is the system's)",
    )
    with private_copy(load_service(folder)) as copy:
        copied = {str(path.relative_to(copy.folder)) for path in copy.folder.rglob("*") if path.is_file()}
    assert copied == {"serverless.yml", "handler.js", "lib/a.js", "shared/x.js", "own/b.js", ".own/b.js"}


@pytest.mark.parametrize("number", [1, 2])
def test_no_revision_is_a_link_to_what_is_never_copied(tmp_path: Path, number: int) -> None:
    names(tmp_path / "svc", "")
    (tmp_path / ".aws").mkdir()
    (tmp_path / "svc/revisions").mkdir()
    (tmp_path / f"svc/revisions/{number}").symlink_to("../../.aws")
    told = pytest.raises(InputError, match=rf"revisions/{number}: leads to what is never copied \(hidden\)")
    with told, private_copy(load_service(tmp_path / "svc")):
        pass
