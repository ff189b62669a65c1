"""`learn-hook show`: what leaves, or left, before a person's eyes."""

from __future__ import annotations

import json
import os
import pty
import re
import stat
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from learn_core.preprocess import count_tokens
from learn_demo import sample
from tests.conftest import git
from tests.promises.world import World, materials, runs, small_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.hooks.cli.conftest import Said

    Command = Callable[..., Said]


@pytest.fixture
def told(world: World, learn_hook: Command) -> dict[str, Any]:
    """The sample plan, sent, as `show --json` tells it."""
    sample.populate(world.hub, world.folder, world.claude)
    assert learn_hook('--issue', sample.PLAN_NUMBER).code == 0
    found: dict[str, Any] = json.loads(learn_hook('show', '--json').out)
    return found


def bytes_sent(world: World) -> bytes:
    (gist,) = world.hub.gists.values()
    return b''.join(gist.files[name].encode() for name in sorted(gist.files))


def test_every_size_is_that_of_what_was_sent(world: World, told: dict[str, Any]) -> None:
    sent = bytes_sent(world)
    (run,) = runs(world)
    assert told['size'] == len(sent)
    assert told['sha256'] == run.steps['sha256']
    assert told['verdict']['tone'] == 'sent'
    files = materials(world, sample.PLAN_NUMBER)
    assert {file['name']: file['size'] for file in told['files']} == {
        name: len(text.encode()) for name, text in files.items()
    }


def test_the_steps_from_raw_to_sent_add_up(
    world: World, told: dict[str, Any], learn_hook: Command
) -> None:
    logs = [path for path in world.claude.rglob('*.jsonl') if path.stem in sessions(told)]
    agents = list(world.claude.rglob('agent-*.jsonl'))
    (first, raw), *changes, (last, size) = told['steps']
    assert (first, last) == ('session logs', 'sent')
    assert raw == sum(path.stat().st_size for path in [*logs, *agents])
    assert raw + sum(change for _, change in changes) == size == told['size']
    assert len(changes) >= 7


def sessions(told: dict[str, Any]) -> set[str]:
    return {file['session_id'] for file in told['files']} - {''}


def test_tokens_are_counted_by_kind_and_add_up(told: dict[str, Any]) -> None:
    kinds = [file for file in told['files'] if file['by_tag']]
    assert len(kinds) == 5
    for file in kinds:
        lines = '<session>\n' + ''.join(
            f'  <meta {name}="{value}" />\n'
            for entry in file['entries']
            if entry['tag'] == 'meta'
            for name, value in [next(iter(entry['facts'].items()))]
        )
        around = file['tokens'] - sum(file['by_tag'].values())
        assert 0 < around < count_tokens(lines) + 80
    assert told['tokens'] == sum(file['tokens'] for file in told['files'])


def test_each_entry_has_the_time_that_stands_in_the_log(world: World, told: dict[str, Any]) -> None:
    (planning,) = [
        file for file in told['files'] if file['name'] == f'planning-{sample.PLANNING_ID}.xml'
    ]
    log = next(world.claude.rglob(f'{sample.PLANNING_ID}.jsonl'))
    entries = [json.loads(line) for line in log.read_text(encoding='utf-8').splitlines()]
    said = {
        entry['message']['content']: entry['timestamp']
        for entry in entries
        if entry.get('type') == 'user' and isinstance(entry['message']['content'], str)
    }
    compared = 0
    for entry in planning['entries']:
        time = said.get(entry['fields'][0]['text']) if entry['fields'] else None
        if time is not None:
            assert entry['time'] == int(
                datetime.fromisoformat(time.replace('Z', '+00:00')).timestamp()
            )
            compared += 1
    assert compared >= 2


def test_redactions_are_those_that_stand_in_what_was_sent(
    world: World, told: dict[str, Any]
) -> None:
    found = re.findall(rb'\[REDACTED:([a-z0-9-]+):\d+\]', bytes_sent(world))
    assert told['redactions'] == {kind.decode(): found.count(kind) for kind in dict.fromkeys(found)}
    assert told['redactions'] == told['replaced'] != {}


