"""What is kept, and for how long: what ended goes first, and nothing that waits goes unsaid."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from learn_core.plans import retention
from learn_core.plans.fields import Place
from learn_core.plans.kept import kept_logs
from learn_core.plans.record import change, finish, read
from tests.plans.test_kept import waiting

if TYPE_CHECKING:
    from pathlib import Path

    from learn_core.plans.fields import PlanRecord

DAY = 86_400
PACKED = 'learn-materials-plan-5.txt'


def ended(common: Path, number: int) -> PlanRecord:
    return finish(waiting(common, number), str(number), 'done')


def test_after_ninety_days_what_ended_goes_and_what_waits_is_given_up(tmp_path: Path) -> None:
    done, open_ = ended(tmp_path, 6), waiting(tmp_path)
    (kept_logs(open_.folder) / 'projects').mkdir(parents=True)
    assert retention.tidy(tmp_path, time.time() + 89 * DAY) == []
    (given_up,) = retention.tidy(tmp_path, time.time() + 91 * DAY)
    assert not done.folder.exists()
    assert (given_up.history[-1].state, given_up.history[-1].note) == (
        'failed',
        'given up after 90 days: ',
    )
    assert not given_up.is_waiting
    assert not kept_logs(open_.folder).exists()


def test_what_forget_needs_is_never_deleted(tmp_path: Path) -> None:
    sent = change(ended(tmp_path, 6), places=(Place(kind='gist', id='g'),))
    stopped = change(ended(tmp_path, 7), stopped=True)
    retention.tidy(tmp_path, time.time() + 400 * DAY)
    assert read(sent.folder)
    assert read(stopped.folder)


def test_a_record_that_was_never_renamed_is_deleted(tmp_path: Path) -> None:
    folder = waiting(tmp_path).folder
    (folder / '.plan.json').write_text('{')
    retention.tidy(tmp_path, time.time())
    assert [path.name for path in folder.iterdir() if path.name != 'lock'] == ['plan.json']


def test_a_delete_that_was_cut_off_is_finished(tmp_path: Path) -> None:
    child = os.posix_spawn('/bin/true', ['true'], {})
    os.waitpid(child, 0)
    top = waiting(tmp_path).folder.parent
    for pid in (child, os.getpid()):
        (top / f'.6-{pid}').mkdir()
    retention.tidy(tmp_path, time.time())
    assert sorted(os.listdir(top)) == [f'.6-{os.getpid()}', '5']


def test_a_record_is_cleared_of_all_but_what_tells_of_it(tmp_path: Path) -> None:
    folder = waiting(tmp_path).folder
    (folder / 'dry').mkdir()
    for name in ('log', PACKED, 'page.html', f'dry/{PACKED}'):
        (folder / name).write_text('x')
    retention.clear(folder)
    assert sorted(path.name for path in folder.iterdir()) == ['log', 'plan.json']
