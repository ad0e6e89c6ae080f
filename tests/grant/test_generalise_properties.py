"""Generalised patterns hold in other accounts, regions and stages, and for no other service."""

from dataclasses import asdict, dataclass, replace

from hypothesis import assume, example, given
from hypothesis import strategies as st

from verifier.grant.evidence import GeneratedName, Provenance
from verifier.grant.generalise import Scope, crosses_stages, generalise
from verifier.grant.tokens import replace_whole
from verifier.iam.arn import resource_matches
from verifier.iam.placeholders import NAMES, fill, names_in
from verifier.iam.variables import Variables


@dataclass(frozen=True)
class Life:
    """The changing parts of one trial's ARNs."""

    account: str
    region: str
    partition: str
    service: str
    stage: str
    token: str
    moment: str = "1700000000000-2023-11-14T22:13:20.000Z"

    def provenance(self, *generated: GeneratedName) -> Provenance:
        tokens = frozenset({self.token})
        return Provenance(
            self.partition, self.account, self.region, self.stage, self.service, tokens, generated
        )

    def seen(self, shape: str, name: str) -> str:
        return f"arn:{self.partition}:" + shape.format(**asdict(self), name=name)


# Resources of a service, each with one name of the user's own: what --scope service widens ...
WIDENED = (
    "lambda:{region}:{account}:function:{service}-{stage}-{name}",
    "lambda:{region}:{account}:function:{service}-{stage}-{name}:7",
    "iam::{account}:role/{service}-{stage}-{region}-{name}",
    "logs:{region}:{account}:log-group:/aws/lambda/{service}-{stage}-{name}:*",
    "s3:::{service}-{stage}-{name}/*",
    "s3:::OWN/serverless/{service}/{stage}/{moment}/{name}.zip",
    "dynamodb:{region}:{account}:table/{service}-{stage}-{name}/index/x",
    "sqs:{region}:{account}:{service}-{stage}_{name}",
    "sns:{region}:{account}:{service}-{stage}-{name}",
)
# ... what it leaves ...
NAMED = (
    "logs:{region}:{account}:log-group:/aws/http-api/{service}-{stage}",
    "cloudformation:{region}:{account}:stack/{service}-{stage}/{token}",
    "ssm:{region}:{account}:parameter/{service}/{stage}/{name}",
)
# ... and what carries no service's name.
NAMELESS = (
    "apigateway:{region}::/restapis/{token}/stages/{stage}",
    "apigateway:{region}::/tags/arn%3A{partition}%3Aapigateway%3A{region}%3A%3A%2Fapis%2F{token}%2Fstages%2F{stage}",
    "dynamodb:{region}:{account}:table/{name}-{stage}/stream/x",
    "s3:::{name}-{account}-{region}-{token}",
)

# Words of AWS among them: a stage or a service may be called so.
WORDS = (
    "dev", "prod", "api", "aws", "lambda", "stack", "function", "role", "log-group", "serverless", "table",
    "restapis", "stages", "apigateway", "index", "parameter", "http-api", "own", "stage", "account", "region",
)  # fmt: skip
words = st.one_of(st.sampled_from(WORDS), st.from_regex(r"[a-z][a-z0-9]{0,6}", fullmatch=True))
# Names hold no word that a stage or a service could have.
names = st.from_regex(r"N[A-Z0-9]{0,5}(-N[A-Z0-9]{0,5})?", fullmatch=True)
lives = st.builds(
    Life,
    account=st.from_regex(r"[0-9]{12}", fullmatch=True),
    region=st.sampled_from(("us-east-1", "eu-west-1", "us-gov-west-1", "cn-north-1", "ap-southeast-2")),
    partition=st.sampled_from(("aws", "aws-cn", "aws-us-gov")),
    service=st.lists(words, min_size=1, max_size=3).map("-".join),
    stage=words | st.tuples(words, words).map("-".join),
    token=st.from_regex(r"T[A-Z0-9]{9}", fullmatch=True),
)
scopes = st.sampled_from(Scope)
HTTP_API = Life("1" * 12, "us-east-1", "aws", "http-api", "dev", "T111111111")
ALEXA = replace(HTTP_API, service="greyhound-alexa-skill")
RESOLVERS = replace(HTTP_API, service="sfc-nodejs-resolvers-integration")


def covers(pattern: str, life: Life, resource: str) -> bool:
    filled = fill(pattern, {name: getattr(life, name) for name in NAMES})
    return resource_matches(filled, resource, Variables({}, True))


@given(lives, st.sampled_from(WIDENED + NAMED + NAMELESS), names, scopes)
def test_the_pattern_covers_what_was_seen(life: Life, shape: str, name: str, scope: Scope) -> None:
    seen = life.seen(shape, name)
    assert covers(generalise(seen, life.provenance(), scope), life, seen)


