"""What a template names by an id that AWS once made up: the user's own, and taken to be there.

Nothing can be made with an id of one's choice, neither by a template nor by a fixture. So a network, an API
or a user pool that a request builds upon, and that moto does not know, is placed where moto looks for it.
Only requests that make something do that: whoever reads, changes or deletes what is not there is told so.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from verifier.authorization.operation import Operation
from verifier.emulator.moto import adopted_ec2
from verifier.emulator.moto.adopted_ec2 import keep_as

_MAPPINGS = ("CreateApiMapping", "CreateBasePathMapping")
Place = Callable[[Operation, str], None]
"""Makes something of that id be there, unless it is."""

# EC2's own rule of a group is taken away before another one is made; an identity pool's roles are set.
_MAKES = re.compile(
    "(Create|Associate|Attach|Authorize|Change|Put|Register|Add)[A-Z]"
    "|RevokeSecurityGroupEgress$|SetIdentityPoolRoles$"
)


def adopt(operation: Operation) -> None:
    """Make everything be there that ``operation`` builds upon by an id of AWS's."""
    if operation.name == "DeleteDomainName":
        _forget_domain_name(operation)
    if not _MAKES.match(operation.name):
        return
    for name, place in _BY_PARAMETER.get(operation.service, {}).items():
        if given := operation.params.get(name):
            place(operation, str(given))
    if operation.service in _IN_NETWORKS:
        for text in _texts(operation.params):
            adopted_ec2.place(operation, text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _rest_api(operation: Operation, given: str) -> None:
    from moto.apigateway.models import apigateway_backends

    backend = apigateway_backends[operation.account][operation.region]
    if re.fullmatch("[a-z0-9]{10}", given) and given not in backend.apis:
        api = backend.create_rest_api(given, "")
        keep_as(given, api, "id", backend.apis)
        for resource in api.resources.values():
            resource.api_id = given
        api.adopted = True
    api = backend.apis.get(given)
    if api is not None and getattr(api, "adopted", False):
        for name in ("parentId", "resourceId"):
            _resource(api, str(operation.params.get(name, "")))


def _resource(api: Any, given: str) -> None:
    """A path of an adopted API; of which name, only its owner knows."""
    if re.fullmatch("[a-z0-9]{6,10}", given) and given not in api.resources:
        keep_as(given, api.add_child(f"known-as-{given}", api.root_resource_id), "id", api.resources)


def _http_api(operation: Operation, given: str) -> None:
    from moto.apigatewayv2.models import apigatewayv2_backends

    backend = apigatewayv2_backends[operation.account][operation.region]
    if re.fullmatch("[a-z0-9]{10}", given) and given not in backend.apis:
        api = backend.create_api(None, None, "", False, False, given, "HTTP", None, {}, "")
        keep_as(given, api, "api_id", backend.apis)


def _user_pool(operation: Operation, given: str) -> None:
    from moto.cognitoidp.models import cognitoidp_backends

    backend = cognitoidp_backends[operation.account][operation.region]
    if re.fullmatch(r"[\w-]+_[0-9a-zA-Z]+", given) and given not in backend.user_pools:
        keep_as(given, backend.create_user_pool(given, {}), "id", backend.user_pools)


def _identity_pool(operation: Operation, given: str) -> None:
    from moto.cognitoidentity.models import cognitoidentity_backends

    backend = cognitoidentity_backends[operation.account][operation.region]
    if re.fullmatch(r"[\w-]+:[0-9a-f-]{36}", given) and given not in backend.identity_pools:
        backend.create_identity_pool("theirs", False, {}, "", [], [], [], {})
        made, pool = backend.identity_pools.popitem()
        pool.identity_pool_id = given
        backend.identity_pools[given] = pool
        backend.pools_identities[given] = {**backend.pools_identities.pop(made), "IdentityPoolId": given}


def _file_system(operation: Operation, given: str) -> None:
    from moto.efs.models import efs_backends

    backend = efs_backends[operation.account][operation.region]
    if re.fullmatch("fs-[0-9a-f]{8,17}", given) and given not in backend.file_systems_by_id:
        made = backend.create_file_system(given, "generalPurpose", False, "", "bursting", 0, "", False, [])
        keep_as(given, made, "file_system_id", backend.file_systems_by_id)


def _load_balancer(operation: Operation, given: str) -> None:
    from moto.elbv2.models import FakeLoadBalancer, elbv2_backends

    balancers = elbv2_backends[operation.account][operation.region].load_balancers
    parts = given.partition(":loadbalancer/")[2].split("/")
    if len(parts) == 3 and given not in balancers:
        balancers[given] = FakeLoadBalancer(parts[1], [], [], "", given, "", "internal", "active")


def _domain_name(operation: Operation, given: str) -> None:
    """A domain is the same for REST and HTTP APIs (source: apigateway-one-domain), which moto keeps apart."""
    rest, http = _domains(operation)
    if operation.name not in _MAPPINGS:
        return
    if given in rest.domain_names and given not in http.domain_names:
        http.create_domain_name(given, [], {}, {})
    elif given in http.domain_names and given not in rest.domain_names:
        rest.create_domain_name(given, "", [], "", "", "", "", "", "", {}, "")


def _forget_domain_name(operation: Operation) -> None:
    """Who deletes a domain of the one kind deletes what stood for it with the other, and its mappings."""
    rest, http = _domains(operation)
    given, other = operation.params.get("domainName"), operation.params.get("DomainName")
    http.domain_names.pop(given, None)
    rest.domain_names.pop(other, None)
    # moto stumbles over those that it deletes itself.
    kept = {name: one for name, one in http.api_mappings.items() if one.domain_name not in (given, other)}
    http.api_mappings = kept


def _domains(operation: Operation) -> tuple[Any, Any]:
    from moto.apigateway.models import apigateway_backends
    from moto.apigatewayv2.models import apigatewayv2_backends

    place = operation.account, operation.region
    return apigateway_backends[place[0]][place[1]], apigatewayv2_backends[place[0]][place[1]]


def _hosted_zone(operation: Operation, given: str) -> None:
    from moto.route53.models import route53_backends

    backend, bare = route53_backends[operation.account][operation.partition], given.rpartition("/")[2]
    changes = operation.params.get("ChangeBatch", {}).get("Changes", [])
    if re.fullmatch("Z[A-Z0-9]{8,31}", bare) and bare not in backend.zones and changes:
        name = str(changes[0].get("ResourceRecordSet", {}).get("Name", "example.com")).rstrip(".") + "."
        zone = backend.create_hosted_zone(name.partition(".")[2] or name, False)
        keep_as(bare, zone, "resource_id", backend.zones)


def _key(operation: Operation, given: str) -> None:
    from moto.kms.models import kms_backends

    backend, bare = kms_backends[operation.account][operation.region], given.rpartition("/")[2]
    if re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bare) and bare not in backend.keys:
        key = backend.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "", None)
        key.arn = key.arn.replace(key.id, bare)
        keep_as(bare, key, "id", backend.keys)


_BY_PARAMETER: Mapping[str, Mapping[str, Place]] = {
    "apigateway": {"restApiId": _rest_api, "domainName": _domain_name},
    "apigatewayv2": {"ApiId": _http_api, "DomainName": _domain_name},
    "cognito-identity": {"IdentityPoolId": _identity_pool},
    "cognito-idp": {"UserPoolId": _user_pool},
    "efs": {"FileSystemId": _file_system},
    "elbv2": {"LoadBalancerArn": _load_balancer},
    "kms": {"TargetKeyId": _key},
    "route53": {"HostedZoneId": _hosted_zone},
}
_IN_NETWORKS = frozenset({"ec2", "efs", "elasticache", "elbv2", "rds"})
