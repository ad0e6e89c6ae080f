"""What is fuzzed: each target takes bytes and ends quietly, or with an error of one line that is its own.

Anything else that a target raises is a fault of ours.
"""

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from verifier.errors import AwsError, VerifierError


@dataclass(frozen=True)
class Target:
    """``run`` reads the input; ``words`` are what inputs of its kind are made of."""

    run: Callable[[bytes], None]
    words: tuple[str, ...]


def policy(data: bytes) -> None:
    """A policy document, evaluated on one request."""
    from verifier.iam.evaluate import AuthorizationRequest, evaluate
    from verifier.iam.policy import parse_policy, to_json

    document = parse_policy(data)
    parse_policy(to_json(document))
    request = AuthorizationRequest("arn:aws:iam::111122223333:user/u", "s3:GetObject", "arn:aws:s3:::a/b", {})
    evaluate(request, [document])


def template(data: bytes) -> None:
    """A template, resolved as far as it can be before anything exists."""
    from verifier.cloudformation.stack.plan import wanted_state
    from verifier.cloudformation.stack.validate import validate
    from verifier.cloudformation.template.environment import StackIdentity
    from verifier.cloudformation.template.parameters import parameter_values
    from verifier.cloudformation.template.sections import parse_template

    parsed = parse_template(data.decode("utf-8", "replace"))
    validate(parsed)
    parameters = parameter_values(parsed, (), {}, lambda _key, name: name)
    stack = "arn:aws:cloudformation:eu-west-1:111122223333:stack/s/1"
    wanted_state(parsed, parameters, {}, StackIdentity("s", stack, "111122223333", "eu-west-1"))


def request(data: bytes) -> None:
    """An HTTP request: the first lines are method, target, host and headers, the rest is the body."""
    from verifier.emulator.http import HttpRequest
    from verifier.gateway.credentials import read_credential
    from verifier.gateway.parse import UnroutableError, parse_request
    from verifier.gateway.signatures import is_genuine

    head, _, body = data.partition(b"\n\n")
    lines = [*head.decode("latin-1").split("\n"), "", "", ""]
    headers = tuple((name, value) for name, _, value in (line.partition(":") for line in lines[3:]) if name)
    sent = HttpRequest(lines[0] or "GET", lines[1] or "/", lines[2], headers, body, "https")
    credential = read_credential(sent)
    if credential is None:
        return
    is_genuine(sent, credential, "secret")
    try:
        parse_request(sent, credential)
    except UnroutableError:
        return


def fixtures(data: bytes) -> None:
    """``verifier.yml``."""
    from verifier.service.fixtures import FILE, filled, load_fixtures

    values = {"account": "111122223333", "region": "eu-west-1", "stage": "dev", "partition": "aws"}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / FILE).write_bytes(data)
        filled(load_fixtures(Path(folder)), values)


def service(data: bytes) -> None:
    """``serverless.yml``."""
    from verifier.service.service import load_service

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "serverless.yml").write_bytes(data)
        load_service(Path(folder))


def journal(data: bytes) -> None:
    """A journal that a run goes on from."""
    from verifier.grant.generalise import Scope
    from verifier.loop.journal import NAME, Journal
    from verifier.loop.resume import Reading, learnt_from

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / NAME).write_bytes(data)
        with Journal(Path(folder)) as kept:
            learnt_from(kept.rows(), {}, Reading(Scope.SERVICE, minimal=False))


def options(data: bytes) -> None:
    """The words of a command line, one a line; none of them may start a run."""
    from verifier.cli import main

    words = [word for word in data.decode("utf-8", "replace").split("\n") if word]
    # A folder that does not exist ends every command that would run something.
    code = main(["simulate" if word in ("converge", "verify", "serve") else word for word in words])
    if code == 1:
        raise AssertionError(f"exit 1 for {words}")


_WORDS: Mapping[str, list[str]] = json.loads(
    Path(__file__).with_name("words.json").read_text(encoding="utf-8")
)


def _target(run: Callable[[bytes], None], *kinds: str) -> Target:
    return Target(run, tuple(word for kind in (*kinds, run.__name__) for word in _WORDS[kind]))


TARGETS: Mapping[str, Target] = {
    target.run.__name__: target
    for target in (
        _target(policy, "json"),
        _target(template, "json", "yaml"),
        _target(request, "json"),
        _target(fixtures, "yaml"),
        _target(service, "yaml"),
        _target(journal, "json"),
        _target(options),
    )
}


def attempt(target: Target, data: bytes) -> None:
    """Run it. Raises AssertionError for an error of more than one line, and whatever is a fault."""
    try:
        target.run(data)
    except (VerifierError, AwsError) as error:
        if isinstance(error, VerifierError) and "\n" in str(error):
            raise AssertionError(f"more than one line: {json.dumps(str(error))}") from error
