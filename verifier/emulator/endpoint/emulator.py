"""An emulator over HTTP as one emulator: what it lacks is carried out by the embedded one.

The state of a service is in one place: a service moves here as a whole, before anything of it was made there.
"""

import threading
from typing import Any

from verifier.authorization.operation import Operation
from verifier.authorization.requirements import only_reads
from verifier.emulator.acting import acting_key
from verifier.emulator.embedded import embedded, has_fixed_answer
from verifier.emulator.endpoint.about import About
from verifier.emulator.endpoint.adapters import adapter
from verifier.emulator.endpoint.conditions import LeftOut
from verifier.emulator.endpoint.handed_over import HandedOver
from verifier.emulator.endpoint.identities import EndpointIdentities
from verifier.emulator.endpoint.ledger import Ledger
from verifier.emulator.endpoint.made import Made
from verifier.emulator.endpoint.opinions import Opinion, Opinions, is_refusal
from verifier.emulator.endpoint.upstream import EndpointUpstream, Signer
from verifier.emulator.interface import Emulator, UnknownKeyError
from verifier.errors import AwsError, InputError, UnavailableError

# Who is known and what may be done is one state, and our own authorization reads it at the endpoint. What
# CloudFormation makes is where CloudFormation is.
_NEVER_HERE = frozenset({"iam", "sts", "cloudformation"})
_SOMEBODY = "123456789012"
# What shows that somebody has something in an account.
_LOOKS = (
    ("iam", "ListUsers", "Users"),
    ("iam", "ListRoles", "Roles"),
    ("s3", "ListBuckets", "Buckets"),
    ("lambda", "ListFunctions", "Functions"),
    ("logs", "DescribeLogGroups", "logGroups"),
    ("sqs", "ListQueues", "QueueUrls"),
    ("sns", "ListTopics", "Topics"),
    ("dynamodb", "ListTables", "TableNames"),
    ("ssm", "DescribeParameters", "Parameters"),
    ("secretsmanager", "ListSecrets", "SecretList"),
    ("cloudformation", "DescribeStacks", "Stacks"),
)


