"""What lies outside the service's folder and is named in it."""

from pathlib import Path

import pytest

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