@given(lives, lives, st.sampled_from(WIDENED + NAMED + NAMELESS), names, scopes)
def test_the_pattern_covers_the_same_in_another_life(
    life: Life, other: Life, shape: str, name: str, scope: Scope
) -> None:
    other = replace(other, service=life.service, moment="1800000000000-2027-01-15T08:00:00.000Z")
    pattern = generalise(life.seen(shape, name), life.provenance(), scope)
    assert covers(pattern, other, other.seen(shape, name))


@given(lives, st.sampled_from(WIDENED), names, names)
def test_a_service_wide_pattern_covers_the_next_name(life: Life, shape: str, name: str, later: str) -> None:
    pattern = generalise(life.seen(shape, name), life.provenance(), Scope.SERVICE)
    assert covers(pattern, life, life.seen(shape, later))


@given(
    lives, st.sampled_from(WIDENED + NAMED), names, st.from_regex(r"[a-z0-9]{1,4}", fullmatch=True), scopes
)
def test_no_service_stage_or_account_that_begins_alike(
    life: Life, shape: str, name: str, more: str, scope: Scope
) -> None:
    pattern = generalise(life.seen(shape, name), life.provenance(), scope)
    others = [
        replace(life, stage=life.stage + more),
        replace(life, stage=more + life.stage),
        replace(life, service=life.service + more),
        replace(life, service=f"{more}-{life.service}"),
        replace(life, service=life.service + more, stage=life.stage + more),
    ]
    if "{account}" in shape:
        others.append(
            replace(life, account="9" + life.account[:-1] if life.account != "9" * 12 else "0" * 12)
        )
    for other in others:
        assert not covers(pattern, life, other.seen(shape, name))


@given(lives, st.text(alphabet="{}$*?abcdefghijklmnopqrstuvwxyz:/-", max_size=30), scopes)
def test_a_literal_text_never_becomes_a_placeholder_or_a_variable(
    life: Life, text: str, scope: Scope
) -> None:
    seen = f"arn:{life.partition}:s3:::bucket/{text}{{account}}/${{aws:username}}/{{stage}}"
    pattern = generalise(seen, life.provenance(), scope)
    assert "${" not in pattern
    assert "account" not in names_in(pattern)
    assert covers(pattern, life, seen)


ROOM, LOGICAL = 25, "serverlessdeploymentbuck"


def bucket(life: Life) -> GeneratedName:
    """As CloudFormation names a bucket: the stack's name cut to ROOM characters."""
    stack = f"{life.service}-{life.stage}"
    kept = stack[:ROOM]
    return GeneratedName(f"{kept}-{LOGICAL}-{life.token}", "AWS::S3::Bucket", stack, kept)


@example(ALEXA, replace(HTTP_API, stage="prod"), Scope.SERVICE)
@example(RESOLVERS, replace(HTTP_API, stage="prod"), Scope.SERVICE)
@given(lives, lives, scopes)
def test_a_generated_name_is_covered_in_every_stage(life: Life, other: Life, scope: Scope) -> None:
    other = replace(other, service=life.service)
    mine, theirs = bucket(life), bucket(other)
    # The one case that no pattern can know of: kept here, cut there.
    assume(len(mine.stack) > ROOM or len(theirs.stack) <= ROOM)
    pattern = generalise(f"arn:{life.partition}:s3:::{mine.name}", life.provenance(mine), scope)
    assert covers(pattern, other, f"arn:{other.partition}:s3:::{theirs.name}")


@example(ALEXA, "prod", Scope.SERVICE)
@example(RESOLVERS, "prod", Scope.SERVICE)
@example(HTTP_API, "prod", Scope.SERVICE)
@given(lives, words, scopes)
def test_a_generated_name_of_another_stage_is_covered_only_if_reported(
    life: Life, stage: str, scope: Scope
) -> None:
    mine, theirs = bucket(life), bucket(replace(life, stage=stage))
    # A stage that is the beginning of another one, or that AWS cuts to it, cannot be told from it.
    assume(not f"{theirs.kept}-".startswith(f"{mine.kept}-") or len(mine.stack) > ROOM)
    seen = f"arn:{life.partition}:s3:::{mine.name}"
    pattern = generalise(seen, life.provenance(mine), scope)
    reported = crosses_stages([seen], life.provenance(mine), scope) == (pattern,)
    assert reported == ("{stage}" not in pattern)
    assert reported or not covers(pattern, life, f"arn:{life.partition}:s3:::{theirs.name}")


@given(st.text(alphabet="ab-_./:", max_size=12), st.from_regex(r"[ab]+([-_][ab]+)?", fullmatch=True))
def test_only_whole_tokens_are_replaced(text: str, token: str) -> None:
    replaced = replace_whole(f"-{text}-", [token], "X")
    assert all(part in ("", "X") or "X" not in part for part in _parts(replaced))
    assert token not in _parts(replaced)


def _parts(text: str) -> list[str]:
    for delimiter in "_./:":
        text = text.replace(delimiter, "-")
    return text.split("-")
