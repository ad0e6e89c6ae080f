"""The placeholders of policies."""

import pytest

from verifier.errors import InputError
from verifier.iam.placeholders import NAMES, fill, names_in


def test_names() -> None:
    assert names_in("arn:{partition}:iam::{account}:role/${aws:username}-{other}") == {"partition", "account"}


def test_every_name_is_filled() -> None:
    text = " ".join(f"{{{name}}}" for name in NAMES)
    assert fill(text, {name: name.upper() for name in NAMES}) == "ACCOUNT REGION STAGE PARTITION"


def test_a_policy_variable_is_no_placeholder() -> None:
    assert fill("${account} {account}", {"account": "1"}) == "${account} 1"
    assert not names_in("${account}")


def test_what_is_filled_in_is_not_filled_again() -> None:
    assert fill("{stage}", {"stage": "{region}"}) == "{region}"


def test_a_missing_value_names_the_placeholder_and_the_option() -> None:
    with pytest.raises(
        InputError, match=r"^p\.json: no value for \{region\}, \{stage\}; give --region, --stage$"
    ):
        fill("{stage} {account} {region}", {"account": "1"}, "p.json")


@pytest.mark.parametrize("value", ['a"b', "a\\b", "a\nb"])
def test_a_value_cannot_break_out_of_its_string(value: str) -> None:
    with pytest.raises(InputError, match="--stage"):
        fill("{stage}", {"stage": value})
