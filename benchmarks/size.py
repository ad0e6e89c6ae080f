"""How a converge grows with its service: one of 160 functions (about 480 resources) against one of 10.

The services alternate in one run, so that the ratio holds when the machine's speed drifts. The memory is
that of the largest process of the run: verifier itself.

    python benchmarks/size.py [PAIRS]
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

SMALL, LARGE = 10, 160
ALLOWED_RATIO = 5.0
ALLOWED_MEGABYTES = 700


@dataclass(frozen=True)
class Run:
    """What one converge took."""

    seconds: float
    megabytes: float


def service(folder: Path, functions: int) -> Path:
    """A service of so many functions; each has its log group and its version."""
    folder.mkdir()
    (folder / "handler.js").write_text("module.exports.run = async () => ({ statusCode: 200 });\n")
    lines = [
        f"service: size-{functions}",
        'frameworkVersion: "4"',
        "provider:",
        "  name: aws",
        "  runtime: nodejs22.x",
        "functions:",
        *(f"  work{number}:\n    handler: handler.run" for number in range(functions)),
    ]
    (folder / "serverless.yml").write_text("\n".join(lines) + "\n")
    return folder


def converge(folder: Path) -> Run:
    """One converge of the service there. Raises SystemExit if it finds no sufficient policy."""
    command = [sys.executable, "-m", "verifier", "converge", str(folder), "--format", "json"]
    started = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, stdout=said, stderr=said)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said.seek(0)
            raise SystemExit(f"converge of {folder.name} failed:\n{said.read().decode()[-2000:]}")
    return Run(time.perf_counter() - started, usage.ru_maxrss / 1024)


def main(arguments: list[str]) -> int:
    """Print each pair and the medians; 1 when the large service takes too long or too much memory."""
    ratios, memory = [], 0.0
    with tempfile.TemporaryDirectory() as scratch:
        small, large = (service(Path(scratch) / f"size-{number}", number) for number in (SMALL, LARGE))
        for pair in range(1, (int(arguments[0]) if arguments else 2) + 1):
            few, many = converge(small), converge(large)
            ratios.append(many.seconds / few.seconds)
            memory = max(memory, many.megabytes)
            print(
                f"pair {pair}: {SMALL} functions {few.seconds:.1f} s and {few.megabytes:.0f} MB, "
                f"{LARGE} functions {many.seconds:.1f} s and {many.megabytes:.0f} MB",
                flush=True,
            )
    ratio = statistics.median(ratios)
    print(f"{LARGE} functions / {SMALL}: median {ratio:.2f} (at most {ALLOWED_RATIO})")
    print(f"most memory {memory:.0f} MB (at most {ALLOWED_MEGABYTES})")
    return int(ratio > ALLOWED_RATIO or memory > ALLOWED_MEGABYTES)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
