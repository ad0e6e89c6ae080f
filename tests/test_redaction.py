import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.redaction import HIDDEN, Redaction, harmless

SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCY="ä\\'


def hiding(*secrets: str) -> Redaction:
    redaction = Redaction()
    redaction.add(*secrets)
    return redaction


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET),
        quote(SECRET, safe=""),
        json.dumps({"a": SECRET}),
        json.dumps([SECRET], ensure_ascii=False),
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
        SECRET.encode().hex(),
    ],
)
def test_a_secret_is_hidden_however_it_is_written(form: str) -> None:
    hidden = hiding(SECRET).text(f"before {form} after")
    assert HIDDEN in hidden
    assert "wJalr" not in hidden
    assert hidden.startswith("before ")
    assert hidden.endswith(" after")


def test_a_secret_within_another_goes_with_it() -> None:
    assert hiding("abcd", "abcdefgh").text("abcdefgh abcd") == f"{HIDDEN} {HIDDEN}"


def test_what_is_too_short_is_no_secret() -> None:
    assert hiding("", "dev").text("a dev stage") == "a dev stage"


def test_a_json_value_is_hidden_whole() -> None:
    value = {"a": ["x secret-one", 1, None, True], "secret-one": ({"b": "secret-one"},)}
    assert hiding("secret-one").value(value) == {"a": [f"x {HIDDEN}", 1, None, True], HIDDEN: [{"b": HIDDEN}]}
    assert Redaction().value(value) is value


@given(st.text(min_size=4), st.text(), st.text())
def test_nothing_of_it_stays(secret: str, before: str, after: str) -> None:
    hidden = hiding(secret).text(before + secret + after)
    assert secret not in hidden.replace(HIDDEN, "\0")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ä 日本\nnext", "plain ä 日本\nnext"),
        ("\x1b[31mred\x1b[0m", "?[31mred?[0m"),
        ("a\tb\rc\x07\x9b2J", "a b?c??2J"),
        ("right\u202eleft", "right?left"),
    ],
)
def test_a_terminal_is_not_given_orders(text: str, shown: str) -> None:
    assert harmless(text) == shown
