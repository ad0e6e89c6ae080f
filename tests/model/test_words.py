import pytest

from verifier.model.words import Words, named

WORDS = Words(
    "123456789012",
    "us-east-1",
    {"my-table": "TableName", "arn:aws:iam::123456789012:role/exec": "Role"},
    frozenset({"abc", "x1"}),
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "arn:aws:dynamodb:us-east-1:123456789012:table/my-table",
            "arn:{partition}:dynamodb:{region}:{account}:table/{TableName}",
        ),
        ("arn:aws:iam::123456789012:role/exec", "{Role}"),
        ("/apis/abc/routes/x1", "/apis/*/routes/*"),
        ("abcd", "abcd"),
        (
            "arn:aws:sqs:us-east-1:123456789012:stack-Resource-abc",
            "arn:{partition}:sqs:{region}:{account}:{name}",
        ),
        ("arn:aws:s3:::stack-resource-abc", "arn:{partition}:s3:::{name}"),
        (
            "/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Fapis%2Fabc",
            "/tags/arn%3A{partition}%3Aapigateway%3A{region}%3A%3A%2Fapis%2F*",
        ),
    ],
)
def test_places_stand_for_what_differs(text: str, told: str) -> None:
    assert WORDS.of(text) == told


def test_each_value_of_a_condition_is_written() -> None:
    assert WORDS.of_value("abc") == "*"
    assert WORDS.of_value(("my-table", "other")) == ["{TableName}", "other"]


def test_texts_are_named_by_all_the_properties_that_have_them() -> None:
    found = named([{"A": "same", "B": {"C": ["same", "ab", 1]}}, {"A": "other"}])
    assert found == {"same": "A or B.C", "other": "A"}
