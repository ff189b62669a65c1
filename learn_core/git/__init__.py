"""Everything that is asked of git."""

from __future__ import annotations

from learn_core.git.config import (
    config_entries,
    hooks_folder,
    ignored,
    learn_issue,
    local_values,
    scope_of,
    set_config,
    settings_of,
    worktrees,
)
from learn_core.git.environment import leave_command
from learn_core.git.history import (
    Commit,
    all_commits,
    commits_of,
    default_refs,
    former_names,
    is_on_default,
)
from learn_core.git.remotes import (
    default_branches,
    has_file,
    holds,
    is_path,
    published_commit,
    push_remote,
    remote_files,
    remote_tip,
    remote_urls,
    remotes,
    tracking_tip,
)
from learn_core.git.repository import (
    Repository,
    current_branch,
    git_version,
    has_branch,
    merge_subjects,
    open_repository,
)

__all__ = [
    'Commit',
    'Repository',
    'all_commits',
    'commits_of',
    'config_entries',
    'current_branch',
    'default_branches',
    'default_refs',
    'former_names',
    'git_version',
    'has_branch',
    'has_file',
    'holds',
    'hooks_folder',
    'ignored',
    'is_on_default',
    'is_path',
    'learn_issue',
    'leave_command',
    'local_values',
    'merge_subjects',
    'open_repository',
    'published_commit',
    'push_remote',
    'remote_files',
    'remote_tip',
    'remote_urls',
    'remotes',
    'scope_of',
    'set_config',
    'settings_of',
    'tracking_tip',
    'worktrees',
]
