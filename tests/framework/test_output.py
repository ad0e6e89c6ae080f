"""Little output is kept whole; of much the beginning and the end, and no more."""

import os
import time

import pytest

from verifier.framework import output
from verifier.framework.output import HEAD_BYTES, TAIL_BYTES, KeptOutput


def write(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def kept(*parts: bytes) -> str:
    with KeptOutput() as both:
        for part in parts:
            write(both.handle, part)
        return both.text()


@pytest.fixture(params=["in memory", "on disk"], autouse=True)
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "on disk":
        monkeypatch.delattr(os, "memfd_create")


def test_little_is_kept_whole() -> None:
    assert kept() == ""
    assert kept(b"a", b"b\xff") == "ab\ufffd"
    whole = b"x" * (HEAD_BYTES + TAIL_BYTES)
    assert kept(whole) == whole.decode()


@pytest.mark.parametrize("size", [1_000, 50_000, 3_000_000])
def test_of_much_the_beginning_and_the_end(size: int) -> None:
    everything = b"".join(b"%08d\n" % number for number in range(6_000_000 // 9))
    with KeptOutput() as both:
        for start in range(0, len(everything), size):
            write(both.handle, everything[start : start + size])
            both.trim()
        text = both.text()
    head, gap, tail = text.partition("\n[... ")
    count, _, tail = tail.partition(" bytes left out ...]\n")
    assert gap
    assert everything.startswith(head.encode())
    assert HEAD_BYTES - 9 < len(head) <= HEAD_BYTES
    assert head.endswith("\n")
    assert everything.endswith(b"\n" + tail.encode())
    assert TAIL_BYTES - 9 < len(tail) <= TAIL_BYTES
    assert len(head) + int(count) + len(tail) == len(everything)
    assert len(text) <= 1_000_000


@pytest.mark.parametrize("cut", range(1, 40, 6))
@pytest.mark.parametrize("end", [b"\n", b""])
def test_no_part_of_a_secret_is_kept(cut: int, end: bytes) -> None:
    secret = b"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    before = b"x" * (HEAD_BYTES - cut - 1) + end
    after = b"y" * (TAIL_BYTES - 40 + cut - 1)
    text = kept(before.ljust(HEAD_BYTES - cut, b"z"), secret, b"\n", b"-" * 5_000, secret, end or b"y", after)
    assert "left out" in text
    for part in (secret[:cut], secret[cut:], secret):
        assert len(part) < 4 or part.decode() not in text


def test_what_is_not_kept_takes_no_room() -> None:
    with KeptOutput() as both:
        for _ in range(20):
            write(both.handle, b"x" * 20_000_000)
            until = time.monotonic() + 60
            while room(both) > 2_500_000 and time.monotonic() < until:
                time.sleep(0.01)
            assert room(both) <= 2_500_000
        assert f"\n[... {400_000_000 - HEAD_BYTES - TAIL_BYTES + 8_192} bytes left out ...]\n" in both.text()


def room(both: KeptOutput) -> int:
    return os.fstat(both.handle).st_blocks * 512


def test_where_nothing_can_be_given_back_it_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "_punch_hole", lambda *_: None)
    with KeptOutput() as both:
        write(both.handle, b"a" * HEAD_BYTES + b"b" * 5_000_000 + b"c" * TAIL_BYTES)
        both.trim()
        assert "\n[... 5008192 bytes left out ...]\n" in both.text()
