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
    from verifier.cloudformation.template.processing import processed
    from verifier.cloudformation.template.sections import parse_template

    parsed = parse_template(data.decode("utf-8", "replace"))
    validate(parsed)
    parameters = parameter_values(parsed, (), {}, lambda _key, name: (name, ""))
    stack = "arn:aws:cloudformation:eu-west-1:111122223333:stack/s/1"
    identity = StackIdentity("s", stack, "111122223333", "eu-west-1")
    if parsed.unprocessed:
        parsed = processed(parsed, parameters, identity, lambda _bucket, key: key)
        validate(parsed)
    wanted_state(parsed, parameters, {}, identity)


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

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / FILE).write_bytes(data)
        filled(load_fixtures(Path(folder)), _PLACE)


def faults(data: bytes) -> None:
    """The file of ``serve --faults``."""
    from verifier.emulator.fault_file import load_faults

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "faults.yml"
        path.write_bytes(data)
        load_faults(path)


def service(data: bytes) -> None:
    """``serverless.yml``: read, asked for what it says, and changed as a redeploy changes it."""
    from verifier.service.configuration_change import Edit, change_configuration
    from verifier.service.framework_version import admits, pin
    from verifier.service.service import load_service
    from verifier.service.variables import output_addresses

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "serverless.yml").write_bytes(data)
        found = load_service(Path(folder))
        admits(found.framework_version or "*", "4.3.1")
        for address in output_addresses(found.folder):
            address.names(f"{found.label}-{found.provider_setting('stage')}")
        pin(found.config, "4.3.1")
        change_configuration(found.config, Edit(("provider", "environment"), {"A": "1"}))


def packaged(data: bytes) -> None:
    """``serverless-state.json``, as a plugin may leave it, beside a handler and an artefact."""
    from verifier.service.code_change import change_code
    from verifier.service.functions import functions_of
    from verifier.service.private_copy import PrivateCopy
    from verifier.service.service import Service

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        (folder / ".serverless").mkdir()
        (folder / ".serverless" / "serverless-state.json").write_bytes(data)
        (folder / "handler.js").write_text("exports.hello = 1;\n", encoding="utf-8")
        copy = PrivateCopy(Service(folder, folder / "serverless.yml", {}), folder, folder)
        change_code(folder, functions_of(copy), 1)


def artefact(data: bytes) -> None:
    """A function's zip file."""
    from verifier.service.code_change import change_code

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.zip").write_bytes(data)
        change_code(Path(folder), [{"package": {"artifact": "a.zip"}}], 1)


def journal(data: bytes) -> None:
    """A journal that a run goes on from, as far as the policies that the next trial gets."""
    from verifier.grant.generalise import Scope
    from verifier.loop.journal import NAME, Journal
    from verifier.loop.resume import Reading, learnt_from
    from verifier.loop.rounds import Grants

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / NAME).write_bytes(data)
        with Journal(Path(folder)) as kept:
            learnt = learnt_from(kept.rows(), {}, Reading(Scope.SERVICE, minimal=False))
    Grants(permissions=frozenset(learnt.permissions)).documents(_PLACE)


def report(data: bytes) -> None:
    """What --out keeps of a run, told in every form: a journal, or else a result."""
    from verifier.cli.report import FORMS, told_as
    from verifier.report.kept import kept_in

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / ("journal.jsonl" if data.startswith(b'{"kind"') else "evidence.json")).write_bytes(data)
        kept = kept_in(folder)
        for form in FORMS:
            told_as(form, kept, folder)


def denials(data: bytes) -> None:
    """A pasted log, read for refusals, told, and answered with a policy."""
    from verifier.denial.cure import grant_for
    from verifier.denial.parse import denials_of
    from verifier.iam.policy import parse_policy, to_json
    from verifier.reading import decoded_log
    from verifier.report.refusals import refusal_lines

    found = denials_of(decoded_log(data, "log", 1024 * 1024))
    list(refusal_lines(found))
    document = grant_for(found)
    if document is not None:
        parse_policy(to_json(document))


def options(data: bytes) -> None:
    """The words of a command line, one a line; none of them may start a run."""
    from verifier.cli import main

    words = [word for word in data.decode("utf-8", "replace").split("\n") if word]
    # A folder that does not exist ends every command that would run something.
    code = main(["simulate" if word in ("converge", "verify", "serve") else word for word in words])
    if code == 1:
        raise AssertionError(f"exit 1 for {words}")


_PLACE = {"account": "111122223333", "region": "eu-west-1", "stage": "dev", "partition": "aws"}
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
        _target(faults, "yaml"),
        _target(service, "yaml"),
        _target(packaged, "json"),
        _target(artefact),
        _target(journal, "json"),
        _target(report, "json", "journal"),
        _target(denials),
        _target(options),
    )
}


def attempt(target: Target, data: bytes) -> None:
    """Run it. Raises whatever is a fault; an answer of AWS's, or an error of ours of one line, is none."""
    try:
        target.run(data)
    except (VerifierError, AwsError) as error:
        if isinstance(error, VerifierError) and len(str(error).splitlines()) != 1:
            raise AssertionError(f"not one line: {json.dumps(str(error))}") from error
