"""What the documentation says, held against the code: settings, commands, agents, links."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hooks.cli.main import parser
from learn_core.agents import capabilities
from learn_core.config import SETTINGS, read_settings
from learn_core.push import team

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
DOCS = sorted((ROOT / 'docs').glob('*.md'))
PAGES = [ROOT / 'README.md', ROOT / 'SECURITY.md', *DOCS]
OUTPUT = re.compile(r'\s(?:[>|].*|#\s.*)$')  # what a shell does with it, and comments


class Asked(dict[str, str]):
    """Remembers which keys were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.keys_asked: set[str] = set()

    def get(self, key: str, default: object = None) -> object:  # type: ignore[override]
        self.keys_asked.add(key)
        return default


def text_of(page: Path) -> str:
    return page.read_text(encoding='utf-8')


def commands_in(page: Path) -> Iterator[str]:
    """Every `learn-hook …` in console blocks and in code."""
    text = text_of(page)
    for block in re.findall(r'```console\n(.*?)```', text, re.DOTALL):
        for line in re.findall(r'^\s*\$ (.*)$', block, re.MULTILINE):
            yield OUTPUT.sub('', line.strip())
    without_blocks = re.sub(r'```.*?```', '', text, flags=re.DOTALL)
    for code in re.findall(r'`([^`]+)`', without_blocks):
        yield OUTPUT.sub('', ' '.join(code.split()))


def learn_hook_words(page: Path) -> list[list[str]]:
    ours = [line for line in commands_in(page) if line.split(' ')[0] == 'learn-hook']
    return [shlex.split(line)[1:] for line in ours]


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
def test_every_command_line_is_one_that_the_parser_knows(page: Path) -> None:
    for words in learn_hook_words(page):
        if words and not {'--help', '--version', 'COMMAND'} & set(words):
            parser().parse_args(words)


def test_every_command_has_its_line_and_no_other_has_one() -> None:
    (commands,) = (
        action.choices for action in parser()._actions if isinstance(action.choices, dict)
    )
    rows = [words for words in learn_hook_words(ROOT / 'docs' / 'commands.md') if words]
    assert {row[0] for row in rows if not row[0].startswith('-')} == set(commands) - {'help'} | {
        'COMMAND'
    }


def test_every_setting_is_documented_and_no_other_one() -> None:
    git, environ = Asked(), Asked()
    read_settings(git, environ, mode='background')
    text = text_of(ROOT / 'docs' / 'settings.md')
    rows = [line for line in text.splitlines() if line.startswith('| `learn-hook.')]
    documented = {row.split('`')[1].lower() for row in rows}
    assert documented == {key for key in git.keys_asked if key.startswith('learn-hook.')}
    assert all(map(SETTINGS.fullmatch, documented))
    assert [name for name in environ.keys_asked if f'`{name}`' not in text] == []


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
def test_every_setting_that_is_named_exists(page: Path) -> None:
    git = Asked()
    read_settings(git, {}, mode='background')
    named = set(re.findall(r'(?<![/\w])learn-hook\.([A-Za-z]+)', text_of(page)))
    assert {f'learn-hook.{name}'.lower() for name in named} <= git.keys_asked


def test_every_option_of_a_team_is_documented() -> None:
    settings, teams = (text_of(ROOT / 'docs' / f'{name}.md') for name in ('settings', 'teams'))
    for flag, key in team.KEYS.items():
        assert f'team: `{flag}`' in settings
        assert f'`{flag}`' in teams
        assert key in settings.lower()


def test_the_table_of_the_agents_is_the_codes() -> None:
    text = text_of(ROOT / 'docs' / 'agents.md')
    for row in capabilities():
        assert f'| {" | ".join(row)} |' in text


def test_the_hooks_of_pre_commit_are_documented() -> None:
    import yaml

    manifest = yaml.safe_load(text_of(ROOT / '.pre-commit-hooks.yaml'))
    text = text_of(ROOT / 'docs' / 'hooks.md')
    assert [hook['id'] for hook in manifest if f'{hook["id"]}' not in text] == []
    assert set(re.findall(r'(?<!\w)learn-hook-[a-z-]+', text)) <= {hook['id'] for hook in manifest}


@pytest.mark.parametrize('page', [*PAGES, ROOT / 'CONTRIBUTING.md'], ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in re.findall(r'\]\(([^)\s]+)\)', text_of(page)):
        if link.startswith(('https://', 'http://')):
            continue
        name, _, anchor = link.partition('#')
        target = (page.parent / name) if name else page
        assert target.exists(), link
        if anchor:
            heads = re.findall(r'^#+ (.+)$', text_of(target), re.MULTILINE)
            assert anchor in [re.sub(r'[^\w-]', '', one.lower().replace(' ', '-')) for one in heads]


def test_every_page_is_reached_from_the_readme() -> None:
    readme = text_of(ROOT / 'README.md')
    assert [page.name for page in DOCS if f'docs/{page.name}' not in readme] == []


def test_the_readme_is_one_screen_with_one_picture() -> None:
    readme = text_of(ROOT / 'README.md')
    assert len(readme.split()) <= 500
    assert len(re.findall(r'!\[', readme)) == 1
