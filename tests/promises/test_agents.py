"""One plan, four agents: one pack, also where the clients have deleted their logs meanwhile."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.agents.codex.rollouts import THREAD, meta, says, typed
from tests.agents.copilot.test_reading import SESSION, event
from tests.agents.odd import write
from tests.agents.opencode.databases import answers, asks, database, text
from tests.promises.world import (
    REPO,
    World,
    branch,
    learn_hook,
    manifest,
    materials,
    plan,
    push,
    sent,
    session,
)

if TYPE_CHECKING:
    import pytest

BRANCH = 'P5-x'
ROLLOUT = f'rollout-2026-10-01T10-00-00-{THREAD}.jsonl'
AGENTS = ['claude', 'opencode', 'codex', 'copilot']  # in order of time


def opencode(folder: Path) -> None:
    """It ran while a commit of the branch was made, as it tells no branch."""
    root = Path.home() / '.local' / 'share' / 'opencode'
    root.mkdir(parents=True)
    talk = [asks('Ask OpenCode'), answers(text('I look')), answers(text('Done'))]
    times = {'time_created': 1_700_000_000_000, 'time_updated': int(time.time() * 1000)}
    database(root, talk, directory=str(folder), **times)


def codex(folder: Path) -> None:
    git_of = {'branch': BRANCH, 'repository_url': f'https://github.com/{REPO}'}
    lines = [meta(cwd=str(folder), git=git_of), *typed('Ask Codex'), says('Done')]
    write(Path.home() / '.codex' / 'sessions' / '2026' / '10' / '01' / ROLLOUT, lines)


def copilot(folder: Path) -> None:
    context = {'cwd': str(folder), 'branch': BRANCH, 'repository': REPO}
    events = [
        event('session.start', sessionId=SESSION, context=context),
        event('user.message', content='Ask Copilot'),
        event('assistant.message', content='Done'),
    ]
    later = [{**one, 'timestamp': '2026-10-02T10:00:00.000Z'} for one in events]
    write(Path.home() / '.copilot' / 'session-state' / SESSION / 'events.jsonl', later)


def test_a_plan_done_by_four_agents_is_one_pack_in_order_of_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    branch(world, BRANCH)
    plan(world, 5)
    session(world, 's', branch=BRANCH, said_by_person='Ask Claude')
    for make in (codex, copilot, opencode):
        make(world.folder)
    monkeypatch.setenv('GITHUB_API_URL', 'http://127.0.0.1:9')
    push(world, 'origin', BRANCH)
    for folder in (world.claude, *map(Path.home().joinpath, ('.codex', '.copilot', '.local'))):
        shutil.rmtree(folder)
    unread = write(Path.home() / '.codex' / 'archived_sessions' / f'{ROLLOUT}.zst', [])

    monkeypatch.setenv('GITHUB_API_URL', world.hub.url)
    assert learn_hook(world, 'retry').code == 0
    assert sent(world) == [5]
    files = [one for one in manifest(world)['files'] if 'session_id' in one]
    assert [one['agent'] for one in files] == AGENTS
    assert manifest(world)['left_out']['transcript not read: compressed (.zst)'] == 1
    assert str(unread) in learn_hook(world, 'why').words
    words = ['Ask Claude', 'Ask OpenCode', 'Ask Codex', 'Ask Copilot']
    sessions = [materials(world)[one['name']] for one in files]
    assert [re.findall('<user[^>]*>(.*?)</user>', one)[0] for one in sessions] == words
    overview = materials(world)['overview.md']
    places = [overview.index(word) for word in words]
    assert places == sorted(places)
    found = re.findall('^(claude|codex|copilot|opencode) [|] ', overview, re.MULTILINE)
    assert found == AGENTS