def test_what_is_measured_for_the_page_is_not_sent(world: World, told: dict[str, Any]) -> None:
    (run,) = runs(world)
    assert (run.directory / 'measures.json').is_file()
    assert b'measures' not in bytes_sent(world)
    assert {file['name'] for file in told['files']} >= {'manifest.json'}


def test_a_page_is_written_beside_its_run_and_named(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    (run,) = runs(world)
    said = learn_hook('show')
    path = run.directory / 'page.html'
    assert (said.code, said.out, said.error) == (0, f'{path}\n', '')
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert 'Carry out plan 5' in path.read_text(encoding='utf-8')


def test_a_page_is_written_where_one_wants_it(
    world: World, learn_hook: Command, tmp_path: Path
) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    said = learn_hook('show', '--output', tmp_path / 'a' / 'b.html')
    assert said.out == f'{tmp_path / "a" / "b.html"}\n'
    assert (tmp_path / 'a' / 'b.html').is_file()


def test_a_run_is_named_by_its_plan_or_its_name(world: World, learn_hook: Command) -> None:
    for number in (5, 6):
        small_plan(world, number)
        learn_hook('--issue', number)
    first, second = runs(world)
    for words in ([], ['6'], ['#6'], [second.directory.name]):
        assert str(second.directory) in learn_hook('show', *words).out
    assert str(first.directory) in learn_hook('show', '#5').out


def test_a_run_that_is_not_there_is_one_line(world: World, learn_hook: Command) -> None:
    said = learn_hook('show')
    assert (said.code, said.out) == (1, '')
    assert 'no run has been made here yet' in said.error
    small_plan(world, 5)
    learn_hook('--issue', 5)
    said = learn_hook('show', 'nothing')
    assert said.code == 1
    assert said.error.count('\n') == 0


def test_what_was_shown_before_it_went_is_marked(world: World, learn_hook: Command) -> None:
    git('config', 'learn-hook.review', 'true', cwd=world.folder)
    small_plan(world, 5)
    learn_hook('--issue', 5)
    (run,) = runs(world)
    assert run.state == 'held'
    assert 'shown' not in run.steps
    assert 'Waits for you.' in learn_hook('show', '--text').out
    (run,) = runs(world)
    assert run.steps['shown'] is True
    assert world.hub.gists == {}


def test_what_was_sent_needs_no_mark(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    learn_hook('show', '--text')
    (run,) = runs(world)
    assert 'shown' not in run.steps


def test_text_in_a_pipe_is_plain(world: World, learn_hook: Command, told: dict[str, Any]) -> None:
    text = learn_hook('show', '--text').out
    assert '\x1b' not in text
    assert 'planning 6f62e663' in text
    assert 'About one in thirty of our CI uploads' in text


def on_terminal(world: World, *words: str, **environ: str) -> str:
    """What `learn-hook …` prints where a person sits."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        (sys.executable, '-I', '-m', 'hooks.cli.main', *words),
        cwd=world.folder,
        env=os.environ | environ,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    said = b''
    while True:
        try:
            data = os.read(ours, 65_536)
        except OSError:  # the other end is closed
            break
        if not data:
            break
        said += data
    os.close(ours)
    assert child.wait() == 0, said
    return said.decode()


def test_a_person_before_a_screen_gets_the_page_opened(
    world: World, learn_hook: Command, tmp_path: Path
) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    browser = tmp_path / 'browser'
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" >>"{tmp_path}/asked"\n')
    browser.chmod(0o755)
    asked = tmp_path / 'asked'
    on_terminal(world, 'show', '--no-open', BROWSER=str(browser))
    assert not asked.exists()
    said = on_terminal(world, 'show', BROWSER=str(browser))
    assert asked.read_text() == Path(said.strip()).as_uri()
    learn_hook('show')
    assert asked.read_text() == Path(said.strip()).as_uri()


def test_text_in_a_terminal_is_paged_and_folded_to_it(
    world: World, learn_hook: Command, told: dict[str, Any], tmp_path: Path
) -> None:
    pages = tmp_path / 'pages'
    on_terminal(world, 'show', '--text', PAGER=f'cat >"{pages}"', COLUMNS='80', TERM='xterm')
    lines = pages.read_text(encoding='utf-8').splitlines()
    assert max(map(len, lines)) <= 80
    assert any('About one in thirty of our CI uploads' in line for line in lines)
