import pytest

from verifier.emulator.managed_policies import managed_policy
from verifier.errors import InputError


def test_by_name_and_by_arn() -> None:
    document = managed_policy("AdministratorAccess")
    assert document["Statement"] == [{"Action": "*", "Effect": "Allow", "Resource": "*"}]
    assert managed_policy("arn:aws:iam::aws:policy/AdministratorAccess") == document


def test_an_unknown_name_is_one_line_with_close_ones() -> None:
    with pytest.raises(InputError, match="did you mean PowerUserAccess"):
        managed_policy("PowerUserAcces")
    with pytest.raises(InputError, match=r"no AWS managed policy of that name$"):
        managed_policy("qqqqqqqqqqqqqqq")
