"""Lambda layers of other accounts: moto looks for every layer in the account of the function."""

from functools import cache
from typing import Any


def place_layer(arn: str) -> None:
    """Make the version of a layer with this ARN be there, in its own account and region."""
    from moto.awslambda.models import Layer, LayerVersion, lambda_backends

    _, _, _, region, account, _, name, version = arn.split(":")
    placed = LayerVersion({"LayerName": name, "Content": {"ZipFile": ""}}, account, region)
    layers = lambda_backends[account][region]._layers._layers
    layer = layers.setdefault(name, Layer(placed))
    placed.attach(layer, int(version))
    layer.layer_versions[version] = placed


@cache
def look_in_its_own_account() -> None:
    """From now on a layer's version is looked for in the account and region that its ARN names."""
    from moto.awslambda.models import LambdaBackend

    LambdaBackend.layers_versions_by_arn = lambda _backend, arn: _by_arn(arn)


def is_placed(arn: str) -> bool:
    """Whether there is such a version, in whatever account."""
    return _by_arn(arn) is not None


def _by_arn(arn: str) -> Any:
    from moto.awslambda.models import lambda_backends

    parts = arn.split(":")
    if len(parts) != 8 or parts[2] != "lambda" or parts[5] != "layer":
        return None
    return lambda_backends[parts[4]][parts[3]]._layers.get_layer_version_by_arn(arn)
