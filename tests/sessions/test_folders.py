"""How Claude Code names the folder of a project."""

from __future__ import annotations

from pathlib import Path

import pytest

from learn_core.sessions.folders import encoded, project_folders


@pytest.mark.parametrize(
    ('folder', 'name'),
    [
        ('/home/ann/a.b c_d', '-home-ann-a-b-c-d'),
        ('/x/app-😀', '-x-app---'),
        ('/x/cafe\u0301', '-x-caf-'),
        ('/x/앱', '-x--'),
        ('/x/\udcff', '-x--'),
    ],
)
def test_a_name_has_a_dash_for_every_other_unit(folder: str, name: str) -> None:
    assert encoded(Path(folder)) == name


def test_the_folders_of_a_repository_are_those_of_its_worktrees(tmp_path: Path) -> None:
    long = '/w/' + 'x' * 250
    wanted = ['-w-repo', '-w-repo-packages-api', '-w-repo--claude-worktrees-x', '-w']
    wanted += [f'{encoded(Path(long))[:200]}-3f9a1c']
    for name in (*wanted, '-', '-w-rep', '-v-repo'):
        (tmp_path / 'projects' / name).mkdir(parents=True)
    (tmp_path / 'projects' / '-w-repo-file').write_text('')
    found = project_folders([tmp_path, tmp_path / 'none'], [Path('/w/repo'), Path(long)])
    assert sorted(folder.name for folder in found) == sorted(wanted)
