"""One resource's steps, with their events: create, update, replace, delete, and reading its attributes."""

import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from verifier.cloudformation.stack.builtin import is_fallback, makes_up, provisioner_of
from verifier.cloudformation.stack.session import CallFailed, Session
from verifier.cloudformation.stack.stack import Stack, StackResource
from verifier.cloudformation.stack.store import StackStore
from verifier.cloudformation.stack.update_policies import ask_for_policy, replacing
from verifier.cloudformation.types import registry
from verifier.cloudformation.types.fallback import ask_for_unsupported
from verifier.cloudformation.types.handler import Handler, HandlerError
from verifier.cloudformation.types.work import Work
from verifier.errors import AwsError

REPLACING = "Requested update requires the creation of a new physical resource; hence creating one."
INITIATED = "Resource creation Initiated"


class Steps:
    """Carries one stack operation's steps out; attributes read are kept until their resource changes."""

    def __init__(self, store: StackStore, stack: Stack, session: Session) -> None:
        self.store = store
        self.stack = stack
        self.session = session
        self._attributes: dict[str, Mapping[str, Any]] = {}

    def create(self, resource: StackResource, *, verb: str = "CREATE") -> None:
        """Create what ``resource`` describes, anew; ``verb`` is UPDATE for a replacement.

        Its physical id is set as soon as it exists, also when the rest fails. Raises HandlerError.
        """

        def exists(physical_id: str) -> None:
            resource.physical_id = physical_id
            self.store.resource_status(self.stack, resource, f"{verb}_IN_PROGRESS", INITIATED)

        work = self._work(resource, "create", on_created=exists)
        self._attributes.pop(resource.logical_id, None)
        self._run(resource, work)
        self.store.resource_status(self.stack, resource, f"{verb}_COMPLETE")

    def update(self, resource: StackResource, before: StackResource) -> bool:
        """Bring a resource from ``before`` to what ``resource`` describes, in place.

        Answers whether anything was changed. Raises UpdateFailed.
        """

        def renamed(physical_id: str) -> None:
            resource.physical_id = physical_id

        work = self._work(resource, "update", before=before, on_created=renamed)
        self._attributes.pop(resource.logical_id, None)
        self.store.resource_status(self.stack, resource, "UPDATE_IN_PROGRESS")
        try:
            self._run(resource, work)
        except HandlerError as error:
            raise UpdateFailed(error, wrote=work.wrote) from error
        self.store.resource_status(self.stack, resource, "UPDATE_COMPLETE")
        return work.wrote

    def play_update(self, resource: StackResource, before: StackResource) -> None:
        """Run the update's handler and nothing else: no event, no status. Raises HandlerError."""
        self._run(resource, self._work(resource, "update", before=before))

    def delete(self, resource: StackResource, *, retain: bool = False) -> None:
        """Delete a resource, or leave it (``retain``) with its event. Raises HandlerError.

        One that was never made needs no call.
        """
        self._attributes.pop(resource.logical_id, None)
        if retain:
            if resource.physical_id:
                self.store.leave(self.stack, resource)
            self.store.resource_status(self.stack, resource, "DELETE_SKIPPED")
            return
        if resource.physical_id:
            self.store.resource_status(self.stack, resource, "DELETE_IN_PROGRESS")
            work = self._work(resource, "delete")
            try:
                self._run(resource, work)
            except HandlerError as error:
                self.store.resource_status(self.stack, resource, "DELETE_FAILED", error.reason)
                raise
        self.store.resource_status(self.stack, resource, "DELETE_COMPLETE")

    def failed(
        self, resource: StackResource, verb: str, error: HandlerError, *, shown_id: str | None = None
    ) -> None:
        """Note a failed step, with its event; ``shown_id`` is the physical id to show, if another."""
        with self.store.lock:
            physical_id = resource.physical_id
            resource.physical_id = physical_id if shown_id is None else shown_id
            self.store.resource_status(self.stack, resource, f"{verb}_FAILED", error.reason)
            resource.physical_id = physical_id

    def ref(self, resource: StackResource) -> str:
        """What Ref gives."""
        return str(self._given(resource, self._handler(resource).ref(self._work(resource, "read"))))

    def attribute(self, resource: StackResource, name: str, used_by: str) -> Any:
        """What Fn::GetAtt gives: the read handler's answer, with the caller's rights.

        Raises HandlerError in CloudFormation's words; the refusal is the using resource's failure
        (source: cfn-getatt-reads).
        """
        found = self._attributes.get(resource.logical_id)
        if found is None:
            work = self._work(resource, "read", used_by=used_by)
            try:
                found = self._run(resource, work)
            except HandlerError as error:
                message = error.message if isinstance(error, CallFailed) else error.reason
                raise HandlerError(
                    f"Unable to retrieve {name} attribute for {resource.type}, with error message {message}",
                    refused=error.refused,
                ) from error
            self._attributes[resource.logical_id] = found
        return self._given(resource, found[name] if name in found else _nested(resource, found, name))

    def replaces(self, before: StackResource, properties: Mapping[str, Any], policy: Any = None) -> bool:
        """Whether going to ``properties`` under an UpdatePolicy needs a new physical resource.

        Raises HandlerError when there cannot be one.
        """
        if before.status == "CREATE_FAILED":
            return True
        entry = registry.entry(before.type)
        changed = replacing(entry, before.properties, properties, policy) if entry else ()
        if before.definition.is_custom:
            changed = ("ServiceToken",) if _differs("ServiceToken", before.properties, properties) else ()
        if changed and entry is not None:
            _refuse_custom_name(entry, before.properties, properties)
        return bool(changed)

    def _given(self, resource: StackResource, value: Any) -> Any:
        """``value``, noted if it is made up and not just one of the resource's own properties."""
        if makes_up(self._handler(resource)) and value not in resource.properties.values():
            self.store.makes_up(value)
        return value

    def _handler(self, resource: StackResource) -> Handler:
        handler = provisioner_of(resource.definition)
        if handler is None:
            raise HandlerError(f"verifier: nothing is known of how {resource.type} is provisioned")
        return handler

    def _run(self, resource: StackResource, work: Work) -> Any:
        """Run the handler's step ``work.lifecycle``, then ask for what the handler leaves out."""
        handler = self._handler(resource)
        step: Callable[[Work], Any] = {
            "create": handler.create,
            "read": handler.read,
            "update": handler.update,
            "delete": handler.delete,
        }[work.lifecycle]
        try:
            result = step(work)
            ask_for_policy(work, resource.update_policy)
            if not is_fallback(handler) and not resource.definition.is_custom:
                ask_for_unsupported(work, handler, work.lifecycle)
        except HandlerError:
            raise
        except AwsError as error:
            raise HandlerError(error.message) from error
        except Exception as error:
            line = f"verifier: the {work.lifecycle} handler of {resource.type} failed: {bug(error)}"
            self.session.problem(line)
            raise HandlerError(line) from error
        return result

    def _work(
        self,
        resource: StackResource,
        lifecycle: str,
        *,
        before: StackResource | None = None,
        used_by: str | None = None,
        on_created: Callable[[str], None] | None = None,
    ) -> Work:
        handler = provisioner_of(resource.definition)
        return Work(
            carrier=self.session,
            logical_id=resource.logical_id,
            type=resource.type,
            lifecycle=lifecycle,
            physical_id=resource.physical_id,
            properties=resource.properties,
            previous=before.properties if before else {},
            stack_tags=resource.stack_tags,
            previous_stack_tags=before.stack_tags if before else {},
            used_by=used_by,
            on_created=on_created,
            implied=handler.implied_in(resource.properties) if handler else {},
        )


