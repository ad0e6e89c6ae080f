"""Where the actions of an upper bound stand: on the ARNs that AWS's reference gives for each of them.

In this partition, region and account, with ``*`` for every other part, and ``*`` alone only where the
reference gives an action no ARN. What the template tells narrows them: the resource's own name, and the ARNs
of other resources among its properties. Where it is in doubt the ARN stays wide: a bound may be more than
AWS asks for, never less.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from verifier.authorization.convention import PASS_ROLE
from verifier.authorization.operation import Requirement
from verifier.authorization.principals import MADE_FOR, makers, passed
from verifier.cloudformation.types.leaves import Leaf, leaves_of, plain
from verifier.cloudformation.types.own_call import name_property, noun_of, prefix_of
from verifier.cloudformation.types.passed_roles import passed_roles
from verifier.cloudformation.types.ref_forms import own_part
from verifier.cloudformation.types.registry import RegistryEntry
from verifier.cloudformation.types.work import Work
from verifier.grant.merge import covers_resource
from verifier.iam import catalog

# An action that goes with more kinds than these (ec2:CreateTags: a hundred) stands on all of its service.
_MOST = 8
_HEAD = 5  # the fields of an ARN before its resource
# AWS Backup's recovery points, which no type makes; in a policy the service of an ARN is no pattern.
_OF_ANY_SERVICE = re.compile(r"arn:[^:]*:\$\{Vendor\}:", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\$\{([^}]+)\}")
# Where the catalogue says "role": a service-linked role has a path of its own (rules/iam.yaml).
_MAKE_ROLE = "iam:CreateServiceLinkedRole"
_LINKED_ROLES = "arn:${Partition}:iam::${Account}:role/aws-service-role/"


def bounded(
    work: Work, entry: RegistryEntry, actions: Sequence[str], own: Sequence[Requirement] = ()
) -> tuple[Requirement, ...]:
    """``actions`` of the registry's list on what they can work on, for the resource of ``work``.

    ``own`` is what the type's own call needs: a role that it passes to a service is passed to no other.
    """
    bound = _Bound(work, entry, leaves_of(work, entry), own)
    return tuple(one for action in actions for one in bound.requirements(action))


@dataclass(frozen=True)
class _Bound:
    work: Work
    entry: RegistryEntry
    leaves: tuple[Leaf, ...]
    own: Sequence[Requirement]

    def requirements(self, action: str) -> tuple[Requirement, ...]:
        """``action`` on what it can work on; none for a role that nothing passes."""
        if action == PASS_ROLE:
            return self._passed()
        if action == _MAKE_ROLE:
            return self._made()
        return tuple(Requirement(action, arn) for arn in self._resources(action))

    def _passed(self) -> tuple[Requirement, ...]:
        """The roles that the properties name, each to the service that the type's own call passes it to."""
        known = {one.resource: one for one in self.own if one.action == PASS_ROLE}
        to = passed(self.own[0].action if self.own else f"{prefix_of(self.entry)}:")
        roles = passed_roles(self.work, self.leaves)
        return tuple(known.get(role) or Requirement(PASS_ROLE, role, to) for role in roles)

    def _made(self) -> tuple[Requirement, ...]:
        """The roles that the type's service may have made for itself, or any service where nobody knows."""
        services = makers(prefix_of(self.entry))
        if not services:
            return (Requirement(_MAKE_ROLE, self._filled(f"{_LINKED_ROLES}*")),)
        return tuple(
            Requirement(_MAKE_ROLE, self._filled(f"{_LINKED_ROLES}{name}/*"), {MADE_FOR: name})
            for name in services
        )

    def _resources(self, action: str) -> tuple[str, ...]:
        kinds = [kind for kind in catalog.resource_types(action) if not _OF_ANY_SERVICE.match(kind.arns[0])]
        wide = _apart(tuple(self._filled(template) for kind in kinds for template in kind.arns))
        if len(wide) > _MOST:
            return tuple(dict.fromkeys(":".join((*arn.split(":")[:_HEAD], "*")) for arn in wide))
        return _apart(tuple(arn for kind in kinds for arn in self._known(kind))) or ("*",)

    def _known(self, kind: catalog.ResourceType) -> tuple[str, ...]:
        """What is known of the resources of a kind, else any of it."""
        if plain(kind.name) == plain(noun_of(self.entry.type)):
            name = self._own_name()
            return tuple(self._filled(template, name) for template in kind.arns)
        return self._told(kind) or tuple(self._filled(template) for template in kind.arns)

    def _told(self, kind: catalog.ResourceType) -> tuple[str, ...]:
        """The ARNs of a kind among the properties, if nothing else there may be of that kind too."""
        if self._is_made(kind):
            return ()
        forms = [_form(template) for template in kind.arns]
        fitting = [leaf.value for leaf in self.leaves if any(form.fullmatch(leaf.value) for form in forms)]
        service = kind.arns[0].split(":")[2]
        words = (plain(kind.name), service)
        rest = (leaf for leaf in self.leaves if leaf.value not in fitting)
        doubtful = any(leaf.is_arn_of(service) or leaf.mentions(*words) for leaf in rest)
        return () if doubtful else tuple(dict.fromkeys(fitting))

    def _is_made(self, kind: catalog.ResourceType) -> bool:
        """Whether the list makes resources of the kind, such as a service-linked role, beside those named."""
        listed = [one.partition(":")[2].lower() for steps in self.entry.handlers.values() for one in steps]
        return any(name.startswith("create") and name.endswith(plain(kind.name)) for name in listed)

    def _own_name(self) -> str:
        """The resource's name if it keeps it and no property may name another resource of its kind."""
        named, noun = name_property(self.entry), plain(noun_of(self.entry.type))
        is_ref = self.entry.primary_identifier == (named,)
        known = own_part(self.entry.type, self.work.physical_id) if is_ref else ""
        name = self.work.properties.get(named) or known
        if not named.endswith("Name") or named not in self.entry.create_only or not isinstance(name, str):
            return ""
        others = (leaf for leaf in self.leaves if leaf.keys != (plain(named),))
        return "" if any(noun in leaf.keys[-1] for leaf in others) else name

    def _filled(self, template: str, name: str = "") -> str:
        """An ARN of AWS's form: with this place, with ``name`` for the resource's name, else with ``*``."""
        work, noun = self.work, plain(noun_of(self.entry.type))
        known = {"partition": work.partition, "region": work.region} | dict.fromkeys(
            ("account", "accountid"), work.account
        )
        own = dict.fromkeys(("name", f"{noun}name", plain(name_property(self.entry))), name) if name else {}
        values: Mapping[str, str] = own | known
        return _PLACEHOLDER.sub(lambda found: values.get(plain(found.group(1)), "*"), template)


# The same action has the same ones in every lifecycle of every type.
@lru_cache(maxsize=1024)
def _apart(arns: tuple[str, ...]) -> tuple[str, ...]:
    """``arns`` without those that another one covers, in their order."""
    return tuple(_uncovered(tuple(dict.fromkeys(arns))))


def _uncovered(arns: tuple[str, ...]) -> Iterator[str]:
    for index, arn in enumerate(arns):
        before, after = arns[:index], arns[index + 1 :]
        # Of two that cover each other the first one stays.
        if any(covers_resource(other, arn) for other in before):
            continue
        if not any(covers_resource(other, arn) and not covers_resource(arn, other) for other in after):
            yield arn


def _form(template: str) -> re.Pattern[str]:
    """The ARNs of AWS's form; only a role's name may have a path."""
    parts = re.split(r"(\$\{[^}]+\})", template)
    part = {"${RoleNameWithPath}": "[^:]+"}
    return re.compile(
        "".join(part.get(one, "[^:/]*") if one.startswith("${") else re.escape(one) for one in parts)
    )
