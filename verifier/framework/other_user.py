"""Whether another user can run the tool at all: found out before anything is deployed, by his own rights."""

import json
import tempfile
from pathlib import Path

from verifier.errors import UnavailableError
from verifier.framework.framework import Framework
from verifier.framework.process import run
from verifier.scratch import lend, scratch

_SECONDS = 60.0
_READ = "require('fs').accessSync(FILE, require('fs').constants.R_OK)"


def check_access(framework: Framework) -> None:
    """Raises UnavailableError when the user of ``framework`` cannot run it; nothing for our own user."""
    user = framework.user
    if user is None:
        return
    node, program = framework.command[0], framework.command[-1]
    with tempfile.TemporaryDirectory(prefix="access-", dir=scratch()) as name:
        folder = lend(Path(name), user)
        command = (node, "-e", _READ.replace("FILE", json.dumps(program)))
        done = run(command, cwd=folder, env={"HOME": name}, timeout=_SECONDS, user=user)
    if done.exit_code == 0:
        return
    if done.exit_code == 127:
        words = done.output.strip().splitlines()[-1:]
        raise UnavailableError(
            f"--run-as {user.name}: cannot run {node} in {folder.parent} ({' '.join(words)}); both must be "
            "open to that user: TMPDIR names another place for temporary folders, PATH another Node.js"
        )
    raise UnavailableError(
        f"--run-as {user.name}: cannot read {program}; give that user the right to, "
        "or name another one with --framework"
    )
