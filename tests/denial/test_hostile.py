"""Whatever is pasted is read in a time that grows with its length alone, and nothing breaks on it."""

import json
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from verifier.denial.parse import denials_of
from verifier.denial.plain import plain_lines
from verifier.denial.squeezed import Squeezed

PIECES = (
    "User: arn:aws:iam::111122223333:user/x is not authorized to perform: s3:GetObject on resource: ",
    "is not authorized to perform: ",
    "not authorized to perform",
    "user:",
    "because no identity-based policy allows the ",
    "with an explicit deny in a ",
    "An error occurred (AccessDenied) when calling the ",
    "Call failed: a({",
    "Access Denied",
    "AccessDenied",
    "Failed to set tags on ",
    "User with accountId: ",
    "on resource: <",
    'on resource: "',
    "arn:",
    "\\",
    "\\\\u00",
    "&amp;",
    "&#",
    "\x1b[",
    "\x1b]",
    "[1;",
    "**a",
    "> ",
    "│",
    "2024-09-13T10:00:00Z",
    "a  b  c\n   b  c\n",
    "\u0130",
    "\n",
    "\r",
    " ",
    "\t",
)
MANY = 8_000
# On any machine, however busy: what grew with the square of the length would take minutes.
SECONDS = 4


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=12)), max_size=30).map("".join))
def test_any_text_is_read(text: str) -> None:
    for denial in denials_of(text):
        json.dumps(denial.as_dict())


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
@example("\u0130stanbul")
def test_small_letters_stand_where_the_letters_do(text: str) -> None:
    squeezed = Squeezed(plain_lines(text))
    assert len(squeezed.text) == len(squeezed.lower)


@pytest.mark.parametrize("piece", PIECES)
def test_a_piece_again_and_again_takes_no_long_time(piece: str) -> None:
    before = time.process_time()
    denials_of((piece * MANY)[: 4 * MANY])
    assert time.process_time() - before < SECONDS
