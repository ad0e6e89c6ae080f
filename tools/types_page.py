"""Writes docs/types.md: each resource type with a handler, its calls, what it lacks, what it rests on.

Run it with `make docs`; a test holds the page to the types.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from verifier.authorization.sources import Source, source
from verifier.cloudformation.handlers import handlers
from verifier.cloudformation.types.handler import Handler

PAGE = Path(__file__).resolve().parents[1] / "docs" / "types.md"
_HEAD = """\
# Resource types

Generated from `verifier/cloudformation/handlers/` by `make docs`.

CloudFormation is not asked what it does: for each of these types the verifier makes the calls itself,
with the rights of whoever deploys. A call is made only where the template or the step of the resource's
life wants it. Properties that are *not acted on* ask for everything that the CloudFormation registry
names for the step, on the ARNs that AWS's reference gives for each action, marked `upper bound`; so does a
type that is not on this page, but for nested stacks, custom resources and wait conditions, which are
CloudFormation's own. Sources are those that a call of the type names itself; what an operation needs beside
its own action is in
[rules/](../verifier/authorization/rules).
"""


def page() -> str:
    """The page's text."""
    types = sorted(handlers().items())
    contents = "\n".join(f"- [{name}](#{_anchor(name)})" for name, _ in types)
    return "\n".join((_HEAD, f"{len(types)} types:\n", contents, *(_section(one) for _, one in types), ""))


def _section(handler: Handler) -> str:
    lines = [f"\n## {handler.type}\n", f"Calls: {_listed(sorted(handler.mentioned_calls))}", ""]
    lines += [f"Acted on: {_listed(sorted(handler.supported))}", ""]
    if handler.lacks:
        lines += [f"Not acted on: {_listed(sorted(handler.lacks))}", ""]
    lines += [_told(source(name)) for name in sorted(handler.mentioned_sources)]
    return "\n".join(lines).rstrip()


def _told(one: Source) -> str:
    return f"- `{one.id}`: [{one.where}]({one.address})"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _anchor(name: str) -> str:
    return name.lower().replace(":", "")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.name}", file=sys.stderr)
