"""`learn-hook show`: what leaves, or left, before a person's eyes."""

from __future__ import annotations

import json
import os
import pty
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from learn_core.plans.fields import Wanted
from learn_core.plans.record import change
from learn_core.plans.trigger import by_hand
from learn_demo import sample
from tests.conftest import git
from tests.promises.world import World, materials, plans, small_plan

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
    (record,) = plans(world)
    assert record.prepared is not None
    assert told['size'] == len(sent)
    assert told['sha256'] == record.prepared.sha256
    assert told['verdict']['tone'] == 'sent'
    files = materials(world, sample.PLAN_NUMBER)
    assert {file['name']: file['size'] for file in told['files']} == {
        name: len(text.encode()) for name, text in files.items()
    }


def test_tokens_add_up(told: dict[str, Any]) -> None:
    assert told['tokens'] == sum(file['tokens'] for file in told['files']) > 0


def test_redactions_are_those_that_stand_in_what_was_sent(
    world: World, told: dict[str, Any]
) -> None:
    found = re.findall(rb'\[REDACTED:([a-z0-9-]+):\d+\]', bytes_sent(world))
    assert told['redacted'] == {kind.decode(): found.count(kind) for kind in dict.fromkeys(found)}
    assert told['redacted'] == told['replaced'] != {}


def test_a_page_is_written_beside_its_record_and_named(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    (record,) = plans(world)
    said = learn_hook('show')
    path = record.folder / 'page.html'
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


def test_a_plan_is_named_by_its_number_else_it_is_the_last(
    world: World, learn_hook: Command
) -> None:
    for number in (5, 6):
        small_plan(world, number)
        learn_hook('--issue', number)
    first, second = plans(world)
    for words in ([], ['6'], ['#6'], ['acme/widgets#6']):
        assert str(second.folder) in learn_hook('show', *words, '--no-open').out
        assert str(first.folder) in learn_hook('show', '#5', '--no-open').out


def test_a_plan_that_is_not_there_is_one_line(world: World, learn_hook: Command) -> None:
    said = learn_hook('show')
    assert (said.code, said.out) == (1, '')
    assert 'no plan is known here yet' in said.error
    small_plan(world, 5)
    learn_hook('--issue', 5)
    said = learn_hook('show', 'nothing')
    assert said.code == 1
    assert said.error.count('\n') == 0


def is_shown(world: World) -> bool:
    (record,) = plans(world)
    assert record.prepared is not None
    return record.prepared.shown


def test_what_was_shown_before_it_went_is_marked(world: World, learn_hook: Command) -> None:
    git('config', 'learn-hook.review', 'true', cwd=world.folder)
    small_plan(world, 5)
    learn_hook('--issue', 5)
    assert [is_shown(world), plans(world)[0].is_held] == [False, True]
    assert 'Waiting for you.' in learn_hook('show', '--text').out
    assert is_shown(world)
    assert world.hub.gists == {}


def test_a_newer_state_that_is_not_prepared_yet_is_said(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    (record,) = plans(world)
    change(record, wanted=Wanted(id='newer', trigger=by_hand(str(world.folder), issue=5)))
    said = learn_hook('show', '--text')
    assert 'plan acme/widgets#5 waits with something newer, which is not prepared yet' in said.error
    assert 'Sent on' in said.out


def test_what_was_sent_needs_no_mark(world: World, learn_hook: Command) -> None:
    small_plan(world, 5)
    learn_hook('--issue', 5)
    learn_hook('show', '--text')
    assert not is_shown(world)


def test_text_in_a_pipe_is_plain(world: World, learn_hook: Command, told: dict[str, Any]) -> None:
    text = learn_hook('show', '--text').out
    assert '\x1b' not in text
    assert 'planning-6f62e663' in text
    assert 'I read the comments first.' not in text
    assert 'I read the comments first.' in learn_hook('show', '--text', '--full').out


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
    on_terminal(world, 'show', '--full', PAGER=f'cat >"{pages}"', COLUMNS='80', TERM='xterm')
    lines = pages.read_text(encoding='utf-8').splitlines()
    assert max(map(len, lines)) <= 80
    assert any('About one in thirty of our CI uploads' in line for line in lines)
