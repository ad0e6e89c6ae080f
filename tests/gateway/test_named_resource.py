import pytest

from verifier.authorization.operation import Operation
from verifier.gateway.named_resource import name_in


@pytest.mark.parametrize(
    ("service", "name", "params", "named"),
    [
        ("ssm", "GetParameter", {"Name": "/a", "WithDecryption": True}, "/a"),
        ("ssm", "PutParameter", {"Name": "/a", "Value": "secret"}, "/a"),
        ("ssm", "DescribeParameters", {}, ""),
        ("cloudformation", "DescribeStacks", {"StackName": "net"}, "net"),
        ("s3", "HeadBucket", {"Bucket": "b"}, "b"),
        ("s3", "GetObject", {"Bucket": "b", "Key": "k/l"}, "b/k/l"),
        ("secretsmanager", "GetSecretValue", {"SecretId": "s"}, "s"),
        (
            "ecr",
            "DescribeImages",
            {"repositoryName": "shop/web", "imageIds": [{"imageTag": "1"}], "registryId": "999999999999"},
            "999999999999/shop/web:1",
        ),
        (
            "ecr",
            "DescribeImages",
            {"repositoryName": "web", "imageIds": [{"imageTag": "1"}]},
            "111122223333/web:1",
        ),
        ("ecr", "DescribeImages", {"repositoryName": "web", "imageIds": [{"imageDigest": "d"}]}, ""),
        ("ecr", "DescribeImages", {"repositoryName": "web"}, ""),
        ("ecr", "DescribeRepositories", {"repositoryNames": ["web"]}, ""),
        ("iam", "CreateUser", {"UserName": "u"}, ""),
    ],
)
def test_an_identifier_and_nothing_else(
    service: str, name: str, params: dict[str, object], named: str
) -> None:
    assert name_in(Operation(service, name, params, "111122223333", "us-east-1")) == named
