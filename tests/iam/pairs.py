"""Seeded pairs of a request and the policies that decide it, for the differential test.

Policies are bent out of the request that they are asked about, so that every part of a statement
decides now and then. Left to other tests, because nobody documents what AWS makes of them: texts that
only begin like a date or are a day that no calendar has, numbers in a date's clothes, and a request
for a resource that itself holds a wildcard.
"""

import random
from collections.abc import Sequence
from typing import Any

from verifier.iam.operators import BASE_OPERATORS, NULL

Pair = dict[str, Any]
ContextValue = str | list[str]

ACCOUNT = "111122223333"
_REQUESTS = (
    ("s3:GetObject", "arn:aws:s3:::app-bucket/home/ana/report.txt"),
    ("s3:PutObject", "arn:aws:s3:::app-bucket/team/blue/a:b*c"),
    ("s3:DeleteBucket", "arn:aws:s3:::app-bucket"),
    ("s3:ListBucket", "arn:aws:s3:::ana"),
    ("lambda:InvokeFunction", f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:shop-dev-hello"),
    ("lambda:GetFunction", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:shop-dev-hello:7"),
    ("dynamodb:GetItem", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders-ana"),
    ("dynamodb:Query", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders/index/by-date"),
    ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/shop/dev-blue"),
    ("iam:GetUser", f"arn:aws:iam::{ACCOUNT}:user/ana"),
    ("sns:Publish", f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts-blue"),
    ("sqs:SendMessage", f"arn:aws:sqs:us-east-2:{ACCOUNT}:ana-queue"),
    ("logs:CreateLogStream", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/lambda/shop:log-stream:x"),
    ("apigateway:POST", "arn:aws:apigateway:us-east-1::/apis/ab12/routes"),
    ("ec2:TerminateInstances", f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-0ab12"),
    (
        "cloudformation:CreateStack",
        f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/shop-dev/*".replace("*", "7"),
    ),
)
_WITHOUT_RESOURCE = ("s3:ListAllMyBuckets", "ec2:DescribeInstances", "iam:ListUsers", "iam:GetAccountSummary")

_TEXTS = (
    "ana",
    "blue",
    "Blue",
    "",
    "dev",
    "a*b",
    "home/ana/",
    "${aws:username}",
    "q?z",
    "prod",
    "Ärger",
    "x y",
)
_ARNS = (
    "arn:aws:iam::111122223333:user/ana",
    "arn:aws:iam::111122223333:role/shop/dev-blue",
    "arn:aws:sns:us-east-1:111122223333:alerts:blue",
    "arn:aws-cn:lambda:cn-north-1:444455556666:function:hello",
    "arn:aws:s3:::app-bucket/home/ana",
    "arn:aws:events:us-east-1:111122223333:rule/ana",
    "arn:aws:s3",
    "arn:aws:iam::111122223333",
    "not-an-arn",
    "",
    "*",
)
_NUMBERS = (
    "0",
    "5",
    "10",
    "10.0",
    "10.5",
    "-3",
    "1000000",
    "007",
    "ten",
    "",
    "true",
    ".5",
    "+10",
    "12abc",
    "1e3",
)
_EPOCHS = ("0", "1700000000", "1735689600", "-5", "1735689599")
_CALENDAR = (
    "2024-12-31T23:59:59Z",
    "2025-01-01T00:00:00Z",
    "2025-01-01",
    "2025-01",
    "2025-01-01T00:00Z",
    "2025-01-01T01:00:00+01:00",
    "2024-12-31T19:30:00.250-04:30",
)
_NO_DATES = ("not-a-date", "2025-13-45", "", "tomorrow", "20250101T000000Z", "2025-01-01T25:00:00Z", "true")
_ADDRESSES = (
    "203.0.113.7",
    "203.0.113.255",
    "198.51.100.1",
    "10.1.2.3",
    "2001:db8::7",
    "2001:db8:1234:5678::1",
    "2001:DB8:0:0:0:0:0:7",
    "::1",
    "300.1.1.1",
    "203.0.113",
    "01.2.3.4",
    "localhost",
    "",
)
_NETWORKS = (
    "203.0.113.0/24",
    "203.0.113.7/32",
    "203.0.113.99/25",
    "0.0.0.0/0",
    "198.51.100.0/22",
    "2001:db8::/32",
    "2001:DB8:1234:5678::/64",
    "::/0",
    "203.0.113.0/33",
    "203.0.113.0/",
    "10.0.0.0/8",
    "2001:db8::/129",
    "elsewhere",
    *_ADDRESSES,
)
_BOOLEANS = ("true", "false", "True", "FALSE", "yes", "1", "", "null")
_BINARIES = ("QmluYXJ5VmFsdWVJbkJhc2U2NA==", "YW5h", "YW5hCg==", "ana", "")

_KEYS = {
    "String": ("aws:PrincipalTag/team", "aws:username", "s3:prefix", "aws:RequestTag/env", "aws:TagKeys"),
    "Arn": ("aws:PrincipalArn", "aws:SourceArn", "iam:PolicyARN"),
    "Numeric": ("s3:max-keys", "aws:MultiFactorAuthAge", "kms:GrantOperations"),
    "Date": ("aws:CurrentTime", "aws:TokenIssueTime", "aws:EpochTime"),
    "Ip": ("aws:SourceIp", "aws:VpcSourceIp"),
    "Bool": ("aws:SecureTransport", "aws:MultiFactorAuthPresent"),
    "Binary": ("app:Blob",),
}
_POLICY_VALUES: dict[str, Sequence[str]] = {
    "String": _TEXTS,
    "Arn": _ARNS,
    "Numeric": _NUMBERS,
    "Date": (*_EPOCHS, *_CALENDAR, *_NO_DATES),
    "Ip": _NETWORKS,
    "Bool": _BOOLEANS,
    "Binary": _BINARIES,
}
_CONTEXT_VALUES = _POLICY_VALUES | {"Ip": _ADDRESSES}
# Keys that any action has: what a request for "*" may carry.
_GLOBAL = ("aws:PrincipalTag/team", "aws:username", "aws:PrincipalArn", "aws:SourceIp", "aws:SecureTransport")
_VARIABLES = (
    "${aws:username}",
    "${aws:PrincipalTag/team}",
    "${aws:PrincipalTag/Team, 'blue'}",
    "${aws:RequestTag/env, 'dev'}",
    "${AWS:UserName, 'nobody'}",
    "${aws:TagKeys}",
    "${s3:prefix}",
    "${app:Missing}",
    "${*}",
    "${?}",
    "${$}",
)
_PREFIXES = ("", "", "", "ForAllValues:", "ForAnyValue:")


class PairGenerator:
    """Pairs of one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def pairs(self, count: int) -> list[Pair]:
        return [self.pair() for _ in range(count)]

    def pair(self) -> Pair:
        request = self._request()
        bent = [self._policy(request) for _ in range(self.random.choice((1, 1, 2, 3)))]
        boundary = self._policy(request, denies=0.15) if self._chance(0.3) else None
        return {"request": request, "policies": bent, "boundary": boundary}

    def _chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def _request(self) -> dict[str, Any]:
        if self._chance(0.06):
            action, resource = self.random.choice(_WITHOUT_RESOURCE), "*"
        else:
            action, resource = self.random.choice(_REQUESTS)
            resource = resource.replace("*", "+")
        context = self._context(only=_GLOBAL if resource == "*" else None)
        principal = f"arn:aws:iam::{ACCOUNT}:user/ana"
        return {
            "principal": principal,
            "action": self._cased(action, 0.1),
            "resource": resource,
            "context": context,
        }

    def _context(self, only: Sequence[str] | None) -> dict[str, ContextValue]:
        context: dict[str, ContextValue] = {}
        for kind, keys in _KEYS.items():
            for key in keys:
                if self._chance(0.4) or (only and key not in only):
                    continue
                context[self._cased(key, 0.15)] = self._context_value(kind, multiple=not only)
        return context

    def _context_value(self, kind: str, multiple: bool) -> ContextValue:
        values = _CONTEXT_VALUES[self._sometimes_other(kind, 0.07)]
        if multiple and self._chance(0.25):
            return [self.random.choice(values) for _ in range(self.random.choice((0, 1, 2, 2, 3)))]
        return self.random.choice(values)

    def _policy(self, request: dict[str, Any], denies: float = 0.3) -> dict[str, Any]:
        statements = [self._statement(request, denies) for _ in range(self.random.choice((1, 1, 2, 3)))]
        plain: dict[str, Any] = {"Version": self.random.choice(("2012-10-17",) * 8 + ("2008-10-17", None))}
        if plain["Version"] is None:
            del plain["Version"]
        plain["Statement"] = statements[0] if len(statements) == 1 and self._chance(0.4) else statements
        return plain

    def _statement(self, request: dict[str, Any], denies: float) -> dict[str, Any]:
        """One element at a time is bent, mostly, so that it decides; else something else would."""
        statement: dict[str, Any] = {"Effect": "Deny" if self._chance(denies) else "Allow"}
        bent = self.random.choice(
            ("Action", "Resource", "Resource", "Condition", "Condition", "Condition", "all")
        )
        if bent not in ("Action", "all"):
            statement["Action"] = self.random.choice(("*", request["action"]))
        elif self._chance(0.25):
            statement["NotAction"] = self._some(lambda: self._action(request["action"], negated=True))
        else:
            statement["Action"] = self._some(lambda: self._action(request["action"], negated=False))
        if bent not in ("Resource", "all"):
            statement["Resource"] = self.random.choice(("*", request["resource"]))
        elif self._chance(0.25):
            statement["NotResource"] = self._some(lambda: self._resource(request["resource"], negated=True))
        else:
            statement["Resource"] = self._some(lambda: self._resource(request["resource"], negated=False))
        if bent in ("Condition", "all"):
            statement["Condition"] = self._condition_block(request["context"])
        return statement

    def _some(self, make: Any) -> Any:
        if self._chance(0.6):
            return make()
        return [make() for _ in range(self.random.choice((1, 2, 3)))]

    def _action(self, action: str, negated: bool) -> str:
        service, name = action.split(":")
        other = self.random.choice(_REQUESTS)[0]
        shapes = (
            f"{service}:*",
            "*",
            f"{service}:{name[:3]}*",
            f"{service}:*{name[-4:]}",
            f"{service}:?{name[1:]}",
        )
        pool = (other, other, other, action) if negated else (action, action, *shapes, other)
        return self._cased(self.random.choice(pool), 0.25)

    def _resource(self, resource: str, negated: bool) -> str:
        other = self.random.choice(_REQUESTS)[1]
        if resource == "*":
            return self.random.choice(("*", "*", "*", "**", other))
        if negated and self._chance(0.5):
            return other
        parts = resource.split(":", 5)
        bend = self.random.choice(
            (
                *(self._whole, self._wild_field, self._wild_tail, self._question_marks, self._variable_tail)
                * 3,
                self._other_case,
                self._short,
                lambda parts: other,
            )
        )
        return str(bend(parts))

    def _whole(self, parts: list[str]) -> str:
        return self.random.choice(("*", ":".join(parts), ":".join(parts)))

    def _wild_field(self, parts: list[str]) -> str:
        index = self.random.choice((1, 2, 3, 3, 4, 4))
        field = parts[index]
        parts = list(parts)
        parts[index] = self.random.choice(
            ("*", field[:2] + "*", "*" + field[-2:], "?" * len(field), field[:-1] + "?")
        )
        return ":".join(parts)

    def _wild_tail(self, parts: list[str]) -> str:
        tail = parts[5]
        cut = self.random.randrange(len(tail) + 1)
        end = self.random.randrange(cut, len(tail) + 1)
        return ":".join([*parts[:5], tail[:cut] + self.random.choice(("*", "*", "**")) + tail[end:]])

    def _question_marks(self, parts: list[str]) -> str:
        tail = list(parts[5])
        for _ in range(self.random.choice((1, 2))):
            tail[self.random.randrange(len(tail))] = self.random.choice(("?", "?", "??"))
        return ":".join([*parts[:5], "".join(tail)])

    def _variable_tail(self, parts: list[str]) -> str:
        tail = parts[5]
        for text in ("ana", "blue", "dev", "+", "report"):
            if text in tail and self._chance(0.8):
                return ":".join([*parts[:5], tail.replace(text, self.random.choice(_VARIABLES), 1)])
        return ":".join([*parts[:5], tail + self.random.choice(_VARIABLES)])

    def _other_case(self, parts: list[str]) -> str:
        return ":".join([parts[0], *(self._cased(part, 0.4) for part in parts[1:])])

    def _short(self, parts: list[str]) -> str:
        return ":".join(parts[: self.random.choice((2, 3, 4, 5))]) + self.random.choice(("", "*", ":*"))

    def _condition_block(self, context: dict[str, ContextValue]) -> dict[str, Any]:
        block: dict[str, Any] = {}
        for _ in range(self.random.choice((1, 1, 1, 2))):
            name = self.random.choice(BASE_OPERATORS)
            suffix = "IfExists" if name != NULL and self._chance(0.2) else ""
            operator = self.random.choice(_PREFIXES) + name + suffix
            if self._chance(0.05):
                operator = operator.swapcase()
            keys = {self._key(name): name for _ in range(self.random.choice((1, 1, 1, 2)))}
            block[operator] = {key: self._condition_values(name, key, context) for key in keys}
            if len({key.lower() for key in block[operator]}) < len(block[operator]):
                del block[operator]
        return block

    def _key(self, operator: str) -> str:
        kind = self._sometimes_other(_kind(operator), 0.05)
        return self._cased(self.random.choice(_KEYS[kind]), 0.2)

    def _condition_values(self, operator: str, key: str, context: dict[str, ContextValue]) -> Any:
        if operator == NULL:
            return self.random.choice(("true", "false", True, False, ["true", "false"], ["True"], "neither"))
        if self._chance(0.02):
            return []
        return self._some(lambda: self._condition_value(operator, key, context))

    def _condition_value(self, operator: str, key: str, context: dict[str, ContextValue]) -> str | int | bool:
        kind = _kind(operator)
        actual = {name.lower(): value for name, value in context.items()}.get(key.lower())
        candidates = [actual] if isinstance(actual, str) else list(actual or ())
        if candidates and self._chance(0.55):
            return self._bent_value(operator, self.random.choice(candidates))
        value = self.random.choice(
            _POLICY_VALUES[kind if self._chance(0.95) else self.random.choice(list(_KEYS))]
        )
        if kind in ("Numeric", "Date") and value in ("5", "10", "0", "1700000000") and self._chance(0.3):
            return int(value)
        if kind == "Bool" and value in ("true", "false") and self._chance(0.3):
            return value == "true"
        return value

    def _sometimes_other(self, kind: str, probability: float) -> str:
        """Another type of value now and then, but for dates, which have wrong values of their own."""
        return self.random.choice(list(_KEYS)) if kind != "Date" and self._chance(probability) else kind

    def _bent_value(self, operator: str, value: str) -> str:
        kind = _kind(operator)
        if kind == "String" and self._chance(0.5):
            return self._bent_text(operator, value)
        if kind == "Arn" and self._chance(0.6) and value.count(":") >= 5:
            parts = value.split(":", 5)
            bend = self.random.choice(
                (self._wild_field, self._wild_tail, self._question_marks, self._arn_variable)
            )
            return bend(parts) if parts[5] else value
        if kind == "Bool" and self._chance(0.2):
            return self.random.choice(("${aws:SecureTransport}", "${aws:MultiFactorAuthPresent, 'true'}"))
        return value

    def _bent_text(self, operator: str, value: str) -> str:
        variables = [name for name in _VARIABLES if "Like" in operator or len(name) > 4]
        shapes = (
            value.swapcase(),
            value[:1] + "*",
            "*" + value[-1:],
            "?" + value[1:],
            self.random.choice(variables),
        )
        return self.random.choice((*shapes, value[:1] + self.random.choice(variables)))

    def _arn_variable(self, parts: list[str]) -> str:
        tail = parts[5]
        for text in ("ana", "blue", "dev"):
            if text in tail:
                return ":".join([*parts[:5], tail.replace(text, self.random.choice(_VARIABLES))])
        return ":".join([*parts[:5], self.random.choice(_VARIABLES)])

    def _cased(self, text: str, probability: float) -> str:
        if not self._chance(probability):
            return text
        return self.random.choice((text.upper, text.lower, text.swapcase))()


def _kind(operator: str) -> str:
    if operator == NULL:
        return "String"
    return next(
        kind for kind in _KEYS if operator.startswith(kind) or (kind == "Ip" and "IpAddress" in operator)
    )
