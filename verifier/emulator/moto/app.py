"""moto's WSGI application, one part a service, without its own doors.

Imports moto, which takes a moment: import it when a gateway starts.
"""

from functools import cache
from typing import Any

from moto.backend_index import backend_url_patterns
from moto.backends import list_of_moto_modules
from moto.moto_server.werkzeug_app import BackendRequest, DomainDispatcherApplication, create_backend_app


class _S3Request(BackendRequest):  # type: ignore[misc]
    """An object may well be a form: its bytes are left alone."""

    want_form_data_parsed = False


class MotoApplication(DomainDispatcherApplication):  # type: ignore[misc]
    """Finds a request's service by its signature, as moto's server does.

    Unlike moto's, it has no controls ("/moto-api") and no instance metadata, which a client must
    not reach, and it prints nothing.
    """

    def __init__(self) -> None:
        super().__init__(_create_app)

    def get_application(self, environ: dict[str, Any]) -> Any:
        """The service's application. Raises NotImplementedError for a service that moto lacks."""
        host = self.infer_service_region_host(environ, environ["PATH_INFO"])
        backend = _backend(host or "")
        with self.lock:
            if backend not in self.app_instances:
                self.app_instances[backend] = self.create_app(backend)
            return self.app_instances[backend]


def _create_app(service: str) -> Any:
    app = create_backend_app(service)
    if service == "s3":
        app.request_class = _S3Request
    return app


@cache
def _backend(host: str) -> str:
    """moto's name of the service that ``host`` stands for: a host of AWS, or a module of moto's."""
    if host in list_of_moto_modules():
        return host
    for backend, pattern in backend_url_patterns:
        if pattern.match(f"http://{host}"):
            return str(backend)
    raise NotImplementedError(host)
