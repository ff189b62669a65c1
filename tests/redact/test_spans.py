"""Where findings meet, one stretch is replaced; what is kept is kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from learn_core.redact.spans import Span, apart, outside

spans = st.lists(
    st.builds(
        lambda start, length, kind: Span(start, start + length, kind),
        st.integers(0, 30),
        st.integers(1, 10),
        st.sampled_from('ab'),
    )
)


def places(found: list[Span]) -> list[int]:
    return [place for start, end, _ in found for place in range(start, end)]


@given(spans)
def test_overlapping_findings_become_one(found: list[Span]) -> None:
    merged = apart(found)
    assert places(merged) == sorted(set(places(found)))
    assert {one.kind for one in merged} <= {one.kind for one in found}


@given(spans, spans)
def test_what_is_kept_is_left_out_and_nothing_else(found: list[Span], kept: list[Span]) -> None:
    held = [(start, end) for start, end, _ in apart(kept)]
    left = list(outside(apart(found), held))
    assert places(left) == sorted(set(places(found)) - set(places(kept)))
    assert all(one.start < one.end for one in left)
