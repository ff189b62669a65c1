from __future__ import annotations

from pathlib import Path

from learn_core.agents import find, roots
from tests.agents.odd import write

START = {'type': 'session.start', 'data': {}}


def test_sessions_are_found_in_folders_and_in_files(tmp_path: Path) -> None:
    state = tmp_path / 'session-state'
    write(state / 'a' / 'events.jsonl', [START])
    write(state / 'b.jsonl', [START])
    (state / 'c').mkdir()
    write(state / 'c' / 'other.jsonl', [START])
    assert [one.session_id for one in find({'copilot': [tmp_path]})] == ['a', 'b']


def test_the_oldest_form_is_reported(tmp_path: Path) -> None:
    write(tmp_path / 'history-session-state' / 'a.json', [START])
    assert [(one.session_id, one.unreadable) for one in find({'copilot': [tmp_path]})] == [
        ('a', 'form before Copilot CLI 1.0.11')
    ]


def test_the_environment_names_the_folder() -> None:
    assert roots({'COPILOT_HOME': '/x'})['copilot'] == (Path('/x'),)
    assert roots({})['copilot'] == (Path.home() / '.copilot',)
