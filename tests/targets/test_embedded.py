"""The embedded target: its certificates, and the stacks that it had."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from verifier.authorization.authorizer import Mode
from verifier.targets.embedded import EmbeddedTarget

REGION = "eu-north-1"


@pytest.mark.parametrize("more", [None, "a company's authority\n"])
def test_the_tool_trusts_the_gateway_and_what_the_machine_trusts_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str | None
) -> None:
    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", __file__)
    path = tmp_path / "ca.pem"
    path.write_text(more or "")
    with (
        closing(EmbeddedTarget(region=REGION, more_authorities=path if more else None)) as target,
        target.room(Mode.ENFORCE, REGION) as room,
    ):
        bundle = Path(room.environment()["NODE_EXTRA_CA_CERTS"]).read_text()
    assert bundle.startswith("-----BEGIN CERTIFICATE-----")
    assert bundle.partition("-----END CERTIFICATE-----\n")[2].strip() == (more or "").strip()


def test_a_compiled_stack_is_told_with_the_values_of_its_parameters() -> None:
    name = {"Type": "String", "Default": "first"}
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "Name"}}}
    template = json.dumps({"Parameters": {"Name": name}, "Resources": {"News": topic}})
    with closing(EmbeddedTarget(region=REGION)) as target, target.room(Mode.OFF, REGION) as room:
        s3, cloudformation = room.admin("s3"), room.admin("cloudformation")
        s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_object(Bucket="code", Key="t.json", Body=template.encode())
        room.begin("deploy")
        cloudformation.create_stack(
            StackName="shop-dev",
            TemplateURL=f"https://code.s3.{REGION}.amazonaws.com/t.json",
            Parameters=[{"ParameterKey": "Name", "ParameterValue": "second"}],
        )
        room.finish()
        cloudformation.delete_stack(StackName="shop-dev")
        room.finish()
        [stack] = target.compiled()
    assert (stack.name, stack.region, json.loads(stack.template)) == (
        "shop-dev",
        REGION,
        json.loads(template),
    )
    assert stack.parameters == {"Name": "second"}
