"""Sessions of our own, whatever the user's environment says."""

import pytest

from verifier.emulator.session import forget_settings, isolated_session


def test_no_profile_and_no_file_has_a_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "none")
    monkeypatch.setenv("AWS_RETRY_MODE", "huh")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "-1")
    monkeypatch.setenv("AWS_DEFAULTS_MODE", "huh")
    monkeypatch.setenv("AWS_CA_BUNDLE", "/nowhere")
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "true")
    monkeypatch.setenv("AWS_DATA_PATH", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", __file__)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", __file__)
    session = isolated_session()
    assert session.profile is None
    assert session.full_config["profiles"] == {}
    client = session.create_client(
        "sts", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="y"
    )
    assert client.meta.region_name == "eu-west-1"
    assert client.meta.endpoint_url == "https://sts.eu-west-1.amazonaws.com"
    assert client.meta.config.retries["mode"] == "standard"


def test_what_libraries_would_read_is_forgotten() -> None:
    environment = {"AWS_PROFILE": "a", "AWS_X": "b", "BOTO_CONFIG": "c", "PATH": "/bin", "MY_AWS_KEY": "d"}
    taken = forget_settings(environment)
    assert taken == {"AWS_PROFILE": "a", "AWS_X": "b", "BOTO_CONFIG": "c"}
    assert environment == {"PATH": "/bin", "MY_AWS_KEY": "d"}
