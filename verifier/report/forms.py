"""Whether what a folder keeps has the form in which a run writes it: it may be damaged, or anybody's."""

import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verifier.errors import InputError

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator


def check_form(document: Any, path: Path, form: str = "") -> None:
    """Raises InputError unless ``document``, read from ``path``, is a run's result, or the named form."""
    from jsonschema.exceptions import best_match

    error = best_match(_validator(form).iter_errors(document))
    if error is not None:
        place = error.json_path.removeprefix("$").removeprefix(".") or "it"
        raise InputError(f"{path}: no result of a run: {place}: {error.message[:200]}")


@cache
def _validator(form: str) -> "Draft202012Validator":
    from jsonschema import Draft202012Validator

    schema = json.loads((resources.files(__package__) / "forms.json").read_text(encoding="utf-8"))
    return Draft202012Validator({"$ref": f"#/$defs/{form}", "$defs": schema["$defs"]} if form else schema)
