"""Sessions of our own, whatever the user's environment says."""

import pytest

from verifier.emulator.session import isolated_session


def test_no_profile_and_no_file_has_a_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "none")
    monkeypatch.setenv("AWS_CONFIG_FILE", __file__)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", __file__)
    session = isolated_session()
    assert session.profile is None
    assert session.full_config["profiles"] == {}
    client = session.create_client(
        "sts", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="y"
    )
    assert client.meta.region_name == "eu-west-1"
