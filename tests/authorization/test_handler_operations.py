"""Every operation that a CloudFormation handler names is mapped."""

import ast
from pathlib import Path

import botocore.session
import pytest

from verifier.authorization.requirements import is_mapped
from verifier.cloudformation import handlers

_FOLDER = Path(handlers.__file__).parent
_SESSION = botocore.session.get_session()
_MODULES = [file for file in sorted(_FOLDER.glob("*.py")) if file.stem != "__init__"]


def _service_of(stem: str) -> str:
    """The botocore service that a module begins with: "cognito-idp" of cognito_idp_parts."""
    words, known = stem.split("_"), set(_SESSION.get_available_services())
    names = ["-".join(words[:length]) for length in range(len(words), 0, -1)]
    return next(name for name in names if name in known)


def _strings(file: Path) -> list[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


@pytest.mark.parametrize("file", _MODULES, ids=lambda file: file.stem)
def test_every_operation_is_mapped(file: Path) -> None:
    service = _service_of(file.stem)
    operations = set(_SESSION.get_service_model(service).operation_names)
    named = operations & set(_strings(file))
    assert not [name for name in sorted(named) if not is_mapped(service, name)]


def test_the_services_are_found() -> None:
    assert [_service_of(name) for name in ("lambda_", "s3_features", "cognito_idp", "cognito_idp_parts")] == [
        "lambda",
        "s3",
        "cognito-idp",
        "cognito-idp",
    ]
    assert {"apigatewayv2", "iam", "lambda_", "logs", "s3"} <= {file.stem for file in _MODULES}
