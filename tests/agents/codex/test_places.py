from __future__ import annotations

import os
from pathlib import Path

from learn_core.agents import find, roots
from tests.agents.codex.rollouts import OTHER, THREAD, meta, rollout
from tests.agents.odd import write


def found(root: Path) -> list[tuple[str, str]]:
    return [(one.session_id, one.unreadable) for one in find({'codex': [root]})]


def test_sessions_are_found_by_day_and_in_the_archive(tmp_path: Path) -> None:
    first = rollout(tmp_path / 'sessions' / '2026' / '10' / '01')
    second = rollout(tmp_path / 'archived_sessions', thread=OTHER)
    assert [one.files for one in find({'codex': [tmp_path]})] == [first.files, second.files]


def test_the_newest_file_of_a_thread_is_the_current_one(tmp_path: Path) -> None:
    day = tmp_path / 'sessions' / '2026' / '10' / '01'
    old = rollout(day).files[0]
    os.utime(old, (1_000, 1_000))
    new = write(day / f'rollout-2026-10-01T11-00-00-{THREAD}_{OTHER}.jsonl', [meta()])
    (current,) = find({'codex': [tmp_path]})
    assert (current.session_id, current.files) == (THREAD, (new,))


def test_a_compressed_session_is_reported_unless_its_plain_file_exists(tmp_path: Path) -> None:
    day = tmp_path / 'sessions' / '2026' / '10' / '01'
    day.mkdir(parents=True)
    (day / f'rollout-2026-10-01T10-00-00-{OTHER}.jsonl.zst').write_bytes(b'(\xb5/\xfd')
    assert found(tmp_path) == [(OTHER, 'compressed (.zst)')]
    rollout(day, thread=OTHER)
    assert found(tmp_path) == [(OTHER, '')]


def test_the_flat_form_of_2025_is_reported(tmp_path: Path) -> None:
    header: dict[str, object] = {
        'id': THREAD,
        'timestamp': '2025-09-01T00:00:00Z',
        'instructions': None,
        'git': {},
    }
    name = f'rollout-2025-09-01T10-00-00-{THREAD}.jsonl'
    write(tmp_path / 'sessions' / '2025' / '09' / '01' / name, [header])
    assert found(tmp_path) == [(THREAD, 'flat form of 2025')]


def test_the_environment_names_the_folder() -> None:
    assert roots({'CODEX_HOME': '/x'})['codex'] == (Path('/x'),)
    assert roots({})['codex'] == (Path.home() / '.codex',)
