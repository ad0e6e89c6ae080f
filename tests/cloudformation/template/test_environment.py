"""A stack's identity, as pseudo parameters give it."""

import botocore.loaders
import pytest

from verifier.cloudformation.template.environment import StackIdentity

PARTITIONS = {
    one["id"]: one["outputs"]["dnsSuffix"]
    for one in botocore.loaders.Loader().load_data("partitions")["partitions"]
}


def test_there_are_as_many_partitions_as_botocore_knows() -> None:
    assert len(PARTITIONS) >= 7


@pytest.mark.parametrize("partition", sorted(PARTITIONS))
def test_the_suffix_of_each_partition_is_botocores(partition: str) -> None:
    identity = StackIdentity("shop-dev", "id", "111122223333", "some-region", partition)
    assert identity.pseudo("AWS::URLSuffix") == identity.dns_suffix == PARTITIONS[partition]
