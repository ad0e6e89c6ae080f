"""Parameters made to fit botocore's shapes, one case a line in tests/cases/cloudformation/shapes.json."""

import json
from pathlib import Path
from typing import Any

import pytest

from verifier.cloudformation.types.shapes import ShapeError, fit

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "cases" / "cloudformation" / "shapes.json").read_text("utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_fit(case: dict[str, Any]) -> None:
    if "fails" in case:
        with pytest.raises(ShapeError, match=case["fails"]):
            fit(case["service"], case["operation"], case["params"])
        return
    fitted = fit(case["service"], case["operation"], case["params"])
    assert fitted.params == case["fitted"]
    assert list(fitted.dropped) == case.get("dropped", [])
    if "path" in case:
        assert (fitted.method, fitted.path) == (case["method"], case["path"])
