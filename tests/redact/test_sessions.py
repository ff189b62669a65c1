"""What one session finds is a secret in all others."""

from __future__ import annotations

import pickle

from hypothesis import given
from hypothesis import strategies as st

from learn_core.redact import Redactor
from tests.redact.secrets import filled, private_key, secret

PASSWORD = filled('{alnum:14}')[1][0]


def test_a_value_that_a_name_told_is_replaced_at_its_other_places(redactor: Redactor) -> None:
    clean = redactor.text(f'it was {PASSWORD}\nDB_PASSWORD={PASSWORD}\nand {PASSWORD}.')
    place = '[REDACTED:password:1]'
    assert clean == f'it was {place}\nDB_PASSWORD={place}\nand {place}.'


def test_a_value_stays_secret_in_the_texts_that_follow(redactor: Redactor) -> None:
    redactor.text(f'DB_PASSWORD={PASSWORD}')
    assert redactor.text(f'try {PASSWORD}') == 'try [REDACTED:password:1]'
    assert redactor.texts([('', f'try {PASSWORD}')]) == ['try [REDACTED:password:1]']


def test_of_many_texts_the_earlier_ones_are_searched_again(redactor: Redactor) -> None:
    clean = redactor.texts([('', f'try {PASSWORD}'), ('', f'DB_PASSWORD={PASSWORD}')])
    assert clean == ['try [REDACTED:password:1]', 'DB_PASSWORD=[REDACTED:password:1]']


def test_however_many_values_were_found_each_is_replaced_and_few_engines_are_made(
    redactor: Redactor,
) -> None:
    values = [filled('{alnum:14}', number)[1][0] for number in range(70)]
    for value in values:
        redactor.text(f'DB_PASSWORD={value}')
    assert not any(value in redactor.text(f'a {value} b') for value in values)
    assert len(redactor._repeats) < 8


def test_what_one_session_found_another_is_told(redactor: Redactor) -> None:
    first, second = redactor.fresh(), redactor.fresh()
    first.text(f'DB_PASSWORD={PASSWORD}')
    left = second.text(f'try {PASSWORD}')
    found = pickle.loads(pickle.dumps(first.found_values()))  # noqa: S301  (our own)
    assert found == {PASSWORD: 'password'}
    told = redactor.fresh(found)
    assert told.holds(left)
    assert told.text(f'try {PASSWORD}') == 'try [REDACTED:password:1]'


def test_a_value_that_was_found_is_known_in_base64_as_well(redactor: Redactor) -> None:
    import base64

    told = redactor.fresh({PASSWORD: 'password'})
    coded = base64.b64encode(f'bob {PASSWORD}'.encode()).decode()
    assert told.text(f'see {coded} there') == 'see [REDACTED:password:1] there'


def test_a_fresh_redactor_numbers_and_counts_from_the_start(redactor: Redactor) -> None:
    redactor.text(secret('github-pat', 1))
    fresh = redactor.fresh()
    assert fresh.text(secret('github-pat', 2)) == '[REDACTED:github-pat:1]'
    assert fresh.counts == {'github-pat': 1}
    assert redactor.counts == {'github-pat': 1}
    assert fresh.found_values() == {secret('github-pat', 2): 'github-pat'}


def test_lines_of_a_key_are_secret_alone(redactor: Redactor) -> None:
    key = private_key()
    redactor.text('\n'.join(key))
    assert key[2] not in redactor.text(f'     7→{key[2]}\n')


def test_a_word_told_by_a_name_is_not_replaced_elsewhere(redactor: Redactor) -> None:
    redactor.text(f'password = "{PASSWORD}"')
    told = redactor.fresh({'hunter22x': 'password'})
    assert told.text('hunter22xy') == 'hunter22xy'
    assert told.text('say hunter22x!') == 'say [REDACTED:password:1]!'


def test_an_allowed_value_is_not_held_against_a_text() -> None:
    redactor = Redactor(allow=['^hunter']).fresh({'hunter22x': 'password'})
    assert not redactor.holds('say hunter22x')


@given(st.lists(st.text(max_size=30), max_size=5), st.integers(0, 4))
def test_nothing_that_was_found_is_left_in_any_text(texts: list[str], at: int) -> None:
    redactor = Redactor()
    items = [('', f'{text} {PASSWORD} ') for text in texts]
    items.insert(at, ('', f'DB_PASSWORD={PASSWORD}\n'))
    assert not any(PASSWORD in clean for clean in redactor.texts(items))
