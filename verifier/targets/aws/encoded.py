"""Refusals that AWS encodes: read with the administrator's rights, and put into words."""

import json
import re
from typing import Any

_ENCODED = re.compile(r"Encoded authorization failure message: ([A-Za-z0-9_-]+)")


def decoded(text: str, sts: Any) -> str:
    """``text`` with what is encoded in it in AWS's usual words; as it is where that cannot be read.

    ``sts`` is a client with the administrator's rights. (source: sts-decoded-message)
    """
    return _ENCODED.sub(lambda found: _words(found[1], sts) or found[0], text)


def _words(message: str, sts: Any) -> str:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        told = json.loads(sts.decode_authorization_message(EncodedMessage=message)["DecodedMessage"])
        context = told["context"]
        who, action, resource = context["principal"]["arn"], context["action"], context["resource"]
    except (BotoCoreError, ClientError, ValueError, KeyError, TypeError):
        return ""
    why = " with an explicit deny" if told.get("explicitDeny") else ""
    return f"User: {who} is not authorized to perform: {action} on resource: {resource}{why}"
