"""Flag, environment, git config, default: in this order, and every value is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn_core.config import (
    MODES,
    Settings,
    _team_settings,
    read_settings,
    team_settings,
)
from learn_core.errors import LearnError

if TYPE_CHECKING:
    from pathlib import Path

KEYS = [
    'plans',
    'secret',
    'apiurl',
    'enabled',
    'consent',
    'quiet',
    'mode',
    'workflow',
    'ref',
    'maxtokens',
    'remote',
]
GITHUB = ['GITHUB_API_URL', 'GITHUB_GRAPHQL_URL', 'LEARN_HOOK_MODE', 'CLAUDE_CONFIG_DIR']
values = st.sampled_from(['yes', 'no', '', '0', '15', 'nan', '-1', '1e400', '~', ',']) | st.text()


def settings(**given_to_git: str) -> Settings:
    keys = {f'learn-hook.{key}': value for key, value in given_to_git.items()}
    return read_settings(keys, {}, mode='background')


def test_what_nobody_set_has_its_default() -> None:
    found = settings()
    assert (found.workflow, found.ref, found.max_tokens) == ('learn.yml', 'master', 20_000)
    assert (found.enabled, found.consents, found.quiet_seconds) == (True, (), 15)
    assert found.mode == 'background'


def test_git_config_beats_the_default() -> None:
    found = settings(workflow='other.yaml', ref='main', maxtokens='9000', quiet='0', remote='up')
    assert (found.workflow, found.ref, found.max_tokens) == ('other.yaml', 'main', 9_000)
    assert (found.quiet_seconds, found.remote) == (0, 'up')
    assert settings(planrepo='acme/plans').plan_repo == 'acme/plans'


def test_the_environment_beats_git_config() -> None:
    git = {'learn-hook.apiurl': 'https://git/api', 'learn-hook.mode': 'background'}
    environ = {'GITHUB_API_URL': 'https://env/api', 'LEARN_HOOK_MODE': 'dry-run'}
    found = read_settings(git, environ, mode='foreground')
    assert (found.api_url, found.mode) == ('https://env/api', 'dry-run')
    assert read_settings(git, {}, mode='foreground').api_url == 'https://git/api'


@pytest.mark.parametrize(
    ('value', 'truth'),
    [('yes', True), ('On', True), ('1', True), ('', False), ('no', False), ('FALSE', False)],
)
def test_truth_is_what_git_takes_for_it(value: str, truth: bool) -> None:
    assert settings(enabled=value).enabled is truth


@pytest.mark.parametrize(
    ('key', 'value'),
    [
        ('enabled', 'perhaps'),
        ('quiet', 'soon'),
        ('quiet', '-1'),
        ('quiet', 'nan'),
        ('quiet', 'inf'),
        ('maxtokens', '499'),
        ('mode', 'sideways'),
        ('workflow', '../learn.yml'),
        ('workflow', 'learn'),
        ('planrepo', 'widgets'),
        ('planrepo', 'a/b/c'),
        ('planrepo', '/b'),
        ('plans', 'all'),
        ('store', 'disk'),
    ],
)
def test_a_value_that_is_none_is_an_error_that_names_its_key(key: str, value: str) -> None:
    with pytest.raises(LearnError) as trouble:
        settings(**{key: value})
    assert key in str(trouble.value).lower()


@given(
    st.dictionaries(st.sampled_from([f'learn-hook.{key}' for key in KEYS]), values),
    st.dictionaries(st.sampled_from(GITHUB), values),
)
def test_any_values_are_taken_or_refused(git: dict[str, str], environ: dict[str, str]) -> None:
    try:
        found = read_settings(git, environ, mode='background')
    except LearnError:
        return
    assert found.mode in MODES
    assert found.max_tokens >= 500


def test_several_patterns_may_be_allowed() -> None:
    assert settings(allowsecret='^a+$\nb[cd]').allow_secrets == ('^a+$', 'b[cd]')
    assert settings().allow_secrets == ()


@pytest.mark.parametrize('pattern', ['(', 'a|', '.*', 'x*'])
@pytest.mark.parametrize('key', ['allowSecret', 'secret'])
def test_a_pattern_that_is_none_or_matches_all_is_refused(key: str, pattern: str) -> None:
    with pytest.raises(LearnError, match=f'learn-hook.{key} holds'):
        settings(**{key.lower(): pattern})


def test_labels_and_globs_may_be_several_with_lines_or_commas_between_them() -> None:
    found = settings(branches='feat/*, team/*\nx/*', planlabels='plan')
    assert found.branches == ('feat/*', 'team/*', 'x/*')
    assert found.plan_labels == ('plan',)
    assert settings().plan_labels == ('erk-plan', 'erk-pr')


def test_a_teams_settings_are_the_args_of_its_hooks(tmp_path: Path) -> None:
    assert team_settings(tmp_path) == {}
    config = tmp_path / '.pre-commit-config.yaml'
    config.write_text(
        'repos: [{repo: x, hooks: [{id: other, args: [--ref, no]}, '
        '{id: learn-hook-pre-push, args: [--plans=any, --branches, "feat/*", --consent, "yes"]}]}]'
    )
    assert team_settings(tmp_path) == {
        'learn-hook.plans': 'any',
        'learn-hook.branches': 'feat/*',
    }


@given(
    st.text() | st.sampled_from(['repos: 1', 'repos: [1]', 'repos: [{hooks: 1}]', '[', 'x: &a *a'])
)
def test_any_configuration_of_pre_commit_is_read(text: str) -> None:
    assert _team_settings(f'# learn-hook-\n{text}') == {}
