"""JSON objects with the fields of a format, and anything at all in them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def odd_objects(
    fields: Sequence[str], kinds: Sequence[str]
) -> st.SearchStrategy[dict[str, object]]:
    """Objects whose `type` and other fields are mostly those of a format, at any depth."""
    values = st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False)
        | st.sampled_from(kinds)
        | st.text(st.characters(), max_size=30),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(fields) | st.text(max_size=5), inner, max_size=5)
        ),
        max_leaves=15,
    )
    inner = st.dictionaries(st.sampled_from(fields), values, max_size=8)
    typed = st.builds(lambda kind, known: {**known, 'type': kind}, st.sampled_from(kinds), inner)
    return st.builds(
        lambda kind, known, payload: {**known, 'type': kind, fields[0]: payload},
        st.sampled_from(kinds),
        inner,
        typed | values,
    )


def write(log: Path, lines: Sequence[object]) -> Path:
    """A log with an object a line."""
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(''.join(json.dumps(line) + '\n' for line in lines))
    return log
