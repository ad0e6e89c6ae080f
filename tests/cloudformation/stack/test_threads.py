"""Many threads at once, as the gateway has them."""

import json
import threading

from tests.cloudformation.cloud import ACCOUNT, Cloud, two
from verifier.errors import AwsError


def test_stacks_of_many_threads_come_and_go(cloud: Cloud) -> None:
    failures: list[str] = []

    def live(name: str) -> None:
        try:
            cloud.call("CreateStack", StackName=name, TemplateBody=json.dumps(two()))
            while (
                cloud.call("DescribeStacks", StackName=name)["Stacks"][0]["StackStatus"] != "CREATE_COMPLETE"
            ):
                cloud.call("DescribeStackEvents", StackName=name)
                cloud.call("ListStackResources", StackName=name)
            cloud.call("DeleteStack", StackName=name)
            while True:
                cloud.call("DescribeStacks", StackName=name)
        except AwsError as error:
            if "does not exist" not in error.message:
                failures.append(str(error))

    threads = [threading.Thread(target=live, args=(f"s{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert {stack.status for stack in cloud.service.stacks(ACCOUNT)} == {"DELETE_COMPLETE"}
    assert len(cloud.service.stacks(ACCOUNT)) == 8
    assert len(cloud.made()) == 8 * 5


def test_one_of_two_updates_wins(cloud: Cloud) -> None:
    cloud.create(two())
    results: list[str] = []
    start = threading.Barrier(2)

    def update(delay: int) -> None:
        template = two()
        template["Resources"]["A"]["Properties"]["DelaySeconds"] = delay
        start.wait(60)
        try:
            cloud.call("UpdateStack", StackName="shop-dev", TemplateBody=json.dumps(template))
            results.append("updated")
        except AwsError as error:
            results.append(error.message)

    threads = [threading.Thread(target=update, args=(delay,)) for delay in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert cloud.settled() == "UPDATE_COMPLETE"
    assert "updated" in results
    updates = cloud.events().count("shop-dev UPDATE_IN_PROGRESS")
    assert updates == results.count("updated")
