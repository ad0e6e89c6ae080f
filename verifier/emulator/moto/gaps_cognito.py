"""What moto lacks of Cognito, kept on moto's state: changes of resource servers, the roles of identities."""

from collections.abc import Callable
from typing import Any

from verifier.authorization.operation import Operation
from verifier.errors import AwsError

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]


def update_resource_server(operation: Operation, _invoke: Invoke) -> Result:
    """Set its name and its scopes, and no scopes where none are given."""
    servers, identifier = _servers(operation)
    server = servers[identifier]
    server.name, server.scopes = operation.params["Name"], operation.params.get("Scopes", [])
    return {"ResourceServer": server.to_json()}


def delete_resource_server(operation: Operation, _invoke: Invoke) -> Result:
    """Forget it."""
    servers, identifier = _servers(operation)
    servers.pop(identifier)
    return {}


def set_roles(operation: Operation, _invoke: Invoke) -> Result:
    """Keep the roles, as a part of the pool."""
    vars(_pool(operation))["kept_roles"] = {
        name: operation.params[name] for name in ("Roles", "RoleMappings") if operation.params.get(name)
    }
    return {}


def get_roles(operation: Operation, _invoke: Invoke) -> Result:
    """The roles that are kept."""
    return {
        "IdentityPoolId": operation.params["IdentityPoolId"],
        **vars(_pool(operation)).get("kept_roles", {}),
    }


def delete_identity_pool(operation: Operation, invoke: Invoke) -> Result:
    """moto breaks at one that is not there."""
    _pool(operation)
    return invoke(operation)


def _servers(operation: Operation) -> tuple[dict[str, Any], str]:
    from moto.cognitoidp.models import cognitoidp_backends

    pool = cognitoidp_backends[operation.account][operation.region].user_pools.get(
        operation.params.get("UserPoolId")
    )
    servers: dict[str, Any] = pool.resource_servers if pool else {}
    identifier = str(operation.params.get("Identifier"))
    if identifier not in servers:
        raise AwsError("ResourceNotFoundException", f"Resource server {identifier} does not exist.", 400)
    return servers, identifier


def _pool(operation: Operation) -> Any:
    from moto.cognitoidentity.models import cognitoidentity_backends

    pools = cognitoidentity_backends[operation.account][operation.region].identity_pools
    wanted = operation.params.get("IdentityPoolId")
    if wanted not in pools:
        raise AwsError("ResourceNotFoundException", f"IdentityPool '{wanted}' not found.", 400)
    return pools[wanted]


GAPS: dict[tuple[str, str], Callable[[Operation, Invoke], Result]] = {
    ("cognito-idp", "UpdateResourceServer"): update_resource_server,
    ("cognito-idp", "DeleteResourceServer"): delete_resource_server,
    ("cognito-identity", "SetIdentityPoolRoles"): set_roles,
    ("cognito-identity", "GetIdentityPoolRoles"): get_roles,
    ("cognito-identity", "DeleteIdentityPool"): delete_identity_pool,
}
