"""Lambda: the versions of layers, and who may use them."""

from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ID, Computed, Params, Text, same
from verifier.cloudformation.types.part import Read
from verifier.cloudformation.types.work import Work

_GONE = ("ResourceNotFoundException",)


def _layer(arn: str) -> tuple[str, int]:
    name, _, number = arn.rpartition(":")
    return name, int(number)


def _permitted(work: Work) -> str:
    return str(work.properties["LayerVersionArn"])


_ITSELF: Params = {
    "LayerName": Computed(lambda work: _layer(work.physical_id)[0]),
    "VersionNumber": Computed(lambda work: _layer(work.physical_id)[1]),
}

# Every property makes a new version.
LAYER_VERSION = Kind(
    type="AWS::Lambda::LayerVersion",
    service="lambda",
    name=Name("LayerName", 64),
    itself=_ITSELF,
    create_by="PublishLayerVersion",
    delete_by="DeleteLayerVersion",
    id_from="LayerVersionArn",
    token=False,
    fixed=same("CompatibleArchitectures", "CompatibleRuntimes", "Content", "Description", "LicenseInfo"),
    gives={"LayerVersionArn": ID},
    parts=(Read("GetLayerVersion", on=("read", "delete")),),
    gone=_GONE,
)

_OF_LAYER: Params = {
    "LayerName": Computed(lambda work: _layer(_permitted(work))[0], ("LayerVersionArn",)),
    "VersionNumber": Computed(lambda work: _layer(_permitted(work))[1], ("LayerVersionArn",)),
}

LAYER_VERSION_PERMISSION = Kind(
    type="AWS::Lambda::LayerVersionPermission",
    service="lambda",
    name=Name("", 100, "StatementId"),
    itself={**_OF_LAYER, "StatementId": Computed(lambda work: work.physical_id.rpartition("#")[2])},
    create_by="AddLayerVersionPermission",
    delete_by="RemoveLayerVersionPermission",
    id_form=Text("{LayerVersionArn}#{new_name}"),
    fixed={**_OF_LAYER, **same("Action", "OrganizationId", "Principal")},
    gives={"Id": ID},
    parts=(Read("GetLayerVersionPolicy", _OF_LAYER, on=("read", "delete"), whole=False),),
    gone=_GONE,
)
