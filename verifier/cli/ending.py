"""What ended a command without a result, in one line, and the exit code for it."""

import errno
import os
import re
import sys
from collections.abc import Mapping

from verifier.cli.output import say
from verifier.errors import ExitCode, VerifierError
from verifier.redaction import Redaction, harmless

# What the surroundings lack is nobody's bug: how to mend it, by the system's number.
_TO_MEND: Mapping[int, str] = {
    **dict.fromkeys(
        (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS), "free some space, or name another place"
    ),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), "allow more open files (ulimit -n)"),
    **dict.fromkeys((errno.EAGAIN, errno.ENOMEM), "allow more processes and memory, or end others"),
    **dict.fromkeys((errno.EACCES, errno.EPERM), "give yourself the right to it, or name another place"),
    **dict.fromkeys((errno.EIO, errno.ESTALE), "check the disk, or name another place"),
    errno.ENAMETOOLONG: "give a shorter name",
    errno.EPIPE: "something that the run needs has ended; try again",
}
_NO_THREAD = "can't start new thread"
# botocore's, by its name: who has not loaded botocore has no such error.
_NO_ANSWER = "ReadTimeoutError"
# Longer words are shown by their ends: a name may have thousands of characters.
_LONGEST_WORD = 400
_LONG_WORD = re.compile(rf"(\S{{100}})\S{{{_LONGEST_WORD - 200},}}(\S{{100}})")


def ended_by(error: BaseException, redaction: Redaction) -> ExitCode:
    """Say what ended the command, without what ``redaction`` hides; the exit code for it: never 0."""
    words, code = _ended(error)
    say(_shortened(_one_line(redaction.text(harmless(words)))), sys.stderr)
    return code


def _ended(error: BaseException) -> tuple[str, ExitCode]:
    match error:
        case VerifierError():
            return str(error), error.exit_code
        case KeyboardInterrupt():
            return "interrupted; nothing is left running", ExitCode.INTERRUPTED
    lacking = _lacking(error)
    if lacking is not None:
        return lacking, ExitCode.UNAVAILABLE
    return f"a bug: {_where(error)}: {error!r}", ExitCode.BUG


def _lacking(error: BaseException) -> str | None:
    """What the surroundings lack, and how to mend it; None where it is not their doing."""
    match error:
        case OSError() if (number := _known(error)) is not None:
            return f"{_what_failed(error)}; {_TO_MEND[number]}"
        case MemoryError():
            return f"out of memory; {_TO_MEND[errno.ENOMEM]}"
        case RuntimeError() if _NO_THREAD in str(error):
            return f"{_NO_THREAD}; {_TO_MEND[errno.EAGAIN]}"
        case _ if any(kind.__name__ == _NO_ANSWER for kind in type(error).__mro__):
            return f"{error}; run less on this machine at once, and try again"
    return None


def _known(error: OSError) -> int | None:
    if error.errno in _TO_MEND:
        return error.errno
    # shutil's own error gathers those of many files as texts.
    return next((number for number in _TO_MEND if os.strerror(number) in str(error)), None)


def _what_failed(error: OSError) -> str:
    return f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)[:500]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _shortened(text: str) -> str:
    return _LONG_WORD.sub(r"\1...\2", text)


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "unknown place"
