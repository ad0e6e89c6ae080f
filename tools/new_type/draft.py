"""The draft of a type: a ``Kind`` with what is known beyond doubt, and the questions that stay open."""

from dataclasses import dataclass

from tools.new_type.facts import Facts
from tools.new_type.identity import identity, itself
from tools.new_type.mapping import mapped
from tools.new_type.notes import Notes
from tools.new_type.operations import delete_of, reads_of, say_if_unlisted, update_of
from tools.new_type.reading import Noted, gone, reads, tagging
from tools.new_type.subject import Subject
from verifier.cloudformation.types.kind import Kind


@dataclass(frozen=True)
class Draft:
    """``notes`` are by the fields of the kind; those of a part by its number, "parts.0"."""

    kind: Kind
    notes: Notes


def propose(facts: Facts) -> Draft:
    """The draft of what ``facts`` are about."""
    notes = Notes()
    say_if_unlisted(facts, notes)
    own = identity(facts, notes)
    delete = delete_of(facts, notes)
    known = itself(facts, notes, own, delete) if delete else {}
    update = update_of(facts, notes, known)
    subject = Subject(facts, own, known, update, tuple(reads_of(facts)))
    properties = mapped(subject, notes)
    claimed = {one.operation for setting, _ in properties.settings for one in setting.reads}
    reading, given = reads(subject, notes, claimed)
    parts: list[Noted] = [*reading, *properties.settings, *tagging(subject, notes)]
    for number, (_, questions) in enumerate(parts):
        for question in questions:
            notes.open(f"parts.{number}", question)
    if properties.left:
        notes.open("lacks", "no operation was found for these; a nested one may be said with beyond=")
    kind = Kind(
        type=facts.entry.type,
        service=facts.service,
        name=own.name,
        itself=subject.itself,
        arn=own.arn,
        create_by=facts.create,
        update_by=update,
        delete_by=delete,
        members=properties.members,
        fixed=properties.fixed,
        id_from=own.id_from,
        token=own.token or not own.id_from,
        gives=given,
        parts=tuple(part for part, _ in parts),
        gone=gone(facts, notes, delete),
        lacks=frozenset(properties.left),
    )
    return Draft(kind, notes)
