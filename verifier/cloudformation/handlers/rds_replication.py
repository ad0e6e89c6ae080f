"""RDS: an instance's backups that are kept in another region too."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.params import ARN, Params, Prop, Text
from verifier.cloudformation.types.part import Attributes, Part
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.work import Work

_REGION, _PERIOD = "AutomaticBackupReplicationRegion", "AutomaticBackupReplicationRetentionPeriod"
_KEY, _OWN_PERIOD = "AutomaticBackupReplicationKmsKeyId", "BackupRetentionPeriod"
_START, _STOP = "StartDBInstanceAutomatedBackupsReplication", "StopDBInstanceAutomatedBackupsReplication"
_DESCRIBE = "DescribeDBInstanceAutomatedBackups"
_PARAMS: Mapping[str, Params] = {
    _START: {"SourceDBInstanceArn": ARN, "BackupRetentionPeriod": Prop(_PERIOD), "KmsKeyId": Prop(_KEY)},
    _STOP: {"SourceDBInstanceArn": ARN},
    _DESCRIBE: {
        "DBInstanceAutomatedBackupsArn": Text(
            f"arn:{{partition}}:rds:{{{_REGION}}}:{{account}}:auto-backup:*"
        )
    },
}


def _has_changed(work: Work) -> bool:
    """Whether the copies start anew: with their own period, the instance's is of no account."""
    of_the_instance = work.changed(_OWN_PERIOD) and _OWN_PERIOD in work.properties
    return work.changed(_REGION, _PERIOD, _KEY) or (of_the_instance and _PERIOD not in work.properties)


@dataclass(frozen=True)
class Replication(Part):
    """The copies.

    A class, as its calls go to the other region: they are asked for, and not made.
    """

    source: str = "cfn-dbinstance-replication"

    @property
    def properties(self) -> frozenset[str]:
        """Where they are, for how long, and under which key."""
        return frozenset({_REGION, _PERIOD, _KEY})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The three calls."""
        for operation, params in _PARAMS.items():
            yield Mention(service, operation, params, (self.source,))

    def create(self, step: Step) -> None:
        """Start them, and look at them."""
        if step.work.properties.get(_REGION):
            self._ask(step, _START)
            self.read(step)

    def read(self, step: Step) -> Attributes:
        """Look at them, where there are any."""
        if step.work.properties.get(_REGION):
            self._ask(step, _DESCRIBE, sure=False)
        return {}

    def update(self, step: Step) -> None:
        """Stop the ones that were, and start those that are wanted."""
        work = step.work
        if _has_changed(work):
            if work.previous.get(_REGION):
                self._ask(step, _STOP)
            if work.properties.get(_REGION):
                self._ask(step, _START)
        self.read(step)

    def _ask(self, step: Step, operation: str, *, sure: bool = True) -> None:
        params = step.params(_PARAMS[operation], whole=False)
        step.work.permit(step.service, operation, params, source=self.source, sure=sure, because=_REGION)