def bug(error: Exception) -> str:
    """What and where, without the values that an exception's own text may hold."""
    *_, last = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


class UpdateFailed(HandlerError):  # noqa: N818 - a refusal is no error of ours
    """An update failed; ``wrote`` tells whether it had changed something by then."""

    def __init__(self, cause: HandlerError, *, wrote: bool) -> None:
        super().__init__(cause.reason, refused=cause.refused)
        self.wrote = wrote


def copy_of(resource: StackResource) -> StackResource:
    """The resource as it is now, apart from what becomes of it."""
    return replace(resource)


def _nested(resource: StackResource, found: Mapping[str, Any], name: str) -> Any:
    """An attribute inside a structure, or a property given as it is."""
    for source in (found, resource.properties):
        value: Any = source
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if value is not None:
            return value
    raise HandlerError(f"Requested attribute {name} does not exist in schema for {resource.type}")


def _refuse_custom_name(
    entry: registry.RegistryEntry, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """A resource whose name is given cannot be replaced: both would bear the name at once.

    (source: cfn-custom-named)
    """
    if len(entry.primary_identifier) != 1:
        return  # named inside something else, which may differ
    candidates = {entry.primary_identifier[0], "Name", f"{entry.type.rpartition('::')[2]}Name"}
    for name in sorted(candidates & entry.create_only):
        given = after.get(name)
        if isinstance(given, str) and before.get(name) == given:
            raise HandlerError(
                "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
                f"Rename {given} and update the stack again."
            )


def _differs(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return bool(before.get(name) != after.get(name))
