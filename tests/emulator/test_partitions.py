"""Regions are told to their partitions by botocore's list."""

import pytest

from verifier.emulator.partitions import dns_suffix, partition_of


@pytest.mark.parametrize(
    ("region", "partition", "suffix"),
    [
        ("eu-west-1", "aws", "amazonaws.com"),
        ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
        ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
        ("us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov"),
        ("eusc-de-east-1", "aws-eusc", "amazonaws.eu"),
        ("", "aws", "amazonaws.com"),
        ("nowhere", "aws", "amazonaws.com"),
    ],
)
def test_regions(region: str, partition: str, suffix: str) -> None:
    assert (partition_of(region), dns_suffix(region)) == (partition, suffix)
