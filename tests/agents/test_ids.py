"""Ids are found again, however many there are."""

from __future__ import annotations

import sys
from array import array

from hypothesis import given
from hypothesis import strategies as st

from learn_core.agents import Ids, digest

digests = st.integers(0, 2**64 - 1) | st.integers(0, 9).map(lambda high: high << 60)


@given(st.lists(digests, max_size=80), digests)
def test_each_digest_has_the_number_of_its_first_time(added: list[int], other: int) -> None:
    ids, known = Ids(), dict[int, int]()
    for identity in added:
        assert ids.add(identity) == known.setdefault(identity, len(known))
    assert [ids.number(identity) for identity in known] == list(known.values())
    assert (other in ids) == (other in known)


@given(st.lists(digests, max_size=80, unique=True), digests)
def test_a_set_of_many_is_made_at_once(many: list[int], other: int) -> None:
    ids = Ids(array('Q', many))
    assert [ids.add(identity) for identity in many] == list(range(len(many)))
    assert (other in ids) == (other in many)


@given(st.text(st.characters()), st.text(st.characters()))
def test_other_ids_have_other_digests(one: str, two: str) -> None:
    assert (digest(one) == digest(two)) == (one == two)


def test_a_digest_is_the_same_in_every_process_and_has_64_bits() -> None:
    assert digest('a') == 0x40F89E395B66422F
    assert 0 <= digest('\ud800') < 2**64


def test_a_hundred_thousand_ids_need_less_than_20_bytes_each() -> None:
    ids = Ids(map(digest, map(str, range(100_000))))
    size = sum(sys.getsizeof(part) for part in vars(ids).values())
    assert size < 20 * 100_000
    assert all(digest(str(number)) in ids for number in range(0, 100_000, 777))
    assert digest('x') not in ids
