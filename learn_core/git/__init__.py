"""All questions to git. The door of the room: what is imported here is for others."""

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
    branches,
    commit_at,
    commits_of,
    former_names,
    is_on_default,
    work_of,
)
from learn_core.git.remotes import (
    default_branches,
    has_file,
    holds,
    is_path,
    published_commit,
    push_remote,
    push_urls,
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
    merge_subjects,
    open_repository,
    remembering,
)
