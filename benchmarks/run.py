"""How long a run by hand takes from start to result: five sessions of 10 MB in all, against the
stand-in for GitHub, which answers at once.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks import logs
from learn_demo import StandIn, sample
from learn_demo.show import environment, prepare

if TYPE_CHECKING:
    from collections.abc import Mapping

WORD = 'bench-token'
SIZE = 2_000_000  # bytes of a session
MORE = ('11111111-5c1e-4a2b-8a08-a12a48d05699', '22222222-5c1e-4a2b-8a08-a12a48d05699')
ROUNDS = 5


def main() -> None:
    """Prints a line."""
    scratch = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    with scratch, StandIn.started() as hub:
        place = Path(scratch.name).resolve()
        hub.tokens = {WORD: {'login': 'ann', 'scopes': {'repo', 'gist', 'workflow'}}}
        world = environment(place, hub.url, WORD)
        worktree = place / 'widgets'
        prepare(worktree, world)
        story = sample.populate(hub, worktree, place / 'claude')
        story.log(story.warmup_id).unlink()
        first = story.implementation_ids[0]
        text = story.log(first).read_text(encoding='utf-8')
        for session_id in (story.planning_id, *story.implementation_ids, *MORE):
            own = text.replace(first, session_id)
            logs.write_repeated(story.project / f'{session_id}.jsonl', own, SIZE)
        runs = [_run(worktree, world) for _ in range(ROUNDS)]
    walls, processor = zip(*runs, strict=True)
    print(
        f'run by hand, 5 sessions of 2 MB: {median(walls):.2f} s ({min(walls):.2f} to '
        f'{max(walls):.2f}), {min(processor):.2f} s of the processor'
    )


def _run(worktree: Path, world: Mapping[str, str]) -> tuple[float, float]:
    """Seconds on the wall and of the processor, all processes together."""
    words = ('--issue', str(sample.PLAN_NUMBER), '--force')
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        (sys.executable, '-I', '-m', 'hooks.cli.main', *words),
        cwd=worktree,
        env=world,
        check=False,
        capture_output=True,
        text=True,
    )
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode or not json.loads(done.stdout)['success'] or '5 sessions' not in done.stderr:
        raise SystemExit(f'the run failed: {done.stdout}{done.stderr}')
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == '__main__':
    main()
