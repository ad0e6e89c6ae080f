"""Load balancing beside what moto keeps: subnets, listeners and certificates that no stack made.

A template that names them by their ids speaks of the user's own: they are there, as far as anybody here
knows, and moto refuses what it has not made itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from verifier.authorization.operation import Operation

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]


_KINDS = {"network": "net", "gateway": "gwy"}
_LONGER = {"host-header": "HostHeaderConfig", "path-pattern": "PathPatternConfig"}


def create_load_balancer(operation: Operation, invoke: Invoke) -> Result:
    """moto takes each load balancer for one of applications where it makes up the ARN."""
    answer = in_known_subnets(operation, invoke)
    kind = _KINDS.get(str(operation.params.get("Type")))
    if kind is None:
        return answer
    backend, made = _backend(operation), answer["LoadBalancers"][0]
    balancer = backend.load_balancers.pop(made["LoadBalancerArn"])
    balancer.arn = balancer.arn.replace(":loadbalancer/app/", f":loadbalancer/{kind}/")
    backend.load_balancers[balancer.arn] = balancer
    backend.tagging_service.tag_resource(balancer.arn, operation.params.get("Tags"))
    return {"LoadBalancers": [{**made, "LoadBalancerArn": balancer.arn}]}


def in_known_subnets(operation: Operation, invoke: Invoke) -> Result:
    """A load balancer in subnets that moto does not know stands in those that every account has."""
    params = dict(operation.params)
    wanted = [*params.pop("Subnets", ()), *(one["SubnetId"] for one in params.pop("SubnetMappings", ()))]
    known = _subnets(operation)
    if wanted and not set(wanted) <= known.keys():
        zones = {zone: subnet for subnet, zone in sorted(known.items())}
        wanted = [*zones.values()][: max(2, len(wanted))]
    return invoke(replace(operation, params={**params, "Subnets": wanted}))


def set_security_groups(operation: Operation, invoke: Invoke) -> Result:
    """moto refuses groups that it does not know when they are changed, not when they are first given."""
    from moto.ec2.models import ec2_backends

    ec2 = ec2_backends[operation.account][operation.region]
    groups = [str(one) for one in operation.params["SecurityGroups"]]
    if all(ec2.get_security_group_from_id(one) for one in groups):
        return invoke(operation)
    balancer = _backend(operation).load_balancers.get(operation.params["LoadBalancerArn"])
    if balancer is None:
        return invoke(replace(operation, params={**operation.params, "SecurityGroups": []}))
    balancer.security_groups = groups
    return {"SecurityGroupIds": groups}


def create_rule(operation: Operation, invoke: Invoke) -> Result:
    """A rule on a listener of the user's: place it where moto looks for it."""
    from moto.elbv2.models import FakeListener, FakeLoadBalancer

    arn, balancers = str(operation.params["ListenerArn"]), _backend(operation).load_balancers
    balancer_arn = arn.replace(":listener/", ":loadbalancer/").rpartition("/")[0]
    if ":listener/" in arn and balancer_arn not in balancers:
        name = balancer_arn.split("/")[-2]
        placed = FakeLoadBalancer(name, [], [], "", balancer_arn, "", "internet-facing", "active")
        placed.listeners[arn] = FakeListener(balancer_arn, arn, "HTTP", "80", "", None, [], None)
        balancers[balancer_arn] = placed
    return in_longer_form(operation, invoke)


def in_longer_form(operation: Operation, invoke: Invoke) -> Result:
    """moto lets one host or path into the short form, AWS three (source: elbv2-condition-values)."""
    given = operation.params.get("Conditions", ())
    conditions = [_longer(one) if len(one.get("Values", ())) > 1 else one for one in given]
    changed = {"Conditions": conditions} if given else {}
    return invoke(replace(operation, params={**operation.params, **changed}))


def _longer(condition: Mapping[str, Any]) -> dict[str, Any]:
    name = _LONGER.get(str(condition.get("Field")))
    if name is None:
        return dict(condition)
    others = {key: value for key, value in condition.items() if key != "Values"}
    return {**others, name: {"Values": condition["Values"]}}


def create_listener(operation: Operation, invoke: Invoke) -> Result:
    """With a certificate of the user's, moto makes it without."""
    return invoke(_without_others_certificates(operation))


def modify_listener(operation: Operation, invoke: Invoke) -> Result:
    """moto wants to know a certificate where the protocol needs one; and it wants all actions, each time."""
    mended = _without_others_certificates(operation)
    for listener in _backend(operation).describe_listeners(None, [operation.params["ListenerArn"]]):
        if "Certificates" not in mended.params:
            given = operation.params.get("Certificates", ())
            listener.certificates = [one["CertificateArn"] for one in given] or listener.certificates
    return invoke(replace(mended, params={"DefaultActions": [], **mended.params}))


def _without_others_certificates(operation: Operation) -> Operation:
    from moto.acm.models import acm_backends

    known = acm_backends[operation.account][operation.region]._certificates
    given = operation.params.get("Certificates", ())
    kept = [one for one in given if isinstance(one, Mapping) and one.get("CertificateArn") in known]
    others = {name: value for name, value in operation.params.items() if name != "Certificates"}
    return replace(operation, params={**others, "Certificates": kept} if kept else others)


def _subnets(operation: Operation) -> dict[str, str]:
    """The zone of each subnet that moto knows."""
    from moto.ec2.models import ec2_backends

    found = ec2_backends[operation.account][operation.region].describe_subnets()
    return {str(one.id): str(one.availability_zone) for one in found}


def _backend(operation: Operation) -> Any:
    from moto.elbv2.models import elbv2_backends

    return elbv2_backends[operation.account][operation.region]


GAPS: dict[tuple[str, str], Callable[[Operation, Invoke], Result]] = {
    ("elbv2", "CreateLoadBalancer"): create_load_balancer,
    ("elbv2", "SetSubnets"): in_known_subnets,
    ("elbv2", "SetSecurityGroups"): set_security_groups,
    ("elbv2", "CreateRule"): create_rule,
    ("elbv2", "ModifyRule"): in_longer_form,
    ("elbv2", "CreateListener"): create_listener,
    ("elbv2", "ModifyListener"): modify_listener,
}
