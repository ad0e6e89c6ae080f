from verifier.cloudformation.types.differences import NOT_SUPPORTED, differences, rows


def test_a_types_differences_are_read() -> None:
    (first, *_) = differences("AWS::ApiGateway::RestApi")
    assert first.actions == ("apigateway:PATCH",)
    assert first.where == ("create",)
    assert (first.reason, first.property) == (NOT_SUPPORTED, "Body")
    assert (first.source, first.type, first.value) == ("", "", "")


def test_a_type_without_any_has_none() -> None:
    assert differences("AWS::No::Type") == ()


def test_every_row_can_be_read() -> None:
    assert sum(len(differences(name)) for name in rows()) == sum(map(len, rows().values()))
