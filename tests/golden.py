"""What the sample plan's sessions become, kept as files to be read and compared.

`make update` writes them anew.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from learn_core.demo import sample
from learn_core.preprocess import preprocess
from learn_core.redact import Redactor

FOLDER = Path(__file__).parent / 'data' / 'golden'
WORKTREE = Path('/home/ann/widgets')


def rendered() -> dict[str, str]:
    """File name -> text of every file of the sample plan's sessions."""
    with tempfile.TemporaryDirectory() as folder:
        story = sample.write_sessions(Path(folder), WORKTREE)
        redactor = Redactor()
        sessions = [
            preprocess(
                story.log(session_id),
                session_id,
                prefix='planning' if session_id == story.planning_id else 'impl',
                redactor=redactor,
            )
            for session_id in story.session_ids
        ]
        return {
            chunk.name: chunk.text.replace(folder, '/home/ann/.claude')
            for session in sessions
            for chunk in session.chunks
        }


if __name__ == '__main__':
    for old in FOLDER.glob('*.xml'):
        old.unlink()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in rendered().items():
        (FOLDER / name).write_text(text, encoding='utf-8', newline='')
