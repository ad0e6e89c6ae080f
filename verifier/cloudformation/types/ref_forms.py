"""What Ref gives of a type without a script, where the registry does not tell it: ref_forms.yaml."""

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

_FIELD = re.compile(r"\{(\w+)\}")


def ref_form(type_name: str) -> str | None:
    """The form ("{DatabaseName}|{name}"), or None where Ref gives the registry's identifier."""
    return ref_forms().get(type_name)


def told_apart(type_name: str, physical_id: str) -> Mapping[str, str]:
    """What a physical id of such a form holds, by the form's fields ("name", "random")."""
    parts = _FIELD.split(ref_form(type_name) or "")
    # Fields stand between what is fixed: every second one.
    pattern = "".join(f"(?P<{one}>.+?)" if at % 2 else re.escape(one) for at, one in enumerate(parts))
    found = re.fullmatch(pattern, physical_id)
    return found.groupdict() if found else {}


def own_part(type_name: str, physical_id: str) -> str:
    """Of a physical id of such a form: what the service made up, else the name, else what comes last.

    Of any other one all of it.
    """
    told = told_apart(type_name, physical_id)
    last = physical_id.rpartition("|")[2] if told else physical_id
    return told.get("random") or told.get("name") or last


def filled(form: str, values: Mapping[str, str]) -> str:
    """``form`` with its fields' values; what the service makes up stands for a property that is not there."""
    return _FIELD.sub(lambda field: values.get(field[1], values["random"]), form)


@cache
def ref_forms() -> Mapping[str, str]:
    """Every form, by its type."""
    import yaml

    text = resources.files("verifier.cloudformation.types").joinpath("ref_forms.yaml").read_text("utf-8")
    return {name: one["ref"] for name, one in yaml.safe_load(text).items()}
