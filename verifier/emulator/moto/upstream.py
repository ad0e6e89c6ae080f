"""moto in this process keeps every service's state and asks nobody for permission."""

import threading
from typing import Any

from verifier.authorization.operation import Operation
from verifier.emulator.answers import output_of
from verifier.emulator.http import HttpResponse
from verifier.emulator.moto import wsgi
from verifier.emulator.moto.adopted import adopt
from verifier.emulator.moto.enclosure import enclosed, keep_inside
from verifier.emulator.moto.gaps import gap_for
from verifier.emulator.moto.models import authorization, operation_model, protocol_of
from verifier.emulator.moto.repairs import repair_moto
from verifier.emulator.requests import request_of
from verifier.errors import AwsError


class MotoUpstream:
    """Carries operations out in moto, each in its account; see ``interface.Upstream``.

    moto is not made for threads, and it is fast: one request at a time. Nothing of it leaves the process.
    """

    def __init__(self) -> None:
        repair_moto()
        keep_inside()
        from verifier.emulator.moto.app import MotoApplication

        self._application = MotoApplication()
        self._lock = threading.RLock()

    def invoke(self, operation: Operation) -> dict[str, Any]:
        """Carry ``operation`` out in its account and region."""
        with self._lock, enclosed():
            adopt(operation)
            gap = gap_for(operation)
            return gap(operation, self._invoke) if gap else self._invoke(operation)

    def _invoke(self, operation: Operation) -> dict[str, Any]:
        model = operation_model(operation)
        protocol = protocol_of(model)
        signed = {
            "Authorization": authorization(model, operation.region),
            "x-moto-account-id": operation.account,
        }
        environ = wsgi.to_environ(request_of(operation, model, protocol), signed)
        return output_of(self._call(environ, str(operation)), model, protocol)

    def _call(self, environ: wsgi.Environ, what: str) -> HttpResponse:
        try:
            response = wsgi.call(self._application, environ)
        except NotImplementedError as error:
            raise AwsError("NotImplemented", f"{what}: the emulator does not have it", 501) from error
        except Exception as error:  # moto raises whatever its code stumbles over
            raise AwsError("InternalFailure", f"{what}: the emulator failed with {error!r}", 500) from error
        # A page for people is how moto answers a path that it lacks.
        if response.status >= 400 and response.body[:15].lower() == b"<!doctype html>":
            raise AwsError("NotImplemented", f"{what}: the emulator does not have it", 501)
        return response

    def forget(self, account: str) -> None:
        """Forget the state of ``account``; other accounts keep theirs."""
        from moto.core.base_backend import BackendDict
        from moto.core.model_instances import model_data
        from moto.s3.models import s3_backends

        with self._lock:
            for backends in BackendDict._instances:
                regions = backends.pop(account, None)
                if regions is not None and backends is s3_backends:
                    regions.reset()  # closes the objects' files
            # Bucket names are global, and moto keeps whose they are apart from the buckets.
            owners = s3_backends.bucket_accounts
            for bucket in [name for name, (_, owner) in owners.items() if owner == account]:
                del owners[bucket]
            # For a page that nobody asks for, moto keeps every object that it ever made; only S3 needs them
            # itself, to close files, and closes those of all accounts.
            for models in model_data.values():
                for model in models.values():
                    kept = [one for one in model.instances_tracked if _is_anothers_in_s3(one, account)]
                    model.instances_tracked = kept


def _is_anothers_in_s3(made: Any, account: str) -> bool:
    """Whether S3 needs ``made`` to close it, once another account than ``account`` is forgotten."""
    return type(made).__module__ == "moto.s3.models" and getattr(made, "account_id", account) != account
