"""What the sample plan's sessions become, and learn.yml, kept as files to be read and compared.

`make update` writes them anew.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from learn_core.agents import transcript_of
from learn_core.errors import LearnError
from learn_core.preprocess import Chunk, Job, preprocess
from learn_core.receive.workflow import COMMAND, SECRET, learn_yml
from learn_core.redact import Redactor
from learn_demo import sample

FOLDER = Path(__file__).parent / 'data' / 'golden'
WORKTREE = Path('/home/ann/widgets')
INSTALL_FROM = sample.INSTALL_FROM


def rendered() -> dict[str, str]:
    """File name -> text of all golden files."""
    workflow = learn_yml(install_from=INSTALL_FROM, command=COMMAND, secrets=[SECRET])
    return {**_sessions(), 'learn.yml': workflow}


def _sessions() -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        story = sample.write_sessions(Path(folder), WORKTREE)
        chunks: list[Chunk] = []
        jobs = [
            Job(
                transcript_of(story.log(session_id)),
                'planning' if session_id == story.planning_id else 'impl',
            )
            for session_id in story.session_ids
        ]
        for session in preprocess(jobs, redactor=Redactor()):
            assert not isinstance(session, LearnError), session
            chunks += session.chunks
        return {chunk.name: chunk.text.replace(folder, '/home/ann/.claude') for chunk in chunks}


if __name__ == '__main__':
    for old in FOLDER.glob('*'):
        old.unlink()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in rendered().items():
        (FOLDER / name).write_text(text, encoding='utf-8', newline='')
