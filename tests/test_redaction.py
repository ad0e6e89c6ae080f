import base64
import html
import json
import re
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.redaction import HIDDEN, Redaction, harmless

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCY=\"ä\\' &"
RAW = SECRET.encode()
FORMS = [
    SECRET,
    quote(SECRET),
    quote(SECRET, safe=""),
    re.sub("%..", lambda found: found[0].lower(), quote(SECRET, safe="")),
    quote_plus(SECRET),
    "".join(f"%{byte:02X}" for byte in RAW),
    json.dumps({"a": SECRET}),
    json.dumps([SECRET], ensure_ascii=False),
    json.dumps(json.dumps([SECRET])),
    SECRET.replace("\\", "\\\\").replace("'", "\\'"),
    html.escape(SECRET),
    html.escape(html.escape(SECRET)),
    SECRET.replace("'", "&#39;").replace('"', "&#34;"),
    "".join(f"&#x{ord(char):x};" for char in SECRET),
    "".join(f"\\x{ord(char):02x}" for char in SECRET),
    base64.b64encode(RAW).decode(),
    base64.urlsafe_b64encode(RAW).decode(),
    RAW.hex(),
    RAW.hex().upper(),
    RAW.hex(" "),
]


def hiding(*secrets: str, keys: tuple[str, ...] = ()) -> Redaction:
    redaction = Redaction()
    redaction.add(*secrets)
    redaction.add_keys(*keys)
    return redaction


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("own", [True, False])
def test_a_secret_is_hidden_however_it_is_written(form: str, own: bool) -> None:
    redaction = hiding(keys=(SECRET,)) if own else hiding(SECRET)
    hidden = redaction.text(f"before {form} after")
    assert HIDDEN in hidden
    assert len(hidden) < len(f"before {HIDDEN} after") + 12, "no more than a bracket or an edge is left"
    assert hidden.startswith("before ")
    assert hidden.endswith(" after")


@given(st.binary(max_size=8), st.binary(max_size=8))
def test_in_base_64_it_is_hidden_wherever_it_stands(before: bytes, after: bytes) -> None:
    hidden = hiding("hunter2-and-more").text(base64.b64encode(before + b"hunter2-and-more" + after).decode())
    assert HIDDEN in hidden
    # The edges share their characters with what stands beside it.
    assert len(hidden.replace(HIDDEN, "")) <= (len(before) + len(after)) * 4 / 3 + 8


def test_a_secret_within_another_goes_with_it() -> None:
    assert hiding("abcd", "abcdefgh").text("abcdefgh abcd") == f"{HIDDEN} {HIDDEN}"
    assert hiding("hidden", "abcdefgh").text("abcdefgh") == HIDDEN


def test_each_line_of_a_long_one_is_hidden() -> None:
    hidden = hiding("-----BEGIN-----\nMIIEow\n  IBAAK\n").text("line 2: MIIEow | IBAAK")
    assert hidden == f"line 2: {HIDDEN} | {HIDDEN}"


@pytest.mark.parametrize("word", ["", "dev", "     ", "true", "False", "undefined"])
def test_what_is_too_short_or_says_nothing_is_no_secret(word: str) -> None:
    text = "a dev stage,     true or False or undefined"
    assert hiding(word).text(text) == text


def test_words_are_hidden_and_names_stay() -> None:
    """A stage, a verdict or a phase may be called like a secret: the result must stay right."""
    row = {
        "verdict": "sufficient",
        "action": "s3:GetObject",
        "reason": "sufficient: prod-key-1",
        "seeded": [{"name": "prod-key-1", "value": "prod-key-1"}],
        "notes": ["prod-key-1 was refused"],
        "cleared": [{"phase": "deploy", "what": "prod-key-1 was emptied"}],
        "policy": {"Resource": ["arn:aws:s3:::prod-key-1"]},
        "count": 1,
    }
    redaction = hiding("prod-key-1", "sufficient", "verdict", "deploy")
    assert redaction.document(row) == {
        **row,
        "reason": f"{HIDDEN}: {HIDDEN}",
        "seeded": [{"name": "prod-key-1", "value": HIDDEN}],
        "notes": [f"{HIDDEN} was refused"],
        "cleared": [{"phase": "deploy", "what": f"{HIDDEN} was emptied"}],
    }
    assert redaction.left_in(json.dumps(row))
    assert not redaction.left_in('{"Resource": "*"}')


def test_the_runs_own_keys_are_hidden_in_names_too() -> None:
    redaction = hiding(keys=("AKIAXXXXXXXXXXXXXXXX",))
    row = {"AKIAXXXXXXXXXXXXXXXX": ({"resource": "arn:aws:s3:::AKIAXXXXXXXXXXXXXXXX"}, 1, None, True)}
    assert redaction.document(row) == {HIDDEN: [{"resource": f"arn:aws:s3:::{HIDDEN}"}, 1, None, True]}


def test_the_runs_own_keys_are_hidden_in_small_letters_and_among_zeros() -> None:
    redaction = hiding(keys=("AKIAXXXXXXXXXXXXXXX2",))
    assert redaction.name("arn:aws:s3:::akiaxxxxxxxxxxxxxxx2-files") == f"arn:aws:s3:::{HIDDEN}-files"
    wide = "AKIAXXXXXXXXXXXXXXX2".encode("utf-16-le").decode("latin-1")
    assert redaction.text(harmless(wide)) == HIDDEN


@given(st.text(min_size=4), st.text(), st.text())
def test_nothing_of_it_stays(secret: str, before: str, after: str) -> None:
    hidden = hiding(keys=(secret,)).text(before + secret + after)
    assert secret not in hidden.replace(HIDDEN, "\0")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ä 日本\nnext", "plain ä 日本\nnext"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "alink"),
        ("\x9b2Jb\x9d0;title\x9cc\x1b(Bd\x1bce", "bcde"),
        ("\x1b\x1b[31m[2Jx", "?[2Jx"),
        ("\x1b]never ended\nnext", "\nnext"),
        ("a\tb\rc\x07\x85", "a b?c??"),
        ("first\r\nnext", "first\nnext"),
        ("w\0i\0d\0e\x1b\0[31m", "wide"),
        ("right\u202eleft\u2066\u200b", "right?left??"),
    ],
)
def test_a_terminal_is_not_given_orders(text: str, shown: str) -> None:
    assert harmless(text) == shown


@given(st.text(alphabet="\x1b\x9b\x9d[]0;mJ(\x07\\a\n\r"))
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    assert all(char.isprintable() or char == "\n" for char in harmless(text))
