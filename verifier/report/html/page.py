"""The file itself: the template filled, and the policy of the page that lets only its own script run."""

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from verifier.report.html.view import view_of
from verifier.report.kept import Kept

if TYPE_CHECKING:
    from jinja2 import Template


def page(kept: Kept) -> str:
    """The whole report of a run."""
    return filled("report.html", view_of(kept))


def filled(template: str, view: Any) -> str:
    """A whole page. All names in ``view`` are data: the template escapes whatever it is given."""
    from markupsafe import Markup

    script, style = _own("report.js"), _own("report.css")
    return _template(template).render(
        view=view,
        # Ours, with nothing filled in.
        script=Markup(script),
        style=Markup(style),
        security=_security(script, style),
    )


@cache
def _template(name: str) -> "Template":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("verifier.report.html", "parts"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def _security(script: str, style: str) -> str:
    """A Content-Security-Policy: nothing is loaded, and only these two texts count."""
    return (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _own(name: str) -> str:
    return (resources.files(__package__) / "parts" / name).read_text(encoding="utf-8")
