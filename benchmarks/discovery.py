"""Time to find a plan's sessions among 5 GB of transcripts, of which 20 MB are its own.

The others are hard links to one transcript of 25 MB, all as new as the plan's, so that each of them
has to be searched the first time; later searches look at what changed since.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from learn_core import git
from learn_core.sessions.discover import branch_of, discover

if TYPE_CHECKING:
    from collections.abc import Sequence

BRANCH = 'P5-retry'
OTHERS, OTHER_MB = 200, 25
OWN, OWN_MB = 10, 2
FOLDERS = 20


def main(words: Sequence[str]) -> None:
    """`discovery [FOLDER]`: where the transcripts are made."""
    with tempfile.TemporaryDirectory(dir=words[0] if words else None) as scratch:
        home = Path(scratch)
        repository = home / 'repository'
        subprocess.run(('git', 'init', '-q', '-b', BRANCH, str(repository)), check=True)
        _transcripts(home / 'claude', repository)
        (repository / '.git' / 'learn-hook').mkdir()  # where searches are remembered
        opened = git.open_repository(repository)
        roots = {'claude': [home / 'claude']}
        print(f'{"search":>10}{"seconds":>10}{"sessions":>10}')
        for name in ('first', 'warm', 'warm'):
            began = time.perf_counter()
            known = branch_of(opened, [BRANCH])
            found = discover(opened, roots, known)
            print(f'{name:>10}{time.perf_counter() - began:>10.2f}{len(found.sources):>10}')


def _transcripts(claude: Path, repository: Path) -> None:
    other = _transcript(claude / 'projects' / '0' / 'other-0.jsonl', '/gone', 'main', OTHER_MB)
    for number in range(1, OTHERS):
        folder = claude / 'projects' / str(number % FOLDERS)
        folder.mkdir(exist_ok=True)
        os.link(other, folder / f'other-{number}.jsonl')
    for number in range(OWN):
        _transcript(claude / 'projects' / 'own' / f's{number}.jsonl', repository, BRANCH, OWN_MB)


def _transcript(path: Path, cwd: Path | str, branch: str, size: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open('w', encoding='utf-8') as file:
        number = 0
        while file.tell() < size * 1_000_000:
            entry = {
                'type': 'assistant' if number % 2 else 'user',
                'uuid': f'{path.stem}-{number}',
                'sessionId': path.stem,
                'cwd': str(cwd),
                'gitBranch': branch,
                'timestamp': '2026-01-02T10:00:00Z',
                'message': {'role': 'user', 'content': f'{number} words of a session ' * 60},
            }
            file.write(f'{json.dumps(entry)}\n')
            number += 1
    return path


if __name__ == '__main__':
    main(sys.argv[1:])
