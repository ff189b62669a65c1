"""Nothing that a server answers makes the reading of it an error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.github.http.answers import (
    faults,
    get_in,
    message_of,
    moment,
    next_page,
    number,
    objects,
    text,
)

keys = st.sampled_from(['a', 'message', 'errors', 'field', 'code', 'type', 'pageInfo', 'nodes'])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@given(anything)
def test_any_json_is_read_without_trouble(value: object) -> None:
    for read in (get_in, text, number, moment, objects):
        read(value)
        read(value, 'a')
        read(value, 'errors', 'a')
    next_page(value)
    said = [message_of(value), *(fault.message for fault in faults(value))]
    assert all(words.isascii() and words.isprintable() for words in said)


@given(st.datetimes(timezones=st.just(None)) | st.text() | st.from_regex(r'\d{4}-\d\d-\d\dT.*Z'))
def test_any_time_is_a_number_or_none(written: object) -> None:
    found = moment({'at': str(written)}, 'at')
    assert found is None or isinstance(found, float)


@pytest.mark.parametrize(
    ('written', 'seconds'),
    [('1970-01-01T00:01:00Z', 60.0), ('1970-01-01T01:00:00+01:00', 0.0), ('Z', None), (7, None)],
)
def test_a_time_is_read_as_github_writes_it(written: object, seconds: float | None) -> None:
    assert moment({'at': written}, 'at') == seconds
