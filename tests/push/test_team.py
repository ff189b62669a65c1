"""A team's options, and what is none of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from learn_core.push.team import KEYS, settings_in


def test_each_option_is_a_setting_in_both_forms() -> None:
    words = ['--plans', 'any', '--store=ref', '--branches', 'feat/*', '--branches=team/*']
    assert settings_in(words) == (
        {
            'learn-hook.plans': 'any',
            'learn-hook.store': 'ref',
            'learn-hook.branches': 'feat/*\nteam/*',
        },
        [],
    )


def test_what_only_a_person_may_say_is_no_option() -> None:
    words = ['--consent', 'yes', '--allow-secret=.', 'origin', '--api-url', 'https://x', '--plans']
    assert settings_in(words) == ({}, words)


@given(st.lists(st.sampled_from(['--plans', '--ref=x', '--', '']) | st.text()))
def test_any_words_are_read(words: list[str]) -> None:
    found, others = settings_in(words)
    assert set(found) <= set(KEYS.values())
    assert set(others) <= set(words)
