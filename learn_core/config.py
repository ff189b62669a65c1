"""The settings: flag, else environment, else git config, else default."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learn_core.errors import LearnError
from learn_core.push.consent import NO, YES
from learn_core.push.team import settings_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

LEAST_TOKENS = 500
PRE_COMMIT = '.pre-commit-config.yaml'
MODES = ('background', 'foreground', 'dry-run')
PLANS = ('marked', 'any')
STORES = ('gist', 'ref')
SETTINGS = re.compile(
    r'learn-hook\.(allowsecret|apiurl|branches|consent|enabled|every|maxtokens|mode|planlabels|planrepo'
    r'|plans|quiet|ref|remote|review|secret|store|track|workflow)'
)  # the keys of git, in lower case


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Times are in seconds, sizes in tokens. `branches` are globs, `allow_secrets` and `secrets`
    regular expressions.
    """

    api_url: str | None = None
    graphql_url: str | None = None
    enabled: bool = True
    consents: tuple[str, ...] = ()  # see push.consent.consents
    review: bool = False
    every_seconds: float = 3600.0
    quiet_seconds: float = 15.0
    mode: str = 'background'
    workflow: str = 'learn.yml'
    ref: str = 'master'
    max_tokens: int = 20_000
    remote: str | None = None
    plan_repo: str | None = None
    plans: str = 'marked'
    plan_labels: tuple[str, ...] = ('erk-plan', 'erk-pr')
    branches: tuple[str, ...] = ()
    store: str = 'gist'
    track: bool = False
    allow_secrets: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    force: bool = False


def read_settings(git: Mapping[str, str], environ: Mapping[str, str], *, mode: str) -> Settings:
    """Takes git's `learn-hook.*` keys in lower case, several values of one as lines; `mode` is what
    holds where neither the environment nor git says one.

    Raises LearnError for a value that cannot be used.
    """
    return Settings(
        api_url=environ.get('GITHUB_API_URL') or git.get('learn-hook.apiurl'),
        graphql_url=environ.get('GITHUB_GRAPHQL_URL') or None,
        enabled=_truth(git, 'learn-hook.enabled', default=True),
        consents=tuple(git.get('learn-hook.consent', '').splitlines()),
        review=_truth(git, 'learn-hook.review'),
        every_seconds=_number(git, 'learn-hook.every', 3600),
        quiet_seconds=_number(git, 'learn-hook.quiet', 15),
        mode=_one_of(
            MODES, 'mode', environ.get('LEARN_HOOK_MODE') or git.get('learn-hook.mode'), mode
        ),
        workflow=_file_name(git.get('learn-hook.workflow') or Settings.workflow),
        ref=git.get('learn-hook.ref') or Settings.ref,
        max_tokens=int(_number(git, 'learn-hook.maxtokens', 20_000, least=LEAST_TOKENS)),
        remote=git.get('learn-hook.remote') or None,
        plan_repo=_repo(git.get('learn-hook.planrepo') or None),
        plans=_one_of(PLANS, 'plans', git.get('learn-hook.plans'), Settings.plans),
        plan_labels=_words(git.get('learn-hook.planlabels', '')) or Settings.plan_labels,
        branches=_words(git.get('learn-hook.branches', '')),
        store=_one_of(STORES, 'store', git.get('learn-hook.store'), Settings.store),
        track=_truth(git, 'learn-hook.track'),
        allow_secrets=_patterns('allowSecret', git.get('learn-hook.allowsecret', '')),
        secrets=_patterns('secret', git.get('learn-hook.secret', '')),
    )


def team_settings(worktree: Path) -> dict[str, str]:
    """A team's settings in the keys of git: `args:` of our hooks in `.pre-commit-config.yaml`."""
    try:
        text = (worktree / PRE_COMMIT).read_text(encoding='utf-8', errors='replace')
    except OSError:
        return {}
    return _team_settings(text) if 'learn-hook-' in text else {}


def _team_settings(text: str) -> dict[str, str]:
    import yaml

    words: list[str] = []
    with suppress(yaml.YAMLError, ValueError, RecursionError, AttributeError, TypeError):
        for repo in yaml.safe_load(text)['repos']:
            for hook in repo.get('hooks') or ():
                if hook.get('id') in ('learn-hook-pre-push', 'learn-hook-post-merge'):
                    words += map(str, hook.get('args') or ())
    return settings_in(words)[0]


def _truth(git: Mapping[str, str], key: str, *, default: bool = False) -> bool:
    value = git.get(key)
    if value is None:
        return default
    if value.lower() in YES:
        return True
    if value.lower() in NO:
        return False
    raise LearnError(f'git config {key} is {value[:40]!r}; set it to yes or no')


def _number(git: Mapping[str, str], key: str, default: float, *, least: float = 0) -> float:
    try:
        value = float(git.get(key) or default)
    except ValueError:
        value = -1.0
    if not least <= value < 1e9:
        raise LearnError(f'git config {key} is not a number of {least:g} or more; set it to one')
    return value


def _one_of(known: Sequence[str], name: str, value: str | None, default: str) -> str:
    value = value or default
    if value not in known:
        raise LearnError(f'learn-hook.{name} is {value[:40]!r}; set it to {" or ".join(known)}')
    return value


def _words(lines: str) -> tuple[str, ...]:
    """Several values of a key, each of which may hold several with commas between them."""
    words = (word.strip() for word in lines.replace(',', '\n').splitlines())
    return tuple(dict.fromkeys(word for word in words if word))


def _file_name(value: str) -> str:
    if '/' in value or not value.endswith(('.yml', '.yaml')):
        raise LearnError(f'learn-hook.workflow is {value!r}; give the name of a .yml file alone')
    return value


def _repo(value: str | None) -> str | None:
    if value is not None and (value.count('/') != 1 or not all(value.split('/'))):
        raise LearnError(f'learn-hook.planRepo is {value!r}; give it as owner/name')
    return value


def _patterns(name: str, lines: str) -> tuple[str, ...]:
    patterns = tuple(line for line in lines.splitlines() if line)
    for pattern in patterns:
        try:
            fault = 'matches every text; make it narrower' if re.search(pattern, '') else ''
        except re.error as error:
            fault = f'is not a regular expression ({error}); fix it'
        if fault:
            raise LearnError(f'learn-hook.{name} holds {pattern!r}, which {fault}')
    return patterns
