"""A seal tells which permissions of an evidence came or went since it was written."""

from verifier.baseline.seal import by_hand, seal_of
from verifier.grant.evidence import Permission

ALL = [Permission("s3:GetObject", f"arn:aws:s3:::shop-{number}/*") for number in range(90)]


def test_the_order_does_not_matter_and_each_counts_once() -> None:
    assert seal_of(ALL) == seal_of([*reversed(ALL), ALL[0]])
    assert len(seal_of([])) == len(seal_of(ALL)) == 32


def test_each_that_was_put_in_or_taken_out_is_named_among_many_suspects() -> None:
    kept, suspects = ALL[:30], ALL[10:]
    seal = seal_of(kept)
    assert by_hand(seal, kept, suspects) == frozenset()
    edited = {*ALL[10:14], *ALL[70:73]}
    now = {*kept} ^ edited
    assert by_hand(seal, now, suspects) == edited


def test_what_no_suspect_explains_accuses_nobody() -> None:
    assert by_hand(seal_of(ALL[:5]), ALL[:4], ALL[5:]) == frozenset()
    assert by_hand("", ALL[:4], ALL) == frozenset()


def test_among_too_many_suspects_chance_would_accuse_some() -> None:
    many = [Permission("s3:GetObject", f"arn:aws:s3:::other-{number}/*") for number in range(300)]
    assert by_hand(seal_of(ALL[:5]), ALL[:4], many) == frozenset()