class EndpointEmulator:
    """``about`` is what ``probe`` found at ``url``; callers are of ``partition``.

    ``ledger`` hears what is made. ``emulator`` is what a gateway needs. Raises UnavailableError for one in
    which accounts cannot be chosen.
    """

    def __init__(
        self, url: str, about: About, partition: str, region: str, ledger: Ledger | None = None
    ) -> None:
        self.url = url
        self.about = about
        self.not_taken_away: list[str] = []
        """What was made there and could not be taken away."""
        self._there = EndpointUpstream(url)
        self._here = embedded(partition)
        self._lock = threading.Lock()
        known = adapter(about.adapter)
        self._lacks, self._done = known.lacks, known.done
        self._handed = HandedOver(known.conditions) if about.enforces and known.conditions else None
        self._moved: set[tuple[str, str]] = set()
        self._begun: set[tuple[str, str]] = set()
        self._answered: set[str] = set()
        self._made = Made(self._there, ledger)
        self._opinions = Opinions()
        self._identities = EndpointIdentities(self, partition, region)
        self.emulator = Emulator(self, self._identities, self._forget, _place_layer)
        self._check_accounts(Operation("sts", "GetCallerIdentity", {}, _SOMEBODY, region, partition))

    @property
    def lost(self) -> str:
        """Why the endpoint answers no more; empty while it does."""
        return self._there.lost

    @property
    def holds_something(self) -> bool:
        """Whether something was made there that is not taken away."""
        return bool(self._made.accounts)

    @property
    def answered_here(self) -> tuple[str, ...]:
        """The services, and single operations ("lambda:GetCodeSigningConfig"), that the endpoint lacks."""
        with self._lock:
            return tuple(sorted(self._answered))

    def invoke(self, operation: Operation) -> dict[str, Any]:
        """Carry ``operation`` out, there or here; see ``interface.Upstream``."""
        place = (operation.account, operation.service)
        if place in self._moved or operation.service in self._lacks:
            return self._instead(operation, operation.service)
        begun = self._made.begins(operation)
        try:
            result = self._handed_over(operation)
        except AwsError as error:
            done = self._is_done(operation, error)
            if not done and not self.lost:
                self._made.failed(begun)
            if error.status == 501:
                return self._what_is_lacking(operation, error)
            if not done:
                raise
            result = {}
        if not only_reads(operation.service, operation.name):
            with self._lock:
                self._begun.add(place)
        self._made.heard(operation, result, begun)
        self._identities.heard(operation, result)
        return result

    @property
    def left_out(self) -> tuple[LeftOut, ...] | None:
        """Conditions that the endpoint cannot read, taken out of policies there; None: nobody knows which."""
        return None if self._handed is None else self._handed.left_out

    def opinions(self, account: str) -> frozenset[Opinion] | None:
        """What the endpoint itself says to requests in ``account``; None of one that does not enforce."""
        return self._opinions.of(account) if self.about.enforces else None

    def found_in(self, account: str, region: str) -> str:
        """Something that ``account`` has at the endpoint; empty where nothing was found."""
        for service, name, member in _LOOKS:
            try:
                answer = self._there.invoke(Operation(service, name, {}, account, region))
            except AwsError:
                continue
            if answer.get(member):
                return f"{service}:{name} lists {len(answer[member])}"
        return ""

    def check_cloudformation(self, region: str) -> None:
        """Raises UnavailableError where the endpoint has no CloudFormation of its own."""
        try:
            self._there.invoke(Operation("cloudformation", "DescribeStacks", {}, _SOMEBODY, region))
        except AwsError as error:
            raise UnavailableError(
                f"--cloudformation upstream: {self.about.adapter} at {self.url} answers {error.code} to "
                "cloudformation:DescribeStacks; leave it out"
            ) from error

    def close(self) -> None:
        """Take away what was made too late for its trial, and let the connections go."""
        for account in self._made.accounts:
            self._forget(account)
        self._there.close()

    def _handed_over(self, operation: Operation) -> dict[str, Any]:
        """The answer to ``operation``, in which policies are as they were given."""
        if self._handed is None:
            return self._asked(operation)
        result: dict[str, Any] = self._handed.whole(self._asked(self._handed.part(operation)))
        return result

    def _asked(self, operation: Operation) -> dict[str, Any]:
        """The answer to ``operation``. Where the endpoint enforces, who asked for it asks there first."""
        key = acting_key() if self.about.enforces else ""
        if key:
            try:
                signer = Signer(key, self._identities.secret(key, operation.account))
                result = self._there.invoke(operation, signer)
            except UnknownKeyError:
                return self._there.invoke(operation)
            except AwsError as error:
                if not is_refusal(error):
                    if error.status < 500:
                        self._opinions.allowed(operation)
                    raise
                # The verifier has decided already; the endpoint's opinion is told, and stops nothing.
                self._opinions.refused(operation, error)
                return self._there.invoke(operation)
            self._opinions.allowed(operation)
            return result
        return self._there.invoke(operation)

    def _what_is_lacking(self, operation: Operation, error: AwsError) -> dict[str, Any]:
        place = (operation.account, operation.service)
        if operation.service not in _NEVER_HERE and place not in self._begun:
            with self._lock:
                self._moved.add(place)
            return self._instead(operation, operation.service)
        if has_fixed_answer(operation):
            return self._instead(operation, str(operation))
        raise error

    def _is_done(self, operation: Operation, error: AwsError) -> bool:
        """Whether ``error`` is one that comes after the work."""
        words = self._done.get(str(operation))
        return words is not None and error.status >= 500 and words in error.message

    def _instead(self, operation: Operation, what: str) -> dict[str, Any]:
        with self._lock:
            self._answered.add(what)
        return self._here.upstream.invoke(operation)

    def _forget(self, account: str) -> None:
        if not self.lost:
            self.not_taken_away += self._made.take_away(account)
        self._identities.forget(account)
        self._opinions.forget(account)
        self._here.forget(account)
        with self._lock:
            self._moved = {place for place in self._moved if place[0] != account}
            self._begun = {place for place in self._begun if place[0] != account}

    def _check_accounts(self, who: Operation) -> None:
        try:
            account = self._there.invoke(who).get("Account")
        except AwsError as error:
            raise UnavailableError(
                f"{self.url}: {self.about.adapter} answers {error.code} to who it is"
            ) from error
        if account != who.account:
            raise UnavailableError(
                f"{self.url}: {self.about.adapter} does not take the account from the access key, so trials "
                "would meet there; use one that does (LocalStack, ministack, floci)"
            )


def _place_layer(arn: str) -> None:
    raise InputError(f"verifier.yml: layers: {arn}: cannot be made on this target; leave it out")
