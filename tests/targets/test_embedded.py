"""The embedded target's certificates."""

from contextlib import closing
from pathlib import Path

import pytest

from verifier.authorization.authorizer import Mode
from verifier.targets.embedded import EmbeddedTarget

REGION = "eu-north-1"


@pytest.mark.parametrize("more", [None, "a company's authority\n"])
def test_the_tool_trusts_the_gateway_and_what_the_machine_trusts_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str | None
) -> None:
    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", __file__)
    path = tmp_path / "ca.pem"
    path.write_text(more or "")
    with (
        closing(EmbeddedTarget(region=REGION, more_authorities=path if more else None)) as target,
        target.room(Mode.ENFORCE, REGION) as room,
    ):
        bundle = Path(room.environment()["NODE_EXTRA_CA_CERTS"]).read_text()
    assert bundle.startswith("-----BEGIN CERTIFICATE-----")
    assert bundle.partition("-----END CERTIFICATE-----\n")[2].strip() == (more or "").strip()
