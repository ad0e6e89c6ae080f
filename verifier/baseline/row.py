"""What became of one service, as a row of a result: JSON from the process that saw it to whoever shows it."""

from collections.abc import Iterable, Sequence
from typing import Any

from verifier.baseline.drift import Drift
from verifier.baseline.evidence import BaselineEvidence
from verifier.baseline.lasting import lasting
from verifier.errors import ExitCode

# From the gravest on: what many services end in together.
_GRAVEST = (
    ExitCode.INTERRUPTED,
    ExitCode.DRIFT,
    ExitCode.BUG,
    ExitCode.INCONCLUSIVE,
    ExitCode.NOT_CONVERGED,
    ExitCode.UNAVAILABLE,
    ExitCode.USAGE,
)
_FAILED = {
    ExitCode.INCONCLUSIVE: "inconclusive",
    ExitCode.NOT_CONVERGED: "not converged",
    ExitCode.UNAVAILABLE: "unavailable",
    ExitCode.USAGE: "bad input",
    ExitCode.INTERRUPTED: "interrupted",
}


def checked(
    folder: str,
    now: BaselineEvidence,
    drift: Drift,
    *,
    confirmed: bool,
    warnings: Iterable[str] = (),
    reason: str = "",
) -> dict[str, Any]:
    """A service that was checked; ``confirmed``: a strict life passed under the committed policy.

    ``warnings`` are refusals that AWS went on without; ``reason`` is why of some tools nothing
    is said.
    """
    code = ExitCode.DRIFT if drift.is_there else ExitCode.OK
    return {
        **_seen(folder, now),
        "outcome": "drift" if drift.is_there else "no drift",
        "exitCode": int(code),
        "reason": lasting(reason),
        "confirmed": confirmed,
        "came": [item.as_dict() for item in drift.came],
        "went": [item.as_dict() for item in drift.went],
        "changed": list(drift.changed),
        "announced": list(drift.announced),
        "warnings": list(dict.fromkeys(warnings)),
    }


def updated(folder: str, now: BaselineEvidence, *, written: bool) -> dict[str, Any]:
    """A service whose baseline is made anew; ``written``: it is another one."""
    return {
        **_seen(folder, now),
        "outcome": "written" if written else "unchanged",
        "exitCode": int(ExitCode.OK),
        "reason": "",
    }


def failed(folder: str, code: int, reason: str) -> dict[str, Any]:
    """A service of which nothing can be said."""
    known = ExitCode(code) if code in [*ExitCode] else ExitCode.BUG
    outcome = _FAILED.get(known, "failed")
    return {"folder": folder, "outcome": outcome, "exitCode": int(known), "reason": lasting(reason)}


def exit_code(rows: Sequence[dict[str, Any]]) -> ExitCode:
    """Drift before all that says nothing of it; 0 only where each service ended so."""
    codes = {row["exitCode"] for row in rows}
    return next((code for code in _GRAVEST if code in codes), ExitCode.OK if codes <= {0} else ExitCode.BUG)


def _seen(folder: str, now: BaselineEvidence) -> dict[str, Any]:
    return {
        "folder": folder,
        "service": now.service,
        "frameworks": [*dict.fromkeys(f"{tool.name}@{tool.version}" for tool in now.made_with.tools)],
        "permissions": len(now.held),
    }
