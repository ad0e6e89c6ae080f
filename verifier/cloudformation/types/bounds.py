"""Where the actions of an upper bound stand: on the ARNs that AWS's reference gives for each of them.

In this partition, region and account, with ``*`` for every other part, and ``*`` alone only where the
reference gives an action no ARN. What the template tells narrows them: the resource's own name, and the ARNs
of other resources among its properties. Where it is in doubt the ARN stays wide: a bound may be more than
AWS asks for, never less.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from verifier.authorization.convention import PASS_ROLE
from verifier.authorization.operation import Requirement
from verifier.cloudformation.types.leaves import Leaf, leaves_of, plain
from verifier.cloudformation.types.own_call import name_property, noun_of
from verifier.cloudformation.types.passed_roles import passed_roles
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
_ON = {"iam:CreateServiceLinkedRole": "arn:${Partition}:iam::${Account}:role/aws-service-role/*"}


def bounded(
    work: Work, entry: RegistryEntry, actions: Sequence[str], own: Sequence[Requirement] = ()
) -> tuple[Requirement, ...]:
    """``actions`` of the registry's list on what they can work on, for the resource of ``work``.

    ``own`` is what the type's own call needs: a role that it passes to a service is passed to no other.
    """
    bound = _Bound(work, entry, leaves_of(work, entry))
    passed = {one.resource: one for one in own if one.action == PASS_ROLE}
    found = (Requirement(action, arn) for action in actions for arn in bound.resources(action))
    return tuple(passed.get(one.resource, one) if one.action == PASS_ROLE else one for one in found)


@dataclass(frozen=True)
class _Bound:
    work: Work
    entry: RegistryEntry
    leaves: tuple[Leaf, ...]

    def resources(self, action: str) -> tuple[str, ...]:
        """The ARNs that ``action`` stands on; none for a role that nothing passes."""
        if action == PASS_ROLE:
            return passed_roles(self.work, self.leaves)
        if action in _ON:
            return (self._filled(_ON[action]),)
        kinds = [kind for kind in catalog.resource_types(action) if not _OF_ANY_SERVICE.match(kind.arns[0])]
        wide = _apart([self._filled(template) for kind in kinds for template in kind.arns])
        if len(wide) > _MOST:
            return tuple(dict.fromkeys(":".join((*arn.split(":")[:_HEAD], "*")) for arn in wide))
        return _apart([arn for kind in kinds for arn in self._known(kind)]) or ("*",)

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
        name = self.work.properties.get(named) or (self.work.physical_id if is_ref else "")
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


def _apart(arns: Sequence[str]) -> tuple[str, ...]:
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
