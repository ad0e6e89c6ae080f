"""What template properties are taken for."""

from typing import Any

import pytest

from verifier.cloudformation.types.values import opened


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"Statement": []}, {"Statement": []}),
        ('{"Statement": [{"Sid": "a"}]}', {"Statement": [{"Sid": "a"}]}),
        ("no document", {}),
        ('["a"]', {}),
        (["a"], {}),
        (None, {}),
    ],
)
def test_a_document_is_opened_whatever_the_template_has(given: Any, expected: dict[str, Any]) -> None:
    assert opened(given) == expected
