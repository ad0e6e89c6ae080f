"""Every source that the policy engine names is written down."""

import re
from pathlib import Path

import verifier.iam
from verifier.authorization.sources import sources


def test_named_sources_exist() -> None:
    folder = Path(verifier.iam.__file__).parent
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py")))
    named = set(re.findall(r"\biam-[a-z0-9]+(?:-[a-z0-9]+)+", text))
    assert len(named) >= 20
    assert named - set(sources()) == set()
