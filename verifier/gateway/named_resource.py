"""The name of the thing that an operation is about, as far as the log may hold it: an identifier."""

from verifier.authorization.operation import Operation

# Only services whose things a service may expect to be there already; the parameter that names them.
_PARAMETERS = {"ssm": "Name", "cloudformation": "StackName", "secretsmanager": "SecretId"}


def name_in(operation: Operation) -> str:
    """The parameter, secret, stack, "bucket" or "bucket/key" that ``operation`` names; else empty.

    Of an image that is looked for by a tag it is "account/repository:tag".
    """
    params = operation.params
    if operation.service == "ecr":
        return _image(operation) if operation.name == "DescribeImages" else ""
    if operation.service == "s3":
        return "/".join(str(params[key]) for key in ("Bucket", "Key") if params.get(key))
    return str(params.get(_PARAMETERS.get(operation.service, ""), ""))


def _image(operation: Operation) -> str:
    [wanted, *_] = operation.params.get("imageIds") or [{}]
    if not wanted.get("imageTag"):
        return ""
    account = operation.params.get("registryId") or operation.account
    return f"{account}/{operation.params.get('repositoryName')}:{wanted['imageTag']}"
