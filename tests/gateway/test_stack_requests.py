"""Which stacks the user's requests began something with, and what the user has seen of them."""

from typing import Any

from verifier.authorization.operation import Operation
from verifier.gateway.answer_reading import Answer
from verifier.gateway.stack_requests import StackRequest, StackRequests

ID = "arn:aws:cloudformation:eu-west-1:111122223333:stack/shop-dev/1b2c"
OK = Answer(200)


def noted(*answered: tuple[str, dict[str, Any], Answer]) -> StackRequests:
    requests = StackRequests()
    for name, params, answer in answered:
        requests.note(Operation("cloudformation", name, params, "111122223333", "eu-west-1"), answer)
    return requests


CREATED = ("CreateStack", {"StackName": "shop-dev", "TemplateBody": "x"}, Answer(200, result={"StackId": ID}))


def test_each_request_that_begins_something_is_known_by_the_stacks_id() -> None:
    requests = noted(
        CREATED,
        ("UpdateStack", {"StackName": "shop-dev", "TemplateURL": "u"}, Answer(200, result={"StackId": ID})),
        ("DeleteStack", {"StackName": "shop-dev"}, Answer(200, result={})),
    )
    assert requests.begun() == (
        StackRequest(ID, ("CREATE",), compiled=False),
        StackRequest(ID, ("UPDATE",), compiled=True),
        StackRequest(ID, ("DELETE",), compiled=False),
    )
    assert requests.stacks() == {ID: "eu-west-1"}


def test_a_change_set_says_whether_its_template_is_the_compiled_one() -> None:
    result = {"StackId": ID, "Id": "arn:aws:cloudformation:eu-west-1:1:changeSet/c/1"}
    made = (
        "CreateChangeSet",
        {"StackName": "shop-dev", "ChangeSetName": "c", "TemplateURL": "u"},
        Answer(200, result=result),
    )
    by_name = noted(made, ("ExecuteChangeSet", {"StackName": "shop-dev", "ChangeSetName": "c"}, OK))
    by_arn = noted(made, ("ExecuteChangeSet", {"ChangeSetName": result["Id"]}, OK))
    wanted = (StackRequest(ID, ("CREATE", "UPDATE"), compiled=True),)
    assert by_name.begun() == by_arn.begun() == wanted


def test_what_was_refused_began_nothing() -> None:
    assert noted(("CreateStack", {"StackName": "shop-dev"}, Answer(403, "AccessDenied"))).begun() == ()


def test_a_stack_that_only_has_a_change_set_is_known_too() -> None:
    requests = noted(
        ("CreateChangeSet", {"StackName": "s", "ChangeSetName": "c"}, Answer(200, result={"StackId": ID}))
    )
    assert requests.begun() == ()
    assert requests.stacks() == {ID: "eu-west-1"}


def test_an_event_is_seen_by_itself_or_by_the_status_that_came_of_it() -> None:
    events = Answer(200, result={"StackEvents": [{"EventId": "e1"}]})
    stacks = Answer(200, result={"Stacks": [{"StackId": ID, "StackStatus": "CREATE_COMPLETE"}]})
    requests = noted(CREATED, ("DescribeStackEvents", {"StackName": "shop-dev"}, events))
    assert requests.saw(ID, "e1", "CREATE_IN_PROGRESS")
    assert not requests.saw(ID, "e2", "CREATE_COMPLETE")
    assert noted(CREATED, ("DescribeStacks", {"StackName": "shop-dev"}, stacks)).saw(
        ID, "e2", "CREATE_COMPLETE"
    )


def test_what_was_seen_before_an_operation_is_no_news_of_it() -> None:
    stacks = Answer(200, result={"Stacks": [{"StackId": ID, "StackStatus": "UPDATE_COMPLETE"}]})
    look = ("DescribeStacks", {"StackName": "shop-dev"}, stacks)
    update = ("UpdateStack", {"StackName": "shop-dev"}, Answer(200, result={"StackId": ID}))
    assert not noted(CREATED, look, update).saw(ID, "e", "UPDATE_COMPLETE")


def test_a_stack_that_does_not_exist_any_more_was_seen_deleted() -> None:
    gone = Answer(400, "ValidationError", "Stack with id shop-dev does not exist")
    look = ("DescribeStacks", {"StackName": "shop-dev"}, gone)
    delete = ("DeleteStack", {"StackName": "shop-dev"}, OK)
    assert noted(CREATED, delete, look).saw(ID, "e", "DELETE_COMPLETE")
    assert not noted(look).saw(ID, "e", "DELETE_COMPLETE")
