"""What a child prints: the beginning and the end of it are kept, and never much more than a megabyte.

It is a file, not a pipe. Node writes to a file at once, but what it has for a full pipe it forgets when it
exits, and the last words are what matters. While the file grows, what lies behind its beginning is given back
to the system; nobody waits for anybody. Where the system cannot do that (it is Linux's) the file is as large
as the output.
"""

import contextlib
import ctypes
import fcntl
import os
import tempfile
import threading
from types import TracebackType
from typing import Self

from verifier.scratch import scratch

HEAD_BYTES = 240_000
TAIL_BYTES = 700_000
_LONGEST_SECRET = 4_096
"""Of a line longer than that so many bytes go where it is cut."""
_TRIM_SECONDS = 0.02
_TRIM_BYTES = 1_000_000
_KEEP_SIZE_AND_PUNCH_HOLE = 0x01 | 0x02


class KeptOutput:
    """A context manager with a file for a child's streams: its first HEAD_BYTES and last TAIL_BYTES stay."""

    def __init__(self) -> None:
        self.handle = _new_file()
        self._gone = HEAD_BYTES
        """Up to here the file is empty, behind its beginning."""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._trim_on, name="output of a child", daemon=True)
        self._thread.start()

    def text(self) -> str:
        """What was kept, with a line where something is missing; decoded leniently."""
        size = os.fstat(self.handle).st_size
        if size <= HEAD_BYTES + TAIL_BYTES:
            kept = os.pread(self.handle, size, 0)
        else:
            head = _whole_head(os.pread(self.handle, HEAD_BYTES, 0))
            tail = _whole_tail(os.pread(self.handle, TAIL_BYTES, size - TAIL_BYTES))
            left_out = size - len(head) - len(tail)
            kept = head + f"\n[... {left_out} bytes left out ...]\n".encode() + tail
        return kept.decode("utf-8", errors="replace")

    def trim(self) -> None:
        """Give back what is neither beginning nor end, if it is worth it."""
        end = os.fstat(self.handle).st_size - TAIL_BYTES
        if end - self._gone >= _TRIM_BYTES:
            _punch_hole(self.handle, self._gone, end - self._gone)
            self._gone = end

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        os.close(self.handle)

    def _trim_on(self) -> None:
        while not self._ended.wait(_TRIM_SECONDS):
            self.trim()


def _whole_head(head: bytes) -> bytes:
    """``head`` without the line that was cut: half a secret would not be known for one."""
    end = head.rfind(b"\n", -_LONGEST_SECRET)
    return head[: end + 1] if end >= 0 else head[:-_LONGEST_SECRET]


def _whole_tail(tail: bytes) -> bytes:
    """``tail`` without the line that was cut."""
    end = tail.find(b"\n", 0, _LONGEST_SECRET)
    return tail[end + 1 :] if end >= 0 else tail[_LONGEST_SECRET:]


def _new_file() -> int:
    """In memory where that can be, so that a full disk has no say in what is known of it."""
    try:
        handle = os.memfd_create("output")
    except (AttributeError, OSError):
        handle, name = tempfile.mkstemp(dir=scratch())
        os.unlink(name)  # noqa: PTH108
    # Both streams, and whoever else has it, write at its end.
    fcntl.fcntl(handle, fcntl.F_SETFL, os.O_APPEND | os.O_RDWR)
    return handle


def _punch_hole(handle: int, start: int, length: int) -> None:
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).fallocate64(
            handle, _KEEP_SIZE_AND_PUNCH_HOLE, ctypes.c_int64(start), ctypes.c_int64(length)
        )
