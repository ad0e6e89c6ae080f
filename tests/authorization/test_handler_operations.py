"""Every operation that a CloudFormation handler names is mapped."""

import ast
from pathlib import Path

import botocore.session
import pytest

from verifier.authorization.requirements import is_mapped
from verifier.cloudformation import handlers

_FOLDER = Path(handlers.__file__).parent
_SESSION = botocore.session.get_session()
_SERVICE_OF = {"lambda_": "lambda", "s3_features": "s3", "s3_shapes": "s3"}


def _modules() -> list[Path]:
    known = set(_SESSION.get_available_services())
    return [file for file in sorted(_FOLDER.glob("*.py")) if _SERVICE_OF.get(file.stem, file.stem) in known]


def _strings(file: Path) -> list[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


@pytest.mark.parametrize("file", _modules(), ids=lambda file: file.stem)
def test_every_operation_is_mapped(file: Path) -> None:
    service = _SERVICE_OF.get(file.stem, file.stem)
    operations = set(_SESSION.get_service_model(service).operation_names)
    named = operations & set(_strings(file))
    assert not [name for name in sorted(named) if not is_mapped(service, name)]


def test_the_handlers_are_found() -> None:
    assert {"apigatewayv2", "iam", "lambda_", "logs", "s3"} <= {file.stem for file in _modules()}
